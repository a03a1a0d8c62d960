"""Briefs that come from a piece."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.forms.brief import InvalidBriefError
from generation.forms.prompts import SOURCE_TAIL
from generation.wire.jobs import Brief, Spot
from studio import derive
from studio.ask import _record
from studio.errors import Refusal
from tests.studio.made import BRIEF, a_creation, a_picture_brief, a_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.store.records import Creation

PIECE = a_creation(_record(a_request()))


def test_again_is_the_same_wish() -> None:
    assert derive.again(PIECE, 9) == BRIEF


def test_again_of_pictures_begins_from_the_new_seed() -> None:
    asked = _record(a_request(brief=a_picture_brief()))
    assert derive.again(asked, 9) == a_picture_brief(spots=(Spot("a red fox", "flat", 9),))


@pytest.mark.parametrize("of_a_text", [derive.vary, derive.continued, derive.text_brief])
def test_what_is_done_to_texts_is_refused_to_pictures(of_a_text: Callable[[Creation], object]) -> None:
    with pytest.raises(Refusal, match="Only a text"):
        of_a_text(replace(PIECE, brief=a_picture_brief()))


def test_vary_starts_from_the_piece() -> None:
    assert derive.vary(PIECE) == replace(BRIEF, move="vary", source=PIECE.text)


def test_continue_starts_from_the_end_of_a_long_piece_in_whole_lines() -> None:
    lines = [f"line {n} of many" for n in range(1000)]
    brief = derive.continued(replace(PIECE, text="\n".join(lines)))
    assert brief.move == "continue"
    assert len(brief.source) <= SOURCE_TAIL
    assert brief.source.splitlines() == lines[-len(brief.source.splitlines()) :]
    assert len(brief.source) > SOURCE_TAIL - 30


def test_vary_shows_the_beginning_of_a_long_piece_in_whole_lines() -> None:
    lines = [f"line {n} of many" for n in range(1000)]
    brief = derive.vary(replace(PIECE, text="\n".join(lines)))
    assert brief.source.splitlines() == lines[: len(brief.source.splitlines())]


@given(st.text(max_size=4 * SOURCE_TAIL))
def test_what_a_piece_lends_is_never_longer_than_a_prompt_takes(text: str) -> None:
    long = text * 3
    assert len(derive.continued(replace(PIECE, text=long)).source) <= SOURCE_TAIL
    assert len(derive.vary(replace(PIECE, text=long)).source) <= SOURCE_TAIL
    assert long.strip().endswith(derive.continued(replace(PIECE, text=long)).source)


def test_an_edited_brief_is_a_new_wish() -> None:
    varied = derive.vary(PIECE)
    edited = derive.edited(varied, theme=" first  snow ", tone="", length="short", form="Tanka")
    assert edited == Brief(form="tanka", theme="first snow", tone="", length="short")


@pytest.mark.parametrize("form", ["fable", "epic"])
def test_an_edited_brief_keeps_to_the_kind(form: str) -> None:
    with pytest.raises(InvalidBriefError):
        derive.edited(BRIEF, theme="snow", tone="", length="short", form=form)
