"""The network that trains computes what PEFT on transformers' network computes, gradients and all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from peft import LoraConfig, inject_adapter_in_model
from torch.nn import functional as F  # noqa: N812 - what everybody calls it

from finetune.network import TrainedNetwork
from finetune.packs import NO_TARGET, Tokens, pack
from finetune.products import Head, adapted, surprises
from generation.adapters import AdapterError, load, write
from tests.finetune.small import loaded, save

if TYPE_CHECKING:
    from pathlib import Path

PIECES = [
    Tokens("haiku", tuple(range(40, 60)) + own, answer)
    for own, answer in (((5, 6), (7, 8, 9, 10)), ((11,), (12, 13)), ((14, 15, 16), tuple(range(90, 110))))
]


@pytest.mark.parametrize("kind", ["llama", "gemma 3"])
def test_a_pack_has_the_loss_and_the_gradients_of_its_pieces_one_by_one(tmp_path: Path, kind: str) -> None:
    model = loaded(save(tmp_path / "model", kind))
    network = TrainedNetwork(model, rank=4, alpha=8)
    generator = torch.Generator().manual_seed(1)
    for parameter in network.parameters().values():
        parameter.data = 0.2 * torch.randn(parameter.shape, generator=generator)
    loss = network.loss(pack(PIECES))
    loss.backward()

    names = sorted({name.rpartition(".")[2] for name in model.base.modules})
    theirs = inject_adapter_in_model(LoraConfig(r=4, lora_alpha=8, target_modules=names), model.network)
    wanted = dict(theirs.named_parameters())
    for group in network.groups.values():
        for name, tensor in group.tensors().items():
            named = name.removeprefix("base_model.model.").replace(".weight", ".default.weight")
            wanted[named].data.copy_(tensor)
    total = torch.zeros(())
    for piece in PIECES:
        ids = torch.tensor([piece.prompt + piece.answer])
        logits = theirs(ids).logits[0, len(piece.prompt) - 1 : -1]
        total = total + F.cross_entropy(logits, torch.tensor(piece.answer), reduction="sum")
    total.backward()
    assert loss.item() == pytest.approx(total.item(), rel=1e-5)
    for key, group in network.groups.items():
        for name, a, b in zip(
            group.names, group.a.grad.split(4), group.b.grad.split(group.sizes), strict=True
        ):
            for ours, kind_of in ((a, "lora_A"), (b, "lora_B")):
                grad = wanted[f"{name}.{kind_of}.default.weight"].grad
                torch.testing.assert_close(ours, grad, rtol=1e-3, atol=1e-4, msg=f"{key} {name} {kind_of}")


def test_a_lora_that_has_just_begun_changes_nothing_and_is_the_seeds_alone(tmp_path: Path) -> None:
    model = loaded(save(tmp_path / "model"))
    one, other = (TrainedNetwork(model, rank=2, alpha=4) for _ in range(2))
    plain = one.loss(pack(PIECES)).item()  # nothing but zeros yet
    one.begin(5)
    other.begin(5)
    assert one.loss(pack(PIECES)).item() == pytest.approx(plain, rel=1e-6)
    for name, tensor in one.tensors().items():
        assert torch.equal(tensor, other.tensors()[name])
        assert tensor.dtype == torch.bfloat16


def test_what_is_dropped_is_made_up_for_and_drawn_from_the_seed(tmp_path: Path) -> None:
    model = loaded(save(tmp_path / "model"))
    network = TrainedNetwork(model, rank=4, alpha=8)
    for parameter in network.parameters().values():
        parameter.data.fill_(0.02)
    losses = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        losses.append(network.loss(pack(PIECES), 0.5).item())
    assert losses[0] == losses[1] != losses[2]


def test_the_product_is_the_sum_of_a_frozen_layer_and_a_narrow_one_worked_out_by_hand() -> None:
    x = torch.tensor([[1.0, 2.0]], requires_grad=True)
    a = torch.tensor([[3.0, -1.0]], requires_grad=True)  # x @ a.T = 1
    b = torch.tensor([[4.0], [5.0]], requires_grad=True)
    weight = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    keep = torch.tensor([[2.0]])
    y = adapted(x, lambda: weight, torch.tensor([10.0, 20.0]), a, b, keep)
    assert y.tolist() == [[1 + 10 + 8, 2 + 20 + 10]]
    y.sum().backward()
    assert x.grad.tolist() == [[1 + 2 * 9 * 3, 1 - 2 * 9]]
    assert a.grad.tolist() == [[2 * 9 * 1.0, 2 * 9 * 2.0]]
    assert b.grad.tolist() == [[2.0], [2.0]]


def test_the_surprise_is_that_of_a_softmax_in_pieces_as_in_one() -> None:
    generator = torch.Generator().manual_seed(0)
    hidden = torch.randn(150, 8, generator=generator, requires_grad=True)
    head, targets = torch.randn(20, 8, generator=generator), torch.randint(20, (150,), generator=generator)
    weights = torch.rand(150, generator=generator)
    found = surprises(hidden, Head(head), targets)
    (found * weights).sum().backward()
    ours, hidden.grad = hidden.grad, None
    wanted = F.cross_entropy(hidden @ head.T, targets, reduction="none")
    (wanted * weights).sum().backward()
    torch.testing.assert_close(found, wanted.detach(), rtol=1e-5, atol=1e-6, check_stride=False)
    torch.testing.assert_close(ours, hidden.grad, rtol=1e-4, atol=1e-5)


def test_a_pack_reads_what_its_prompts_share_once_and_learns_only_answers() -> None:
    made = pack(PIECES)
    assert made.prefix.tolist() == list(range(40, 60))
    assert made.rows[1, :2].tolist() == [11, 12]
    assert [[n for n in row if n != NO_TARGET] for row in made.targets.tolist()] == [
        list(p.answer) for p in PIECES
    ]
    assert made.learnt == 26
    alone = pack(PIECES[:1])
    assert alone.prefix.tolist() == list(PIECES[0].prompt[:-1])  # the first target follows the prompt's last


def test_two_networks_share_what_is_frozen_and_nothing_else(tmp_path: Path) -> None:
    model = loaded(save(tmp_path / "model"))
    one = TrainedNetwork(model, rank=4, alpha=8)
    other = TrainedNetwork(model, rank=2, alpha=2, beside=one)
    other.begin(1)
    assert other.loss(pack(PIECES)).item() == pytest.approx(one.loss(pack(PIECES)).item(), rel=1e-6)
    for key, group in one.groups.items():
        assert group.weight() is other.groups[key].weight()
        assert group.a.shape != other.groups[key].a.shape


def test_each_row_of_a_pack_has_its_own_surprise(tmp_path: Path) -> None:
    network = TrainedNetwork(loaded(save(tmp_path / "model")), rank=2, alpha=4)
    network.begin(1)
    together = network.surprises(pack(PIECES))
    alone = torch.cat([network.surprises(pack([piece])) for piece in PIECES])
    torch.testing.assert_close(together, alone, rtol=1e-5, atol=1e-4)
    assert network.loss(pack(PIECES)).item() == pytest.approx(alone.sum().item(), rel=1e-5)


def test_a_training_goes_on_from_an_adapter_as_it_was_written(tmp_path: Path) -> None:
    model = loaded(save(tmp_path / "model"))
    one, other = (TrainedNetwork(model, rank=4, alpha=8) for _ in range(2))
    generator = torch.Generator().manual_seed(1)
    for parameter in one.parameters().values():
        parameter.data = torch.randn(parameter.shape, generator=generator).bfloat16().float()
    digest = write(tmp_path / "adapters", one.config(), one.tensors(), base=model.base, manifest={})
    adapter = load(tmp_path / "adapters", digest, model.base)
    other.take(adapter)
    assert all(torch.equal(value, other.parameters()[name]) for name, value in one.parameters().items())
    other.take(None)
    assert not any(value.any() for name, value in other.parameters().items() if name.endswith(".b"))
    with pytest.raises(AdapterError, match="differ in rank or scale"):
        TrainedNetwork(model, rank=4, alpha=4).take(adapter)


@pytest.mark.slow
def test_in_four_bits_it_computes_and_learns_what_peft_does_over_the_same_bits(tmp_path: Path) -> None:
    model = loaded(save(tmp_path / "model"), "nf4")
    network = TrainedNetwork(model, rank=4, alpha=8)
    generator = torch.Generator().manual_seed(1)
    for parameter in network.parameters().values():
        parameter.data = 0.2 * torch.randn(parameter.shape, generator=generator)
    loss = network.loss(pack(PIECES[:1]))
    loss.backward()
    whole = TrainedNetwork(loaded(tmp_path / "model"), rank=4, alpha=8).loss(pack(PIECES[:1]))
    assert abs(loss.item() - whole.item()) > 1e-3  # the bits do cost something

    names = sorted({name.rpartition(".")[2] for name in model.base.modules})
    theirs = inject_adapter_in_model(LoraConfig(r=4, lora_alpha=8, target_modules=names), model.network)
    theirs.train()  # else bitsandbytes lays its bits out anew
    wanted = dict(theirs.named_parameters())
    for group in network.groups.values():
        for name, tensor in group.tensors().items():
            named = name.removeprefix("base_model.model.").replace(".weight", ".default.weight")
            wanted[named].data.copy_(tensor)
    ids = torch.tensor([PIECES[0].prompt + PIECES[0].answer])
    logits = theirs(ids).logits[0, len(PIECES[0].prompt) - 1 : -1]
    total = F.cross_entropy(logits, torch.tensor(PIECES[0].answer), reduction="sum")
    total.backward()
    assert loss.item() == pytest.approx(
        total.item(), rel=2e-3
    )  # it multiplies in bfloat16 on some processors
    group = network.groups["model.layers.0.down"]
    ours, grad = group.a.grad, wanted[f"{group.names[0]}.lora_A.default.weight"].grad
    assert torch.nn.functional.cosine_similarity(ours.flatten(), grad.flatten(), 0) > 0.99
