"""Nothing gets a name that was not trained on what it says, for the model that writes, on a disk that has room."""

from __future__ import annotations

import errno
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from finetune import publish as publishing
from finetune import snapshot as snapshots
from finetune.network import TrainedNetwork
from finetune.publish import PublishError, publish, room, same
from finetune.snapshot import Evidence, Snapshot, write
from generation.adapters import load
from tests.finetune.small import loaded, save

if TYPE_CHECKING:
    from pathlib import Path

    from generation.lm.load import LoadedModel


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    return loaded(save(tmp_path_factory.mktemp("publish") / "model"))


@pytest.fixture(scope="module")
def network(model: LoadedModel) -> TrainedNetwork:
    network = TrainedNetwork(model, rank=2, alpha=4)
    network.begin(1)
    return network


def taken(folder: Path, base: str) -> tuple[Path, Snapshot]:
    snapshot = write(
        folder, kind="verse", base=base, made_at=1.0, evidence=Evidence(20, 20, 5, 60.0), examples=()
    )
    return folder / snapshot.digest, snapshot


def test_it_appears_whole_under_its_digest_and_is_never_written_again(
    tmp_path: Path, model: LoadedModel, network: TrainedNetwork
) -> None:
    first = publish(
        tmp_path, network.config(), network.tensors(), base=model.base, manifest={"snapshot": "one"}
    )
    assert load(tmp_path, first.name, model.base).rank == 2
    before = {file.name: file.read_bytes() for file in first.iterdir()}
    again = publish(
        tmp_path, network.config(), network.tensors(), base=model.base, manifest={"snapshot": "other"}
    )
    assert again == first
    assert {file.name: file.read_bytes() for file in first.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == [first.name]


def test_a_disk_that_is_full_is_said_before_anything_is_written(
    tmp_path: Path, model: LoadedModel, network: TrainedNetwork
) -> None:
    free = shutil.disk_usage(tmp_path).free
    room(tmp_path, 1)
    with pytest.raises(PublishError, match=r"^The disk is full: \d+ MiB are needed and \d+ are free\.$"):
        room(tmp_path, free + 2**30)
    (tmp_path / "file").touch()
    with pytest.raises(PublishError, match="cannot be written"):
        publish(tmp_path / "file", network.config(), network.tensors(), base=model.base, manifest={})


def test_a_disk_that_fills_while_it_is_written_leaves_nothing_behind(
    tmp_path: Path, model: LoadedModel, network: TrainedNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(publishing, "write", full)  # no disk of a test's own can be filled
    with pytest.raises(PublishError, match=r"^The adapter cannot be written: No space left on device\.$"):
        publish(tmp_path, network.config(), network.tensors(), base=model.base, manifest={})
    assert not list(tmp_path.iterdir())


def test_a_snapshot_edited_by_hand_or_of_another_model_is_refused(tmp_path: Path, model: LoadedModel) -> None:
    directory, snapshot = taken(tmp_path, model.base.digest)
    same(directory, snapshot, model.base)
    with pytest.raises(PublishError, match="is another one than training began with"):
        same(directory, replace(snapshot, digest="0" * 64), model.base)
    with pytest.raises(PublishError, match=r"^The snapshot was taken for the model .* is what writes now\.$"):
        same(directory, snapshot, replace(model.base, digest="f" * 64))
    manifest = directory / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"liked":20', '"liked":90'))
    with pytest.raises(PublishError, match="was changed after it was written"):
        same(directory, snapshot, model.base)
    with pytest.raises(snapshots.SnapshotError):
        snapshots.load(directory)
