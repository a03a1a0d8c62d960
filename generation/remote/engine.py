"""The engine over a server: it starts a stream for each job, and a step takes in what came since the last one.

Two threads meet in one queue: the event loop's, where the streams are, puts news there; the host's, which steps, takes
them out and has all the rows to itself. A job that had no text yet is tried once more, whatever went wrong with the
server; one that had is broken. While the server was never found, the jobs that were started wait for it (one at a time,
as there is no other way for the loop to know); one that went away is waited for `BACK_WITHIN_S`.
"""

from __future__ import annotations

import asyncio
import queue
import secrets
import threading
import time
from collections import OrderedDict
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import structlog

from generation.forms import FORMS
from generation.host.engine import Broken, Cost, Finished, Grew, Output, RefusedError
from generation.remote import asking
from generation.remote.adapters import RemoteAdapters, Way
from generation.remote.errors import BadAdapter, Garbled, Overloaded, Refused, RemoteError, Unreachable
from generation.remote.row import Row
from generation.remote.server import Server
from generation.remote.stream import Piece

if TYPE_CHECKING:
    import concurrent.futures
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from generation.host.engine import Progress
    from generation.remote.server import Facts
    from generation.wire.jobs import Job

STEP_S = 0.05  # how long a step waits for news before the loop may look at its inbox again
COUNT_WITHIN_S = 0.25
COUNT_AGAIN_S = 60.0
COUNTS_KEPT = 10_000  # of jobs that wait; those that were called off meanwhile leave theirs behind
BACK_WITHIN_S = 60.0
PATIENCE_S = 120.0
PAUSE_S = 1.0
STOP_WITHIN_S = 5.0
TRIES = 2
BYTES_A_TOKEN = 4  # of UTF-8, where nobody counts for us
TURN_TOKENS = 5  # what a template puts around a turn, where its text alone was counted
BROKE_OFF = "The server that writes stopped in the middle."
MIME = "text/plain; charset=utf-8"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Begins:
    """The stream has begun; `adapter` makes it, or `note` says why not."""

    model: str
    adapter: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class _Over:
    """The stream has ended, `error` says how if not well."""

    error: RemoteError | None = None


@dataclass(slots=True)
class _Making:
    """A row and the stream that fills it."""

    row: Row
    begun: _Begins
    stream: concurrent.futures.Future[None] | None = None
    heard: bool = False  # whether any text came: the event loop's to know


_News = Piece | _Begins | _Over


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
        self._patience_s = patience_s
        self._back_within_s = back_within_s
        self._server = Server(url, model=model, key=key)
        self._adapters = RemoteAdapters(self._server, adapters)
        self._without: frozenset[str] = frozenset()
        self._news: queue.SimpleQueue[tuple[str, _Making, _News]] = queue.SimpleQueue()
        self._makings: dict[str, _Making] = {}
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
        if job.brief.form not in FORMS:
            raise RefusedError("invalid", f"There is no form called {job.brief.form[:40]}.")
        cost = Cost(self._count(job), asking.limit(job))
        if (facts := self._server.facts) is not None and (no := _refusal(job, cost, facts)) is not None:
            raise RefusedError(no.kind, str(no))
        self._counted[job.id] = cost.prompt_tokens
        if len(self._counted) > COUNTS_KEPT:
            self._counted.popitem(last=False)
        return cost

    def fits(self, job: Job) -> bool:  # noqa: ARG002 - how long a job is makes no difference to us
        return len(self._makings) < (self._room if self._server.facts is not None else 1)

    def start(self, job: Job) -> None:
        prompt = self._counted.pop(job.id, None)
        row = Row(job, self._count(job) if prompt is None else prompt, asking.limit(job))
        making = self._makings[job.id] = _Making(row, _Begins("", None, None))
        making.stream = asyncio.run_coroutine_threadsafe(self._stream(making), self._events)

    def step(self) -> list[Progress]:
        """What came since the last step; waits for it a little."""
        touched: dict[str, _Making] = {}
        progress: list[Progress] = []
        for job_id, making, news in self._arrived():
            if self._makings.get(job_id) is making:  # else it was called off, or has ended meanwhile
                touched[job_id] = making
                progress += self._take_in(making, news)
        for job_id, making in touched.items():
            if self._makings.get(job_id) is making:
                progress += self._grown(making)
        return progress

    def cancel(self, job_id: str) -> None:
        if (making := self._makings.pop(job_id, None)) is not None:
            _hang_up(making)

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
            "left_out": sorted(self._without),
            "running": len(self._makings),
            "room": self._room,
        }

    # between the two

    def _arrived(self) -> Iterator[tuple[str, _Making, _News]]:
        with suppress(queue.Empty):
            yield self._news.get(timeout=STEP_S)
            while True:
                yield self._news.get_nowait()

    def _take_in(self, making: _Making, news: _News) -> list[Progress]:
        match news:
            case _Begins():
                making.begun = news
            case Piece():
                try:
                    making.row.add(news)
                except RemoteError as error:
                    return self._broken(making, error)
            case _Over(error=None):
                return self._finished(making)
            case _Over(error=RemoteError() as error):
                return self._broken(making, error)
        return []

    def _grown(self, making: _Making) -> list[Progress]:
        row = making.row
        if not row.begun:
            return []
        row.read()
        if row.cut:
            return self._finished(making)
        return [Grew(row.job.id, 0, row.text, row.spent())]

    def _finished(self, making: _Making) -> list[Progress]:
        row, begun = making.row, making.begun
        row.read()
        if not (text := row.whole()):
            return self._broken(making, Garbled("The model wrote nothing.", detail="no text"))
        self.cancel(row.job.id)
        meta = {"stopped": row.stopped, **({"note": begun.note} if begun.note else {})}
        prompt = row.usage.prompt_tokens if row.usage else row.prompt_tokens
        return [
            Grew(row.job.id, 0, row.text, row.spent()),
            Finished(
                row.job.id, (Output(MIME, text.encode(), meta),), prompt, row.output_tokens, begun.model, begun.adapter
            ),
        ]  # fmt: skip

    def _broken(self, making: _Making, error: RemoteError) -> list[Progress]:
        job_id = making.row.job.id
        self.cancel(job_id)
        status = error.status if isinstance(error, Refused) else None
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
        turns, facts = asking.messages(job, self._without), self._server.facts
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
            for making in list(self._makings.values()):
                _hang_up(making)

    async def _stream(self, making: _Making) -> None:
        """A job's whole life over there; the last news of it is its end, unless it is called off."""
        job_id, over = making.row.job.id, _Over()
        try:
            await self._try(making)
        except RemoteError as error:
            over = _Over(error)
        except Exception as error:  # a fault of ours is that job's failure, not the thread's end
            reference = secrets.token_hex(4)
            log.exception("stream_failed", reference=reference, job=job_id)
            over = _Over(
                RemoteError(f"It could not be made (reference {reference}).", detail=type(error).__name__)
            )
        self._news.put((job_id, making, over))

    async def _try(self, making: _Making) -> None:
        job = making.row.job
        for left in reversed(range(TRIES)):
            facts = await self._server.known(self._back_within_s if self._server.was_known else None)
            cost = Cost(making.row.prompt_tokens, making.row.limit)
            if (no := _refusal(job, cost, facts)) is not None:
                raise no
            try:
                await self._ask(making, facts, await self._way(making, facts))
            except (Unreachable, Garbled, Overloaded) as error:
                if isinstance(error, Unreachable):
                    self._server.doubt(facts)
                if making.heard or not left:
                    raise
                log.info("remote_tried_again", job=job.id, error=type(error).__name__, detail=error.detail)
                await asyncio.sleep(PAUSE_S)
            else:
                return

    async def _way(self, making: _Making, facts: Facts) -> Way:
        """How the job's adapter is had, or the base model where its terms allow that."""
        job = making.row.job
        try:
            way, note = await self._adapters.way(facts, job.adapter), None
        except BadAdapter as error:
            if job.terms.when_adapter_is_bad == "fail":
                raise
            way, note = await self._adapters.way(facts, None), str(error)
        begins = _Begins(facts.name, None if note else job.adapter, note)
        self._news.put((job.id, making, begins))
        return way

    async def _ask(self, making: _Making, facts: Facts, way: Way) -> None:
        """One whole answer. What the server refuses by name is left out, and from then on for all."""
        job, without, whole = making.row.job, self._without, False
        while not whole:
            asked = asking.body(job, way.model, without=without, lora=way.lora)
            try:
                async with aclosing(self._server.chat(asked, patience_s=self._patience_s)) as pieces:
                    async for piece in pieces:
                        self._accepted(without)
                        making.heard |= bool(piece.text)
                        whole |= piece.finish is not None
                        self._news.put((job.id, making, piece))
                        if piece.last:
                            break
            except RemoteError as error:
                if whole:
                    return  # all of the text is here; what was lost is its cost
                if not isinstance(error, Refused) or making.heard:
                    raise
                if error.status == 404 and way.model != facts.model:
                    self._adapters.forget(way.model)
                    raise Overloaded(
                        str(error), status=404, detail="the adapter is not there any more"
                    ) from None
                more = asking.refused_in(error.said) - without if error.status in (400, 422) else frozenset()
                if not more:
                    raise
                without |= more
            else:
                if not whole:
                    raise Garbled(BROKE_OFF, detail="the stream ended without a finish_reason")

    def _accepted(self, without: frozenset[str]) -> None:
        if not without <= self._without:
            self._without |= without
            log.warning(
                "openai_server_refuses", url=self._server.url, left_out=",".join(sorted(self._without))
            )


def about(turns: Sequence[Mapping[str, str]]) -> int:
    """Roughly the tokens of a prompt, where nobody counts: one for four bytes, and those around each turn."""
    return sum(TURN_TOKENS + len(turn["content"].encode()) // BYTES_A_TOKEN for turn in turns)


def _refusal(job: Job, cost: Cost, facts: Facts) -> Refused | None:
    """Why this server can never do the job, if so."""
    if job.model not in (None, facts.name, facts.model):
        return Refused("That model is not served here.", status=0, kind="invalid")
    if facts.context is not None and cost.prompt_tokens + cost.output_tokens > facts.context:
        sentence = (
            f"It is too long: {cost.prompt_tokens} tokens to read and up to {cost.output_tokens} to write, "
            f"where the model has room for {facts.context}."
        )
        return Refused(sentence, status=0, kind="too_long")
    return None


def _hang_up(making: _Making) -> None:
    if making.stream is not None:
        making.stream.cancel()
