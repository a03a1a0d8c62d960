"""Adapters come and go: read in a thread, stacked for those in use, forgotten when nobody wants them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
import torch
from peft import LoraConfig

from generation.adapters import AdapterError, Base, write
from generation.lm import memory
from generation.lm.architecture import GroupShape
from generation.lm.packed import Matrix
from generation.lm.residency import MOST, PATIENCE, SPARE, Residency

if TYPE_CHECKING:
    from pathlib import Path

    from generation.lm.lora import Merged

NAME = "model.layers.0.self_attn.q_proj"
BASE = Base("b" * 64, {NAME: (6, 4)})
SHAPES = (GroupShape("qkv", (NAME,), (6,), 4),)
COUNT = MOST + SPARE + 4


@pytest.fixture(scope="module")
def adapters(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    root = tmp_path_factory.mktemp("adapters")
    config = LoraConfig(r=2, lora_alpha=4, target_modules=["q_proj"], task_type="CAUSAL_LM").to_dict()
    digests = []
    for n in range(COUNT):
        tensors = {
            f"base_model.model.{NAME}.lora_A.weight": torch.full((2, 4), 1.0 + n),
            f"base_model.model.{NAME}.lora_B.weight": torch.full((6, 2), 1.0),
        }
        digests.append(write(root, config, tensors, base=BASE, manifest={}))
    return root, digests


@pytest.fixture
def residency(adapters: tuple[Path, list[str]]) -> Residency:
    return Residency(adapters[0], BASE, SHAPES, dtype=torch.float32, device=torch.device("cpu"))


def loaded(residency: Residency, digests: list[str]) -> None:
    for digest in digests:
        residency.want(digest)
        while not residency.ready(digest):
            residency.wait(1.0)


def stacked(residency: Residency, needed: set[str], running: set[str]) -> set[str]:
    """Ask between steps until the stack is the one that is asked for; whose columns it has."""
    for _ in range(200):
        stack = residency.stack(needed, running)
        if stack is not None and needed <= set(stack.digests) and len(stack.digests) <= 2 * len(needed):
            return set(stack.digests)
        assert not running or (stack is not None and running <= set(stack.digests))
        residency.wait(0.05)
    raise AssertionError


def test_a_stack_covers_those_that_run_at_every_moment(
    residency: Residency, adapters: tuple[Path, list[str]]
) -> None:
    a, b, c, *rest = adapters[1]
    loaded(residency, [a, b, c])
    assert stacked(residency, {a}, set()) == {a}
    assert stacked(residency, {a, b, c}, {a}) == {a, b, c}
    assert stacked(residency, {b}, {b}) == {b}
    loaded(residency, rest[:13])
    assert stacked(residency, {b, *rest[:13]}, {b}) == {b, *rest[:13]}


def test_what_a_stack_adds_is_the_adapters_own(
    residency: Residency, adapters: tuple[Path, list[str]]
) -> None:
    a, b = adapters[1][:2]
    loaded(residency, [a, b])
    stacked(residency, {a, b}, set())
    stack = residency.stack({a, b}, {a, b})
    assert stack is not None
    x = torch.tensor([[1.0, 0.0, 0.0, 0.0]] * 3)
    added = stack.select([b, None, a], torch.float32).delta("qkv", x, None)
    # scale 4 / 2, over two ranks: 2 * 2 * (1 + n)
    torch.testing.assert_close(added, torch.tensor([[8.0] * 6, [0.0] * 6, [4.0] * 6]))
    runs = residency.runs([b, None, a]).delta("qkv", x, torch.ones(3, 6))
    assert runs is not None
    torch.testing.assert_close(runs, added + 1)
    alone = residency.alone(b).select([b], torch.float32).delta("qkv", x[:1], None)
    torch.testing.assert_close(alone, torch.full((1, 6), 8.0))


def whole(residency: Residency, digest: str) -> Merged:
    """Ask until it is a part of the weights."""
    for _ in range(PATIENCE + 200):
        if (found := residency.merged(digest)) is not None:
            return found
        if residency._merged is not None and not residency._merged[1].done():
            time.sleep(0.02)
    raise AssertionError


def test_an_adapter_becomes_part_of_weights_until_others_were_wanted_for_long(
    adapters: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(1)
    weight, x = torch.randn(6, 4), torch.randn(3, 4)
    made = Residency(
        adapters[0], BASE, SHAPES, dtype=torch.float32, device=torch.device("cpu"), matrices={"qkv": Matrix(weight)}
    )  # fmt: skip
    a, b, c = adapters[1][:3]
    loaded(made, [a, b, c])
    # scale 4 / 2, over two ranks: 2 * 2 * (1 + n)
    first = whole(made, b)
    torch.testing.assert_close(first.matrices["qkv"](x), x @ (weight + 8.0).T)
    for _ in range(3):
        for other in (a, c) * (PATIENCE // 2):
            assert made.merged(other) is None
        assert made.merged(b) is first
    torch.testing.assert_close(whole(made, a).matrices["qkv"](x), x @ (weight + 4.0).T)

    monkeypatch.setattr(memory, "free", lambda: 100)
    for _ in range(PATIENCE + 1):
        assert made.merged(b) is None
    assert made._merged is not None
    assert made._merged[0] == b
    assert made._merged[1].result(5.0) is None  # there is no room for it
    assert made.merged(b) is None
    monkeypatch.undo()
    torch.testing.assert_close(whole(made, b).matrices["qkv"](x), x @ (weight + 8.0).T)  # and later there is

    made.let_go()
    assert made.merged(b) is None
    assert made._merged[1].result() is None

    def broken() -> int:
        raise PermissionError

    monkeypatch.setattr(memory, "free", broken)
    for _ in range(PATIENCE + 1):
        assert made.merged(b) is None
    assert made._merged[1].result(5.0) is None


def test_a_stack_that_fails_is_no_verdict_on_those_that_run(
    residency: Residency, adapters: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = adapters[1][:2]
    loaded(residency, [a, b])

    def fails(*_: object) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr(residency, "_stacked", fails)
    residency.stack({a, b}, {a})  # a is part of the weights, and writes
    residency.wait(5.0)
    residency.stack({a, b}, {a})
    assert residency.at_hand(a)
    assert not residency.at_hand(b)


def test_where_nothing_can_be_merged_with_nothing_is(
    residency: Residency, adapters: tuple[Path, list[str]]
) -> None:
    loaded(residency, adapters[1][:1])
    assert residency.merged(adapters[1][0]) is None
    assert residency._merged is None


def test_those_that_nobody_wants_are_let_go(residency: Residency, adapters: tuple[Path, list[str]]) -> None:
    digests = adapters[1]
    loaded(residency, digests)
    stacked(residency, set(digests[-2:]), set())
    residency.forget(set(digests[-2:]))
    assert all(residency.at_hand(digest) for digest in digests[-2:])
    assert not residency.at_hand(digests[0])
    assert len(residency._adapters) == MOST + SPARE
    loaded(residency, digests[:1])  # and may come back


def test_one_in_use_is_kept_however_long_ago_it_was_wanted(
    residency: Residency, adapters: tuple[Path, list[str]]
) -> None:
    digests = adapters[1]
    loaded(residency, digests)
    residency.forget(set(digests[:2]))
    assert all(residency.at_hand(digest) for digest in digests[:2])


def test_a_stack_that_lacks_one_who_began_meanwhile_is_not_changed_to(
    residency: Residency, adapters: tuple[Path, list[str]]
) -> None:
    a, b, c = adapters[1][:3]
    loaded(residency, [a, b, c])
    stacked(residency, {a, b, c}, set())
    residency.stack({b}, {b})  # a smaller one is begun
    residency.wait(5.0)
    stack = residency.stack({a, b}, {a, b})
    assert stack is not None
    assert {a, b} <= set(stack.digests)


def test_one_that_is_bad_is_told_and_may_be_wanted_again(residency: Residency) -> None:
    for _ in range(2):
        with pytest.raises(AdapterError):
            loaded(residency, ["0" * 64])


def test_where_there_is_no_room_for_a_stack_its_adapters_are_refused_and_others_go_on(
    residency: Residency, adapters: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = adapters[1][:2]
    loaded(residency, [a, b])
    stacked(residency, {a}, set())
    with monkeypatch.context() as patched:
        patched.setattr(
            "generation.lm.residency.stack_of", lambda *_, **__: (_ for _ in ()).throw(MemoryError())
        )
        residency.stack({a, b}, {a})
        residency.wait(5.0)
        stack = residency.stack({a}, {a})
    assert stack is not None
    assert stack.digests == (a,)
    assert not residency.at_hand(b)
    with pytest.raises(AdapterError, match="no room"):
        residency.ready(b)
    loaded(residency, [b])
    assert stacked(residency, {a, b}, {a}) == {a, b}
