"""Sentence vectors are made once, and are the encoder's own."""

from __future__ import annotations

import pytest
import torch

from bench.picture.remembered import Remembered
from generation.gan.text_encoder import Sentences


@pytest.mark.slow
def test_a_caption_is_read_once_and_has_the_encoders_vector(monkeypatch: pytest.MonkeyPatch) -> None:
    captions = ["a fox", "an owl in the snow", "a fox"]
    wanted = Sentences.load()(captions)
    remembered = Remembered.load()
    found = remembered(captions)
    assert torch.allclose(found, wanted, atol=1e-5)
    monkeypatch.setattr(Sentences, "__call__", None)  # whoever asked it now would fail
    assert torch.equal(remembered(["an owl in the snow", "a fox"]), found[1:])
