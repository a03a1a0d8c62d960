"""The picture engine: `host.engine.Engine` over a network, in steps that are short enough for texts to go on meanwhile.

A step is a row of bites: a theme is read, a few pictures are made in one forward pass, a picture is written as a file.
How long each takes is measured, and a bite that would not end within `STEP_S` waits for the next step; a step is longer
only where a single bite is. Pictures of different people are made in one pass, one of each job in turn, so that a large
job does not hold up a small one.

The price is in the currency of the one fair line, tokens of text: `PICTURE_TOKENS` each (docs/pictures.md, "What a
picture costs").
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from generation.forms.pictures import STYLES
from generation.gan import told
from generation.gan.encoding import animation, on_white, png, webp_frame
from generation.gan.lexicon.errors import LexiconError
from generation.gan.network import is_painting
from generation.gan.plan import plan, there_and_back
from generation.host.engine import Broken, Cost, Finished, Grew, Output, RefusedError
from generation.host.stumble import stumbled

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from generation.gan.network import Network, Understood
    from generation.gan.plan import Plan
    from generation.host.engine import Progress
    from generation.wire.jobs import Job

PICTURE_TOKENS = 5
STEP_S = 0.04
BATCH = 16  # pictures in one forward pass, at most
ROOM = 8  # jobs at once
LEARNS = 0.2  # what the last bite weighs in what is believed of the next
FRAME_MS, TURN_MS = 80, 480  # how long a frame of a morph is shown, and the two at its ends

Bite = Literal["read", "paint", "write"]


@dataclass(slots=True, eq=False)
class _Work:
    """A job in here. `styles` (P, W) are those of its pictures, of which the first `painted` were made."""

    job: Job
    plan: Plan
    understood: tuple[Understood, ...] = ()
    styles: npt.NDArray[np.float32] | None = None
    painted: int = 0
    unwritten: deque[npt.NDArray[np.uint8]] = field(default_factory=deque)
    written: list[bytes] = field(default_factory=list)

    @property
    def moving(self) -> bool:
        return self.job.picture_brief.move == "morph"

    @property
    def unpainted(self) -> int:
        return 0 if self.styles is None else self.plan.pictures - self.painted


class PictureEngine:
    """`host.engine.Engine` for jobs of kind picture."""

    def __init__(
        self, network: Network, *, threads: int = 1, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        """`threads` are those that the network computes with, `clock` tells seconds."""
        self._network = network
        self._threads = threads
        self._clock = clock
        self._works: dict[str, _Work] = {}
        self._took_s: dict[Bite, float] = {}  # for one theme, one picture, one file

    def cost(self, job: Job) -> Cost:
        if job.picture is None:
            raise RefusedError("invalid", "No texts are made here.")
        for spot in job.picture.spots:
            if spot.style and spot.style not in STYLES:
                raise RefusedError("invalid", f"There is no style called {spot.style}.")
        if job.model not in (None, self._network.name):
            raise RefusedError("invalid", "That model is not served here.")
        if job.named_adapter is not None and job.terms.when_adapter_is_bad == "fail":
            raise RefusedError("adapter", "That adapter is not served here.")
        return Cost(0, PICTURE_TOKENS * plan(job.picture, job.seed).pictures)

    def fits(self, job: Job) -> bool:  # noqa: ARG002 - none is too large
        return len(self._works) < ROOM

    def start(self, job: Job) -> None:
        self._works[job.id] = _Work(job, plan(job.picture_brief, job.seed))

    def step(self) -> list[Progress]:
        """As many bites as end within `STEP_S`, by what they took lately; one at least."""
        progress: list[Progress] = []
        until = self._clock() + STEP_S
        for n in count():
            bite, began = self._next(), self._clock()
            if bite is None:
                break
            left, each_s = until - began, self._took_s.get(bite, STEP_S)
            if n and left < each_s * (self._network.together if bite == "paint" else 1):
                break
            made = 1
            match bite:
                case "read":
                    progress += self._read()
                case "paint":
                    try:
                        made = self._paint(min(BATCH, int(left / max(each_s, 1e-6))))
                    except Exception as error:  # noqa: BLE001 - what was finished in this step stays finished
                        progress += self._stopped(error)
                case "write":
                    progress += self._write()
            took_s = (self._clock() - began) / made
            self._took_s[bite] = each_s + LEARNS * (took_s - each_s) if bite in self._took_s else took_s
        return progress

    def cancel(self, job_id: str) -> None:
        self._works.pop(job_id, None)

    def stats(self) -> dict[str, Any]:
        return {
            "model": self._network.name,
            "dtype": "float32",
            "threads": self._threads,
            "running": len(self._works),
            "room": ROOM,
            "took_ms": {bite: round(1000 * took_s, 1) for bite, took_s in self._took_s.items()},
        }

    def _next(self) -> Bite | None:
        """What is nearest to an end goes first; but all themes are read before a pass, so that they share it."""
        works = self._works.values()
        if any(work.unwritten for work in works):
            return "write"
        if any(work.styles is None for work in works):
            return "read"
        return "paint" if any(work.unpainted for work in works) else None

    def _read(self) -> list[Progress]:
        """The theme of one job becomes places."""
        work = next(work for work in self._works.values() if work.styles is None)
        try:
            self._place(work)
        except LexiconError as error:
            return self._break(work, Broken(work.job.id, "invalid", str(error)))
        except Exception as error:  # noqa: BLE001 - whatever is in one theme, the others go on
            return self._break(work, Broken(work.job.id, *stumbled(error, [work.job.id], "picture_failed")))
        return []

    def _place(self, work: _Work) -> None:
        network, places = self._network, work.plan.places
        if work.plan.between:
            work.understood = tuple(network.understand(spot.theme, spot.style) for spot in places)
            first, second = (
                network.place(understood.caption, [(spot.seed, *spot.away)])
                for understood, spot in zip(work.understood, places, strict=True)
            )
            shares = np.asarray(work.plan.shares, np.float32)[:, None]
            work.styles = first * (1 - shares) + second * shares
        else:
            work.understood = (network.understand(places[0].theme, places[0].style),)
            seeds = [(spot.seed, *spot.away) for spot in places]
            work.styles = network.place(work.understood[0].caption, seeds)

    def _paint(self, most: int) -> int:
        """Up to `most` pictures, or as many as a pass has at the least; one of each job in turn. How many they took as long
        as.
        """
        together = self._network.together
        most = max(together, most - most % together)
        waiting = [work for work in self._works.values() if work.unpainted]
        turns = sorted(
            (n, at) for at, work in enumerate(waiting) for n in range(min(work.unpainted, most))
        )[:most]  # fmt: skip
        rows = [waiting[at].styles[waiting[at].painted + n] for n, at in turns]  # type: ignore[index]
        for (_, at), picture in zip(turns, self._network.paint(np.stack(rows)), strict=True):
            work = waiting[at]
            work.painted += 1
            work.unwritten.append(on_white(picture) if all(map(is_painting, work.understood)) else picture)
            self._works[work.job.id] = self._works.pop(work.job.id)  # behind those whose turn it was not
        return len(turns) + -len(turns) % together

    def _stopped(self, error: Exception) -> list[Progress]:
        """A pass that failed takes with it all that still had something to paint."""
        works = [work for work in self._works.values() if work.unpainted]
        ending = stumbled(error, [work.job.id for work in works], "picture_failed")
        return [told for work in works for told in self._break(work, Broken(work.job.id, *ending))]

    def _write(self) -> list[Progress]:
        """One picture becomes a file, or a frame of one."""
        work = next(work for work in self._works.values() if work.unwritten)
        picture, part = work.unwritten.popleft(), len(work.written)
        try:
            work.written.append(webp_frame(picture) if work.moving else png(picture))
            progress: list[Progress] = [Grew(work.job.id, 0 if work.moving else part, "", PICTURE_TOKENS)]
            if len(work.written) == work.plan.pictures:
                progress.append(self._finished(work))
        except Exception as error:  # noqa: BLE001 - as above
            return self._break(work, Broken(work.job.id, *stumbled(error, [work.job.id], "picture_failed")))
        return progress

    def _finished(self, work: _Work) -> Finished:
        del self._works[work.job.id]
        outputs = (_moving(work),) if work.moving else _stills(work)
        tokens = PICTURE_TOKENS * work.plan.pictures
        return Finished(work.job.id, outputs, 0, tokens, self._network.name, None)

    def _break(self, work: _Work, broken: Broken) -> list[Progress]:
        self._works.pop(work.job.id, None)
        return [broken]


def _stills(work: _Work) -> tuple[Output, ...]:
    if work.plan.between:
        metas = [told.of_a_mixture(work.understood, share) for share in work.plan.shares]
    else:
        metas = [told.of_a_spot(spot, work.understood[0]) for spot in work.plan.places]
    return tuple(Output("image/png", data, meta) for data, meta in zip(work.written, metas, strict=True))


def _moving(work: _Work) -> Output:
    order = there_and_back(len(work.written))
    ends = (0, len(work.written) - 1)
    durations = [TURN_MS if frame in ends else FRAME_MS for frame in order]
    data = animation(work.written, order, durations)
    return Output("image/webp", data, told.of_a_morph(work.understood))
