"""A head is what its name says to the last bit, or is refused in one sentence."""

from __future__ import annotations

import os
import pickle
from typing import TYPE_CHECKING, Any

import pytest
import torch

from generation.taste import TasteError
from generation.taste.directory import MANIFEST, MOST, NAMES, TENSORS, load, manifest_of, write
from generation.taste.head import Head
from tests.generation.taste.heads import BASE, WIDTHS, bend, head, saved, tell

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_what_was_written_is_read_and_scores_the_same(tmp_path: Path) -> None:
    made = head()
    digest = write(tmp_path, made, {"auc": 0.7, "snapshot": "ab" * 32}, WIDTHS)
    found = load(tmp_path, digest, BASE, WIDTHS)
    numbers = {block: torch.randn(5, width) for block, width in WIDTHS.items()}
    assert torch.equal(found.score(numbers), made.score(numbers))
    by_hand = numbers["plain"] @ made.weights["plain"] + numbers["topics"] @ made.weights["topics"] + 0.5
    assert torch.allclose(found.score(numbers), by_hand)
    assert manifest_of(tmp_path, digest, WIDTHS)["auc"] == 0.7
    assert [path.name for path in tmp_path.iterdir()] == [digest]


def test_the_same_head_again_is_the_same_directory_and_keeps_its_first_manifest(tmp_path: Path) -> None:
    first = write(tmp_path, head(), {"auc": 0.7}, WIDTHS)
    assert write(tmp_path, head(), {"auc": 0.9}, WIDTHS) == first
    assert manifest_of(tmp_path, first, WIDTHS)["auc"] == 0.7
    assert write(tmp_path, head(1), {}, WIDTHS) != first


BENT: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a number changed": (lambda at: bend(at, bias=torch.tensor([0.25])), "is damaged"),
    "another kind": (lambda at: tell(at, kind="story"), "is damaged"),
    "an unknown kind": (lambda at: tell(at, kind="opera"), "none of verse"),
    "another model": (lambda at: tell(at, base="ee" * 32), "made for the model"),
    "no model": (lambda at: tell(at, base="smollm2"), "by its digest"),
    "another format": (lambda at: tell(at, format=2), "format 1 is read"),
    "a format that is true": (lambda at: tell(at, format=True), "format 1 is read"),
    "an unknown block": (lambda at: tell(at, blocks=["plain", "odour"]), "blocks that are known"),
    "blocks out of order": (lambda at: tell(at, blocks=["topics", "plain"]), "blocks that are known"),
    "a block twice": (lambda at: tell(at, blocks=["plain", "plain", "topics"]), "blocks that are known"),
    "no blocks": (lambda at: tell(at, blocks=[]), "blocks that are known"),
    "blocks that are a text": (lambda at: tell(at, blocks="plain"), "blocks that are known"),
    "a block of lists": (lambda at: tell(at, blocks=[["plain"]]), "blocks that are known"),
    "one block more in the file": (lambda at: tell(at, blocks=["plain"]), 'disagree about "topics"'),
    "one block less in the file": (lambda at: bend(at, topics=None), 'disagree about "topics"'),
    "another shape": (lambda at: bend(at, topics=torch.zeros(1, 2)), "2 numbers of type F32"),
    "another type": (lambda at: bend(at, topics=torch.zeros(2).half()), "2 numbers of type F32"),
    "not a number": (lambda at: bend(at, topics=torch.tensor([0.0, torch.nan])), "or none"),
    "infinite": (lambda at: bend(at, topics=torch.tensor([0.0, -torch.inf])), "or none"),
    "too large": (lambda at: bend(at, bias=torch.tensor([2 * MOST])), "beyond"),
    "a pickle": (lambda at: (at / TENSORS).write_bytes(pickle.dumps({"bias": 1})), "not a safetensors file"),
    "half a file": (lambda at: (at / TENSORS).write_bytes((at / TENSORS).read_bytes()[:-4]), "not a safetensors"),
    "a long file": (lambda at: (at / TENSORS).write_bytes(b"\0" * 100_000), "more than"),
    "an empty file": (lambda at: (at / TENSORS).write_bytes(b""), "is empty"),
    "a manifest that is none": (lambda at: (at / MANIFEST).write_text("{"), "is not JSON"),
    "a manifest that is a list": (lambda at: (at / MANIFEST).write_text("[]"), "not a JSON object"),
    "a manifest with a key twice": (lambda at: (at / MANIFEST).write_text('{"kind": 1, "kind": 2}'), "twice"),
    "a deep manifest": (lambda at: (at / MANIFEST).write_text("[" * 10_000), "nested"),
    "a file beside": (lambda at: (at / "head.pkl").write_bytes(b"x"), "does not belong there"),
    "a file missing": (lambda at: (at / TENSORS).unlink(), "has no head.safetensors"),
    "a link": (lambda at: ((at / TENSORS).rename(at.parent / "t"), (at / TENSORS).symlink_to(at.parent / "t")), "link"),
    "a pipe": (lambda at: ((at / TENSORS).unlink(), os.mkfifo(at / TENSORS)), "a pipe"),
}  # fmt: skip


@pytest.mark.parametrize("how", BENT)
def test_a_head_that_was_bent_is_refused_with_a_sentence(tmp_path: Path, how: str) -> None:
    bent, sentence = BENT[how]
    digest = saved(tmp_path)
    bent(tmp_path / digest)
    with pytest.raises(TasteError, match=sentence):
        load(tmp_path, digest, BASE, WIDTHS)


@pytest.mark.parametrize("name", ["", "..", "../" + "ab" * 32, "AB" * 32, "ab" * 31, "ab" * 32 + "\n"])
def test_a_name_that_is_no_digest_is_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(TasteError, match="not the name of a head"):
        load(tmp_path, name, BASE, WIDTHS)


def test_a_head_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(TasteError, match="There is no head"):
        load(tmp_path, "ab" * 32, BASE, WIDTHS)


def test_nothing_is_left_of_what_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(TasteError, match="3 numbers of type F32"):
        write(tmp_path, Head("verse", BASE, {"plain": torch.zeros(7)}, 0.0), {}, WIDTHS)
    with pytest.raises(TasteError, match="cannot be written as JSON"):
        write(tmp_path, head(), {"auc": float("nan")}, WIDTHS)
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").write_text("x")
    with pytest.raises(TasteError, match="cannot be written"):
        write(tmp_path / "file", head(), {}, WIDTHS)


def test_a_damaged_head_in_the_way_is_told_of(tmp_path: Path) -> None:
    digest = saved(tmp_path)
    bend(tmp_path / digest, bias=torch.tensor([0.25]))
    with pytest.raises(TasteError, match="is damaged"):
        saved(tmp_path)


def test_a_head_has_two_files() -> None:
    assert set(NAMES) == {"manifest.json", "head.safetensors"}
