"""`python -m bench.cluster`: what the way through one ingress costs, with 0, 1 and 2 replicas on this machine.

The engine is the fake one at full speed, so that nothing is measured but what carries jobs, events and results: the
wire, the queue, Ray. Processor seconds are the honest figure on a small machine, where replicas and ingress share the
cores that they would not share in a cluster; the walls are given beside them. Parts:

- `carry`: poems at full speed, and what the ingress spends on one.
- `stream`: four pieces a replica grow at twenty tokens a second, each watched: the share of a core that it takes.
- `fail`: how soon a cancelled job's place is taken by the next, how long a job stands still when its replica is
  killed (with the half a second that it has to catch up), and how soon there is a new replica.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import psutil

from bench.report import asked, report
from bench.rig import CLEAN, Process, until
from generation.wire.client import GenerationClient
from generation.wire.events import Artifact, Done, Preview, Started
from generation.wire.jobs import Brief, Job, Sampling

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PARTS = ("carry", "stream", "fail")
TOKENS = 60  # a poem's
WATCHERS = 64
FAST = 1_000_000
CORES = len(os.sched_getaffinity(0))


class Host:
    """A host process of its own, and its client."""

    def __init__(self, process: Process, url: str, session: aiohttp.ClientSession) -> None:
        self.client = GenerationClient(url, session)
        self._process = psutil.Process(process.pid)

    async def ready(self, replicas: int, lost: int = 0, within_s: float = 120.0) -> list[dict[str, Any]]:
        """Wait for the engine and all replicas, after so many were lost. What the stats say of them."""
        began = time.monotonic()
        while time.monotonic() - began < within_s:
            stats = await self.client.stats()
            found: list[dict[str, Any]] = stats["engine"].get("replicas", [])
            up = sum(one["up"] for one in found) >= replicas
            if stats["ready"] and up and sum(one["lost"] for one in found) >= lost:
                return found
            await self.made("tick", 1, 0)  # the stats are told after a job
        raise TimeoutError(f"not ready in {within_s} s")

    async def busy(self) -> int:
        """The process of the replica that has something to do; the stats are a second old at most."""
        while True:
            for one in (await self.client.stats())["engine"]["replicas"]:
                if one["running"]:
                    return int(one["pid"])
            await asyncio.sleep(0.02)

    def spent_s(self) -> float:
        """Processor seconds of the ingress so far."""
        times = self._process.cpu_times()
        return float(times.user + times.system)

    async def put(self, name: str, tokens: int, seed: int) -> None:
        await self.client.put(
            Job(
                id=name, kind="text", tenant=f"guild{seed % 50}", member=f"member{seed}", asked_at=time.time(),
                brief=Brief("free verse", "rain"), seed=seed, sampling=Sampling(max_tokens=tokens),
            )
        )  # fmt: skip

    async def made(self, name: str, tokens: int, seed: int) -> int:
        """A job from asking to acknowledging, as the bot does it. How many events were told of it."""
        await self.put(name, tokens, seed)
        events = 0
        async for numbered in self.client.events(name):
            events += 1
            if isinstance(numbered.event, Artifact):
                await self.client.artifact(numbered.event.digest)
        await self.client.ack(name)
        return events

    async def until_growing(self, name: str) -> None:
        async for numbered in self.client.events(name):
            if isinstance(numbered.event, Preview):
                return


@asynccontextmanager
async def hosted(replicas: int, pace: float) -> AsyncIterator[Host]:
    with tempfile.TemporaryDirectory(prefix="renga-cluster-") as folder:
        environment = {
            **CLEAN, "TEXT_MODEL": "fake", "CLUSTER_REPLICAS": str(replicas), "THREADS": "1",
            "DATA_DIR": folder,
            "FAKE_TOKENS_PER_SECOND": str(pace), "GENERATION_HOST": "127.0.0.1", "LOG_LEVEL": "WARNING",
        }  # fmt: skip
        process = Process(
            "host", [sys.executable, "-m", "generation.host", "--port", "0", "--exit-with-parent"], environment,
            Path(folder) / "host",
        )  # fmt: skip
        process.start()
        try:
            line = await until(lambda: process.said().partition("\n")[0], 30, "the host to listen")
            async with aiohttp.ClientSession() as session:
                yield Host(process, json.loads(line)["listening"], session)
        finally:
            await asyncio.to_thread(process.stop, 20.0)


async def carry(replicas: int, jobs: int) -> dict[str, Any]:
    """So many poems, `WATCHERS` at a time, as fast as it goes."""
    began = time.monotonic()
    async with hosted(replicas, FAST) as host:
        found = await host.ready(replicas)
        ready_s = time.monotonic() - began
        for number in range(8):
            await host.made(f"warm{number}", TOKENS, number)
        waits = []
        for number in range(20):
            asked = time.monotonic()
            await host.made(f"alone{number}", TOKENS, number)
            waits.append((time.monotonic() - asked) * 1000)
        gate = asyncio.Semaphore(WATCHERS)

        async def one(number: int) -> int:
            async with gate:
                return await host.made(f"job{number}", TOKENS, number)

        spent, began = host.spent_s(), time.monotonic()
        events = sum(await asyncio.gather(*(one(number) for number in range(jobs))))
        wall_s, spent = time.monotonic() - began, host.spent_s() - spent
        rss = {"ingress": psutil.Process(host._process.pid).memory_info().rss / 2**20}
        rss |= {one["name"]: psutil.Process(one["pid"]).memory_info().rss / 2**20 for one in found}
    return {
        "replicas": replicas,
        "start_s": round(ready_s, 1),
        "alone_median_ms": round(statistics.median(waits), 1),
        "jobs_per_s": round(jobs / wall_s, 1),
        "events_per_s": round(events / wall_s, 1),
        "tokens_per_s": round(jobs * TOKENS / wall_s),
        "ingress_cpu_ms_a_job": round(1000 * spent / jobs, 2),
        "ingress_jobs_a_core_s": round(jobs / spent, 1),
        "memory_mib": {name: round(value, 1) for name, value in rss.items()},
    }


async def stream(replicas: int, seconds: float) -> dict[str, Any]:
    """What it costs the ingress that four pieces a replica grow and are watched."""
    async with hosted(replicas, 20.0) as host:
        await host.ready(replicas)
        names = [f"long{number}" for number in range(4 * max(1, replicas))]
        for number, name in enumerate(names):
            await host.put(name, 5000, number)
        for name in names:
            await host.until_growing(name)
        events = 0

        async def watch(name: str) -> None:
            nonlocal events
            async for _ in host.client.events(name):
                events += 1

        watching = [asyncio.create_task(watch(name)) for name in names]
        spent, before = host.spent_s(), events
        await asyncio.sleep(seconds)
        spent, events = host.spent_s() - spent, events - before
        for name in names:
            await host.client.cancel(name)
        await asyncio.gather(*watching)
    return {
        "replicas": replicas,
        "watched": len(names),
        "events_a_piece_s": round(events / seconds / len(names), 2),
        "ingress_core_share": round(spent / seconds, 4),
    }


async def fail(rounds: int) -> dict[str, Any]:
    """Two replicas at fifty tokens a second and row: cancel in the middle, and kill in the middle."""
    found: dict[str, list[float]] = {
        "cancel_to_next_start_s": [],
        "killed_to_growing_again_s": [],
        "replaced_s": [],
    }
    async with hosted(2, 50.0) as host:
        await host.ready(2)
        for round_ in range(rounds):
            names = [f"long{round_}-{number}" for number in range(8)]  # every place is taken
            for number, name in enumerate(names):
                await host.put(name, 5000, number)
            for name in names:
                await host.until_growing(name)
            await host.put(f"next{round_}", 5, 1)
            began = time.monotonic()
            await host.client.cancel(names[0])
            async for numbered in host.client.events(f"next{round_}"):
                if isinstance(numbered.event, Started | Done):
                    found["cancel_to_next_start_s"].append(round(time.monotonic() - began, 4))
                    break
            for name in names[1:]:
                await host.client.cancel(name)
        for round_ in range(rounds):
            name = f"killed{round_}"
            await host.put(name, 2000, round_)
            seen = 0
            async for numbered in host.client.events(name):
                if isinstance(numbered.event, Preview):
                    seen = numbered.n
                    if len(numbered.event.text.split()) >= 25:  # half a second's
                        break
            victim = await host.busy()
            began = time.monotonic()
            os.kill(victim, signal.SIGKILL)
            async for numbered in host.client.events(name, seen):
                if isinstance(numbered.event, Preview):
                    moment = time.monotonic() - began
                    if moment > 0.1:  # what was on its way when it died came before
                        found["killed_to_growing_again_s"].append(round(moment, 3))
                        break
            await host.client.cancel(name)
            await host.ready(2, lost=round_ + 1)
            found["replaced_s"].append(round(time.monotonic() - began, 2))
    medians = {f"{name}_median": round(statistics.median(values), 3) for name, values in found.items()}
    return {**medians, "rounds": found}


async def run(parts: list[str], *, quick: bool) -> dict[str, Any]:
    details: dict[str, Any] = {}
    if "carry" in parts:
        counts = (1,) if quick else (0, 1, 2)
        details["carry"] = [await carry(replicas, 100 if quick else 1500) for replicas in counts]
    if "stream" in parts and not quick:
        details["stream"] = [await stream(replicas, 15.0) for replicas in (0, 1, 2)]
    if "fail" in parts and not quick:
        details["fail"] = await fail(5)
    return details


def main() -> None:
    told = asked(__doc__, PARTS)
    details = asyncio.run(run(told.parts, quick=told.quick))
    # the issue asks for figures, not for marks
    report("cluster", [], details, as_json=told.json, full=told.full)


if __name__ == "__main__":
    main()
