"""What the real model wrote: made once, kept under .renga/bench/taste, and gone on with where it was stopped.

A text is one sample of free verse, written freely by the engine that serves. `history` hangs in the server's channels; `coming` is
held out: six answers to each theme, four drafts of each, by the base or by what was trained; `firsts` are the first drafts of these.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bench.jsonl import read_rows
from bench.report import tell
from bench.taste.prompts import COMING, FORM, PAST
from finetune.samples import CONTEXT, ROOM
from generation.host.engine import Broken, Finished
from generation.lm.engine import TextEngine
from generation.wire.jobs import BASE, Brief, Job, Sampling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from generation.host.engine import Engine
    from generation.lm.load import LoadedModel

SetName = Literal["history", "coming", "firsts"]
TOKENS = 70  # a text has at most
DATA = Path(__file__).resolve().parent.parent.parent / ".renga"
KEPT = DATA / "bench" / "taste"
EACH, OF = 6, 4  # answers to a held-out theme, and drafts of each
SETS: dict[SetName, tuple[tuple[str, ...], range]] = {  # themes, and the seeds of each
    "history": (PAST, range(5)),
    "coming": (COMING, range(1000, 1000 + EACH * OF)),
    "firsts": (COMING, range(1000, 1000 + EACH * OF, OF)),
}


class SampleError(Exception):
    """A text that could not be made; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Sample:
    """`seed` is the sample's number of its theme in its set, as well."""

    theme: str
    seed: int
    text: str

    @property
    def id(self) -> str:
        """32 hex digits."""
        return hashlib.sha256(json.dumps([self.theme, self.seed]).encode()).hexdigest()[:32]


def wanted(name: SetName, first: int | None = None) -> list[tuple[str, int]]:
    """Theme and seed of every sample of a set, or of those of its first themes."""
    themes, seeds = SETS[name]
    return [(theme, seed) for seed in seeds for theme in themes[:first]]


def engine(model: LoadedModel, adapters: Path | None = None) -> Engine:
    """The engine that serves, with the rows that a training's samples have; `adapters` is the directory that has them."""
    return TextEngine(
        replace(model, context=min(model.context, CONTEXT)), room=ROOM, adapters=adapters, merging=False
    )


def made(
    folder: Path,
    name: SetName,
    load: Callable[[], Engine],
    adapter: str | None = None,
    first: int | None = None,
) -> list[Sample]:
    """The samples of a set, or of its `first` themes, in the order of `wanted`: those kept, and the others, for which the engine is loaded.
    While another process makes some of the set, it is waited for.

    Raises:
        SampleError: one cannot be made.
    """
    path = folder / f"{name}-{'base' if adapter is None else adapter[:16]}.jsonl"
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        found = {(one.theme, one.seed): one for one in _kept(path)}
        missing = [one for one in wanted(name, first) if one not in found]
        if missing:
            tell(f"{name}: {len(missing)} texts to make")
            for one in sampled(load(), missing, adapter):
                found[one.theme, one.seed] = one
                file.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")
                file.flush()
    return [found[one] for one in wanted(name, first)]


def sampled(
    writer: Engine, wishes: Sequence[tuple[str, int]], adapter: str | None = None
) -> Iterator[Sample]:
    """Make `wishes`, as many at once as there is room for; each as soon as it is done. Raises SampleError."""
    waiting = [_job(n, theme, seed, adapter) for n, (theme, seed) in enumerate(wishes)]
    running: dict[str, tuple[str, int]] = {}
    while waiting or running:
        while waiting and writer.fits(waiting[0]):
            job = waiting.pop(0)
            running[job.id] = job.text_brief.theme, job.seed
            writer.start(job)
        for found in writer.step():
            if isinstance(found, Broken):
                raise SampleError(found.sentence)
            if isinstance(found, Finished):
                yield Sample(*running.pop(found.job_id), found.outputs[0].data.decode())


def _job(n: int, theme: str, seed: int, adapter: str | None) -> Job:
    return Job(
        f"taste{n}", "text", "bench", "bench", time.time(), Brief(FORM, theme, length="short"), seed,
        sampling=Sampling(max_tokens=TOKENS), adapter=adapter or BASE,
    )  # fmt: skip


def _kept(path: Path) -> list[Sample]:
    """What is in the file, which is cut after its last whole line: the writer may have been killed."""
    data = path.read_bytes()
    if not data.endswith(b"\n"):
        os.truncate(path, data.rfind(b"\n") + 1)
    return [Sample(**row) for row in read_rows(path)]
