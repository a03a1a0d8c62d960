"""What is not shown, and what a piece may say all the same."""

from __future__ import annotations

import codecs
from dataclasses import replace

import pytest

from generation.safety import refusal, unfit
from generation.wire.jobs import Brief, Spot
from tests.generation.stand import job, picture_job

SLUR = codecs.decode("xvxr", "rot13")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"you {SLUR.upper()}s", SLUR.upper()),
        ("go and Kill Yourself now", "Kill Yourself"),
        ("a minor was seen naked", "minor was seen naked"),
        (codecs.decode("bhg jvgu lbh, snt", "rot13"), codecs.decode("snt", "rot13")),
        ("\u4f60\u8fd9\u4e2a\u50bb\u903c", "\u50bb\u903c"),
        ("\u808f\u4f60\u5988", "\u808f\u4f60\u5988"),
        ("\u5e72\u4f60\u5a18", "\u5e72\u4f60\u5a18"),
        ("gas the immigrants", "gas the immigrants"),
    ],
)
def test_what_hurts_is_found_whatever_its_case(text: str, found: str) -> None:
    assert unfit(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "She swore to kill him at the mill, and the miller's knife was out.",
        "Light fell through a chink in the wall of Scunthorpe.",
        "The fagot burned; the spice was sweet; the cock crew; a grape fell.",
        "Her throat was slit, the ballad says, and all the soldiers deserved to die.",
        "床前明月光，疑是地上霜。",
        "今日你妈妈来了，生日你妈妈也来。",
        "The kitchen was spic and span, and we went to gas the car.",
    ],
)
def test_what_stories_are_made_of_stays(text: str) -> None:
    assert unfit(text) is None


@pytest.mark.parametrize(
    "brief",
    [
        Brief("haiku", f"a {SLUR}"),
        Brief("haiku", "rain", tone=SLUR),
        Brief("haiku", "rain", must=("rain", SLUR)),
        Brief("acrostic", "rain", given=SLUR),
        Brief("haiku", "rain", move="adjust", source="Rain.", wish=f"with a {SLUR}"),
    ],
)
def test_a_brief_is_refused_wherever_the_word_stands(brief: Brief) -> None:
    said = refusal(replace(job("a"), brief=brief))
    assert said is not None
    assert SLUR not in said


def test_the_theme_of_a_picture_is_looked_at_too() -> None:
    assert refusal(picture_job("a", move="mix", spots=(Spot("a fox"), Spot(f"a {SLUR}")))) is not None
    assert refusal(picture_job("a")) is None


def test_what_a_piece_begins_from_was_shown_before() -> None:
    assert refusal(replace(job("a"), brief=Brief("haiku", "rain", move="vary", source=f"A {SLUR}."))) is None
