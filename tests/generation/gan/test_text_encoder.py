"""The sentence encoder from its wheel, and the code that words and sentence make."""

from __future__ import annotations

import pytest
import torch

from generation.gan.text_encoder import Sentences, TextCode


@pytest.mark.slow
def test_near_meanings_lie_near_and_a_vector_does_not_depend_on_its_neighbours() -> None:
    sentences = Sentences.load()
    vectors = sentences(["a red fox", "a vixen with red fur", "a cup of coffee on a table in the morning"])
    assert vectors.shape == (3, 384)
    assert torch.allclose(vectors.square().mean(1), torch.ones(3), atol=1e-4)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    assert torch.allclose(sentences(["a red fox"])[0], vectors[0], atol=1e-4)
    assert sentences([]).shape == (0, 384)


def test_a_bag_without_known_words_says_nothing_and_order_does_not_count() -> None:
    code = TextCode(words=5, width=8).eval()
    codes = code(torch.zeros(3, 384), torch.tensor([1, 4, 4, 1]), torch.tensor([0, 2, 2]))
    assert torch.equal(codes[1, 4:], torch.zeros(4))
    assert torch.allclose(codes[0], codes[2])
    expected = (code.words.weight[1] + code.words.weight[4]) / 2**0.5
    assert torch.allclose(codes[0, 4:], expected)


def test_whole_bags_are_forgotten_while_training_alone() -> None:
    torch.manual_seed(0)
    code = TextCode(words=2, width=4, forget=0.5)
    sentences, words, offsets = torch.zeros(400, 384), torch.zeros(400, dtype=torch.long), torch.arange(400)
    forgotten = (code(sentences, words, offsets)[:, 2:] == 0).all(1).float().mean()
    assert 0.4 < float(forgotten) < 0.6
    assert not (code.eval()(sentences, words, offsets)[:, 2:] == 0).any()
