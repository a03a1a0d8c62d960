"""How words sound: CMUdict, and what follows from it by rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.forms.sounds import counts, known_words, line_counts, may_rhyme, rhymes, sounds, words_of


def test_a_word_has_every_sound_that_cmudict_lists() -> None:
    assert [sound.syllables for sound in sounds("every")] == [3, 2]
    assert {sound.stress for sound in sounds("record")} >= {"01", "10"}
    assert sounds("xyzzyq") == ()


def test_a_sound_is_parted_at_its_last_stressed_vowel() -> None:
    sound = sounds("moonlight")[0]
    assert sound.syllables == 2
    assert sound.stress == "12"
    assert sound.onset == ("L",)
    assert sound.tail == ("AY", "T")


@pytest.mark.parametrize("word", ["Moonlight", "MOONLIGHT", "“moonlight”", "moonlight'"])
def test_case_and_quotes_are_no_part_of_a_word(word: str) -> None:
    assert sounds(words_of(word)[0]) == sounds("moonlight")


@pytest.mark.parametrize(
    ("word", "last"),
    [("cat's", "S"), ("raven's", "Z"), ("witch's", "Z"), ("cat’ll", "L"), ("cat'd", "D"), ("kiss'd", "T"), ("goin'", "N"), ("café", "EY1")],
)  # fmt: skip
def test_possessives_contractions_and_dropped_letters_follow_from_the_word(word: str, last: str) -> None:
    assert sounds(word)[0].phones[-1] == last


def test_a_possessive_of_a_sibilant_is_a_syllable_longer() -> None:
    assert counts("witch's") == {2}
    assert counts("hashtag's") == counts("hashtag") == {2}


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("emoji", 3), ("unfriended", 3), ("rebooted", 3), ("doomscrolling", 3),
        ("microplastics", 4), ("nightingales", 3), ("o'er", 1), ("heav'n", 1), ("ev'ry", 2),
        ("LGBT", 4), ("threescore", 2), ("windless", 2), ("archipelagoes", 5), ("tanuki", 3), ("roubles", 2),
    ],
)  # fmt: skip
def test_a_word_outside_cmudict_is_counted_by_its_spelling(word: str, syllables: int) -> None:
    assert sounds(word) == ()
    assert counts(word) == {syllables}


@pytest.mark.parametrize(("word", "syllables"), [("wifi", 2), ("hashtag", 2), ("moonlit", 2), ("selfie", 2)])
def test_new_words_that_cmudict_has_are_counted_by_it(word: str, syllables: int) -> None:
    assert counts(word) == {syllables}


@pytest.mark.parametrize("word", ["3", "3rd", "1,000", "雪", "дом"])
def test_a_number_and_another_script_have_no_count(word: str) -> None:
    assert counts(word) == frozenset()
    assert line_counts(f"snow {word} snow") == frozenset()


def test_the_words_of_a_line_are_as_written() -> None:
    line = "“'Tis nothin',” he said: 'the well-known cat' — it’s 3,000."
    assert words_of(line) == ["'Tis", "nothin'", "he", "said", "the", "well", "known", "cat", "it’s", "3,000"]


def test_a_line_has_every_count_that_some_reading_gives() -> None:
    assert line_counts("The cat sat on the mat.") == {6}
    assert line_counts("Every fire") == {3, 4, 5}
    assert line_counts("") == {0}


@pytest.mark.parametrize(
    ("a", "b"), [("day", "grey"), ("Moonlight", "bright"), ("cat's", "hats"), ("sea", "key")]
)
def test_words_with_one_tail_and_another_onset_rhyme(a: str, b: str) -> None:
    assert rhymes(a, b)
    assert may_rhyme(a, b)


@pytest.mark.parametrize(
    ("a", "b"), [("day", "day"), ("see", "sea"), ("moonlight", "light"), ("wind", "find"), ("orange", "door"), ("love", "move"), ("emoji", "oji")]
)  # fmt: skip
def test_what_does_not_surely_rhyme_does_not_rhyme(a: str, b: str) -> None:
    assert not rhymes(a, b)


def test_what_rhymes_as_one_may_say_it_may_rhyme() -> None:
    assert may_rhyme("wind", "find")
    assert may_rhyme("see", "sea")
    assert not may_rhyme("day", "Day")


@given(st.text(max_size=60))
def test_any_text_has_words_and_counts(text: str) -> None:
    words = words_of(text)
    assert all(text.find(word) >= 0 for word in words)
    assert all(total >= 0 for total in line_counts(text))
    assert bool(line_counts(text)) == all(counts(word) for word in words)


@given(st.sampled_from(sorted(known_words())[::37]), st.sampled_from(sorted(known_words())[::41]))
def test_rhyme_is_mutual_and_strict_rhyme_is_rhyme(a: str, b: str) -> None:
    assert rhymes(a, b) == rhymes(b, a)
    assert not rhymes(a, a)
    if rhymes(a, b):
        assert may_rhyme(a, b)


def test_every_word_of_cmudict_has_a_sound_and_a_count() -> None:
    some = list(known_words())[::50]
    assert len(some) > 2000
    assert all(sounds(word) and counts(word) for word in some)
