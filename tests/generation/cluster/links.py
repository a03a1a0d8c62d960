"""Replicas in this process, over links that a test can cut."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

from generation.cluster.engine import ClusterEngine
from generation.cluster.errors import LinkLost
from generation.cluster.orders import Start
from generation.cluster.replica import EngineReplica

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from types import TracebackType
    from typing import Self

    from generation.cluster.orders import Declined, Hello, News, Order
    from generation.host.engine import Cost, Engine
    from generation.wire.jobs import Job


class CutLink:
    """A way to a replica that `cut` kills, and `mend` puts a new one in its place."""

    def __init__(self, name: str, load: Callable[[], Engine]) -> None:
        self.name = name
        self.started: list[str] = []
        self._load = load
        self._replica: EngineReplica | None = EngineReplica(load)
        self._changed = asyncio.Event()

    def cut(self) -> None:
        self._replica = None
        self._changed.set()

    def mend(self) -> None:
        self._replica = EngineReplica(self._load)

    async def cost(self, job: Job) -> Cost | Declined:
        return await self._there().cost(job)

    async def send(self, session: str, orders: Sequence[Order]) -> None:
        await self._there().send(session, orders)
        self.started += [order.job.id for order in orders if isinstance(order, Start)]

    async def session(self, name: str) -> AsyncIterator[Hello | News]:
        self._changed.clear()
        stream = self._there().session(name)
        cut = asyncio.ensure_future(self._changed.wait())
        item = asyncio.ensure_future(anext(stream))
        try:
            while True:
                await asyncio.wait({item, cut}, return_when=asyncio.FIRST_COMPLETED)
                if not item.done():
                    raise LinkLost("cut")
                yield item.result()
                item = asyncio.ensure_future(anext(stream))
        finally:
            cut.cancel()
            item.cancel()
            await asyncio.wait({cut, item})

    def _there(self) -> EngineReplica:
        if self._replica is None:
            raise LinkLost("cut")
        return self._replica


class InProcess:
    """`with InProcess(load, 2) as engine`: a cluster engine over replicas in threads of this process."""

    def __init__(self, load: Callable[[], Engine], replicas: int) -> None:
        self.links = [CutLink(f"r{number}", load) for number in range(replicas)]
        self.events = asyncio.new_event_loop()
        self.engine = ClusterEngine(self.links, self.events)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self.engine.wait_for_a_replica(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.events.call_soon_threadsafe(self._running.cancel)
        self._thread.join(10)
        assert not self._thread.is_alive()

    def cut(self, link: CutLink) -> None:
        self.events.call_soon_threadsafe(link.cut)

    def _run(self) -> None:
        asyncio.set_event_loop(self.events)
        self._running = self.events.create_task(self.engine.run())
        try:
            self.events.run_until_complete(self._running)
        except asyncio.CancelledError:
            pass
        finally:
            self.events.run_until_complete(self.events.shutdown_asyncgens())
            self.events.close()
