"""Grammars over lines: whatever they let through passes the checker of its form."""

from __future__ import annotations

import random

import pytest

from generation.forms import FORMS, form_named
from generation.forms.structure import Option, Step, Structure, kind_of, length_of, stopped
from generation.wire.jobs import Brief

HELD = [form.name for form in FORMS.values() if form.structure is not None]
WORDS = "the fox a lamp harbor rain old my letter never under waits stone bread slow opens I away between salt".split()  # noqa: SIM905
WORDS_ZH = [*"我旧雨桥灯狐狸慢慢走石头门前信海盐不见了"]


def line_for(chance: random.Random, option: Option, number: int, chinese: bool) -> str:
    """Some line that `option` accepts: words at random, no two lines alike."""
    if option.whole:
        return chance.choice(option.whole)
    begins = chance.choice(option.begins) if option.begins else ""
    room = option.most - length_of(begins)
    size = chance.randint(min(max(option.least, 4), room), min(room, option.least + 25))
    if chinese:
        line = begins + chr(0x4E00 + number) + "".join(chance.choices(WORDS_ZH, k=3 * size // 2 - 1))
    else:
        rest = [
            *chance.choices(WORDS, k=size - 1),
            f"{chance.choice(WORDS)}{chr(97 + number % 26)}{chr(97 + number // 26)}",
        ]
        line = f"{begins} {' '.join(rest)}".replace("  ", " ").replace("@ ", "@").strip()
    line = line[0].upper() + line[1:] if option.sentence else line
    return (line.upper() if option.capitals else line) + ("。" if chinese else ".") * option.stop


def walked(chance: random.Random, state: Structure, chinese: bool) -> str:
    """A piece at random by a grammar."""
    text, number = "", 0
    while step := state.step:
        if step.may_end and chance.random() < 0.3:
            break
        line = line_for(chance, chance.choice(step.options), number, chinese)
        gap = step.gap == "yes" or (step.gap == "may" and chance.random() < 0.3)
        text += ("\n\n" if gap else "\n") * bool(text) + line
        state = state.after(line)
        number += 1
        assert number < 200
    return text


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", HELD)
def test_a_piece_by_its_grammar_passes_its_checker(name: str, language: str) -> None:
    form, chance = form_named(name), random.Random(name)
    assert form.structure is not None
    for length in ("short", "medium", "long") * 3:
        brief = Brief(name, "x", length=length, language=language)
        text = walked(chance, form.structure(brief, 0), chinese=language == "zh")
        told = [reason for reason in form.check(text, brief).reasons if not by_chance(reason)]
        assert told == [], text


def by_chance(reason: str) -> bool:
    """What words at random cannot help: no sense of self, no animal, pairs that come again."""
    return reason.startswith(
        ("Nobody in it says I", "There is no animal", "The same words", "It turns in circles")
    )


def test_a_length_is_in_words_and_three_characters_are_two() -> None:
    assert length_of("Well-known words, it’s true.") == 4
    assert length_of("春眠不觉晓，") == 4
    assert length_of("") == 0


@pytest.mark.parametrize("line", ["Yes.", "He said “no.”", "她走了。", "Why (not)?", "And then…"])
def test_a_sentence_that_is_over_is_stopped(line: str) -> None:
    assert stopped(line)
    assert not stopped(line.rstrip(".?…。”)") + " and")


@pytest.mark.parametrize(
    "line",
    [
        "It rained.",
        "“No,” she said.",
        "'Twas over.",
        "3D is over.",
        "她走了。",
        "「不。」他说。",
        '— "Oh!" he cried.',
    ],
)
def test_a_sentence_begins_with_a_letter_a_digit_or_what_opens_speech(line: str) -> None:
    option = Option("paragraph", 1, 9, sentence=True)
    assert option.accepts(line)
    for odd in ("½ ", "”. ", "’", "• ", "† ", '". ', ") ", "“; "):
        assert not option.accepts(odd + line), odd


def test_an_option_bounds_words_beginnings_and_marks() -> None:
    option = Option("paragraph", 2, 4, ("But ",), stop=True, without=("#",), taken=frozenset({"but no."}))
    assert option.allows("B")
    assert option.allows("But the fo")
    assert not option.allows("The")
    assert not option.allows("But one two three four")
    assert not option.allows("But #")
    assert option.accepts("But it rained.")
    for line in ("But.", "But it rained", "But no.", "But it rained. ", "It rained."):
        assert not option.accepts(line), line


def test_what_no_option_accepts_is_refused() -> None:
    with pytest.raises(ValueError, match="no such line"):
        kind_of(Step((Option("line", whole=("a",)),)), "b")
    with pytest.raises(ValueError, match="no such line"):
        kind_of(None, "b")
