"""Plans: what a brief becomes for a decoder, and which briefs cannot be held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.forms import FORMS, form_named
from generation.forms.errors import InvalidBriefError
from generation.forms.sounds import line_counts
from generation.wire.jobs import Brief

if TYPE_CHECKING:
    from generation.forms.plan import Plan

PLANNED = [form.name for form in FORMS.values() if form.plan is not None]
ENGLISH = [name for name in PLANNED if form_named(name).language == "en"]
GIVEN = {
    "acrostic": "quiet night",
    "golden shovel": "the art of losing",
    "found line": "The rain has nothing more to say",
}


def planned(name: str, seed: int = 0, **parts: object) -> Plan:
    plan = form_named(name).plan
    assert plan is not None
    return plan(Brief(name, "x", **{"given": GIVEN.get(name, ""), **parts}), seed)


def shape(plan: Plan) -> list[tuple[int, int, str]]:
    return [(line.least, line.most, line.rhyme) for line in plan.lines]


@pytest.mark.parametrize("name", PLANNED)
@given(seed=st.integers(0, 2**31 - 1), length=st.sampled_from(["short", "medium", "long"]))
@settings(max_examples=20, deadline=None)
def test_a_plan_is_sound_whatever_the_seed(name: str, seed: int, length: str) -> None:
    plan = planned(name, seed, length=length)
    assert plan == planned(name, seed, length=length)
    assert plan.script == ("han" if form_named(name).language == "zh" else "latin")
    assert 2 <= len(plan.lines) <= 20
    assert all(0 < cut < len(plan.lines) for cut in plan.breaks)
    for line in plan.lines:
        assert 1 <= line.least <= line.most
        assert len(line.metre) in (0, line.most)
    letters = [line.rhyme for line in plan.lines if line.rhyme]
    assert all(letters.count(letter) > 1 for letter in letters)


def test_the_counts_and_rhymes_are_those_of_the_forms() -> None:
    assert shape(planned("haiku")) == [(5, 5, ""), (7, 7, ""), (5, 5, "")]
    assert [line.least for line in planned("tanka").lines] == [5, 7, 5, 7, 7]
    assert shape(planned("limerick")) == [(8, 8, "a"), (8, 8, "a"), (5, 5, "b"), (5, 5, "b"), (8, 8, "a")]
    assert shape(planned("couplet")) == [(8, 8, "a")] * 2
    assert "".join(rhyme for _, _, rhyme in shape(planned("quatrain", 0))) == "abab"
    assert "".join(rhyme for _, _, rhyme in shape(planned("quatrain", 1))) == "aabb"
    assert "".join(rhyme for _, _, rhyme in shape(planned("sonnet"))) == "ababcdcdefefgg"
    assert shape(planned("ballad", length="short"))[:4] == [(8, 8, ""), (6, 6, "a"), (8, 8, ""), (6, 6, "a")]
    assert planned("ballad").breaks == (4, 8)
    assert shape(planned("wujue")) == [(5, 5, ""), (5, 5, "a"), (5, 5, ""), (5, 5, "a")]
    assert [line.rhyme for line in planned("qijue").lines] == ["a", "a", "", "a"]
    assert len(planned("wulü").lines) == len(planned("qilü").lines) == 8


def test_an_acrostic_spells_its_word_without_accents_and_parts_its_words() -> None:
    plan = planned("acrostic", given="Noël-Étés")
    assert "".join(line.begins for line in plan.lines) == "NOELETES"
    assert plan.breaks == (4,)


def test_a_golden_shovel_ends_on_the_words_of_its_line() -> None:
    assert [line.ends_with for line in planned("golden shovel", given="It’s late, Dinah!").lines] == [
        "It’s",
        "late",
        "Dinah",
    ]


def test_a_found_line_stands_first_or_last_and_the_others_are_as_long() -> None:
    for seed in range(4):
        plan = planned("found line", seed)
        (at,) = [n for n, line in enumerate(plan.lines) if line.text]
        assert at == (3 if seed > 1 else 0)
        assert plan.lines[at].text == GIVEN["found line"]
        assert plan.lines[at].ends_with == "say"
        assert line_counts(plan.lines[at].text) == {plan.lines[at].least}
        assert all(abs(line.most - plan.lines[at].most) <= 1 for line in plan.lines)


def test_a_renga_answers_what_was_said_before() -> None:
    assert [line.least for line in planned("renga", length="short").lines] == [5, 7, 5]
    assert [line.least for line in planned("renga", move="continue", source="a\nb\nc").lines] == [7, 7]
    assert [line.least for line in planned("renga", move="continue", source="a\nb\nc\n\nd\ne").lines] == [
        5,
        7,
        5,
    ]
    assert planned("renga", length="medium").breaks == (3,)


@pytest.mark.parametrize("seed", range(8))
def test_the_tones_of_a_chinese_plan_alternate_and_its_rhymes_are_level(seed: int) -> None:
    for name, size in (("wujue", 5), ("qijue", 7), ("wulü", 5), ("qilü", 7)):
        plan = planned(name, seed)
        assert all(len(tones) == size and set(tones) <= set("平仄中") for tones in plan.tones)
        for line, tones in zip(plan.lines, plan.tones, strict=True):
            assert tones[-1] == ("平" if line.rhyme else "仄")
        for odd, even in zip(plan.tones[::2], plan.tones[1::2], strict=True):
            assert odd[1] != even[1]  # 对: the second characters of a couplet differ


class TestWordsToInclude:
    @given(
        name=st.sampled_from(ENGLISH),
        seed=st.integers(0, 1000),
        must=st.lists(
            st.sampled_from(["lantern", "Tomorrow", "hot tea", "emoji", "salt"]), max_size=2, unique=True
        ),
    )
    @settings(max_examples=60, deadline=None)
    def test_each_stands_in_one_line_that_has_room_for_it(
        self, name: str, seed: int, must: list[str]
    ) -> None:
        plan = planned(
            name,
            seed,
            must=tuple(must),
            given={**GIVEN, "golden shovel": "the art of losing it"}.get(name, ""),
        )
        held = [word for line in plan.lines for word in line.must]
        assert sorted(held) == sorted(must)
        for line in plan.lines:
            sizes = [min(line_counts(word)) for word in line.must]
            assert sum(sizes) + (1 if sizes and line.rhyme else 0) <= line.most
            assert not (line.must and line.text)

    def test_a_long_word_goes_where_it_fits(self) -> None:
        for seed in range(5):
            plan = planned("haiku", seed, must=("responsibility",))
            assert [line.must for line in plan.lines] == [(), ("responsibility",), ()]

    def test_they_are_spread_over_the_lines(self) -> None:
        plan = planned("haiku", 3, must=("snow", "bread", "door"))
        assert [len(line.must) for line in plan.lines] == [1, 1, 1]

    def test_one_that_the_given_line_has_is_asked_of_no_other(self) -> None:
        assert not any(line.must for line in planned("found line", must=("RAIN",)).lines)

    def test_chinese_words_stand_in_lines_of_chinese(self) -> None:
        plan = planned("wujue", 1, must=("春风", "江"))
        assert sorted(word for line in plan.lines for word in line.must) == sorted(["春风", "江"])


@pytest.mark.parametrize(
    ("name", "parts", "sentence"),
    [
        ("haiku", {"must": ("internationalization",)}, "“internationalization” has 8 syllables, and no line of a haiku has room for it; 7 at most."),
        ("limerick", {"must": ("responsibility of all",)}, "“responsibility of all” has 8 syllables, and no line of a limerick has room for it; 7 at most."),
        ("haiku", {"must": ("butterfly", "elephant", "everyday", "banana", "tomorrow", "yesterday")}, "A haiku has no room for all of those words; ask for fewer."),
        ("haiku", {"must": ("3rd",)}, "I cannot count the syllables of “3rd”; write it in letters."),
        ("haiku", {"must": ("月亮",)}, "I cannot count the syllables of “月亮”; write it in letters."),
        ("haiku", {"must": ("?!",)}, "“?!” is not a word that a line can hold."),
        ("acrostic", {"given": ""}, "An acrostic needs a word that its lines spell."),
        ("acrostic", {"given": "A"}, "An acrostic needs a word of 2 letters at least."),
        ("acrostic", {"given": "1984"}, "An acrostic spells letters from A to Z, and “1984” has others."),
        ("acrostic", {"given": "月亮"}, "An acrostic spells letters from A to Z, and “月亮” has others."),
        ("acrostic", {"given": "a" * 40}, "An acrostic spells 16 letters at most; “aaaaaaaaaaaaaaaaaaaa…” has 40."),
        ("golden shovel", {"given": ""}, "A golden shovel needs a line of 2 words at least."),
        ("golden shovel", {"given": "so " * 300}, "A golden shovel takes a line of 16 words at most; that one has 300."),
        ("golden shovel", {"given": "in the year 1999"}, "I cannot count the syllables of “1999”; write the line in English words."),
        ("found line", {"given": "so " * 300}, "A line to find has 2 to 14 words; that one has 300."),
        ("found line", {"given": "I gave my love an orange"}, "Nothing surely rhymes with “orange”; end the line on another word."),
        ("found line", {"given": "I saw the day begin the month"}, "Nothing surely rhymes with “month”; end the line on another word."),
        ("found line", {"given": "He never left the town of grwzt"}, "I do not know how “grwzt” is said, so nothing can rhyme with it; end the line on another word."),
        ("found line", {"given": "the cat"}, "A line to find has 5 to 14 syllables; that one has 2."),
        ("found line", {"given": "it was the 3rd of May"}, "I cannot count the syllables of “3rd”; write it in letters."),
        ("wujue", {"must": ("moon",)}, "“moon” is not written in Chinese characters, and a wujue holds no others."),
        ("wujue", {"must": ("春眠不觉晓",)}, "“春眠不觉晓” has 5 characters, and no line of a wujue has room for it."),
        ("wujue", {"must": ("春春春春", "夏夏夏夏", "秋秋秋秋", "冬冬冬冬", "年年年年")}, "No poem of 4 lines has room for all of those words; ask for fewer."),
    ],
)  # fmt: skip
def test_what_cannot_be_held_is_said_in_one_sentence(
    name: str, parts: dict[str, object], sentence: str
) -> None:
    with pytest.raises(InvalidBriefError) as raised:
        planned(name, **parts)
    assert str(raised.value) == sentence


@pytest.mark.parametrize("name", PLANNED)
@given(given=st.text(max_size=300), must=st.lists(st.text(min_size=1, max_size=40), max_size=6))
@settings(max_examples=30, deadline=None)
def test_whatever_is_given_makes_a_plan_or_one_sentence(name: str, given: str, must: list[str]) -> None:
    plan, sentence = None, ""
    try:
        plan = planned(name, given=given, must=tuple(must))
    except InvalidBriefError as error:
        sentence = str(error)
    assert (plan is None) == sentence.endswith(".")
    assert len(sentence) < 200
