"""What words are, how they rhyme and scan, and how one is drawn: without a model."""

from __future__ import annotations

import pytest
import torch

from generation.forms.sounds import counts, rhymes
from generation.lm.search.diction import NO_END
from generation.lm.search.drawing import drawn
from generation.lm.search.lexicon import Rhymes, word_of, working_words
from generation.lm.search.metre import fit


@pytest.fixture(scope="module")
def words():
    return working_words({"laptop", "wifi"})


def test_the_lexicon_has_no_word_of_two_lengths(words) -> None:
    assert not {"fire", "every", "our", "flour"} & words.keys()
    assert {"rain", "the", "laptop", "London"} <= words.keys()
    assert all(len(counts(text)) == 1 for text in words)


def test_partners_rhyme_under_every_pronunciation(words) -> None:
    found = Rhymes(words, set())
    for end in ("light", "day", "stone", "running"):
        partners = found.partners([end])
        assert partners
        assert all(rhymes(end, partner) for partner in partners)
    two = found.partners(["light", "bright"])
    assert two
    assert all(rhymes("light", word) and rhymes("bright", word) for word in two)


def test_words_that_are_read_in_two_ways_rhyme_with_nothing() -> None:
    for text in ("wind", "tear", "read"):
        word = word_of(text)
        assert word is None or word.tail == ""


def test_openers_have_partners_enough(words) -> None:
    found = Rhymes(words, set())
    openers = found.openers(5)
    assert {"night", "day"} <= openers
    assert all(len(found.partners([word])) >= 5 for word in sorted(openers)[:50])
    assert not openers & NO_END


@pytest.mark.parametrize(
    ("text", "wanted", "better"), [("above", "01", "10"), ("river", "10", "01"), ("the", "01", "10"), ("stone", "1", "0")]
)  # fmt: skip
def test_a_word_fits_where_its_stress_falls_on_the_beat(text: str, wanted: str, better: str) -> None:
    word = word_of(text)
    assert word is not None
    assert fit(word, wanted) == 0.0
    assert fit(word, better) < 0.0


def test_nothing_is_drawn_that_is_masked_and_nothing_where_all_is() -> None:
    generator = torch.Generator().manual_seed(1)
    scores = torch.full((3, 50), -torch.inf)
    scores[0, [3, 7]] = torch.tensor([0.0, -0.5])
    scores[1, 9] = -30.0
    for _ in range(40):
        first, second, third = drawn(scores, 0.85, generator)
        assert first in (3, 7)
        assert second == 9
        assert third == -1


def test_what_is_drawn_follows_the_likelihoods() -> None:
    generator = torch.Generator().manual_seed(2)
    scores = torch.log(torch.tensor([[0.7, 0.29, 0.01]])).repeat(4000, 1)
    found = torch.tensor(drawn(scores, 1.0, generator))
    assert abs((found == 0).double().mean() - 0.707) < 0.03
    assert not (found == 2).any()  # below min-p
