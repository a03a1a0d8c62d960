"""What has been made and judged, on disk, so that a run of hours can be stopped and goes on.

A piece is known by its brief, its seed and its arm, in a file named by what made it: the source files of the engine, the
forms and the starters. A change to any of them begins a new file. A judgement is known by the text and the judge.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bench.forms.making import Made

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MADE_BY = ("generation/lm", "generation/forms", "generation/starters", "generation/adapters")


def version(root: Path, made_by: Iterable[str] = MADE_BY) -> str:
    """The first sixteen digits of a SHA-256 of all that decides what will be made, in these folders, but for the model's weights."""
    digest = hashlib.sha256()
    for folder in made_by:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.suffix in {".py", ".json", ".safetensors", ".gz", ".txt"}:
                digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


class Rows:
    """Rows of JSON by a key, appended to one file; a half-written last line is dropped."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._known: dict[str, Any] = {}
        whole = path.read_bytes() if path.exists() else b""
        lines = whole.split(b"\n")
        if lines[-1]:  # of a run that was killed as it wrote
            path.write_bytes(whole[: len(whole) - len(lines[-1])])
        for line in lines[:-1]:
            row = json.loads(line)
            self._known[row["key"]] = row["value"]

    def get(self, key: str) -> Any | None:
        return self._known.get(key)

    def add(self, rows: Iterable[tuple[str, Any]]) -> None:
        with self._path.open("a", encoding="utf-8") as kept:
            for key, value in rows:
                self._known[key] = value
                kept.write(json.dumps({"key": key, "value": value}, ensure_ascii=False) + "\n")


class Pieces:
    """Rows that are pieces."""

    def __init__(self, path: Path) -> None:
        self._rows = Rows(path)

    def get(self, key: str) -> Made | None:
        row = self._rows.get(key)
        return None if row is None else Made(**row)

    def add(self, key: str, piece: Made) -> None:
        self._rows.add([(key, asdict(piece))])


def text_key(judge: str, text: str) -> str:
    """What a judgement of `text` by `judge` is kept under."""
    return f"{judge} {hashlib.sha256(text.encode()).hexdigest()[:32]}"
