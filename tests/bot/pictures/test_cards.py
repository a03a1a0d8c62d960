"""The text beside pictures: letter for letter, within Discord's limits, whatever a theme or a host says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import cards
from bot.pictures import buttons
from bot.pictures import cards as picture_cards
from bot.views import when_made
from generation.wire.events import Done
from generation.wire.jobs import PictureBrief, Spot
from studio.ask import _record, wire_job
from studio.pictures import capture
from tests.studio.made import NOW, a_picture_brief, a_request
from tests.studio.pictures.painted import painted

if TYPE_CHECKING:
    from studio.store.records import Creation

FOX, OWL = Spot("a red fox", "flat", 7), Spot("an owl", "oil", 7)
MIX = PictureBrief("mix", (FOX, OWL), 9)
MORPH = PictureBrief("morph", (FOX, OWL))


def made(brief: PictureBrief) -> Creation:
    record = _record(a_request("1234567890123456789", brief=brief))
    data, artifacts = painted(brief, 7)
    return capture.creation(record, wire_job(record), Done({}, 7, "renga-gan", None), artifacts, data, NOW)


GRID = made(a_picture_brief())


def noted(creation: Creation, **notes: object) -> Creation:
    return replace(creation, pictures=tuple(replace(each, **notes) for each in creation.pictures))  # type: ignore[arg-type]


def said(creation: Creation) -> str:
    (page,) = picture_cards.finished(creation, b"png", spoiler=False).pages
    return page


@pytest.mark.parametrize(
    ("brief", "heading", "ready"),
    [
        (a_picture_brief(), "pictures · “a red fox” · flat", "pictures are ready"),
        (a_picture_brief(count=1), "picture · “a red fox” · flat", "picture is ready"),
        (a_picture_brief(move="vary"), "variations · “a red fox” · flat", "variations are ready"),
        (MIX, "mix · “a red fox” to “an owl” · flat · oil · 9 steps", "mix is ready"),
        (MORPH, "morph · “a red fox” to “an owl” · flat · oil", "morph is ready"),
    ],
)
def test_what_was_asked_is_one_small_line(brief: PictureBrief, heading: str, ready: str) -> None:
    assert cards.heading(brief) == f"-# {heading}"
    assert ready in cards.announcement(brief, 3)
    assert "🎨 Painting…" in cards.beginning(brief)
    assert cards.growing(brief, "") == cards.beginning(brief)
    assert f"-# {heading}" in said(made(brief))


def test_one_that_nearly_knows_the_theme_names_what_it_knows() -> None:
    creation = noted(made(a_picture_brief()), outside=True, nearest=("wolf", "dog", "cat"))
    assert "“a red fox” lies outside what I know, so this is a guess; " in said(creation)
    assert "the nearest things that I do know are wolf, dog and cat." in said(creation)
    assert "the nearest thing that I do know is wolf." in said(noted(creation, nearest=("wolf",)))
    assert said(noted(creation, nearest=())).count("so this is a guess.") == 1
    assert "One of these themes lies outside" in said(noted(made(MIX), outside=True))


@given(st.text(min_size=1, max_size=60), st.text(max_size=300))
def test_whatever_is_understood_is_shown_as_text_within_the_limits(word: str, alt: str) -> None:
    creation = noted(GRID, understood=(word,) * 12, alt=alt, outside=True, nearest=(word,) * 3)
    card = picture_cards.finished(creation, b"png", spoiler=True)
    assert len(card.pages[0]) <= cards.MESSAGE_LIMIT
    assert len(card.alt) <= picture_cards.ALT_LIMIT
    assert card.file_name.startswith("SPOILER_")
    assert card.file_name.isascii()
    assert len(card.file_name) < 120
    one = picture_cards.picked(creation, creation.pictures[0], b"png", member_id=3, spoiler=False)
    assert len(one.pages[0]) <= cards.MESSAGE_LIMIT


def test_a_mix_says_what_it_goes_from_and_to() -> None:
    creation = made(MIX)
    *way, last = creation.pictures
    ends = (replace(way[0], understood=("fox", "flat")), *way[1:], replace(last, understood=("owl", "oil")))
    assert said(replace(creation, pictures=ends)).startswith("**fox · flat** → **owl · oil**\n")


def test_a_moving_picture_says_what_turns_into_what() -> None:
    creation = noted(made(MORPH), understood=("fox · red · flat", "owl · oil"))
    assert said(creation).startswith("**fox · red · flat** → **owl · oil**\n")
    assert said(noted(creation, understood=("fox", "fox"))).startswith("**fox** → **fox**\n")


def test_what_was_left_out_of_a_picture_is_said_below_it() -> None:
    assert said(replace(GRID, note="“fox” was left out.")).endswith("\n-# “fox” was left out.")


def test_the_longest_themes_fit_a_message() -> None:
    brief = replace(MIX, spots=(Spot("a" + "*" * 199, "flat"), Spot("b" + "_" * 199, "oil")))
    assert len(said(made(brief))) <= cards.MESSAGE_LIMIT


def test_markup_in_a_theme_is_text() -> None:
    creation = noted(made(a_picture_brief()), understood=("**fox**", "<@1>"))
    assert r"\*\*fox\*\* · \<@1\>" in said(creation)


@pytest.mark.parametrize(
    ("brief", "alt"),
    [
        (a_picture_brief(), "A grid of four numbered pictures. A sticker of a fox."),
        (a_picture_brief(count=1), "A sticker of a fox."),
        (
            MIX,
            "A strip of nine numbered pictures. The first: A sticker of a fox. The last: A sticker of a fox.",
        ),
        (MORPH, "A sticker of a fox."),
    ],
)
def test_every_file_says_what_it_is(brief: PictureBrief, alt: str) -> None:
    assert picture_cards.alt(made(brief)) == alt
    assert picture_cards.alt(noted(made(brief), alt=""))


@pytest.mark.parametrize(
    "brief",
    [a_picture_brief(count=n) for n in (1, 2, 3, 4)]
    + [replace(MIX, count=n) for n in (2, 5, 6, 9)]
    + [MORPH],
)
def test_no_row_has_more_buttons_than_discord_takes_and_each_id_is_its_own(brief: PictureBrief) -> None:
    payload = when_made(made(brief)).to_components()
    assert len(payload) <= 5
    ids = [item["custom_id"] for row in payload for item in row["components"]]
    assert all(len(row["components"]) <= 5 for row in payload)
    assert len(set(ids)) == len(ids)
    assert all(len(custom_id) <= 100 for custom_id in ids)


def test_forms_are_known_again_by_their_ids() -> None:
    (picture,) = made(a_picture_brief(count=1)).pictures
    for kind, form in (
        ("emoji", buttons.emoji_form("42", picture)),
        ("sticker", buttons.sticker_form("42", picture)),
    ):
        match = buttons.NAME_FORM.fullmatch(form.custom_id)
        assert match is not None
        assert match.groups() == (kind, "42", "0")
