"""Which pages go with a piece."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from generation.wire.jobs import Brief, PictureBrief, Sampling, Spot
from studio.pages import Press, colophon, pages, source
from studio.store.records import Creation

if TYPE_CHECKING:
    from collections.abc import Iterator

POEM = Creation(
    id="1", guild_id=1, channel_id=2, member_id=3, kind="verse", form="haiku", brief=Brief(form="haiku", theme="rain"),
    text="rain\non tin", mime="text/plain", digest="0" * 64, prompt="rain", seed=7, sampling=Sampling(), model="m",
    adapter=None, parent=None, made_at=1_795_824_000.0, usage={},
)  # fmt: skip


@pytest.fixture
def press() -> Iterator[Press]:
    with Press() as opened:
        yield opened


async def test_a_press_sets_a_poem_as_a_card_beside_the_event_loop(press: Press) -> None:
    (page,) = await press.pages(POEM)
    assert page.ending == "png"
    assert page.data.startswith(b"\x89PNG")


def test_a_script_has_a_pdf_and_a_source_and_keeps_the_source_where_the_pdf_cannot_be_set() -> None:
    script = replace(POEM, kind="script", form="scene", text="INT. ROOM - DAY\n\nMARA\nHello.")
    assert [page.ending for page in pages(script)] == ["pdf", "fountain"]
    assert [page.ending for page in pages(replace(script, text="MARA\n👋"))] == ["fountain"]


def test_a_story_pictures_and_a_poem_of_a_hundred_lines_have_no_page() -> None:
    assert pages(replace(POEM, kind="story")) == ()
    wish = PictureBrief(move="new", spots=(Spot(theme="fox", style="", seed=1),))
    assert pages(replace(POEM, kind="picture", brief=wish)) == ()
    assert pages(replace(POEM, text="a line\n" * 100)) == ()


def test_a_colophon_says_the_day_in_the_poems_language() -> None:
    assert colophon(POEM) == "haiku · Renga · 28 November 2026"
    assert colophon(replace(POEM, form="wujue", text="空山新雨后")) == "五绝 · Renga · 2026年11月28日"


def test_a_source_gets_a_title_page_unless_it_brings_one() -> None:
    assert source("MARA\nHello.\n\n", "two  umbrellas") == "Title: two umbrellas\n\nMARA\nHello.\n"
    assert source("Title: Mine\n\nMARA\nHello.", "theirs") == "Title: Mine\n\nMARA\nHello.\n"
