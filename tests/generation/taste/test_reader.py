"""Numbers of a text are the network's, whatever it is read beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from generation.taste.reader import BLOCKS, DEEP, LAST, STATES, Reader
from tests.finetune.small import loaded, save

if TYPE_CHECKING:
    from pathlib import Path

    from generation.lm.load import LoadedModel

TEXTS = ["frost upon the glass", "rain", "", "moss is on\nthe step " * 80]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    folder: Path = tmp_path_factory.mktemp("small")
    return loaded(save(folder / "model"))


def test_states_are_the_means_of_what_the_network_has_at_a_texts_tokens(model: LoadedModel) -> None:
    found = Reader(model)(TEXTS, DEEP)
    ids = model.chat.of_text(TEXTS[0])
    opens = model.network.config.bos_token_id
    with torch.inference_mode():
        states = model.network.model(torch.tensor([[opens, *ids]]), output_hidden_states=True).hidden_states
    for block, layer in zip(STATES, (0, 1, 1, 2), strict=True):
        assert torch.allclose(found[block][0], states[layer][0, 1:].float().mean(0), atol=1e-5)
    assert torch.allclose(found[LAST][0], states[1][0, -1].float(), atol=1e-5)


def test_a_text_has_the_same_numbers_in_any_company(model: LoadedModel) -> None:
    reader = Reader(model)
    together = reader(TEXTS, DEEP)
    for n, text in enumerate(TEXTS):
        alone = reader([text], DEEP)
        for block in DEEP:
            assert torch.allclose(alone[block][0], together[block][n], atol=1e-5)


def test_what_needs_no_network_does_not_run_it(model: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Reader(model)(TEXTS, STATES)["states.0"]
    monkeypatch.setattr(model.network.model, "forward", None)
    assert torch.allclose(Reader(model)(TEXTS, ("plain", "states.0"))["states.0"], whole, atol=1e-6)


def test_blocks_come_as_asked_and_of_no_text_there_are_none(model: LoadedModel) -> None:
    reader = Reader(model)
    found = reader([], ("states.0", "plain"))
    assert {block: tuple(numbers.shape) for block, numbers in found.items()} == {
        "plain": (0, reader.widths["plain"]), "states.0": (0, reader.widths["states.0"]),
    }  # fmt: skip
    assert list(reader.widths) == list(BLOCKS)
