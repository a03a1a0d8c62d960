"""Drafts held to a grammar, by a model whose every wish is written down: where a line ends that has no room left."""

from __future__ import annotations

from string import ascii_letters
from typing import TYPE_CHECKING

import pytest
import torch

from generation.forms.prose import Paragraphs
from generation.forms.structure import Option, Single
from generation.forms.verdicts import Verdict
from generation.lm.search.drafts import Drafts
from generation.wire.jobs import Sampling

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from generation.forms.structure import Structure

WORDS = [
    "", "\n", ".", ",", "He", " went", " home", " to", " the", " sea", " She", " slept", "Then", " ", "20", " miles", " rain", " fell", "But",
]  # fmt: skip
WORDS += list(ascii_letters)
WORDS += [
    f"q{n}" for n in range(80)
]  # nobody wishes for these, and they are more than the tokens that are looked at first
STOP = 0


class OfWords:
    """A tokenizer of a few words; the first ends an answer."""

    stops = frozenset({STOP})

    def text(self, token: int) -> str | None:
        return WORDS[token] or None

    def spelt(self, text: str, *, begins: bool) -> list[int]:
        del begins
        found: list[int] = []
        while text:
            token = max(
                (n for n, word in enumerate(WORDS) if word and text.startswith(word)),
                key=lambda n: len(WORDS[n]),
            )
            found.append(token)
            text = text.removeprefix(WORDS[token])
        return found

    def breaks(self, count: int) -> list[int]:
        return [1] * count


class Rows:
    start, adapter = 0, None

    def __init__(self) -> None:
        self.lengths = [0]
        self.back: list[list[int]] = []

    def take_after(self, parents: Sequence[int]) -> None:
        raise AssertionError(parents)

    def go_back(self, lengths: Sequence[int]) -> None:
        self.back.append(list(lengths))
        self.lengths = list(lengths)


def written(
    grammar: Structure, wishes: Callable[[str], Mapping[str, float]], seed: int = 1, others: float = 1e-9
) -> tuple[str, Rows]:
    """What comes of a model that gives the words after a text these probabilities, and the rest next to nothing: `others` what nobody wishes for."""

    def logits(text: str) -> torch.Tensor:
        wanted = wishes(text)
        return torch.tensor([wanted.get(word, others if word[:1] == "q" else 1e-6) for word in WORDS]).log()

    drafts = Drafts(grammar, OfWords(), Sampling(temperature=0.0), lambda _: Verdict(True, 1.0, ()), seed, 60)  # type: ignore[arg-type]
    rows = Rows()
    drafts.begin(rows, logits(""))
    said: list[int] = []
    while not drafts.over:
        grown = drafts.growth.tokens
        said = [*said[: rows.lengths[0]], *grown]
        rows.lengths = [len(said)]
        texts = ["".join(WORDS[t] for t in said[: len(said) - n]) for n in range(len(grown))]
        drafts.took(torch.stack([logits(text) for text in reversed(texts)]))
    return drafts.ranked[0], rows


def sentence(most: int) -> Single:
    return Single(Option("line", 1, most, sentence=True, stop=True))


def rambles(text: str) -> Mapping[str, float]:
    """He went home. He went to the sea to the sea …, and never a stop of its own but the first."""
    if text.endswith(" home"):
        return {".": 1.0}
    after = {
        "": "He",
        ".": " She",
        "He": " went",
        " She": " went",
        " went": " to",
        " to": " the",
        " the": " sea",
        " sea": " to",
    }
    last = max((word for word in WORDS if text.endswith(word)), key=len) if text else ""
    return {" home": 0.9} if text == "He went" else {after.get(last, " the"): 1.0}


@pytest.mark.parametrize("most", range(4, 12))
def test_a_line_without_room_ends_where_it_was_last_whole(most: int) -> None:
    text, rows = written(sentence(most), rambles)
    assert text == "He went home."
    assert len(rows.back) == 1


def test_a_stop_that_the_model_wants_in_the_last_place_is_its_own() -> None:
    def wishes(text: str) -> Mapping[str, float]:
        return {" She": 1.0} if text == "He went home." else {" slept": 1.0} if text.endswith(" She") else (
            {".": 0.3, " to": 0.7} if text.endswith(" slept") else rambles(text)
        )  # fmt: skip

    text, rows = written(sentence(5), wishes)
    assert text == "He went home. She slept."
    assert not rows.back


def test_a_line_that_never_was_whole_gets_its_stop() -> None:
    text, _ = written(sentence(4), lambda text: {"He": 1.0} if not text else {" to": 1.0})
    assert text == "He to to to."


def test_a_last_paragraph_that_never_was_whole_is_left_out() -> None:
    some = [" went", " home", " to", " the", " sea", " slept", " miles", " rain", " fell"]

    def wishes(text: str) -> Mapping[str, float]:
        if text.endswith("home."):
            return {"\n": 1.0}
        if text.endswith("\n"):
            return {"But": 1.0}
        n = text.count(" ")  # no round, which would end the piece
        return {some[(n * n // 3 + 5 * n) % len(some)]: 1.0} if "\n" in text else rambles(text)

    text, _ = written(Paragraphs(3, 40, written=frozenset()), wishes)
    assert text.strip() == "He went home."


@pytest.mark.parametrize("seed", range(8))
def test_a_turn_that_has_to_come_is_followed_by_a_word_and_not_by_a_lone_space(seed: int) -> None:
    """What follows a lone space is a digit to a model whose tokens bring their space with them."""

    after = {" fell": ".", ".": "\n", " rain": " fell", " ": "20"}

    def wishes(text: str) -> Mapping[str, float]:
        if not text or text.endswith("\n"):
            return {"He": 1.0}
        last = max((word for word in WORDS if text.endswith(word)), key=len)
        return {after.get(last, " rain"): 1.0}

    grammar = Paragraphs(8, 24, turn=True, written=frozenset())
    lines = [line for line in written(grammar, wishes, seed, others=1e-5)[0].splitlines() if line]
    turned = [line for line in lines if not line.startswith("He")]
    assert turned
    assert not any("20" in line or "  " in line for line in lines), lines
