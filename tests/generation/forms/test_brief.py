"""What a member types: cleaned, or one sentence about what is wrong."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.forms import FORMS
from generation.forms.brief import InvalidBriefError, asked, clean, listed, validated, validated_seed
from generation.wire.jobs import SEEDS, Brief


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
        validated("epic", "rain", kind="script")
    assert "I do not know the form “epic”; there are scene, monologue, sketch" in str(caught.value)
    assert "sonnet" not in str(caught.value)


@pytest.mark.parametrize(
    ("form", "kind", "said"),
    [
        ("haiku", "script", "“haiku” is a form of poems, which have a command of their own; here there are scene"),
        ("Short Story", "verse", "“short story” is a form of stories, which have a command of their own; here there are .*haiku"),
    ],
)  # fmt: skip
def test_a_form_of_another_command_is_said_to_be_one(form: str, kind: str, said: str) -> None:
    with pytest.raises(InvalidBriefError, match=said):
        validated(form, "rain", kind=kind)


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


def test_a_wish_as_typed_becomes_a_brief() -> None:
    typed = "write me a haiku about a cat asleep on a warm laptop, warm and funny, with the word 'hum'"
    brief = asked("verse", typed)
    assert brief == Brief("haiku", "a cat asleep on a warm laptop", "warm and funny", must=("hum",))


def test_what_is_said_outright_wins_over_what_is_read() -> None:
    brief = asked(
        "verse", "a funny haiku about rain with the word hum", form="tanka", tone="sad", must="glass, tin"
    )
    assert brief == Brief("tanka", "rain", "sad", must=("glass", "tin"))


def test_without_a_form_each_command_has_its_usual_one() -> None:
    assert [asked(kind, "rain").form for kind in ("verse", "script", "story")] == [
        "free verse", "scene", "short story",
    ]  # fmt: skip


def test_a_wish_may_be_longer_than_its_theme() -> None:
    assert asked("verse", f"haiku about {'x' * 300}").theme == "x" * 300
    with pytest.raises(InvalidBriefError, match="300 characters at most"):
        asked("verse", "x" * 301)


def test_a_list_of_words_is_read_with_commas_and_quotes() -> None:
    assert listed('hum, "purr" and Glass, hum,') == ("hum", "purr", "Glass")
    assert listed("雨、灯，月") == ("雨", "灯", "月")
    assert listed(" ,, ") == ()


@pytest.mark.parametrize(
    ("must", "said"),
    [
        (["a", "b", "c", "d", "e", "f", "g"], "At most 6 words"),
        (["x" * 41], "too long a word to include"),
        (["x" * 10_000], "too long a word to include"),
        (["!!"], "no word that could be included"),
    ],
)
def test_words_that_cannot_be_included_are_named(must: list[str], said: str) -> None:
    with pytest.raises(InvalidBriefError, match=said):
        validated("free verse", "rain", must=must)


def test_a_line_is_only_for_forms_that_are_built_on_one() -> None:
    with pytest.raises(InvalidBriefError, match="A haiku is not built on a line"):
        validated("haiku", "rain", given="RAIN")
    with pytest.raises(InvalidBriefError, match="300 characters at most"):
        validated("haiku", "rain", given="word " * 300)


def test_an_adjustment_needs_to_say_what_should_change() -> None:
    with pytest.raises(InvalidBriefError, match="what should change"):
        validated("haiku", "rain", move="adjust", wish=" ")
    assert validated("haiku", "rain", move="adjust", wish="less rain.").wish == "less rain"


def test_a_form_that_is_english_alone_says_so_of_a_chinese_theme() -> None:
    assert validated("free verse", "月亮").language == "zh"
    with pytest.raises(
        InvalidBriefError, match=r"A limerick is written in English here; in Chinese there are: .*free verse"
    ):
        validated("limerick", "月亮")


def test_what_no_line_of_the_form_can_hold_is_said_before_anything_is_made() -> None:
    with pytest.raises(InvalidBriefError, match="no line of a haiku has room"):
        validated("haiku", "rain", must=["indivisibility incomprehensible"])
    assert validated("haiku", "rain", must=["hum"]).must == ("hum",)
