"""The engine over a server: it sends an errand for each part of a job, and a step takes in what came since the last one.

Two threads meet in one queue: the event loop's, where the errands are, puts news there; the host's, which steps, takes
them out and has all the rows to itself. While nothing is known of the server one job at a time is started, which waits
for it; that it may come back is all that the loop could be told.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import structlog

from generation.forms import FORMS
from generation.host.engine import NO_PICTURES, Broken, Cost, Finished, Grew, Output, RefusedError
from generation.remote import asking
from generation.remote.adapters import RemoteAdapters
from generation.remote.errands import Begins, Errand, Errands, Over, refusal
from generation.remote.errors import Garbled, Refused, RemoteError, Unreachable
from generation.remote.row import Row
from generation.remote.server import Server
from generation.remote.stream import Piece

if TYPE_CHECKING:
    import concurrent.futures
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from generation.host.engine import Progress
    from generation.remote.errands import News
    from generation.wire.jobs import Job

STEP_S = 0.05  # how long a step waits for news before the loop may look at its inbox again
COUNT_WITHIN_S = 0.25
COUNT_AGAIN_S = 60.0
COUNTS_KEPT = 10_000  # of jobs that wait; those that were called off meanwhile leave theirs behind
BACK_WITHIN_S = 60.0
PATIENCE_S = 120.0
STOP_WITHIN_S = 5.0
BYTES_A_TOKEN = 4  # of UTF-8, where nobody counts for us
UNKNOWN = Begins("", None, None)  # who makes it, before that is told
MIME = "text/plain; charset=utf-8"

log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class _Part:
    """A part in the making: its text so far, and the errand that brings the rest."""

    row: Row
    errand: Errand
    task: concurrent.futures.Future[None]
    begun: Begins = UNKNOWN
    over: bool = False


class RemoteEngine:
    """`host.engine.Engine` over the server at `url`. `with RemoteEngine(...) as engine:` starts its event loop."""

    def __init__(
        self,
        url: str,
        adapters: Path,
        *,
        model: str = "",
        key: str | None = None,
        room: int = 8,
        patience_s: float = PATIENCE_S,
        back_within_s: float = BACK_WITHIN_S,
    ) -> None:
        """`adapters` is the directory of adapters, `room` how many requests are with the server at once.

        `patience_s` bounds the wait for each bit of text, `back_within_s` that for a server that went away.
        """
        self._room = room
        self._server = Server(url, model=model, key=key)
        self._news: queue.SimpleQueue[tuple[Errand, News]] = queue.SimpleQueue()
        self._errands = Errands(
            self._server,
            RemoteAdapters(self._server, adapters),
            lambda errand, news: self._news.put((errand, news)),
            patience_s=patience_s,
            back_within_s=back_within_s,
        )
        self._jobs: dict[str, list[_Part]] = {}
        self._counted: OrderedDict[str, int] = OrderedDict()
        self._count_at = 0.0
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="remote", daemon=True)
        self._events: asyncio.AbstractEventLoop
        self._up = threading.Event()
        self._end = asyncio.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        self._up.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread.is_alive():
            self._events.call_soon_threadsafe(self._end.set)
            self._thread.join(STOP_WITHIN_S)

    def wait_for_the_server(self, within_s: float) -> bool:
        """Block until the server was found; whether it was."""
        found = asyncio.run_coroutine_threadsafe(self._server.known(within_s), self._events)
        try:
            found.result()
        except Unreachable:
            return False
        return True

    # what the host's loop calls

    def cost(self, job: Job) -> Cost:
        if job.brief is None:
            raise RefusedError("invalid", NO_PICTURES)
        if job.brief.form not in FORMS:
            raise RefusedError("invalid", f"There is no form called {job.brief.form[:40]}.")
        if job.sampling.n > self._room:
            raise RefusedError("invalid", f"No more than {self._room} samples can be made at once.")
        prompt, facts = self._count(job), self._server.facts
        if facts is not None and (no := refusal(job, prompt, facts)) is not None:
            raise RefusedError(no.kind, str(no))
        self._counted[job.id] = prompt
        if len(self._counted) > COUNTS_KEPT:
            self._counted.popitem(last=False)
        return Cost(prompt, asking.limit(job) * job.sampling.n)

    def fits(self, job: Job) -> bool:
        if self._server.facts is None:
            return not self._jobs
        return sum(map(len, self._jobs.values())) + job.sampling.n <= self._room

    def start(self, job: Job) -> None:
        prompt = self._counted.pop(job.id, None)
        if prompt is None:
            prompt = self._count(job)
        self._jobs[job.id] = [self._send(job, part, prompt) for part in range(job.sampling.n)]

    def step(self) -> list[Progress]:
        """What came since the last step; waits for it a little."""
        touched: dict[_Part, None] = {}
        progress: list[Progress] = []
        for errand, news in self._arrived():
            if (part := self._part(errand)) is not None:
                touched[part] = None
                progress += self._take_in(part, news)
        for part in touched:
            if self._part(part.errand) is not None:
                progress += self._grown(part)
        return progress

    def cancel(self, job_id: str) -> None:
        for part in self._jobs.pop(job_id, []):
            part.task.cancel()

    def stats(self) -> dict[str, Any]:
        """`model` is "" until the server was found; `left_out` is what it refused to hear of."""
        facts = self._server.facts
        return {
            "model": facts.name if facts else "",
            "dtype": "remote",
            "threads": 0,
            "context": facts.context if facts else None,
            "server": self._server.url,
            "server_up": facts is not None,
            "left_out": sorted(self._errands.left_out),
            "running": len(self._jobs),
            "room": self._room,
        }

    def _send(self, job: Job, part: int, prompt_tokens: int) -> _Part:
        errand = Errand(job, part, prompt_tokens)
        task = asyncio.run_coroutine_threadsafe(self._errands.run(errand), self._events)
        return _Part(Row(job, part, prompt_tokens, asking.limit(job)), errand, task)

    def _arrived(self) -> Iterator[tuple[Errand, News]]:
        with suppress(queue.Empty):
            yield self._news.get(timeout=STEP_S)
            while True:
                yield self._news.get_nowait()

    def _part(self, errand: Errand) -> _Part | None:
        """The part that is waiting for it; None where it is over or its job was called off."""
        parts = self._jobs.get(errand.job.id)
        part = parts[errand.part] if parts else None
        return part if part is not None and part.errand is errand and not part.over else None

    def _take_in(self, part: _Part, news: News) -> list[Progress]:
        match news:
            case Begins():
                part.begun = news
            case Piece():
                try:
                    part.row.add(news)
                except RemoteError as error:
                    return self._broken(part, error)
            case Over(error=None):
                return self._ended(part)
            case Over(error=RemoteError() as error):
                return self._broken(part, error)
        return []

    def _grown(self, part: _Part) -> list[Progress]:
        row = part.row
        if not row.begun:
            return []
        row.read()
        return self._ended(part) if row.cut else [Grew(row.job.id, row.part, row.text, row.spent())]

    def _ended(self, part: _Part) -> list[Progress]:
        """One part is whole, and with the last of them the job."""
        row, job = part.row, part.row.job
        row.read()
        if not row.whole():
            return self._broken(part, Garbled("The model wrote nothing.", detail="no text"))
        part.task.cancel()
        part.over = True
        grew = Grew(job.id, row.part, row.text, row.spent())
        parts = self._jobs[job.id]
        if not all(one.over for one in parts):
            return [grew]
        del self._jobs[job.id]
        prompt = row.usage.prompt_tokens if row.usage else row.prompt_tokens
        made = sum(one.row.output_tokens for one in parts)
        outputs = tuple(map(_output, parts))
        return [grew, Finished(job.id, outputs, prompt, made, part.begun.model, part.begun.adapter)]

    def _broken(self, part: _Part, error: RemoteError) -> list[Progress]:
        """The part failed, and with it the job."""
        job_id, status = part.row.job.id, error.status if isinstance(error, Refused) else None
        self.cancel(job_id)
        log.warning(
            "remote_failed",
            job=job_id,
            error=type(error).__name__,
            status=status,
            detail=error.detail,
            said=str(error),
        )
        return [Broken(job_id, error.kind, str(error))]

    def _count(self, job: Job) -> int:
        """Tokens of the prompt: as the server counts them, where it does so at once, else about that."""
        turns, facts = asking.messages(job, self._errands.left_out), self._server.facts
        if facts is not None and time.monotonic() >= self._count_at:
            counting = asyncio.run_coroutine_threadsafe(self._server.count(turns, facts.model), self._events)
            try:
                return counting.result(COUNT_WITHIN_S)
            except (RemoteError, TimeoutError):
                counting.cancel()
                self._count_at = time.monotonic() + COUNT_AGAIN_S
        return about(turns)

    # on the event loop

    async def _serve(self) -> None:
        self._events = asyncio.get_running_loop()
        async with self._server, asyncio.TaskGroup() as group:
            keeping = group.create_task(self._server.keep_known(), name="keep-known")
            self._up.set()
            await self._end.wait()
            keeping.cancel()
            for part in [part for parts in self._jobs.values() for part in parts]:
                part.task.cancel()


def about(turns: Sequence[Mapping[str, str]]) -> int:
    """Roughly the tokens of a prompt, where nobody counts: one for four bytes, and those around each turn."""
    return sum(asking.TURN_TOKENS + len(turn["content"].encode()) // BYTES_A_TOKEN for turn in turns)


def _output(part: _Part) -> Output:
    note = {} if part.begun.note is None else {"note": part.begun.note}
    return Output(MIME, part.row.whole().encode(), {"stopped": part.row.stopped, **note})
