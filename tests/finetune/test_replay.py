"""What public pieces come beside the pairs: of one form, cut, and the same after a kill."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from finetune.kinds import kind_read
from finetune.replay import TOKENS, Replay
from finetune.tokens import Answers
from tests.finetune.small import loaded, pieces, save

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    folder: Path = tmp_path_factory.mktemp("replay") / "model"
    return Answers(loaded(save(folder)))


def test_a_step_has_a_few_pieces_of_one_form_cut_where_they_are_long(answers: Answers) -> None:
    replay = Replay(answers, pieces(), seed=1, each=2)
    for step in range(6):
        found = replay.pack(step)
        assert 1 <= len(found.rows) <= 2
        assert all(int((row >= 0).sum()) <= TOKENS for row in found.targets)


def test_what_comes_in_a_step_is_decided_by_seed_and_step(answers: Answers) -> None:
    one, other = (Replay(answers, pieces(), seed=1, each=2) for _ in range(2))
    other.pack(0)  # what was drawn before does not matter
    assert torch.equal(one.pack(3).rows, other.pack(3).rows)
    drawn = {
        tuple(Replay(answers, pieces(), seed=seed, each=2).pack(3).rows.flatten().tolist())
        for seed in range(6)
    }
    assert len(drawn) > 1


@pytest.mark.parametrize(
    ("kind", "form", "name"), [("verse", "haiku", "verse"), ("verse", "wujue", "tang"), ("story", "fable", "story")]
)  # fmt: skip
def test_public_pieces_are_of_the_forms_language(kind: str, form: str, name: str) -> None:
    assert kind_read(kind, form).name == name
