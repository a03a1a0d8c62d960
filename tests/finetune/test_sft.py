"""The recipe: killed and begun again it comes to the weights of one that was not, and what it writes is served."""

from __future__ import annotations

import json
import random
import signal
import string
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from finetune.network import TrainedNetwork
from finetune.packs import pack
from finetune.pieces import Piece
from finetune.sft import STATE, train
from finetune.state import StateError
from finetune.tokens import Answers
from generation.adapters import load
from tests.finetune.small import RECIPE, loaded, pieces, save, trained

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("small") / "model")


@pytest.fixture(scope="module")
def whole(small: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A training that nobody disturbed: its folder, and its adapter."""
    folder = tmp_path_factory.mktemp("whole")
    digest = trained(folder, loaded(small))
    assert digest is not None
    return folder, digest


def test_what_it_writes_is_an_adapter_that_says_how_it_was_made(small: Path, whole: tuple[Path, str]) -> None:
    folder, digest = whole
    base = loaded(small).base
    assert load(folder / "adapters", digest, base).rank == RECIPE.rank
    manifest = json.loads((folder / "adapters" / digest / "manifest.json").read_text())
    assert manifest["metrics"]["held_out_after"] < manifest["metrics"]["held_out_before"]
    assert set(manifest["metrics"]["held_out_by_form"]) == {"all", "haiku", "couplet"}
    told = manifest["training"]
    assert told["seed"] == RECIPE.seed
    assert told["tokens"] >= RECIPE.tokens
    assert len(told["commit"]) == 40
    assert "sonnet" in manifest["serves"]
    assert list((folder / "plots").iterdir())


def test_a_training_that_is_over_is_not_begun_again(small: Path, whole: tuple[Path, str]) -> None:
    folder, digest = whole
    before = (folder / STATE).stat().st_mtime_ns
    assert trained(folder, loaded(small)) == digest
    assert (folder / STATE).stat().st_mtime_ns == before


def test_killed_and_begun_again_it_comes_to_the_same_weights(
    small: Path, whole: tuple[Path, str], tmp_path: Path
) -> None:
    cut = subprocess.Popen(
        [sys.executable, "-m", "tests.finetune.small", small, tmp_path], stderr=subprocess.DEVNULL
    )
    while not (tmp_path / STATE).exists():  # saved before each step: a later one is under way
        assert cut.poll() is None
        time.sleep(0.01)
    cut.send_signal(signal.SIGKILL)
    cut.wait()
    assert not (tmp_path / "adapters").exists()
    assert trained(tmp_path, loaded(small)) == whole[1]


def test_a_folder_of_another_training_is_not_gone_on_with(small: Path, whole: tuple[Path, str]) -> None:
    other = replace(RECIPE, seed=4)
    with pytest.raises(StateError, match="holds another training"):
        train(other, loaded(small), pieces()[:8], pieces()[8:], whole[0], save_every_s=60)


def test_where_nothing_was_better_there_is_no_adapter(small: Path, tmp_path: Path) -> None:
    model = loaded(small)
    base, answers = TrainedNetwork(model, rank=1, alpha=1), Answers(model)

    def of(letter: str) -> Piece:
        return Piece(letter, "haiku", letter * 40, letter, (letter,), whole=False)

    def found(letter: str) -> float:
        return base.loss(pack([answers.tokens(of(letter), random.Random(0), bare=0)])).item()

    expected, surprising = (choose(string.ascii_lowercase, key=found) for choose in (min, max))
    recipe = replace(RECIPE, looks=1)  # to learn the one makes the other less expected
    assert train(recipe, model, [of(surprising)], [of(expected)], tmp_path, save_every_s=60) is None
    assert not (tmp_path / "adapters").exists()
