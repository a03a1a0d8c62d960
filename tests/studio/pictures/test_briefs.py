"""Wishes for pictures: what can be made, and the one sentence for what cannot."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.forms.brief import InvalidBriefError
from generation.forms.pictures import STYLES
from generation.wire.jobs import AWAY_LIMIT, SEEDS, Job, PictureBrief, Spot
from studio.pictures import briefs

FOX, OWL = Spot("a fox", "flat", 7), Spot("an owl", "", 7)


def on_the_wire(brief: PictureBrief) -> Job:
    """The wire's own check of it."""
    return Job.from_json(
        Job("1", "picture", "t", "m", 1.0, None, 7, picture=brief).to_json()
    )  # raises where the two disagree


def test_words_are_cleaned_and_styles_known_by_name_and_title() -> None:
    brief = briefs.new(" a\n red\u202e fox ", " Pixel ART ", 2, seed=7)
    assert brief == PictureBrief("new", (Spot("a red fox", "pixel art", 7),), 2)
    assert briefs.new("waves", "Print", seed=7).spots[0].style == "clean"
    assert all(
        briefs.new("waves", style.title, seed=1).spots[0].style == name for name, style in STYLES.items()
    )


def test_an_emoji_and_chinese_are_themes() -> None:
    assert briefs.new("🦊", seed=1).spots[0].theme == "🦊"
    assert briefs.new("红色的狐狸", seed=1).spots[0].theme == "红色的狐狸"


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: briefs.new("", seed=1), "A theme is needed"),
        (lambda: briefs.new("!?", seed=1), "A theme is needed"),
        (lambda: briefs.new("x" * 201, seed=1), "200 characters at most"),
        (lambda: briefs.new("a fox", count=0, seed=1), "1 to 4 pictures"),
        (lambda: briefs.new("a fox", count=5, seed=1), "1 to 4 pictures"),
        (lambda: briefs.new("a fox", "marble", seed=1), "I do not know the style"),
        (lambda: briefs.new("a fox", seed=SEEDS), "A seed is a whole number"),
        (lambda: briefs.mix(FOX, OWL, 1), "2 to 9 steps"),
        (lambda: briefs.mix(FOX, OWL, 10), "2 to 9 steps"),
        (lambda: briefs.mix(FOX, replace(OWL, theme=" ")), "A theme is needed"),
        (lambda: briefs.vary(None), "lies between two others"),
        (lambda: briefs.vary(replace(FOX, away=(1,) * AWAY_LIMIT)), "varied 16 times"),
    ],
)
def test_what_cannot_be_made_is_one_sentence(made: object, said: str) -> None:
    with pytest.raises(InvalidBriefError, match=said) as caught:
        made()  # type: ignore[operator]
    assert "\n" not in str(caught.value)


@given(st.text(max_size=400), st.sampled_from(["", *STYLES]), st.integers(-1, 6), st.integers(-1, SEEDS))
def test_whatever_is_taken_the_wire_takes_too(theme: str, style: str, count: int, seed: int) -> None:
    try:
        brief = briefs.new(theme, style, count, seed=seed)
    except InvalidBriefError:
        return
    on_the_wire(brief)


def test_the_other_moves_are_taken_by_the_wire() -> None:
    for brief in (briefs.vary(FOX), briefs.mix(FOX, OWL), briefs.mix(FOX, OWL, 9), briefs.morph(FOX, OWL)):
        on_the_wire(brief)


def test_again_begins_from_other_seeds_but_varies_the_same_picture() -> None:
    far = replace(FOX, away=(1, 2))
    assert briefs.again(briefs.mix(far, OWL), 9).spots == (replace(FOX, seed=9), replace(OWL, seed=9))
    assert briefs.again(briefs.vary(far), 9) == briefs.vary(far)
