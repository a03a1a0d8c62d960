"""Small snapshots for tests, valid unless told otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from finetune.snapshot import Evidence, Example, Pair, write

if TYPE_CHECKING:
    from pathlib import Path

    from finetune.snapshot import Snapshot

EVIDENCE = Evidence(liked=1, disliked=1, voters=5, weight=1.6)


def an_example(n: int = 1, **changes: Any) -> Example:
    example = Example(
        id=f"{n:032x}", form="haiku", text=f"rain\non roof {n}\nall night", theme=None, group=f"{n % 3:016x}", liked=0.9,
        confidence=0.8, voters=3, made_day=20_000 + n, part="train",
    )  # fmt: skip
    return replace(example, **changes)


def a_pair(**changes: Any) -> Pair:
    pair = Pair("haiku", "rain", "0" * 16, "rain", "snow", "a" * 32, "b" * 32, "train")
    return replace(pair, **changes)


def a_snapshot(root: Path, **changes: Any) -> Snapshot:
    values: dict[str, Any] = {
        "kind": "verse", "base": "b" * 64, "made_at": 1_800_000_000.0, "evidence": EVIDENCE,
        "examples": [an_example(2), an_example(1, liked=0.1)], "pairs": [a_pair()],
    }  # fmt: skip
    return write(root, **{**values, **changes})
