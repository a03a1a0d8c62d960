"""What a model does when it has nothing more to say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from generation.forms.repetition import degenerate, distinct2, loops, marks, plain, repeated_lines, units


def test_words_are_compared_without_capitals_and_marks_and_chinese_by_its_characters() -> None:
    assert units("The well-known cat’s 春天!") == ["the", "well", "known", "cat’s", "春", "天"]
    assert plain("  The Sea, the sea! ") == "the sea the sea"


def test_the_share_of_different_pairs() -> None:
    assert distinct2("the cat the cat the dog") == 3 / 5
    assert distinct2("snow") == distinct2("") == 1.0


def test_a_line_may_come_as_often_as_a_refrain_and_a_short_one_oftener() -> None:
    song = "row your boat ashore\nhallelujah\n" * 3
    assert repeated_lines(song, 3) == []
    assert repeated_lines(song, 2) == ["row your boat ashore"]
    assert repeated_lines(song, 1) == ["row your boat ashore"]
    assert repeated_lines("Yes, sir.\n" * 6, 1) == ["Yes, sir."]


def test_a_run_of_words_that_comes_again_and_again_is_a_loop() -> None:
    assert loops("it goes on and on. " * 3) == []
    assert "it goes on and" in loops("it goes on and on. " * 4)


def test_marks_that_come_again_and_again_are_a_loop_and_a_break_between_scenes_is_none() -> None:
    assert marks("That was my day. No.  (...) (...) (...) (...) (...)\n(I didn't know.)") == ["(...)"]
    assert marks("He left.\n\n* * *\n\nShe stayed … and … and …") == []
    assert marks("row row row row 5 5 5 5") == []
    assert degenerate("so it goes (...) (...)\n(...) (...)") == [
        "The same marks come up again and again (“(...)”)."
    ]


def test_what_a_model_does_in_the_end_is_degenerate_and_prose_is_not() -> None:
    assert (
        degenerate("the moon is over the hill\n" * 5)[0]
        == "A line is said again and again (“the moon is over the hill”)."
    )
    assert degenerate("I love you and I love you, " * 12)
    assert degenerate("春风" * 20)
    assert (
        degenerate(
            "A fox lay in the sun all summer while the ants carried grain past his nose, and he laughed at them."
        )
        == []
    )


@given(st.text(max_size=300))
def test_any_text_is_judged(text: str) -> None:
    assert 0.0 < distinct2(text) <= 1.0
    assert all(reason.endswith((".", "?")) for reason in degenerate(text))
    nine = f"{text}\n" * 9
    assert (degenerate(nine) != []) == bool(plain(text) or marks(nine))
