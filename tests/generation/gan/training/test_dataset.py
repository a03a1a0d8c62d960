"""What a training is shown: the pictures as they are, their captions, and some in other colours."""

from __future__ import annotations

import json
import lzma
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from generation.gan.training import dataset as module
from generation.gan.training.dataset import FOILS, SHARES, Dataset, prepare, read_pictures, read_rows

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow  # captions are read and pictures looked at by the real networks


@pytest.fixture(scope="module")
def dataset(prepared: Path) -> Dataset:
    return Dataset(prepared, 64)


def test_held_out_pictures_are_not_among_them_and_recoloured_ones_are(dataset: Dataset) -> None:
    assert dataset.kinds.count("sticker") == dataset.kinds.count("abstract") == 7
    assert dataset.kinds.count("recoloured") == 14
    assert len(dataset.pictures) == len(dataset.captions) == len(dataset.features) == 35


def test_kinds_are_drawn_by_their_shares(dataset: Dataset) -> None:
    for kind, share in SHARES.items():
        of_kind = [
            weight
            for weight, name in zip(dataset.weights.tolist(), dataset.kinds, strict=True)
            if name == kind
        ]
        assert sum(of_kind) == pytest.approx(share)


def test_a_batch_is_the_same_for_the_same_seed(dataset: Dataset) -> None:
    torch.manual_seed(1)
    one = dataset.draw(16)
    torch.manual_seed(1)
    again = dataset.draw(16)
    torch.manual_seed(2)
    other = dataset.draw(16)
    assert torch.equal(one.pictures, again.pictures)
    assert torch.equal(one.captions.words, again.captions.words)
    assert torch.equal(one.foils.sentences, again.foils.sentences)
    assert not torch.equal(one.pictures, other.pictures)
    assert not torch.equal(one.foils.sentences, other.foils.sentences)
    assert one.captions.sentences.shape == (16, 384)
    assert one.foils.sentences.shape == (FOILS, 384)
    assert len(one.foils.offsets) == FOILS
    assert float(one.pictures.min()) >= -1
    assert float(one.pictures.max()) <= 1


def test_what_is_transparent_shows_the_ground_and_the_rest_does_not(dataset: Dataset) -> None:
    torch.manual_seed(3)
    batch = dataset.draw(64)
    top = batch.pictures[:, :, :12].flatten(2)
    on_ground = (top - batch.grounds.flatten(2)).abs().amax((1, 2)) < 1e-5
    assert 0.4 < float(on_ground.float().mean()) < 0.8  # stickers and recoloured ones have an empty top
    bottom = batch.pictures[:, :, -12:].flatten(2)
    assert not ((bottom - batch.grounds.flatten(2)).abs().amax((1, 2)) < 1e-5).any()


def test_scaling_keeps_colours_at_the_edge_of_what_is_seen(source: Path) -> None:
    rows = [row for row in read_rows(source) if row["kind"] == "sticker"][:1]
    full, half = read_pictures(rows, 128, source), read_pictures(rows, 64, source)
    assert half.shape == (1, 64, 64, 4)
    seen = half[0, ..., 3] > 0
    assert np.abs(half[0][seen][:, :3].astype(int) - full[0, -1, -1, :3]).max() <= 2
    assert (half[0][~seen][:, :3] == 255).all()


def test_another_size_and_another_source_are_prepared_anew(
    source: Path, prepared: Path, tmp_path: Path
) -> None:
    changed, folder, said = tmp_path / "source", tmp_path / "prepared", list[str]()
    shutil.copytree(source, changed)
    shutil.copytree(prepared, folder)
    prepare(folder, 64, say=said.append, source=changed)
    large = np.load(folder / "features.npy")
    assert not any("anew" in sentence for sentence in said)
    prepare(folder, 32, say=said.append, source=changed)
    small = np.load(folder / "features.npy")
    assert not np.array_equal(small, large)
    assert Dataset(folder, 32).pictures.shape == (35, 32, 32, 4)
    assert not (folder / "pictures-64.npy").exists()
    rows = [row | {"split": "train"} for row in read_rows(changed)]
    with lzma.open(changed / "captions.jsonl.xz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
    prepare(folder, 32, say=said.append, source=changed)
    again = Dataset(folder, 32)
    assert len(again.pictures) == len(again.features) == 40
    assert sum("anew" in sentence for sentence in said) == 2


def test_other_rules_prepare_anew(
    source: Path, prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "prepared"
    shutil.copytree(prepared, folder)
    (folder / "vectors.npy").write_bytes(b"by other rules")
    monkeypatch.setattr(module, "RULES", module.RULES + 1)
    prepare(folder, 64, say=lambda _: None, source=source)
    assert Dataset(folder, 64).vectors.shape[1] == 384


def test_preparing_again_keeps_what_is_there(source: Path, prepared: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in prepared.iterdir()}
    prepare(prepared, 64, say=lambda _: None, source=source)
    assert {path.name: path.stat().st_mtime_ns for path in prepared.iterdir()} == before
