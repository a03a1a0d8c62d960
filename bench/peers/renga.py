"""Ours, as the host runs it: the text engine with all its rows, its adapters and its sampling.

The requests come as token ids, past the forms, and nothing but their number of tokens ends them: so that every engine
under test does the same work. What the engine does between tokens (text, circles, stop texts) it does here too.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

from bench.peers.protocol import Load, Ran, Request, Sampling, Stopwatch, serve
from generation.adapters import Base
from generation.host.engine import Grew
from generation.host.host import GenerationHost
from generation.host.loop import EngineLoop
from generation.lm.chat import Chat
from generation.lm.engine import TextEngine
from generation.lm.load import LoadedModel
from generation.lm.precision import halves, multiplies_float16
from generation.lm.row import Row
from generation.wire import jobs
from generation.wire.events import TERMINAL, Preview

if TYPE_CHECKING:
    from generation.lm.row import Stopped

CONTEXT = 2048  # the stories behind which poems arrive are longer than the other loads
LONG, SHORT, POEMS = 8, 24, 20  # stories that run; a poem's tokens; poems that are timed


class _Counted(Row):
    """A row that ends at its number of tokens and at nothing else."""

    def take(self, token: int, stops: frozenset[int], chat: Chat) -> Stopped | None:
        super().take(token, stops, chat)
        return "limit" if len(self.made) >= self.limit else None


class Renga:
    def load(self, load: Load) -> dict[str, Any]:
        torch.set_num_threads(load.threads)
        dtype = getattr(torch, load.dtype)
        network = AutoModelForCausalLM.from_pretrained(
            load.directory, dtype=dtype, local_files_only=True
        ).eval()
        modules = {
            name: (module.out_features, module.in_features)
            for name, module in network.model.named_modules(prefix="model")
            if isinstance(module, torch.nn.Linear)
        }
        self._digests = [Path(adapter).name for adapter in load.adapters]
        manifests = [json.loads((Path(adapter) / "manifest.json").read_text()) for adapter in load.adapters]
        base = Base(manifests[0]["base"] if manifests else "", modules)
        chat = Chat(PreTrainedTokenizerFast.from_pretrained(load.directory, local_files_only=True))
        model = LoadedModel(
            name="SmolLM2", base=base, network=network, chat=chat, device=torch.device("cpu"), dtype=dtype,
            context=CONTEXT, stops=frozenset(), threads=load.threads,
            halves=halves(torch.device("cpu"), dtype, multiplies=multiplies_float16()),
        )  # fmt: skip
        root = Path(load.adapters[0]).parent if load.adapters else None
        self._engine = TextEngine(model, room=load.rows, adapters=root)
        self._names = (f"r{n}" for n in itertools.count())
        return {"torch": torch.__version__, **self._engine.stats()}

    def run(self, requests: list[Request], sampling: Sampling) -> Ran:
        engine = self._engine
        engine._network.let_go()  # prompts that repeat would be known, as members' are not
        how = jobs.Sampling(
            sampling.temperature, sampling.top_p, 0, sampling.min_p, sampling.repetition_penalty
        )
        brief = jobs.Brief("free verse", "rain")
        rows = []
        self._at_hand({self._digests[request.adapter] for request in requests if request.adapter is not None})
        watch = Stopwatch()
        for request in requests:
            adapter = None if request.adapter is None else self._digests[request.adapter]
            job = jobs.Job(
                next(self._names), "text", "t", "m", 0.0, brief, request.seed, sampling=how, adapter=adapter
            )
            generator = torch.Generator().manual_seed(request.seed)
            rows.append(_Counted(job, 0, request.prompt, request.tokens, generator, adapter))
            engine._outputs[job.id] = {}
            engine._rows.append(rows[-1])
        begun: set[str] = set()
        while engine._rows:
            for found in engine.step():
                if isinstance(found, Grew) and len(begun) < len(rows):
                    begun.add(found.job_id)
                    if len(begun) == len(rows):
                        watch.first_tokens_are_there()
        return watch.ran([row.made for row in rows])

    def _at_hand(self, adapters: set[str]) -> None:
        """Have the adapters loaded and stacked, as every peer has them loaded before its clock starts."""
        if self._engine._adapting is None or not adapters:
            return
        residency = self._engine._adapting._residency
        for digest in adapters:
            residency.want(digest)
        while not all(residency.ready(digest) for digest in adapters):
            residency.wait(0.1)
        if len(adapters) == 1 and residency._matrices is not None:
            (digest,) = adapters
            while residency._merged is None or residency._merged[0] != digest:
                residency.merged(digest)
            residency._merged[1].result()
        while (stack := residency.stack(adapters, set())) is None or set(stack.digests) != adapters:
            residency.wait(0.1)

    def mixed(self) -> dict[str, list[float]]:
        """Seconds to the first text of a short poem, alone and behind long stories, through the queue and its loop."""
        return asyncio.run(self._mixed())

    async def _mixed(self) -> dict[str, list[float]]:
        engine, events = self._engine, asyncio.get_running_loop()
        host = GenerationHost()
        loop = EngineLoop(lambda: engine, host.report, lambda _: events.stop(), events)
        host.run_on(loop)
        loop.start()
        idle = [await self._first_text(host, n) for n in range(POEMS)]
        for n in range(LONG):
            host.submit(_job(f"story{n}", "story guild", "short story", 700, n))
        await asyncio.sleep(3)
        assert host.stats()["running"] == LONG
        busy = [await self._first_text(host, POEMS + n) for n in range(POEMS)]
        assert host.stats()["running"] == LONG, "a story ended before the last poem"
        for n in range(LONG):
            host.cancel(f"story{n}")
        await asyncio.to_thread(loop.stop, 5)
        return {"idle_s": idle, "busy_s": busy}

    async def _first_text(self, host: GenerationHost, n: int) -> float:
        await asyncio.sleep(random.Random(n).uniform(0, 0.2))  # members do not wait for the end of a step
        name, began, first, after = f"poem{n}", time.perf_counter(), 0.0, 0
        host.submit(_job(name, f"guild{n}", "haiku", SHORT, n))
        while True:
            for one in host.events(name, after):
                after = one.n
                if isinstance(one.event, Preview) and not first:
                    first = time.perf_counter() - began
                if isinstance(one.event, TERMINAL):
                    return first
            await host.changed(name, after)


def _job(name: str, tenant: str, form: str, tokens: int, seed: int) -> jobs.Job:
    themes = (
        "rain",
        "an old harbour",
        "bread",
        "the last bus",
        "moss",
        "a letter",
        "salt",
        "my grandmother's hands",
    )
    brief = jobs.Brief(form, f"{themes[seed % len(themes)]} {seed}")
    return jobs.Job(
        name,
        "text",
        tenant,
        "member",
        time.time(),
        brief,
        seed,
        sampling=jobs.Sampling(max_tokens=tokens),
        adapter=jobs.BASE,
    )


if __name__ == "__main__":
    renga = Renga()
    serve(renga, renga.mixed)
