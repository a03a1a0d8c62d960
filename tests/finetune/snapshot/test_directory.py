"""Snapshots on disk: what was written is read, and nothing else is."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from finetune.snapshot import SnapshotError, load
from tests.finetune.snapshot.made import a_pair, a_snapshot, an_example

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_what_was_written_is_read(tmp_path: Path) -> None:
    written = a_snapshot(tmp_path)
    read = load(tmp_path / written.digest)
    assert read == written
    assert [example.id[-1] for example in read.examples] == ["1", "2"]
    assert read.pairs == (a_pair(),)


def test_the_name_depends_on_the_content_alone(tmp_path: Path) -> None:
    one = a_snapshot(tmp_path / "a")
    other = a_snapshot(tmp_path / "b", examples=[an_example(1, liked=0.1), an_example(2)])
    assert other.digest == one.digest
    assert a_snapshot(tmp_path / "a", made_at=5.0).digest != one.digest


def test_a_snapshot_that_is_there_stays_and_nothing_else_is_left(tmp_path: Path) -> None:
    for _ in range(2):
        written = a_snapshot(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [written.digest]


def test_texts_of_any_script_and_whole_numbers_come_back(tmp_path: Path) -> None:
    written = a_snapshot(tmp_path, examples=[an_example(text='床前明月光\n\u2028"x"\\', liked=1)])
    assert load(tmp_path / written.digest).examples[0].text == '床前明月光\n\u2028"x"\\'


def _more_liked(directory: Path) -> None:
    path = directory / "examples.jsonl"
    path.write_text(path.read_text().replace('"liked":0.1', '"liked":0.9'))


def _a_space(directory: Path) -> None:
    path = directory / "manifest.json"
    path.write_text(path.read_text().replace(":", ": ", 1))


def _a_row_less(directory: Path) -> None:
    path = directory / "examples.jsonl"
    path.write_text(path.read_text().splitlines()[0] + "\n")


def _a_field_more(directory: Path) -> None:
    path = directory / "pairs.jsonl"
    path.write_text(json.dumps({**json.loads(path.read_text()), "member": 5}))


def _another_format(directory: Path) -> None:
    path = directory / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 2}))


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (_more_liked, "was changed after it was written"),
        (_a_space, "was changed after it was written"),
        (_a_row_less, "does not hold what its manifest counts"),
        (_a_field_more, "pairs.jsonl, line 1: member is not a field"),
        (_another_format, "is of format 2"),
        (lambda found: (found / "pairs.jsonl").unlink(), "has no pairs.jsonl"),
        (lambda found: (found / "pairs.jsonl").write_bytes(b"\xff\n"), "line 1, is not JSON"),
        (lambda found: (found / "examples.jsonl").write_text("[" * 100_000), "line 1, is not JSON"),
        (lambda found: (found / "manifest.json").write_text(""), "must be one object"),
    ],
)
def test_what_was_changed_by_hand_is_refused_in_one_sentence(
    tmp_path: Path, harm: Callable[[Path], None], sentence: str
) -> None:
    directory = tmp_path / a_snapshot(tmp_path).digest
    harm(directory)
    with pytest.raises(SnapshotError, match=sentence) as caught:
        load(directory)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_what_is_no_snapshot_is_refused(tmp_path: Path) -> None:
    for name in ("nothing", "c" * 64):
        with pytest.raises(SnapshotError):
            load(tmp_path / name)
    written = a_snapshot(tmp_path)
    (tmp_path / written.digest).rename(tmp_path / ("d" * 64))
    with pytest.raises(SnapshotError, match="changed"):
        load(tmp_path / ("d" * 64))


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "picture"},
        {"base": "smollm2"},
        {"made_at": float("nan")},
        {"examples": [an_example(form="scene")]},
        {"examples": [an_example(form="novel")]},
        {"examples": [an_example(liked=1.2)]},
        {"examples": [an_example(id="123")]},
        {"examples": [an_example(), an_example()]},
        {"examples": [an_example(flagged=True)]},
        {"examples": [an_example(voters=-1)]},
        {"examples": [an_example(text="half a \ud83d")]},
        {"examples": [an_example(part="test")]},
        {"pairs": [a_pair(group="rain")]},
        {"pairs": [a_pair(chosen_id="1")]},
    ],
)
def test_what_could_not_be_read_is_not_written(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(SnapshotError):
        a_snapshot(tmp_path, **changes)
    assert not any(tmp_path.iterdir())


FILLS_THE_DISK = """
import resource, signal, sys
from pathlib import Path
from finetune.snapshot import SnapshotError
from tests.finetune.snapshot.made import a_snapshot, an_example
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    a_snapshot(Path(sys.argv[1]), examples=[an_example(n) for n in range(50)])
except SnapshotError as error:
    print(error)
assert "torch" not in sys.modules
"""


def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FILLS_THE_DISK, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("The snapshot cannot be written: ")
    assert not any(tmp_path.iterdir())
