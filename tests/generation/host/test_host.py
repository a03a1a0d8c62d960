"""The host behind its sockets: bounds, loading, races, and what never reaches a log."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest
import structlog

from generation.host.engine import Grew
from generation.host.fake import FakeEngine
from generation.host.results import Results
from generation.queue import Admission
from generation.wire.errors import Full, UnknownJob
from generation.wire.events import Done, Failed, Preview, Queued, Started
from tests.generation.stand import job, stand

if TYPE_CHECKING:
    from generation.host.engine import Engine, Progress
    from tests.generation.stand import Watched


async def test_jobs_may_be_put_while_the_model_still_loads() -> None:
    loaded = threading.Event()

    def load(watched: Watched) -> Engine:
        loaded.wait(10)
        return watched

    async with stand(FakeEngine(), load=load) as host:
        assert (await host.client.stats())["ready"] is False
        await host.client.put(job("a"))
        await host.client.put(job("b"))
        await host.client.cancel("b")
        loaded.set()
        assert isinstance((await host.all("a"))[-1].event, Done)
        assert (await host.client.stats())["ready"] is True
        assert host.engine.started == ["a"]


async def test_results_that_nobody_fetches_make_room_for_new_ones() -> None:
    async with stand(FakeEngine(), results=Results(jobs_limit=2)) as host:
        for n in range(4):
            await host.client.put(job(f"j{n}", seed=n))
            assert isinstance((await host.all(f"j{n}"))[-1].event, Done)
        with pytest.raises(UnknownJob):
            await host.all("j0")
        assert (await host.client.stats())["results"] == 2


async def test_previews_come_at_once_and_then_four_a_second_at_most() -> None:
    async with stand(FakeEngine(tokens_per_s=100.0)) as host:
        await host.client.put(job("a", tokens=100))
        texts = [n.event.text async for n in host.client.events("a") if isinstance(n.event, Preview)]
        assert texts[0].count(" ") == 0
        assert 3 <= len(texts) <= 7


async def test_an_engine_that_chokes_on_one_job_goes_on_with_the_others() -> None:
    class Allergic(FakeEngine):
        def start(self, found):
            if found.brief.theme == "cats":
                raise RuntimeError("atchoo")
            super().start(found)

        def cost(self, found):
            if found.brief.theme == "dogs":
                raise RuntimeError("woof")
            return super().cost(found)

    async with stand(Allergic()) as host:
        for name, theme in (("a", "cats"), ("b", "dogs")):
            await host.client.put(job(name, theme=theme))
            failed = (await host.all(name))[-1].event
            assert isinstance(failed, Failed)
            assert failed.kind == "engine"
        assert await host.text(job("c"))
        assert host.host.stats()["running"] == host.host.stats()["waiting"] == 0


async def test_a_job_that_never_fits_does_not_hold_up_the_line() -> None:
    class Narrow(FakeEngine):
        def fits(self, found):
            return found.id != "wide" and super().fits(found)

    async with stand(Narrow()) as host:
        await host.client.put(job("wide"))
        failed = (await host.all("wide"))[-1].event
        assert isinstance(failed, Failed)
        assert failed.kind == "too_long"
        assert await host.text(job("narrow"))


async def test_the_counts_are_right_after_everything_at_once() -> None:
    async with stand(FakeEngine(tokens_per_s=500.0)) as host:
        names = [f"j{n}" for n in range(60)]
        await asyncio.gather(
            *(
                host.client.put(job(name, tokens=5, seed=n, member=f"member{n % 6}"))
                for n, name in enumerate(names)
            )
        )
        await asyncio.gather(*(host.client.cancel(name) for name in names[::3]))
        ends = await asyncio.gather(*(host.all(name) for name in names))
        assert all(type(end[-1].event).__name__ in ("Done", "Cancelled") for end in ends)
        await asyncio.gather(*(host.client.ack(name) for name in names))
        stats = await host.client.stats()
        assert (stats["waiting"], stats["running"], stats["results"], stats["result_bytes"]) == (0, 0, 0, 0)
        assert not host.host._records
        assert not host.host._tickets


async def test_no_log_line_has_a_members_text() -> None:
    secret = "my secret theme"
    with structlog.testing.capture_logs() as logged:
        async with stand(FakeEngine(tokens_per_s=200.0)) as host:
            await host.text(job("a", theme=secret))
            await host.writing(job("b", theme=secret, tokens=200))
            host.engine.fault = RuntimeError("x")
            await host.all("b")
    assert logged
    assert secret not in repr(logged)


async def test_one_who_asks_is_answered_while_another_waits_long() -> None:
    """Two members of one guild: the second need not wait for all that the first has asked."""
    async with stand(FakeEngine(tokens_per_s=400.0)) as host:
        for n in range(20):
            await host.client.put(job(f"greedy{n}", member="ada", tokens=40, seed=n))
        await host.client.put(job("modest", member="bo", tokens=4))
        await host.until("modest", Started)
        assert len(host.engine.started) <= 10
        for n in range(20):
            await host.client.cancel(f"greedy{n}")


async def test_one_who_has_enough_waiting_is_refused_until_one_of_them_starts() -> None:
    admission = Admission(per_member=2, per_tenant=3)
    async with stand(FakeEngine(tokens_per_s=50.0), admission=admission) as host:
        for n in range(4):  # as many as run at once
            await host.writing(job(f"runs{n}", tokens=60, seed=n))
        for n in range(2):
            await host.client.put(job(f"waits{n}", tokens=2, seed=n))
        with pytest.raises(Full) as refused:
            await host.client.put(job("third", tokens=2))
        assert (refused.value.limit, refused.value.eta_s >= 1.0) == ("member", True)
        await host.client.put(job("bo", member="bo", tokens=2))
        with pytest.raises(Full) as refused:
            await host.client.put(job("cy", member="cy", tokens=2))
        assert refused.value.limit == "tenant"
        with pytest.raises(UnknownJob):
            await host.all("third")
        await host.until("waits1", Started)
        assert await host.text(job("third", tokens=2))


async def test_a_place_is_not_told_before_it_is_known() -> None:
    """A guess at once would be wrong for each of many that come together; the line is told within a second."""
    async with stand(FakeEngine(tokens_per_s=50.0)) as host:
        for n in range(4):
            await host.writing(job(f"runs{n}", tokens=100, seed=n))
        await host.client.put(job("next"))
        assert host.host.events("next", 0) == []
        told = (await host.until("next", Queued)).event
        assert isinstance(told, Queued)
        assert told.position == 1
        assert 0.1 <= told.eta_s <= 10.0


class Stammering(FakeEngine):
    """Tells every ending twice."""

    def step(self) -> list[Progress]:
        found = super().step()
        return found + [one for one in found if not isinstance(one, Grew)]


async def test_an_engine_that_tells_an_ending_twice_ends_nothing_but_that_job() -> None:
    async with stand(Stammering()) as host, asyncio.timeout(10):
        for name in ("a", "b"):
            await host.client.put(job(name))
            assert isinstance((await host.all(name))[-1].event, Done)
