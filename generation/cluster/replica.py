"""One engine in a process of its own: a thread that steps it, and three things that the ingress can ask of it.

There is no line here. The ingress starts as many jobs as there is room for; one that the engine has no memory for at
this moment is held until a row ends, and nothing else is decided. Knows nothing of Ray, so that it can be tried
without; Serve runs it as it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import threading
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import structlog

from generation.cluster.errors import LinkLost
from generation.cluster.orders import Cancel, Declined, Hello, News, Start
from generation.host.engine import Broken, Grew, RefusedError
from generation.host.stumble import stumbled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from generation.cluster.orders import Order
    from generation.host.engine import Cost, Engine, Progress
    from generation.wire.jobs import Job

# A message costs the ingress two milliseconds, whatever is in it: growth may wait for the next one, a beginning or an
# end, which somebody waits for, goes soon.
SOON_S, EVERY_S = 0.02, 0.1

log = structlog.get_logger(__name__)


class Session:
    """News for the ingress that holds the replica, merged until it takes them. Lives on the event loop."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._events = asyncio.get_running_loop()
        self._some = asyncio.Event()
        self._urgent = asyncio.Event()
        self._growing: set[int] = set()
        self._grew: dict[tuple[int, int], Grew] = {}
        self._ended: list[tuple[int, Progress]] = []

    def post(self, found: Sequence[tuple[int, Progress]]) -> None:
        """Take in what a step brought. From any thread; lost when the event loop is gone, with the whole process."""
        self._events.call_soon_threadsafe(self._take_in, found)

    async def news(self) -> News:
        """What there is to tell, as soon as there is something."""
        await self._some.wait()
        self._some.clear()
        self._urgent.clear()
        told = News((*((ticket, grew) for (ticket, _), grew in self._grew.items()), *self._ended))
        self._grew, self._ended = {}, []
        return told

    async def pause(self) -> None:
        """Wait until the next message may go."""
        await asyncio.sleep(SOON_S)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._urgent.wait(), EVERY_S - SOON_S)

    def forget(self, ticket: int) -> None:
        """The job is called off: it will not end."""
        self._growing.discard(ticket)

    def leave(self) -> None:
        """Wake whoever waits for news: another session holds the replica now."""
        self._some.set()

    def _take_in(self, found: Sequence[tuple[int, Progress]]) -> None:
        for ticket, progress in found:
            if isinstance(progress, Grew):
                if ticket not in self._growing:
                    self._growing.add(ticket)
                    self._urgent.set()
                key = ticket, progress.part
                before = self._grew.get(key)
                self._grew[key] = (
                    progress if before is None else replace(progress, tokens=before.tokens + progress.tokens)
                )
            else:
                self._growing.discard(ticket)
                self._urgent.set()
                self._ended.append((ticket, progress))
        self._some.set()


@dataclass(frozen=True, slots=True)
class _Opened:
    session: Session


@dataclass(frozen=True, slots=True)
class _Closed:
    session: Session


@dataclass(slots=True)
class _Hands:
    """What the engine's thread knows: whom it works for, and on what."""

    session: Session | None = None
    running: dict[str, int] = field(default_factory=dict)  # job id -> ticket
    held: deque[Start] = field(default_factory=deque)


class EngineReplica:
    """Loads its engine when made, which may take long; then serves one session at a time."""

    def __init__(self, load: Callable[[], Engine]) -> None:
        self._engine = load()
        self._session: Session | None = None  # the event loop's
        self._inbox: queue.SimpleQueue[_Opened | _Closed | Order] = queue.SimpleQueue()
        self._hands = _Hands()  # the thread's
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()

    async def session(self, name: str) -> AsyncIterator[Hello | News]:
        """Hold the replica: drops what an earlier session left, and drops its own jobs when it is let go of."""
        if self._session is not None:
            self._session.leave()
        session = self._session = Session(name)
        self._inbox.put(_Opened(session))
        try:
            yield Hello(os.getpid(), self._engine.stats())
            while session is self._session:
                yield await session.news()
                await session.pause()
        finally:
            self._inbox.put(_Closed(session))

    async def send(self, session: str, orders: Sequence[Order]) -> None:
        """Take orders of the session of that name, in their order.

        Raises:
            LinkLost: another one holds the replica now.
        """
        if self._session is None or self._session.name != session:
            raise LinkLost("Another session holds the replica.")
        for order in orders:
            if isinstance(order, Cancel):
                self._session.forget(order.ticket)
            self._inbox.put(order)

    async def cost(self, job: Job) -> Cost | Declined:
        """What the engine expects `job` to spend; beside the engine's thread, as it only reads."""
        try:
            return self._engine.cost(job)
        except RefusedError as error:
            return Declined(error.kind, str(error))
        except Exception as error:  # noqa: BLE001 - an engine's fault is that job's failure, not the replica's end
            return Declined(*stumbled(error, [job.id], "cost_failed"))

    def check_health(self) -> None:
        """Serve asks; one whose thread has ended is replaced."""
        if not self._thread.is_alive():
            raise RuntimeError("The engine's thread has ended.")

    def _run(self) -> None:
        try:
            while True:
                self._drain()
                self._admit()
                self._step()
        except BaseException:
            log.exception("replica_ended")
            raise

    def _drain(self) -> None:
        """Take all orders in; wait for one when there is nothing to do."""
        hands = self._hands
        idle = not hands.running and not hands.held
        while True:
            try:
                order = self._inbox.get(block=idle)
            except queue.Empty:
                return
            idle = False
            match order:
                case Start():
                    hands.held.append(order)
                case Cancel():
                    self._drop(order.ticket)
                case _Opened():
                    self._drop_all()
                    hands.session = order.session
                case _Closed():
                    if hands.session is order.session:
                        self._drop_all()
                        hands.session = None

    def _admit(self) -> None:
        hands = self._hands
        while hands.held:
            job, ticket = hands.held[0].job, hands.held[0].ticket
            if not self._engine.fits(job):
                if hands.running:
                    return
                self._tell(ticket, Broken(job.id, "too_long", "It needs more room than the model has."))
                hands.held.popleft()
                continue
            hands.held.popleft()
            try:
                self._engine.start(job)
            except RefusedError as error:
                self._tell(ticket, Broken(job.id, error.kind, str(error)))
            except Exception as error:  # noqa: BLE001 - as above
                self._tell(ticket, Broken(job.id, *stumbled(error, [job.id], "start_failed")))
                self._call_off(job.id)
            else:
                hands.running[job.id] = ticket

    def _step(self) -> None:
        hands = self._hands
        if not hands.running:
            return
        try:
            progress = self._engine.step()
        except Exception as error:  # noqa: BLE001 - as above: all that ran fail, the replica goes on
            failed = list(hands.running)
            kind, sentence = stumbled(error, failed, "step_failed")
            for job_id in failed:
                self._tell(hands.running.pop(job_id), Broken(job_id, kind, sentence))
                self._call_off(job_id)
            return
        found = []
        for item in progress:
            ticket = hands.running.get(item.job_id)
            if ticket is None:
                log.error("progress_of_nobody", job=item.job_id, kind=type(item).__name__)
                continue
            found.append((ticket, item))
            if not isinstance(item, Grew):
                del hands.running[item.job_id]
        if found and hands.session is not None:
            hands.session.post(found)

    def _tell(self, ticket: int, progress: Progress) -> None:
        if self._hands.session is not None:
            self._hands.session.post([(ticket, progress)])

    def _drop(self, ticket: int) -> None:
        hands = self._hands
        hands.held = deque(start for start in hands.held if start.ticket != ticket)
        for job_id, running in list(hands.running.items()):
            if running == ticket:
                del hands.running[job_id]
                self._call_off(job_id)

    def _drop_all(self) -> None:
        self._hands.held.clear()
        for job_id in list(self._hands.running):
            del self._hands.running[job_id]
            self._call_off(job_id)

    def _call_off(self, job_id: str) -> None:
        try:
            self._engine.cancel(job_id)
        except Exception:  # an engine that cannot even drop a job
            log.exception("cancel_failed", job=job_id)
