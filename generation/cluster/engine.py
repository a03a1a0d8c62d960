"""Many replicas as one engine: what the host's loop steps when there is a cluster.

It has the room of all replicas together, chooses one for each job (`sticky.py`), and passes on what they tell. When
a replica is lost, the jobs that it had begin anew elsewhere, once: with the job's seed, so that the text is the same as far
as the engine promises that. The member's preview stands still until the second life has caught up, and only what goes
beyond the first is charged, as it is the cluster's fault that it is made twice. A job whose second replica dies too
has failed: perhaps it was the job that killed them.

While no replica is there, the jobs that were started wait here for the first one that comes back. That is the only
line, it is never longer than the room there was, and a deadline or a cancellation ends it as any other.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any

import structlog

from generation.cluster.errors import ClusterError, LinkLost
from generation.cluster.orders import Cancel, Declined, Hello, News, Start
from generation.cluster.sticky import Seat, choose
from generation.host.engine import Broken, Cost, Grew, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from generation.cluster.orders import Link, Order
    from generation.host.engine import Progress
    from generation.wire.jobs import Job

STEP_S = 0.02  # how long a step waits for news: an order to the loop waits no longer than that
COST_WITHIN_S = 10.0
BACK_WITHIN_S = 60.0  # how long a job that was just asked waits for a replica to weigh it
FIRST_DELAY_S, LONGEST_DELAY_S = 0.1, 10.0
ADAPTERS_KEPT = 16  # adapters that a replica is taken to have loaded: the last ones it was sent
LIVES = 2
LOST_TWICE = "The machine that made it went away, twice, so it could not be made."

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Replica:
    """The ingress's table of one replica. `session` is empty while it cannot be reached."""

    link: Link
    session: str = ""
    pid: int = 0
    room: int = 0
    stats: Mapping[str, Any] = field(default_factory=dict)
    lost: int = 0
    running: dict[int, _Task] = field(default_factory=dict)  # by ticket
    adapters: OrderedDict[str, None] = field(default_factory=OrderedDict)  # the newest last
    outbox: list[Order] = field(default_factory=list)
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def rows(self) -> int:
        """Rows in use: one for each sample of each job."""
        return sum(task.job.sampling.n for task in self.running.values())


@dataclass(slots=True)
class _Task:
    """A job in here. `seen` counts the tokens of the life it leads, `told` those that the loop heard of."""

    job: Job
    ticket: int = 0
    replica: _Replica | None = None
    deaths: int = 0
    seen: int = 0
    told: int = 0


class ClusterEngine:
    """`host.engine.Engine` over replicas. `run` keeps their sessions, on an event loop in another thread."""

    def __init__(self, links: Sequence[Link], events: asyncio.AbstractEventLoop) -> None:
        self._events = events
        self._replicas = {link.name: _Replica(link) for link in links}
        self._tickets = count(1)
        self._changed = threading.Condition()  # guards all of the below and what is in the replicas
        self._tasks: dict[str, _Task] = {}
        self._homeless: deque[_Task] = deque()
        self._news: list[Progress] = []

    # what the host's loop calls

    def cost(self, job: Job) -> Cost:
        for _ in range(LIVES):
            replica = self._someone()
            asked = asyncio.run_coroutine_threadsafe(replica.link.cost(job), self._events)
            try:
                cost = asked.result(COST_WITHIN_S)
            except LinkLost:
                continue
            except TimeoutError:
                asked.cancel()
                continue
            if isinstance(cost, Declined):
                raise RefusedError(cost.kind, cost.sentence)
            return cost
        raise ClusterError("No replica could say what the job costs.")

    def fits(self, job: Job) -> bool:
        with self._changed:
            if not self._tasks:
                return True  # if no replica is there, it waits for one
            return not self._homeless and self._choose(job) is not None

    def start(self, job: Job) -> None:
        with self._changed:
            task = self._tasks[job.id] = _Task(job)
            self._homeless.append(task)
            self._house()

    def step(self) -> list[Progress]:
        """What the replicas told since the last step; waits for it a little."""
        with self._changed:
            self._changed.wait_for(lambda: self._news, STEP_S)
            news, self._news = self._news, []
            return news

    def cancel(self, job_id: str) -> None:
        with self._changed:
            task = self._tasks.pop(job_id, None)
            if task is None:
                return
            self._news = [found for found in self._news if found.job_id != job_id]
            if task.replica is None:
                self._homeless.remove(task)
            else:
                del task.replica.running[task.ticket]
                self._order(task.replica, Cancel(task.ticket))  # what is started after it is obeyed after it
                self._house()

    def stats(self) -> dict[str, Any]:
        """`running`, `room` and `adapters` over all replicas; the rest as the first one said when it was joined."""
        with self._changed:
            replicas = self._replicas.values()
            first: Mapping[str, Any] = next((one.stats for one in replicas if one.stats), {})
            return {
                "model": "",
                "dtype": "",
                "threads": 0,
                **first,
                "running": len(self._tasks),
                "room": sum(one.room for one in replicas if one.session),
                "adapters": sorted({digest for one in replicas for digest in one.adapters}),
                "replicas": [
                    {
                        "name": one.link.name, "up": bool(one.session), "pid": one.pid, "running": len(one.running),
                        "adapters": len(one.adapters), "lost": one.lost,
                    }
                    for one in replicas
                ],
            }  # fmt: skip

    # what keeps it going, on the event loop

    async def run(self) -> None:
        """Hold every replica, again and again, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for replica in self._replicas.values():
                group.create_task(self._hold(replica), name=f"hold-{replica.link.name}")

    def wait_for_a_replica(self, within_s: float) -> bool:
        """Block until one is there; whether one is."""
        with self._changed:
            return self._changed.wait_for(
                lambda: any(replica.session for replica in self._replicas.values()), within_s
            )

    async def _hold(self, replica: _Replica) -> None:
        delay = FIRST_DELAY_S
        while True:
            name = secrets.token_hex(8)
            try:
                async with asyncio.TaskGroup() as group:
                    sending = group.create_task(self._send(replica, name))
                    async for item in replica.link.session(name):
                        if isinstance(item, Hello):
                            self._joined(replica, name, item)
                            delay = FIRST_DELAY_S
                        else:
                            self._heard(replica, item)
                    sending.cancel()
            except* LinkLost as lost:
                log.debug("link_lost", replica=replica.link.name, error=str(lost.exceptions[0]))
            self._lost(replica)
            await asyncio.sleep(delay)
            delay = min(2 * delay, LONGEST_DELAY_S)

    async def _send(self, replica: _Replica, session: str) -> None:
        """Orders, one call at a time so that they arrive in order; what gathered meanwhile goes together."""
        while True:
            await replica.wake.wait()
            replica.wake.clear()
            with self._changed:
                orders, replica.outbox = replica.outbox, []
            if orders:
                await replica.link.send(session, orders)

    def _joined(self, replica: _Replica, session: str, hello: Hello) -> None:
        with self._changed:
            replica.session, replica.pid, replica.stats = session, hello.pid, hello.stats
            replica.room = hello.stats["room"]
            log.info("replica_joined", replica=replica.link.name, pid=hello.pid, room=replica.room)
            self._house()
            self._changed.notify_all()

    def _heard(self, replica: _Replica, news: News) -> None:
        with self._changed:
            for ticket, found in news.progress:
                task = replica.running.get(ticket)
                if task is None:  # called off meanwhile
                    continue
                if isinstance(found, Grew):
                    self._grew(task, found)
                else:
                    self._news.append(found)
                    del replica.running[ticket], self._tasks[task.job.id]
            self._house()
            self._changed.notify_all()

    def _grew(self, task: _Task, found: Grew) -> None:
        task.seen += found.tokens
        if task.seen > task.told:
            self._news.append(replace(found, tokens=task.seen - task.told))
            task.told = task.seen

    def _lost(self, replica: _Replica) -> None:
        with self._changed:
            if not replica.session:
                return
            orphans = list(replica.running.values())
            replica.session, replica.lost = "", replica.lost + 1
            replica.outbox, replica.running = [], {}
            replica.adapters.clear()
            for task in reversed(orphans):  # the oldest first again, before those that wait already
                task.deaths, task.replica, task.seen = task.deaths + 1, None, 0
                if task.deaths < LIVES:
                    self._homeless.appendleft(task)
                else:
                    del self._tasks[task.job.id]
                    self._news.append(Broken(task.job.id, "engine", LOST_TWICE))
            log.warning(
                "replica_lost", replica=replica.link.name, pid=replica.pid, lost=replica.lost,
                jobs=",".join(task.job.id for task in orphans),
            )  # fmt: skip
            self._house()
            self._changed.notify_all()

    # with the lock held

    def _someone(self) -> _Replica:
        """The least busy replica, waited for."""
        with self._changed:
            if not self.wait_for_a_replica(BACK_WITHIN_S):
                raise ClusterError("No replica can be reached.")
            return min(
                (replica for replica in self._replicas.values() if replica.session),
                key=lambda replica: replica.rows,
            )

    def _house(self) -> None:
        """Give the jobs without a replica one each, as far as there is room."""
        while self._homeless:
            task = self._homeless[0]
            adapter = task.job.named_adapter
            name = self._choose(task.job)
            if name is None:
                return
            self._homeless.popleft()
            replica = task.replica = self._replicas[name]
            task.ticket = next(self._tickets)
            replica.running[task.ticket] = task
            if adapter is not None:
                replica.adapters[adapter] = None
                replica.adapters.move_to_end(adapter)
                if len(replica.adapters) > ADAPTERS_KEPT:
                    replica.adapters.popitem(last=False)
            self._order(replica, Start(task.ticket, task.job))

    def _choose(self, job: Job) -> str | None:
        seats = [
            Seat(name, replica.room, replica.rows, replica.adapters)
            for name, replica in self._replicas.items()
            if replica.session
        ]
        return choose(seats, job.named_adapter, job.sampling.n)

    def _order(self, replica: _Replica, order: Order) -> None:
        replica.outbox.append(order)
        self._events.call_soon_threadsafe(replica.wake.set)
