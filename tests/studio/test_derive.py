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


def test_a_move_keeps_the_form_and_the_words_to_include() -> None:
    piece = replace(PIECE, brief=replace(BRIEF, must=("bell",), wish="an older one"))
    for brief in (derive.vary(piece), derive.warmer(piece)):
        assert (brief.form, brief.must, brief.wish, brief.source) == ("haiku", ("bell",), "", PIECE.text)
    assert derive.continued(piece).must == ()


def test_shorter_is_one_length_down_and_nothing_for_what_has_one_length() -> None:
    story = replace(PIECE, brief=Brief("short story", "rain", length="long"))
    assert derive.shorter(story) == Brief("short story", "rain", "", "medium", "shorter", PIECE.text)
    for brief in (BRIEF, Brief("short story", "rain", length="short")):
        assert not derive.can_shorten(brief)
        with pytest.raises(Refusal, match="as short as one can be"):
            derive.shorter(replace(PIECE, brief=brief))


@pytest.mark.parametrize(
    ("tone", "warmer"), [("", "warm"), ("calm", "calm, warm"), ("warm", "warm"), ("x" * 58, "warm")]
)
def test_warmer_says_so_in_the_tone(tone: str, warmer: str) -> None:
    assert derive.warmer(replace(PIECE, brief=replace(BRIEF, tone=tone))).tone == warmer


def test_an_adjustment_holds_the_words_and_moods_that_it_names() -> None:
    piece = replace(PIECE, brief=replace(BRIEF, must=("bell",)))
    brief = derive.adjusted(piece, " make it sadder,\nwith the word 'hum' ")
    assert brief == replace(
        BRIEF,
        tone="calm, sad",
        move="adjust",
        source=PIECE.text,
        must=("hum", "bell"),
        wish="make it sadder, with the word 'hum'",
    )


@pytest.mark.parametrize(
    "wish",
    [
        "make it like Bob's poem", "use <@12345>'s haiku", "adjust the other one", "rewrite her poem instead",
        "take the poem that Ada wrote", "use the haiku by Ada", "make it like someone else's poem", "continue Ada's story",
        "https://discord.com/channels/1/2/3 but shorter", "change @bo's piece",
    ],
)  # fmt: skip
def test_an_adjustment_of_another_persons_piece_is_refused(wish: str) -> None:
    with pytest.raises(Refusal, match="only adjust the piece that Adjust was pressed under"):
        derive.adjusted(PIECE, wish)


@pytest.mark.parametrize(
    "wish",
    [
        "make it sadder", "make the last verse sadder", "mention my grandmother's story", "more like a folk song",
        "change the first line", "make her story sadder", "end with the word moon", "add Bob's dog", "like Shakespeare",
    ],
)  # fmt: skip
def test_an_adjustment_may_speak_of_people_and_stories(wish: str) -> None:
    assert derive.adjusted(PIECE, wish).wish == wish


def test_an_edited_brief_is_a_new_wish() -> None:
    varied = derive.vary(PIECE)
    edited = derive.edited(
        varied, theme=" first  snow ", tone="", must="hum, tin", form="Tanka, short", given=""
    )
    assert edited == Brief(form="tanka", theme="first snow", tone="", length="short", must=("hum", "tin"))


@pytest.mark.parametrize("form", ["fable", "epic", "haiku, epic", ""])
def test_an_edited_brief_keeps_to_the_kind(form: str) -> None:
    with pytest.raises(InvalidBriefError):
        derive.edited(BRIEF, theme="snow", tone="", must="", form=form, given="")


def test_a_line_goes_with_the_form_that_was_built_on_it() -> None:
    edited = derive.edited(BRIEF, theme="snow", tone="", must="", form="haiku", given="SNOW")
    assert edited == Brief("haiku", "snow")
