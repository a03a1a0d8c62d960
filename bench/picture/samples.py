"""The briefs that every score is taken on: one caption and one seed each, in four sets.

`seen`: 600 stickers of training concepts; `unseen`: 600 of concepts held out; `paintings`: 600 abstract ones;
`spread`: 40 captions, eight seeds each. Each names the real picture that its caption was written for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

SAMPLES = Path(__file__).with_name("samples.jsonl")
SetName = Literal["seen", "unseen", "paintings", "spread"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One brief; `id` is the real picture's."""

    n: int
    set: SetName
    id: str
    caption: str
    seed: int


def samples(sets: Iterable[SetName], limit: int | None = None) -> list[Sample]:
    """All of `sets`, or the first `limit` of each, in the order of the list."""
    with SAMPLES.open(encoding="utf-8") as lines:
        found = [Sample(**json.loads(line)) for line in lines]
    wanted = [sample for sample in found if sample.set in set(sets)]
    if limit is None:
        return wanted
    firsts = {name: [sample for sample in wanted if sample.set == name][:limit] for name in sets}
    return [sample for sample in wanted if sample in firsts[sample.set]]
