"""Sentences, turns and ends of a tale."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.forms.prose import Paragraphs, mixed, prose_faults, sentences_of, turns


def test_sentences_end_at_their_stops_and_what_is_only_begun_is_none() -> None:
    assert sentences_of("He ran. “Why?” she asked… Then") == ["He ran.", "“Why?”", "she asked…"]
    assert sentences_of("他走了。为什么？没有人知道") == ["他走了。", "为什么？"]
    assert sentences_of("...") == []


def test_a_turn_stands_after_the_first_sentence() -> None:
    assert turns("He slept. One day it rained.")
    assert turns("他睡了。忽然下雨了。")
    assert not turns("But he slept. It rained.")


def test_what_is_amiss_with_a_tale_is_said() -> None:
    told = [fault.reason for fault in prose_faults("It was late and", 10, 20)]
    assert told == ["It has 4 words; 10 to 20 are wanted.", "It breaks off in the middle of a sentence."]
    assert prose_faults("It was late, and nobody came home.", 5, 20) == []


def test_a_tale_in_paragraphs_turns_before_it_ends() -> None:
    tale = Paragraphs(12, 60, turn=True).after("A man had a dog.")
    assert tale.step is not None
    assert [option.kind for option in tale.step.options] == ["turn", "paragraph"]
    assert not tale.step.may_end
    tale = tale.after("One day the dog was gone.")
    assert tale.step is not None
    assert not tale.step.may_end  # something follows a turn
    tale = tale.after("He looked for it in every street.")
    assert tale.step is not None
    assert tale.step.may_end


@given(st.text(max_size=200))
def test_any_text_has_sentences_that_are_in_it(text: str) -> None:
    assert all(sentence in text for sentence in sentences_of(text))


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("", False), ("He said “καλημέρα” and left, and π was on the door.", False), ("他说 OK，然后走了很远很远的路。", False),
        ("カタカナと漢字とひらがな", False), ("Ça va, señor Łukasz?", False),
        ("You were frightened for your life. But Mr. " + "a" * 60 + " یدام مرتبتان بنداهد", True),
        ("There was a fox in the old village by the sea. 狐狸慢慢走过石头门前的小路，旧桥下的灯亮了", True),
    ],
)  # fmt: skip
def test_a_tale_that_goes_over_into_another_script(text: str, foreign: bool) -> None:
    assert mixed(text) == foreign
    assert ("It goes over into another script." in [f.reason for f in prose_faults(text, 1, 500)]) == foreign


@pytest.mark.parametrize("begun", ["—And then he left", "– He left", "2 years later"])
def test_a_paragraph_begins_neither_with_a_dash_nor_with_a_digit(begun: str) -> None:
    step = Paragraphs(8, 200).step
    assert step is not None
    assert not any(option.allows(begun) for option in step.options)
    assert any(option.allows("“And then he left") for option in step.options)
