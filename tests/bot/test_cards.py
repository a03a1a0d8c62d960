"""Cards: letter for letter, within Discord's limits, nothing lost."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import cards
from generation.starters import Starter
from generation.wire.jobs import Brief, Sampling
from studio.store.records import Creation, Draft

if TYPE_CHECKING:
    from generation.wire.errors import Limit

BRIEF = Brief(form="haiku", theme="autumn dusk", tone="calm")


def creation(text: str, brief: Brief = BRIEF) -> Creation:
    return Creation(
        id="1234567890123456789", guild_id=1, channel_id=2, member_id=3, kind="verse", form=brief.form, brief=brief,
        text=text, mime="text/plain", digest="0" * 64, prompt=brief.theme, seed=7, sampling=Sampling(),
        model="SmolLM2-135M-Instruct", adapter=None, parent=None, made_at=100.0, usage={},
    )  # fmt: skip


def unescape(text: str) -> str:
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", text)


@pytest.mark.parametrize(
    "text",
    [
        "# loud",
        "-# small",
        "- item",
        "> quote",
        "1. first",
        "*bold* _it_ ~~no~~ ||spoiler||",
        "`code` [a](b)",
        "<@123>",
    ],
)
def test_markup_is_shown_as_text(text: str) -> None:
    assert unescape(cards.escape(text)) == text
    assert not re.search(r"(?<!\\)[*_~|`<>\[\]]", cards.escape(text))
    assert not re.match(r"(#|-#|[-+]|\d+[.)])\s", cards.escape(text))


def test_links_are_not_made_of_what_people_type() -> None:
    assert "://" not in cards.escape("see https://example.org")


@given(st.text(max_size=9000))
def test_a_finished_card_fits_and_loses_nothing(text: str) -> None:
    card = cards.finished(creation(text))
    assert all(len(page) <= cards.MESSAGE_LIMIT for page in card.pages)
    assert len(card.pages) <= cards.MOST_PAGES
    if card.file is not None:
        assert card.file.decode() == text
    else:
        shown = unescape("".join(card.pages)).replace("\n", "").replace(" ", "")
        assert (
            text.replace("\n", "").replace(" ", "").replace("\\", "") in shown.replace("\\", "")
            or not text.strip()
        )


@given(st.text(alphabet="ab *\n\\_", max_size=6000))
def test_a_growing_text_always_fits_a_message(text: str) -> None:
    assert len(cards.growing(BRIEF, text)) <= cards.MESSAGE_LIMIT


def test_a_long_theme_still_fits_beside_the_text() -> None:
    brief = Brief(form="sonnet", theme="*" * 300, tone="_" * 60)
    card = cards.finished(creation("line\n" * 300, brief))
    assert all(len(page) <= cards.MESSAGE_LIMIT for page in card.pages)
    assert len(cards.growing(brief, "x" * 5000)) <= cards.MESSAGE_LIMIT


def test_the_footer_says_what_made_it_and_for_whom() -> None:
    page = cards.finished(creation("old pond")).pages[-1]
    for told in ("haiku", "autumn dusk", "SmolLM2-135M-Instruct", "no adapter", "seed 7", "<@3>"):
        assert told in page


def test_a_starter_is_called_by_its_name_and_another_adapter_by_its_digest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "adapter abcabcabcabc " in cards.footer(replace(creation("old pond"), adapter="abc" * 21 + "d"))
    one = Starter("small-verse", "d" * 64, "1" * 64, ("haiku",), Path("nowhere"))
    monkeypatch.setattr("bot.cards.starter_named", {one.digest: one}.get)
    assert "starter small-verse " in cards.footer(replace(creation("old pond"), adapter=one.digest))


def test_a_note_on_how_it_was_made_is_under_the_piece() -> None:
    noted = replace(creation("old pond"), note="Its adapter cannot be used. *It* is not there.")
    page = cards.finished(noted).pages[-1]
    assert page.endswith(r"-# Its adapter cannot be used. \*It\* is not there.")


def test_the_heading_says_what_was_understood() -> None:
    brief = Brief("haiku", "a *cat*", "warm", "short", "adjust", must=("hum", "tin"), wish="less rain")
    assert (
        cards.heading(brief)
        == r"-# haiku · “a \*cat\*” · warm · with “hum”, “tin” · short · adjusted: less rain"
    )


def test_all_that_can_be_asked_for_at_once_still_fits_beside_the_text() -> None:
    brief = Brief(
        "sonnet", "*" * 300, "_" * 60, "long", "adjust", must=("~" * 40,) * 6, given="`" * 300, wish="|" * 300
    )
    piece = replace(creation("*" * 9000, brief), kept=False, reasons=("*" * 200,) * 8, note="*" * 200)
    for card in (cards.finished(piece), cards.finished(piece, as_file=True)):
        assert all(len(page) <= cards.MESSAGE_LIMIT for page in card.pages)
    assert len(cards.growing(brief, "x" * 5000)) <= cards.MESSAGE_LIMIT


def test_a_form_that_was_not_met_is_said_in_one_small_line() -> None:
    piece = replace(
        creation("old pond"), kept=False, reasons=("Line 2 has *8* syllables.", "So has 3.", "And more.")
    )
    assert r"-# ⚠️ Not quite a haiku: Line 2 has \*8\* syllables. So has 3." in cards.finished(piece).pages[-1]


@pytest.mark.parametrize("kept", [True, None])
def test_a_form_that_was_met_or_not_looked_at_is_not_spoken_of(kept: bool | None) -> None:
    assert "⚠️" not in cards.finished(replace(creation("old pond"), kept=kept)).pages[-1]


def test_a_word_that_is_missing_is_said_though_the_form_is_kept() -> None:
    piece = replace(creation("old pond"), kept=True, reasons=("The word “hum” is not in it.",))
    assert "Not all that was asked: The word “hum” is not in it." in cards.finished(piece).pages[-1]


@pytest.mark.parametrize(
    ("eta", "said"), [(2.0, "a few seconds"), (31.0, "30 seconds"), (600.0, "10 minutes")]
)
def test_a_place_in_the_queue_is_said_with_its_time(eta: float, said: str) -> None:
    assert said in cards.waiting(BRIEF, 4, eta)
    assert "Number 4" in cards.waiting(BRIEF, 4, eta)


@pytest.mark.parametrize(
    ("limit", "whose"),
    [("member", "You have as many"), ("tenant", "This server has"), ("host", "The queue is full")],
)
def test_whose_room_is_used_up_is_said_with_when_it_may_join(limit: Limit, whose: str) -> None:
    said = cards.full(BRIEF, 31.0, limit)
    assert whose in said
    assert "written down" in said
    assert "30 seconds" in said


def with_drafts(*texts: str) -> Creation:
    several = tuple(Draft(n, text, "0" * 64, n != 1) for n, text in enumerate(texts))
    return replace(creation(texts[0]), drafts=several)


def test_drafts_are_numbered_in_one_message_that_says_who_picks() -> None:
    (page,) = cards.finished(with_drafts("The *moon*.", "The sea.", "# The bell.")).pages
    lines = page.splitlines()
    assert lines[0] == "**1**"
    assert lines[1] == r"The \*moon\*."
    assert "**2** · not quite in its form" in lines
    assert r"\# The bell." in lines
    assert "<@3> picks" in lines[-1]
    assert len(page) <= cards.MESSAGE_LIMIT


def test_what_is_to_be_told_of_drafts_is_told_while_one_can_still_be_picked() -> None:
    few = replace(
        with_drafts("The moon.", "The sea."), note="The other drafts came to the same, or to nothing."
    )
    assert "-# The other drafts came to the same, or to nothing." in cards.finished(few).pages[0].splitlines()


def test_a_piece_on_trial_does_not_say_what_wrote_it() -> None:
    made = replace(creation("The moon."), adapter="ab" * 32)
    assert "adapter abababababab" in cards.footer(made)
    assert "on trial, so what wrote it is not told" in cards.footer(replace(made, blind=True))
    assert "abab" not in cards.footer(replace(made, blind=True))


def test_who_waited_long_for_drafts_is_told_that_there_is_something_to_pick() -> None:
    made = with_drafts("The moon.", "The sea.")
    assert (
        cards.announcement(made.brief, 7, len(made.drafts))
        == "<@7> 2 drafts of your haiku are ready: pick one."
    )


def test_long_drafts_are_in_a_file_and_nothing_is_lost() -> None:
    texts = ("moon " * 300, "sea " * 300)
    card = cards.finished(with_drafts(*texts))
    assert len(card.pages) == 1
    assert card.file is not None
    assert all(text.encode() in card.file for text in texts)


def test_a_piece_that_was_picked_says_from_how_many() -> None:
    (page,) = cards.finished(replace(with_drafts("The moon.", "The sea."), choice=1, text="The sea.")).pages
    assert page.startswith("The sea.")
    assert "The moon." not in page
    assert "number 2 of 2 drafts ·" in page
