"""The same engine on a CUDA device: logits of transformers, by graphs and without, and jobs made."""

from __future__ import annotations

import copy

import pytest
import torch

from generation.lm.architecture import architecture_of
from generation.lm.decoder import Decoder
from generation.lm.engine import TextEngine
from generation.lm.lora import stack_of
from tests.generation.lm.stepping import finished
from tests.generation.lm.test_decoder import Reference
from tests.generation.lm.tiny import NETWORKS, VOCABULARY, adapter, network
from tests.generation.stand import job

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning"),
]


@pytest.mark.parametrize("name", NETWORKS)
@torch.inference_mode()
def test_graphs_give_the_logits_of_transformers_and_peft(name: str) -> None:
    net, cuda = network(name), torch.device("cuda")
    made = Decoder(
        architecture_of(copy.deepcopy(net).to(cuda)), rows=4, context=128, dtype=torch.float32, device=cuda
    )
    adapters = [adapter("a", made.shapes, seed=1), adapter("b", made.shapes, rank=7, seed=2)]
    reference = Reference(net, adapters)
    stack = stack_of(adapters, made.shapes, dtype=torch.float32, device=cuda)
    texts = {made.cache.open(digest): [3, 1, 4, 1, 5] for digest in ("a", None, "b")}
    made.read(list(texts.items()), lambda names: stack.select(names, torch.float32))
    for n in range(6):  # recorded at the first, replayed from then on
        for ids in texts.values():
            ids.append(n % VOCABULARY)
        found = made.write(
            list(texts), [ids[-1] for ids in texts.values()], lambda names: stack.select(names, torch.float32)
        )
        for row, (seat, ids) in zip(found.cpu(), texts.items(), strict=True):
            torch.testing.assert_close(row, reference.logits(ids, seat.adapter), rtol=0.0, atol=1e-3)


def test_jobs_are_made_in_a_batch(model) -> None:
    engine = TextEngine(model)
    assert engine.stats()["device"].startswith("cuda")
    for n in range(8):
        engine.start(job(str(n), tokens=20, seed=n))
    done = finished(engine)
    assert len(done) == 8
    assert all(found.outputs[0].data.strip() for found in done.values())
