"""`python -m bench.queue`: the line alone, simulated, and then before the real engine.

Every length is hidden from the policy until the piece has ended, and one wish in twenty is called off. Parts:

- `flood`: twelve guilds, one of them a single member who asks for ten thousand pieces. The largest difference in
  weighted service between two guilds over any time in which both had work waiting, over the bound of Sheng et al.
  2024, 2 max(w_in * longest input, w_out * tokens in a full batch); and waits per guild, ours beside
  first-in-first-out, which becomes docs/waits.svg.
- `ops`: processor time of an operation (one put, take, charge, end, cancel each) at 100,000 waiting over 1,000.
- `eta`: evenings (steady guilds, bursts, an event now and then, one who is greedy: most of what makes a job wait comes
  after it) and contests (ten guilds ask for a dozen at once, every five minutes). The first place that a job was told (the line is
  told every second) says when it would start; by how much that was wrong, as a fraction of its true wait from asking
  to starting; the median over the jobs that waited `REALLY_S` or more and were told a place.
- `engine`: the same through the real loop, host and model: what a watcher of the job was first told.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.crowd import FirstInFirstOut, Wisher, play
from bench.report import Target, asked, quantile, report
from bench.waits import picture
from generation.host.host import GenerationHost
from generation.host.logs import configure
from generation.host.loop import EngineLoop
from generation.queue import OUTPUT_WEIGHT, Admission, Expected, FairQueue
from generation.wire.events import TERMINAL, Queued, Started
from generation.wire.jobs import Brief, Job, Sampling

if TYPE_CHECKING:
    from bench.crowd import Played, Wish
    from bench.waits import Waits
    from generation.host.engine import Engine

PARTS = ("flood", "ops", "eta", "engine")
ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "waits.svg"
FLOODER = "flooder"
REALLY_S = 2.0
FORMS_ASKED = ("haiku", "haiku", "free verse", "limerick", "couplet", "scene")
EVENINGS, CONTESTS = (11, 12, 13, 14, 15), (1, 2)  # seeds
THEMES = (
    "autumn dusk",
    "a lighthouse in fog",
    "the last train",
    "rain on tin",
    "an empty swing",
    "first snow",
)


def flooded(count: int, until: float) -> list[Wish]:
    """Eight guilds at half of what the engine can do, three that come in crowds, and the flooder at a minute."""
    wisher = Wisher(1)
    wishes: list[Wish] = []
    for n in range(8):
        wishes += wisher.steadily(f"guild {n + 1}", 10, 0.04 * (n + 1), until)
    for n, weight in enumerate((1.0, 1.0, 2.0)):
        name = f"crowd {n + 1}" + (", weight 2" if weight > 1 else "")
        for k in range(1, 5):
            wishes += wisher.burst(name, 40, count // 60, k * until / 5 + 10 * n, 60.0, weight)
    wishes += wisher.burst(FLOODER, 1, count, 60.0, 1.0)
    return wishes


def flood(*, quick: bool) -> tuple[list[Target], dict[str, Any]]:
    """Both policies under the same flood."""
    wishes = flooded(600 if quick else 10_000, 300.0 if quick else 4000.0)
    queue = FairQueue()
    ours = play(queue, wishes, seed=1, line=queue.line, line_every_s=30.0)
    first_in = play(FirstInFirstOut(), wishes, seed=1)
    longest_input = max(wish.expected.prompt_tokens for wish in wishes)
    bound = 2 * max(longest_input, OUTPUT_WEIGHT * ours.full_tokens)
    rows = {
        guild: {"Renga": waits(ours, guild), "first in, first out": waits(first_in, guild)}
        for guild in sorted({wish.job.tenant for wish in wishes}, key=lambda name: (name == FLOODER, name))
    }
    if not quick:
        note = "Dot: median wait; line: up to the 95th percentile. One member asks for 10,000 pieces at one minute."
        PICTURE.write_text(picture("Waits under a flood, simulated, sixteen rows", note, rows))
    targets = [Target("service_gap_over_bound", round(ours.fairness.largest / bound, 4), "<=", 1.0)]
    return targets, {
        "service_gap_tokens": ours.fairness.largest,
        "service_gap_bound_tokens": bound,
        "service_gap_fifo_over_bound": round(first_in.fairness.largest / bound, 4),
        "waits_s": rows,
        "flood_jobs": len(wishes),
        "flood_simulated_s": round(ours.took_s),
        "eta_flooder_median_abs_error": median_error(errors(ours, FLOODER)),
    }


def waits(played: Played, guild: str) -> Waits:
    found = [
        fate.wait_s for fate in played.fates if fate.wish.job.tenant == guild and fate.wait_s is not None
    ]
    return round(statistics.median(found), 2), round(quantile(found, 0.95), 2)


def evening(seed: int, until: float) -> list[Wish]:
    """Ten guilds that ask steadily for two thirds of what the engine can do, bursts, an event, one who is greedy."""
    wisher = Wisher(seed)
    wishes: list[Wish] = []
    for n in range(10):
        wishes += wisher.steadily(f"guild {n}", 8, 0.16, until)
    for n in range(int(until / 90)):
        wishes += wisher.burst(f"guild {n % 10}", 1, 8, 45.0 + 90.0 * n, 3.0)
    for n in range(int(until / 450)):
        wishes += wisher.burst("event", 30, 60, 200.0 + 450.0 * n, 20.0)
    wishes += wisher.burst("greedy", 1, 200, 300.0, 2.0)
    return wishes


def contest(seed: int, until: float) -> list[Wish]:
    """Ten guilds that ask steadily for half of what the engine can do, and then for a dozen at once, again and again."""
    wisher = Wisher(seed)
    wishes: list[Wish] = []
    for n in range(10):
        wishes += wisher.steadily(f"guild {n}", 8, 0.12, until / 4)
        for k in range(int(until / 400)):
            wishes += wisher.burst(f"guild {n}", 8, 12, until / 4 + 300.0 * (k + 1), 0.5)
    return wishes


def etas(*, quick: bool) -> tuple[list[Target], dict[str, Any]]:
    """Both manners of load, together and apart."""
    until = 400.0 if quick else 1800.0
    played: dict[str, list[Played]] = {}
    for name, load, seeds in (("evening", evening, EVENINGS), ("contest", contest, CONTESTS)):
        for seed in seeds[:1] if quick else seeds:
            queue = FairQueue()
            played.setdefault(name, []).append(play(queue, load(seed, until), seed=seed, line=queue.line))
    apart = {name: [error for one in many for error in errors(one)] for name, many in played.items()}
    found = [error for many in apart.values() for error in many]
    targets = [Target("eta_median_abs_error", median_error(found), "<=", 0.25)]
    return targets, {
        "eta_jobs": len(found),
        "eta_median_error": round(statistics.median(found), 4),
        "eta_by_load": {name: median_error(many) for name, many in apart.items()},
        "eta_each": {name: [median_error(errors(one)) for one in many] for name, many in played.items()},
        "eta_of_evenings_by_kind": {
            kind: median_error([error for one in played["evening"] for error in errors(one, kind)])
            for kind in ("guild", "event", "greedy")
        },
    }


def errors(played: Played, kind: str = "") -> list[float]:
    """(start as first told - start) / wait, of each job that waited `REALLY_S` or more and was told."""
    found = []
    for fate in played.fates:
        wait_s = fate.wait_s
        if fate.told is None or fate.started_at is None or not fate.wish.job.tenant.startswith(kind):
            continue
        at, eta_s = fate.told
        if wait_s is not None and wait_s >= REALLY_S:
            found.append((at + eta_s - fate.started_at) / wait_s)
    return found


def median_error(found: list[float]) -> float:
    return round(statistics.median(map(abs, found)), 4) if found else 0.0


def operations(*, quick: bool) -> tuple[list[Target], dict[str, Any]]:
    """Processor time of operations on long lines, the two lengths in turn."""
    sizes = (1000, 100_000)
    rounds, each = (3, 1000) if quick else (9, 5000)
    lines = {size: Held(size) for size in sizes}
    took: dict[int, list[float]] = {size: [] for size in sizes}
    for _ in range(rounds):
        for size in sizes:
            took[size].append(lines[size].operate(each))
    ratios = [large / small for small, large in zip(*took.values(), strict=True)]
    targets = [Target("op_us_100k_over_1k", round(statistics.median(ratios), 3), "<=", 2.0)]
    return targets, {
        **{f"op_us_{size}": round(statistics.median(took[size]), 3) for size in sizes},
        "op_us_rounds": {str(size): took[size] for size in sizes},
        "line_ms_1000": round(lines[1000].look(), 1),
        "line_ms_100000": round(lines[100_000].look(), 1),
    }


class Held:
    """A queue in which `size` jobs wait, of a hundred guilds with up to fifty members."""

    def __init__(self, size: int) -> None:
        self._draw = random.Random(size)
        self._queue = FairQueue()
        self._numbers = itertools.count()
        self._waiting: list[str] = []
        self._where: dict[str, int] = {}
        for job in [self._job() for _ in range(size)]:
            self._put(job)

    def operate(self, times: int) -> float:
        """Microseconds of an operation, over `times` rounds of two puts, a take, a charge, an end and a cancel."""
        picks = [self._draw.random() for _ in range(times)]
        jobs = [self._job() for _ in range(2 * times)]
        queue = self._queue
        began = time.process_time()
        for n in range(times):
            self._put(jobs[2 * n])
            taken = queue.take(lambda _: True)
            assert taken is not None
            self._left(taken.id)
            queue.charge(taken.id, 50)
            queue.end(taken.id, made=True)
            self._put(jobs[2 * n + 1])
            called_off = self._waiting[int(picks[n] * len(self._waiting))]
            assert queue.cancel(called_off)
            self._left(called_off)
        return round((time.process_time() - began) / (6 * times) * 1e6, 3)

    def look(self) -> float:
        """Milliseconds of asking for the whole line."""
        self._queue.measured(2500, 10.0)
        self._queue.expire(float(next(self._numbers)))
        began = time.process_time()
        self._queue.line()
        return (time.process_time() - began) * 1000

    def _put(self, job: Job) -> None:
        self._queue.put(job, Expected(50, 100))
        self._where[job.id] = len(self._waiting)
        self._waiting.append(job.id)

    def _left(self, job_id: str) -> None:
        where, last = self._where.pop(job_id), self._waiting.pop()
        if last != job_id:
            self._waiting[where] = last
            self._where[last] = where

    def _job(self) -> Job:
        n, draw = next(self._numbers), self._draw
        return Job(
            id=str(n), kind="text", tenant=f"guild {draw.randrange(100)}", member=f"member {draw.randrange(50)}",
            asked_at=float(n), brief=Brief("haiku", "rain"), seed=1,
        )  # fmt: skip


async def engine(*, quick: bool) -> tuple[list[Target], dict[str, Any]]:
    """Guilds of different manners before the real model: what each job was first told, and how long it then waited."""
    draw = random.Random(5)
    count = 20 if quick else 240  # more than the engine has rows
    jobs = []
    at = 0.0
    for n in range(count):
        form = "free verse" if quick else draw.choice(FORMS_ASKED)
        if not quick and not count // 4 <= n < 3 * count // 4:  # half of them come at once, in the middle
            at += draw.expovariate(1.5)
        guild = draw.choice(["a", "b", "b", "c", "c", "c", "c"])
        jobs.append((at, guild, f"{guild}{draw.randrange(6)}", form, draw.choice(THEMES)))
    configure("WARNING")
    events = asyncio.get_running_loop()
    host = GenerationHost(admission=Admission(per_member=count))
    died: list[BaseException] = []
    loop = EngineLoop(_load, host.report, died.append, events)
    host.run_on(loop)
    loop.start()
    while not host.stats()["ready"]:
        assert not died, died
        await asyncio.sleep(0.1)
    began = time.time()
    seen = await asyncio.gather(
        *(
            _watch(host, Job(
                id=f"j{n}", kind="text", tenant=guild, member=member, asked_at=began + at,
                brief=Brief(form, theme, length="short"), seed=n, sampling=Sampling(),
            ), began + at)
            for n, (at, guild, member, form, theme) in enumerate(jobs)
        )
    )  # fmt: skip
    took = time.time() - began
    stats = host.stats()
    await asyncio.to_thread(loop.stop, 30)
    found = [(told_s - wait_s) / wait_s for told_s, wait_s in filter(None, seen) if wait_s >= REALLY_S]
    targets = [Target("eta_engine_abs_error", median_error(found), "<=", 0.35)]
    return targets, {
        "eta_engine_jobs": len(found),
        "eta_engine_median_error": round(statistics.median(found), 4) if found else 0.0,
        "eta_engine_told": [pair for pair in seen if pair is not None],
        "engine_s": round(took, 1),
        "engine_stats": stats,
    }


def _load() -> Engine:
    from generation.lm.engine import TextEngine
    from generation.lm.load import load_model
    from generation.lm.weights import find

    return TextEngine(load_model(find("smollm2"), ROOT / ".renga", threads=1))


async def _watch(host: GenerationHost, job: Job, at: float) -> tuple[float, float] | None:
    """Ask for `job` at `at`; its whole wait as the first place told it, and as it was; None where no place was told."""
    await asyncio.sleep(max(0.0, at - time.time()))
    host.submit(job)
    told_s: float | None = None
    wait_s = 0.0
    n = 0
    while True:
        await host.changed(job.id, n)
        for numbered in host.events(job.id, n):
            n = numbered.n
            match numbered.event:
                case Queued(eta_s=eta_s) if told_s is None:
                    told_s = time.time() - at + eta_s
                case Started():
                    wait_s = time.time() - at
                case event if isinstance(event, TERMINAL):
                    host.ack(job.id)
                    return None if told_s is None else (round(told_s, 2), round(wait_s, 2))


async def run(parts: list[str], *, quick: bool) -> tuple[list[Target], dict[str, Any]]:
    """Every part that was asked for, and the targets that they settle."""
    targets: list[Target] = []
    details: dict[str, Any] = {}
    for part in parts:
        match part:
            case "flood":
                settled, found = flood(quick=quick)
            case "ops":
                settled, found = operations(quick=quick)
            case "eta":
                settled, found = etas(quick=quick)
            case _:
                settled, found = await engine(quick=quick)
        targets += settled
        details |= found
    return targets, details


def main() -> None:
    told = asked(__doc__, PARTS)
    targets, details = asyncio.run(run(told.parts, quick=told.quick))
    report("queue", targets, details, as_json=told.json, full=told.full)


if __name__ == "__main__":
    main()
