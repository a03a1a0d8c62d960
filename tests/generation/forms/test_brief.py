"""What a member types: cleaned, or one sentence about what is wrong."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.forms import FORMS
from generation.forms.brief import InvalidBriefError, clean, validated, validated_seed
from generation.wire.jobs import SEEDS


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  autumn \t\n dusk ", "autumn dusk"),
        ("autumn\x00\x1b[31mdusk", "autumn[31mdusk"),
        ("au\u200btu\ufeffmn", "autumn"),
        ("\u202eksud\u202c", "ksud"),
        ("\u2066a\u2069b\u200eb", "abb"),
        ("cafe\u0301", "café"),
        ("a\u00a0b\u2003c\u2028d", "a b c d"),
        ("👩\u200d🚀 in space", "👩\u200d🚀 in space"),
        ("\ud800x", "x"),
        ("秋の夕暮れ", "秋の夕暮れ"),
    ],
)
def test_text_is_one_visible_line(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@given(st.text(max_size=200))
def test_cleaning_leaves_nothing_that_hides_and_is_done_once(typed: str) -> None:
    kept = clean(typed)
    assert clean(kept) == kept
    assert "\n" not in kept
    assert "  " not in kept
    assert all(unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cn") for char in kept)
    assert not set(kept) & set(
        "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
    )


@pytest.mark.parametrize("theme", ["", "   ", "\u200b\u200d", "\u202e", "\x00"])
def test_an_empty_theme_is_asked_for(theme: str) -> None:
    with pytest.raises(InvalidBriefError, match="A theme is needed"):
        validated("haiku", theme)


@pytest.mark.parametrize("length", [301, 10_000, 10_000_000])
def test_a_theme_too_long_names_the_limit(length: int) -> None:
    with pytest.raises(InvalidBriefError, match="300"):
        validated("haiku", "x" * length)
    with pytest.raises(InvalidBriefError, match="60"):
        validated("haiku", "x", tone="y" * length)


def test_the_limits_themselves_are_allowed() -> None:
    brief = validated("haiku", "x" * 300, tone="y" * 60)
    assert (len(brief.theme), len(brief.tone)) == (300, 60)


def test_an_unknown_form_names_the_nearest_or_all_of_that_command() -> None:
    with pytest.raises(InvalidBriefError, match="did you mean haiku"):
        validated("hiaku", "rain")
    with pytest.raises(InvalidBriefError) as caught:
        validated("haiku", "rain", kind="script")
    assert "scene, monologue, sketch" in str(caught.value)
    assert "sonnet" not in str(caught.value)


@pytest.mark.parametrize("typed", ["Haiku", " HAIKU ", "hai\u200bku", "free  verse"])
def test_a_form_is_known_however_it_is_typed(typed: str) -> None:
    assert validated(typed, "rain").form in ("haiku", "free verse")


def test_a_length_is_one_of_three() -> None:
    assert validated("haiku", "rain", length="LONG").length == "long"
    with pytest.raises(InvalidBriefError, match="short, medium or long"):
        validated("haiku", "rain", length="epic")


@pytest.mark.parametrize("seed", [-1, SEEDS, 10**30])
def test_a_seed_out_of_range_names_the_range(seed: int) -> None:
    with pytest.raises(InvalidBriefError, match=f"from 0 to {SEEDS - 1}"):
        validated_seed(seed)


@given(st.integers(0, SEEDS - 1))
def test_a_seed_in_range_stays(seed: int) -> None:
    assert validated_seed(seed) == seed


@given(st.sampled_from(sorted(FORMS)), st.text(max_size=400), st.text(max_size=80))
def test_whatever_is_typed_becomes_a_brief_or_one_sentence(form: str, theme: str, tone: str) -> None:
    said = ""
    try:
        brief = validated(form, theme, tone)
    except InvalidBriefError as error:
        said = str(error)
    if said:
        assert "\n" not in said
        assert said.endswith(".")
    else:
        assert 0 < len(brief.theme) <= 300
        assert brief.theme == clean(theme)
