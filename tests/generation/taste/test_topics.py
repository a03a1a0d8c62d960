"""Words speak of what is near to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from generation.taste.topics import NEAR, THINGS, Topics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

NAMED = {"gull": "sea", "loaf": "bread"}


class Vectors:
    """Every thing has a direction of its own; a word points halfway to what it is of, or nowhere."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, words: Sequence[str]) -> Tensor:
        self.asked += words
        found = torch.zeros(len(words), len(THINGS) + 1)
        for row, word in enumerate(words):
            found[row, -1] = 0.0 if word in THINGS else 1.0
            if (thing := NAMED.get(word, word)) in THINGS:
                found[row, THINGS.index(thing)] = 1.0
        return found


def test_a_text_speaks_of_the_sea_that_never_names_it() -> None:
    found = Topics(Vectors())(["The gull, the gull\nover a loaf", "over and over", ""])
    near = 2**-0.5 - NEAR
    assert torch.isclose(found[0, THINGS.index("sea")], torch.tensor(2 * near).sqrt())
    assert torch.isclose(found[0, THINGS.index("bread")], torch.tensor(near).sqrt())
    assert int((found > 0).sum()) == 2


def test_a_word_is_looked_at_once() -> None:
    vectors = Vectors()
    topics = Topics(vectors)
    first = topics(["a gull"])
    assert torch.equal(topics(["a gull", "the gull"])[0], first[0])
    assert vectors.asked.count("gull") == 1
