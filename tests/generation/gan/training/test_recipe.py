"""The recipe as it is run: killed and begun again, it comes to the weights of one that was not."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
import torch

from generation.gan.training.recipe import cooled
from generation.gan.weights import MANIFEST, load_weights

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
PICTURES, BATCH = 64, 8


def _begun(
    folder: Path, data: tuple[Path, Path], processes: int, *more: str | Path
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            sys.executable, "-m", "generation.gan.training", folder, "--source", data[0], "--data", data[1],
            "--pictures", str(PICTURES),
            "--batch", str(BATCH), "--processes", str(processes), "--hangs", "4", *more,
        ],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture(scope="module")
def data(source: Path, prepared: Path) -> tuple[Path, Path]:
    return source, prepared


@pytest.fixture(scope="module")
def whole(data: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training that nobody disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    assert _begun(folder, data, 1).wait() == 0
    return folder


def test_killed_and_begun_again_it_comes_to_the_same_weights(
    data: tuple[Path, Path], whole: Path, tmp_path: Path
) -> None:
    cut = _begun(tmp_path / "cut", data, 1, "--save-every-s", "0")
    manifest = tmp_path / "cut" / "weights" / MANIFEST
    while not manifest.exists():  # the first step is saved; the second or a later one is under way
        assert cut.poll() is None
        time.sleep(0.05)
    cut.send_signal(signal.SIGKILL)
    cut.wait()
    assert json.loads(manifest.read_text())["training"]["pictures_seen"] < PICTURES
    assert _begun(tmp_path / "cut", data, 1).wait() == 0
    undisturbed, again = load_weights(whole / "weights"), load_weights(tmp_path / "cut" / "weights")
    assert undisturbed.digest == again.digest
    assert undisturbed.training["pictures_seen"] == PICTURES
    assert list((whole / "sheets").iterdir())
    assert list((whole / "plots").iterdir())


def test_a_batch_that_cannot_be_shared_is_refused_in_one_sentence(tmp_path: Path) -> None:
    asked = [sys.executable, "-m", "generation.gan.training", tmp_path, "--batch", "9", "--processes", "2"]
    told = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert "A batch is shared by the processes in equal parts" in told.stderr


@pytest.mark.parametrize("share", ["0", "1.5", "nan"])
def test_rates_fall_over_a_share_of_the_pictures_or_one_sentence_says_so(tmp_path: Path, share: str) -> None:
    asked = [sys.executable, "-m", "generation.gan.training", tmp_path, "--cool-down", share]
    found = subprocess.run(asked, check=False, capture_output=True, text=True)
    assert found.returncode == 2
    assert "Rates fall over a share of the pictures" in found.stderr


def test_rates_are_whole_up_to_the_last_share_and_then_fall_to_none() -> None:
    assert [cooled(done, 100, 0.2) for done in (0, 80, 90, 100)] == pytest.approx([1, 1, 0.5, 0])
    assert [cooled(done, 100, 1.0) for done in (0, 50, 100)] == pytest.approx([1, 0.5, 0])


def test_two_processes_make_one_training(data: tuple[Path, Path], tmp_path: Path) -> None:
    assert _begun(tmp_path, data, 2).wait() == 0
    assert load_weights(tmp_path / "weights").training["pictures_seen"] == PICTURES


def test_a_training_can_go_on_from_weights_and_first_teaches_its_judges_alone(
    data: tuple[Path, Path], whole: Path, tmp_path: Path
) -> None:
    assert _begun(tmp_path, data, 1, "--start-from", whole / "weights").wait() == 0
    one, two = load_weights(whole / "weights"), load_weights(tmp_path / "weights")
    begun, taught = one.painter.state_dict(), two.painter.state_dict()
    # after eight steps it has not begun to learn
    assert all(torch.equal(begun[name], taught[name]) for name in begun)
    assert two.training["after"] == one.training
