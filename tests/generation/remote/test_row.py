"""A text as it comes in: where it stops, what it cost, and what is too much. No server."""

from __future__ import annotations

import dataclasses

import pytest

from generation.remote.errors import Garbled, Refused
from generation.remote.row import TOKEN_LETTERS, Row
from generation.remote.stream import Piece, Usage
from tests.generation.stand import job


def row(tokens: int = 20, *, part: int = 0, stop: tuple[str, ...] = ()) -> Row:
    asked = job("a", tokens=tokens)
    asked = dataclasses.replace(asked, sampling=dataclasses.replace(asked.sampling, stop=stop))
    return Row(asked, part, 30, tokens)


def test_it_grows_and_ends_as_the_server_says() -> None:
    text = row()
    for bit in ("Sure! Here is a poem:\n", "Rain", " falls."):
        text.add(Piece(bit))
    text.read()
    assert (text.text, text.stopped, text.cut) == ("Rain falls.", None, False)
    text.add(Piece(finish="stop"))
    assert (text.whole(), text.stopped) == ("Rain falls.", "end")


def test_the_prompt_is_spent_once_and_usage_corrects_what_bits_were_taken_for() -> None:
    first, second = row(), row(part=1)
    for one, prompt in ((first, 30), (second, 0)):
        one.add(Piece("Rain"))
        assert one.spent() == prompt + 1
        one.add(Piece(" falls", usage=Usage(33, 5)))
        assert one.spent() == 4
        assert one.spent() == 0
        assert one.output_tokens == 5


def test_what_was_stopped_by_its_bound_ends_at_a_line() -> None:
    text = row()
    for bit in ("Rain on the roof.\n", "And then", " it"):
        text.add(Piece(bit))
    text.add(Piece(finish="length"))
    text.read()
    assert (text.whole(), text.stopped) == ("Rain on the roof.", "limit")


def test_what_comes_after_the_limit_is_no_more_than_not_there() -> None:
    text = row(tokens=3)
    for n in range(10_000):
        text.add(Piece(f"word{n} "))
    text.read()
    assert (text.text, text.stopped, text.cut, text.output_tokens) == ("word0 word1 word2", "limit", True, 3)


def test_a_stop_text_may_come_in_bits_and_the_first_of_several_counts() -> None:
    text = row(stop=("THE END", "falls"))
    for bit in ("Rain fa", "lls. THE", " END and more"):
        text.add(Piece(bit))
    text.read()
    assert (text.whole(), text.stopped, text.cut) == ("Rain", "stop", True)


def test_a_circle_is_cut_to_its_first_round() -> None:
    text = row(tokens=200)
    for bit in ["The rain. "] + ["again ", "and ", "once "] * 4:
        text.add(Piece(bit))
    text.read()
    assert text.stopped == "circle"
    assert text.whole() == "The rain. again and once"


def test_more_letters_than_tokens_can_hold_are_refused() -> None:
    with pytest.raises(Garbled):
        row(tokens=10).add(Piece("x" * (TOKEN_LETTERS * 10 + 1001)))


@pytest.mark.parametrize(("finish", "kind"), [("content_filter", "unsafe"), ("abort", "engine")])
def test_another_reason_to_end_is_no_end(finish: str, kind: str) -> None:
    with pytest.raises(Refused) as caught:
        row().add(Piece(finish=finish))
    assert caught.value.kind == kind
