"""Weights in four bits, on whatever there is to compute with: what they save, what they cost, and that their sums are right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from bitsandbytes.functional import dequantize_4bit, quantize_4bit
from bitsandbytes.nn import Linear4bit

from generation.host.engine import Finished
from generation.host.local import LocalEngine
from generation.lm.engine import TextEngine
from generation.lm.load import load_model
from tests.generation.lm.conftest import DATA_DIR
from tests.generation.stand import job

if TYPE_CHECKING:
    from torch import Tensor, nn

    from generation.lm.load import LoadedModel
    from generation.lm.weights import Source

pytestmark = pytest.mark.slow

# Written for Renga.
PASSAGE = (
    "The harbour was quiet in the morning. An old man sat on an upturned boat and mended a net, and a boy stood "
    "beside him and asked where the fish go at night. The old man thought about it for a long time. They go where "
    "it is dark enough to be alone, he said, and then he laughed, because he had never asked himself that before."
)


@pytest.fixture(scope="module")
def quantised(smollm2: Source) -> LoadedModel:
    return load_model(smollm2, DATA_DIR, threads=1, quantization="nf4")


@pytest.fixture(scope="module")
def whole(smollm2: Source) -> LoadedModel:
    return load_model(smollm2, DATA_DIR, threads=1)


def size(network: nn.Module) -> int:
    """Bytes of the linear layers' weights, those of the scales among them."""
    total = 0
    for name, parameter in network.named_parameters():
        if "_proj" in name:
            total += parameter.numel() * parameter.element_size()
            total += parameter.quant_state.absmax.nbytes if parameter.dtype == torch.uint8 else 0
    return total


@torch.inference_mode()
def logits(model: LoadedModel) -> Tensor:
    ids = torch.tensor([model.chat._text.encode(PASSAGE, add_special_tokens=False).ids])
    found: Tensor = model.network(ids.to(model.device)).logits[0].float().cpu()
    return found


def surprise(model: LoadedModel) -> float:
    """Nats a token for the passage."""
    ids = torch.tensor(model.chat._text.encode(PASSAGE, add_special_tokens=False).ids)
    return torch.nn.functional.cross_entropy(logits(model)[:-1], ids[1:]).item()


def test_it_is_the_same_model_to_an_adapter_in_a_third_of_the_memory(
    quantised: LoadedModel, whole: LoadedModel
) -> None:
    assert quantised.quantization == "nf4"
    assert quantised.base == whole.base
    assert isinstance(quantised.network.model.layers[0].self_attn.q_proj, Linear4bit)
    assert size(quantised.network) < size(whole.network) / 3


def test_its_sums_are_those_of_the_rounded_weights_and_its_english_suffers_little(
    smollm2: Source, quantised: LoadedModel, whole: LoadedModel
) -> None:
    """Against the same weights rounded to NF4 and back, multiplied the plain way; and against the model as it was."""
    rounded = load_model(smollm2, DATA_DIR, threads=1)
    for name, module in rounded.network.named_modules():
        if name in rounded.base.modules:
            four, state = quantize_4bit(module.weight.data, quant_type="nf4", blocksize=64)
            module.weight.data = dequantize_4bit(four, state).to(rounded.dtype)
    ours, plain = logits(quantised).log_softmax(-1), logits(rounded).log_softmax(-1)
    divergence = torch.nn.functional.kl_div(ours, plain, log_target=True, reduction="none").sum(-1)
    assert divergence.mean().item() < 0.02  # measured: .002
    assert surprise(quantised) < surprise(whole) + 0.5  # measured: 3.3 and 3.1 nats a token


def test_it_writes_through_the_engine(quantised: LoadedModel) -> None:
    engine = TextEngine(quantised)
    engine.start(job("a", form="ballad", tokens=30, temperature=0.0))
    done: list[Finished] = []
    while not done:
        done = [found for found in engine.step() if isinstance(found, Finished)]
    words = done[0].outputs[0].data.decode().split()
    assert len(words) >= 10
    assert len(set(words)) >= 6


def test_the_settings_reach_the_engine() -> None:
    """Four bits multiplied in float32, as on a processor without bfloat16, or where an operator says so."""
    engine = LocalEngine("smollm2", DATA_DIR, 1, text_dtype="float32", text_quant="nf4").load()
    stats = engine.stats()
    assert (stats["dtype"], stats["path"]) == ("float32", "plain")
    engine.start(job("a", tokens=3))
    assert engine.step()
