"""The engine's thread, and the one crossing between it and the event loop.

Towards the thread go orders (a job, a cancellation) through one inbox; from it comes one `Report` a step, by one
`call_soon_threadsafe`. The thread owns the queue and the engine; nothing else touches them.
Who may ask, what is kept and who is told is not its business (`host.py`).
"""

from __future__ import annotations

import queue
import threading
import time
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, get_args

import structlog

from generation.host.engine import Broken, Finished, Grew, RefusedError
from generation.host.judged import judged
from generation.host.stumble import stumbled
from generation.queue import Expected, FairQueue, Line
from generation.queue.pace import Pace
from generation.safety import unfit
from generation.wire.events import Failed, Preview, Started
from generation.wire.jobs import Kind

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping

    from generation.host.engine import Cost, Engine, Output
    from generation.wire.jobs import Job

PREVIEW_EVERY_S = 0.25
LINE_EVERY_S = 1.0
MEASURE_EVERY_S = 1.0
ORDERS_AT_ONCE = 64
KINDS: tuple[Kind, ...] = get_args(Kind)
LATE = Failed("deadline", "It was not made in time, so it was dropped.")
TOO_LARGE = Failed("too_long", "It needs more room than the model has.")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Made:
    """A job's result as it leaves the thread; `usage` as in the wire's `Done`."""

    outputs: tuple[Output, ...]
    usage: Mapping[str, float]
    model: str
    adapter: str | None


News = Started | Preview | Made | Failed


@dataclass(slots=True)
class Report:
    """What one step brought: news by ticket, in order; the line and the engine's stats where they are new."""

    news: list[tuple[int, News]] = field(default_factory=list)
    line: Line | None = None
    stats: Mapping[str, Any] | None = None
    tokens_per_s: float = 0.0


@dataclass(frozen=True, slots=True)
class _Submit:
    ticket: int
    job: Job
    at: float


@dataclass(frozen=True, slots=True)
class _Cancel:
    job_id: str


class _Stop:
    pass


@dataclass(slots=True)
class _Task:
    """A job that the thread knows: waiting, then running."""

    ticket: int
    job: Job
    submitted_at: float
    cost: Cost
    started_at: float = 0.0
    grown: bool = False
    said_at: dict[int, float] = field(default_factory=dict)  # by part


class EngineLoop:
    """Runs `load()` and then the engine it gave in a thread of its own, until `stop`."""

    def __init__(
        self,
        load: Callable[[], Engine],
        report: Callable[[Report], None],
        died: Callable[[BaseException], None],
        events: asyncio.AbstractEventLoop,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`report` and `died` are called on the event loop; `clock` tells Unix seconds, for deadlines."""
        self._load = load
        self._report = report
        self._died = died
        self._events = events
        self._clock = clock
        self._inbox: queue.SimpleQueue[_Submit | _Cancel | _Stop] = queue.SimpleQueue()
        self._tickets = count(1)
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        # below: the thread's alone
        self._engine: Engine
        self._queue = FairQueue()
        self._tasks: dict[str, _Task] = {}
        self._running: dict[str, _Task] = {}
        self._pending = Report()
        self._stopping = False
        self._line_at = self._measured_at = 0.0
        self._line_is_old = True
        self._pace = Pace(0.0)  # of the engine, whatever it makes
        self._worked_s = 0.0  # since the last measurement,
        self._ran_s = dict.fromkeys(KINDS, 0.0)  # while jobs of that kind ran,
        self._made_tokens = dict.fromkeys(KINDS, 0)  # and what they made

    def start(self) -> None:
        self._thread.start()

    def submit(self, job: Job) -> int:
        """Hand a job over. Its ticket, by which the news of it come."""
        ticket = next(self._tickets)
        self._inbox.put(_Submit(ticket, job, time.monotonic()))
        return ticket

    def cancel(self, job_id: str) -> None:
        """Drop a job by the next step boundary; nothing more may be reported of it, but what is on its way."""
        self._inbox.put(_Cancel(job_id))

    def stop(self, within_s: float) -> None:
        """End the thread after the step it is in; give up waiting for it after `within_s`. Blocks."""
        self._inbox.put(_Stop())
        self._thread.join(within_s)

    def _run(self) -> None:
        try:
            self._engine = self._load()
            self._tell(stats=True)
            while True:
                self._drain()
                if self._stopping:
                    return
                self._expire()
                self._admit()
                self._step()
                self._tell(stats=False)
        except BaseException as error:  # noqa: BLE001 - whatever ends the thread must end the process, loudly
            self._events.call_soon_threadsafe(self._died, error)

    def _drain(self) -> None:
        """Take orders in, not so many that a step waits for them; wait for one when there is nothing to do."""
        idle = not self._running and not len(self._queue)
        for _ in range(ORDERS_AT_ONCE):
            try:
                order = self._inbox.get(block=idle)
            except queue.Empty:
                return
            idle = False
            match order:
                case _Submit():
                    self._take_in(order)
                case _Cancel():
                    self._drop(order.job_id)
                case _Stop():
                    self._stopping = True
                    return

    def _take_in(self, order: _Submit) -> None:
        job = order.job
        try:
            cost = self._engine.cost(job)
        except RefusedError as error:
            self._pending.news.append((order.ticket, Failed(error.kind, str(error))))
        except Exception as error:  # noqa: BLE001 - an engine's fault is that job's failure, not the host's end
            self._pending.news.append((order.ticket, Failed(*stumbled(error, [job.id], "cost_failed"))))
        else:
            self._tasks[job.id] = _Task(order.ticket, job, order.at, cost)
            self._queue.put(job, Expected(cost.prompt_tokens, cost.output_tokens))
            self._line_is_old = True

    def _drop(self, job_id: str) -> None:
        self._line_is_old = True
        self._tasks.pop(job_id, None)
        self._queue.cancel(job_id)
        if self._running.pop(job_id, None) is not None:
            self._queue.end(job_id, made=False)
            self._call_off(job_id)

    def _expire(self) -> None:
        now = self._clock()
        for job in self._queue.expire(now):
            self._finish(job.id, LATE)
        for job_id, task in list(self._running.items()):
            deadline = task.job.terms.deadline
            if deadline is not None and deadline <= now:
                self._finish(job_id, LATE)
                self._call_off(job_id)

    def _admit(self) -> None:
        while (job := self._queue.take(self._engine.fits)) is not None:
            self._line_is_old = True
            task = self._running[job.id] = self._tasks[job.id]
            task.started_at = time.monotonic()
            try:
                self._engine.start(job)
            except RefusedError as error:
                self._finish(job.id, Failed(error.kind, str(error)))
            except Exception as error:  # noqa: BLE001 - as above
                self._finish(job.id, Failed(*stumbled(error, [job.id], "start_failed")))
                self._call_off(job.id)
            else:
                self._pending.news.append((task.ticket, Started()))
        busy = self._busy()
        if len(busy) == len(KINDS):
            return
        if (job := self._queue.take(lambda job: job.kind not in busy)) is not None:
            self._running[job.id] = self._tasks[job.id]
            self._finish(job.id, TOO_LARGE)  # an idle engine without room would hold up its line for ever

    def _busy(self) -> set[Kind]:
        """The kinds of what runs."""
        return {task.job.kind for task in self._running.values()}

    def _step(self) -> None:
        if not self._running:
            return
        if self._pending.news:
            self._tell(stats=False)  # what started is known before the prefill, not after it
        busy, began = self._busy(), time.monotonic()
        try:
            progress = self._engine.step()
        except Exception as error:  # noqa: BLE001 - as above: all that ran fail, the loop goes on
            failed = list(self._running)
            ending = Failed(*stumbled(error, failed, "step_failed"))
            for job_id in failed:
                self._finish(job_id, ending)
                self._call_off(job_id)
            return
        took_s = time.monotonic() - began
        self._worked_s += took_s
        for kind in busy:
            self._ran_s[kind] += took_s
        for found in progress:
            if found.job_id not in self._running:
                log.error("progress_of_nobody", job=found.job_id, kind=type(found).__name__)
                continue
            match found:
                case Grew():
                    self._grew(found)
                case Finished():
                    self._made(found)
                case Broken():
                    self._finish(found.job_id, Failed(found.kind, found.sentence))

    def _grew(self, found: Grew) -> None:
        task = self._running[found.job_id]
        made = found.tokens if task.grown else max(0, found.tokens - task.cost.prompt_tokens)
        task.grown = True
        self._queue.charge(found.job_id, made)
        self._made_tokens[task.job.kind] += made
        now = time.monotonic()
        if found.text and now - task.said_at.get(found.part, -PREVIEW_EVERY_S) >= PREVIEW_EVERY_S:
            task.said_at[found.part] = now
            if unfit(found.text) is None:
                self._pending.news.append((task.ticket, Preview(found.part, found.text)))

    def _made(self, found: Finished) -> None:
        task, now = self._running[found.job_id], time.monotonic()
        usage = {
            "prompt_tokens": found.prompt_tokens,
            "output_tokens": found.output_tokens,
            "wait_s": round(task.started_at - task.submitted_at, 3),
            "run_s": round(now - task.started_at, 3),
        }
        outputs = judged(task.job, found.outputs)
        self._finish(found.job_id, Made(outputs, usage, found.model, found.adapter))
        log.info("job_made", job=found.job_id, tenant=task.job.tenant, form=task.job.form, **usage)

    def _finish(self, job_id: str, news: News) -> None:
        task = self._tasks.pop(job_id)
        if self._running.pop(job_id, None) is not None:
            self._queue.end(job_id, made=isinstance(news, Made))
        self._pending.news.append((task.ticket, news))
        self._line_is_old = True

    def _call_off(self, job_id: str) -> None:
        try:
            self._engine.cancel(job_id)
        except Exception:  # an engine that cannot even drop a job
            log.exception("cancel_failed", job=job_id)

    def _tell(self, *, stats: bool) -> None:
        """Send what there is to tell, by one call."""
        now, idle = time.monotonic(), not self._running
        if idle or now - self._measured_at >= MEASURE_EVERY_S:
            self._measure()
            self._measured_at = now
            stats = stats or bool(self._pending.news)
        pending, self._pending = self._pending, Report()
        if (idle or now - self._line_at >= LINE_EVERY_S) and (self._line_is_old or self._running):
            pending.line, self._line_at, self._line_is_old = self._queue.line(), now, False
        if stats or pending.line is not None:
            pending.stats, pending.tokens_per_s = self._engine.stats(), round(self._pace.overall_per_s(), 2)
        if pending.news or pending.line is not None or pending.stats is not None:
            self._events.call_soon_threadsafe(self._report, pending)

    def _measure(self) -> None:
        """Tell the line how fast each kind was made while it ran, beside whatever else ran then."""
        made = sum(self._made_tokens.values())
        if made and self._worked_s:
            self._pace.measured(1, made, self._worked_s)
        for kind in KINDS:
            self._queue.measured(self._made_tokens[kind], self._ran_s[kind], kind)
        self._worked_s = 0.0
        self._ran_s, self._made_tokens = dict.fromkeys(KINDS, 0.0), dict.fromkeys(KINDS, 0)
