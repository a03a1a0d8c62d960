"""Pieces as the host's own engine makes them, one at a time or many at once, and the three arms that are compared.

`plain` is one sample of the base alone: no adapter, nothing that holds it to a form. `search` is the base without an
adapter, held to the form. `starter` is what a member gets who sets nothing: the starter adapter of the form, and the search.
"""

from __future__ import annotations

import itertools
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

from generation.forms import FORMS
from generation.host.engine import Broken, Finished, Grew, RefusedError
from generation.host.judged import judged
from generation.host.local import LocalEngine
from generation.host.settings import HostSettings
from generation.wire.jobs import BASE, Job

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bench.forms.briefs import Asked
    from generation.host.engine import Engine

Arm = Literal["plain", "search", "starter"]
ARMS: tuple[Arm, ...] = get_args(Arm)

_NUMBERS = itertools.count()


@dataclass(frozen=True, slots=True)
class Made:
    """A piece, or the `sentence` that says why there is none. `seconds` are from start to finished, `first_s` to its
    first text; `tokens` are those written, `prompt_tokens` those read.
    """

    text: str
    seconds: float
    first_s: float
    tokens: int
    prompt_tokens: int
    adapter: str | None
    meta: dict[str, Any] = field(default_factory=dict)
    sentence: str = ""


def threads() -> int:
    """As many as a host of this machine takes by default."""
    return HostSettings(_env_file=None).cores


def loaded(base: str, data_dir: Path) -> Engine:
    """The host's engine of texts over one of its presets, with its adapters and its default settings."""
    return LocalEngine(base, data_dir, threads()).load()


@contextmanager
def unheld() -> Iterator[None]:
    """Forms without what holds a decoder to them and without reranking, so that an engine makes plain samples."""
    kept = dict(FORMS)
    try:
        for name, form in kept.items():
            FORMS[name] = replace(form, plan=None, structure=None, samples=1)
        yield
    finally:
        FORMS.update(kept)


def job(one: Asked, arm: Arm) -> Job:
    adapter = None if arm == "starter" else BASE
    return Job(
        f"bench{next(_NUMBERS)}", "text", "bench", "bench", time.time(), one.brief, one.seed, adapter=adapter
    )


def made(engine: Engine, jobs: Sequence[Job]) -> list[Made]:
    """Make all of `jobs`, begun together as far as there is room, in their order; nothing else runs meanwhile."""
    began = time.perf_counter()
    waiting, done, firsts = list(jobs), dict[str, Made](), dict[str, float]()
    known = {one.id: one for one in jobs}
    for one in jobs:
        try:
            engine.cost(one)
        except RefusedError as error:
            waiting.remove(one)
            done[one.id] = Made("", 0.0, 0.0, 0, 0, None, sentence=str(error))
    while len(done) < len(jobs):
        while waiting and engine.fits(waiting[0]):
            engine.start(waiting.pop(0))
        for found in engine.step():
            now = time.perf_counter() - began
            if isinstance(found, Grew):
                if found.text.strip():
                    firsts.setdefault(found.job_id, now)
            elif isinstance(found, Finished):
                done[found.job_id] = _made(known[found.job_id], found, now, firsts.get(found.job_id, now))
            elif isinstance(found, Broken):
                done[found.job_id] = Made("", now, now, 0, 0, None, sentence=found.sentence)
    return [done[one.id] for one in jobs]


def _made(asked_for: Job, found: Finished, seconds: float, first_s: float) -> Made:
    output = judged(asked_for, found.outputs)[0]
    return Made(
        output.data.decode(), round(seconds, 3), round(first_s, 3), found.output_tokens, found.prompt_tokens,
        found.adapter, output.meta,
    )  # fmt: skip
