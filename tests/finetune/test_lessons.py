"""Batches of similar length, packs of one form, and a loss whose parts come to the whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import torch

from finetune.lessons import Lesson, batches, bundles, strays
from finetune.network import TrainedNetwork
from finetune.packs import Tokens
from finetune.snapshot import Example
from finetune.teaching import Loss, of_examples, references
from finetune.tilt import States, Tilt
from finetune.tokens import Answers
from tests.finetune.small import loaded, save

if TYPE_CHECKING:
    from pathlib import Path

    from finetune.teaching import Objective


def lesson(number: int, length: int, form: str = "haiku") -> Lesson:
    prompt = (*range(40, 60), number)
    return Lesson(
        number, tuple(Tokens(form, prompt, tuple(range(90, 90 + length + n))) for n in range(2)), 1.0 + number / 10
    )  # fmt: skip


def test_every_lesson_comes_once_and_batches_are_of_similar_length() -> None:
    lessons = [lesson(n, 5 + 37 * n % 50) for n in range(37)]
    found = batches(lessons, 4, "1 0")
    assert sorted(one.number for batch in found for one in batch) == list(range(37))
    assert found == batches(lessons, 4, "1 0") != batches(lessons, 4, "1 1")
    spread = sum(max(one.length for one in batch) - min(one.length for one in batch) for batch in found)
    assert spread < 20 * len(found)


def test_bundles_are_of_one_form_and_within_their_room() -> None:
    lessons = [lesson(n, 10, "haiku" if n % 2 else "tanka") for n in range(10)]
    found = bundles(lessons, 150)
    assert sorted(one.number for bundle in found for one in bundle.lessons) == list(range(10))
    for bundle in found:
        assert len({one.form for one in bundle.lessons}) == 1
        assert len(bundle.pack.rows) == 2 * len(bundle.lessons)
        assert len(bundle.pack.rows) <= 150 // 34
    assert len(bundles([lesson(0, 500)], 10)) == 1


@pytest.mark.parametrize("objective", ["dpo", "sft"])
def test_a_batch_in_parts_has_the_loss_and_the_gradients_of_the_whole(
    tmp_path: Path, objective: Objective
) -> None:
    network = TrainedNetwork(loaded(save(tmp_path / "model")), rank=2, alpha=4)
    network.begin(1)
    lessons = [lesson(n, 4 + n) for n in range(5)]
    known = references(network, lessons, 4000)
    for parameter in network.parameters().values():
        parameter.data += 0.05
    found = []
    for room in (1, 4000):
        loss = Loss(objective, known, beta=0.1, smoothing=0.1, anchored=0.2)
        loss.begin(network, lessons, room)
        total = 0.0
        for bundle in bundles(lessons, room):
            part = loss.part(bundle, network.surprises(bundle.pack))
            part.backward()
            total += part.item()
        grads = torch.cat([parameter.grad.flatten() for parameter in network.parameters().values()])
        for parameter in network.parameters().values():
            parameter.grad = None
        found.append((total, grads))
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-5)
    torch.testing.assert_close(found[0][1], found[1][1], rtol=1e-3, atol=1e-5)


def test_what_several_lessons_share_is_read_once_and_weighs_as_often_as_it_comes(tmp_path: Path) -> None:
    network = TrainedNetwork(loaded(save(tmp_path / "model")), rank=2, alpha=4)
    network.begin(1)
    a, b, c, d = (Tokens("haiku", tuple(range(40, 60)), tuple(range(90, 95 + n))) for n in range(4))
    lessons = [Lesson(n, answers, 1.0 + n / 10) for n, answers in enumerate([(a, b), (a, c), (d, b), (d, c)])]
    (bundle,) = bundles(lessons, 4000)
    assert len(bundle.pack.rows) == 4
    known = references(network, lessons, 4000)
    states = States((lessons[:3],))
    assert torch.equal(references(network, lessons, 4000, states), known)
    assert known[0, 0] == known[1, 0]
    assert known[2, 1] == known[0, 1]
    tilt = Tilt(network, states.found, network.head.weight[:, 0])
    for parameter in network.parameters().values():
        parameter.data += 0.05
    found = []
    for room in (1, 4000):
        loss = Loss("dpo", known, beta=0.1, smoothing=0.1, anchored=0.2)
        loss.begin(network, lessons, room)
        tilt.begin(lessons)
        with torch.no_grad():
            reads = [(some, network.read(some.pack)) for some in bundles(lessons, room)]
            parts = [
                (loss.part(some, network.surprised(read)).item(), tilt.part(some, read).item())
                for some, read in reads
            ]
        found.append([sum(values) for values in zip(*parts, strict=True)])
    assert found[0] == pytest.approx(found[1], rel=1e-4)


def example(n: int, liked: float, *, voters: int = 3, flagged: bool = False, part: str = "train") -> Example:
    return Example(
        f"{n:032x}", "haiku", f"line {n}", None, f"{n:016x}", liked, abs(2 * liked - 1), voters, 20000, part, flagged
    )  # fmt: skip


def test_only_what_is_surely_liked_by_two_is_learnt_as_it_stands_and_kto_learns_from_all(
    tmp_path: Path,
) -> None:
    answers = Answers(loaded(save(tmp_path / "model")))
    examples = [
        example(0, 0.95), example(1, 0.8), example(2, 0.95, voters=1), example(3, 0.05), example(4, 0.0, flagged=True),
        example(5, 0.92, part="themes"),
    ]  # fmt: skip
    learnt, held_out = of_examples(answers, examples, "sft")
    assert [one.weight for one in learnt] == [pytest.approx(0.9)]
    assert len(held_out) == 1
    learnt, held_out = of_examples(answers, examples, "kto")
    assert [one.liked for one in learnt] == [True, True, True, False, False]
    assert sum(one.weight for one in learnt) == pytest.approx(5)
    assert [one.number for one in learnt + held_out] == list(range(6))
    alone = strays(learnt)
    assert [one.answers[0].prompt for one in alone] == [one.answers[0].prompt for one in learnt]
    assert alone[-1].answers[0].answer == learnt[0].answers[0].answer


def test_what_is_not_to_be_shown_is_nothing_to_write_whoever_likes_it(tmp_path: Path) -> None:
    answers = Answers(loaded(save(tmp_path / "model")))
    cruel = replace(example(0, 0.95), text="go and kill yourself")
    assert of_examples(answers, [cruel], "sft") == ([], [])
    ((found,), _) = of_examples(answers, [cruel], "kto")
    assert not found.liked
