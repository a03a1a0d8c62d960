"""Errands: each has one part of a job written by the server, and brings the news of it. All on the event loop.

An errand that brought no text yet is run once more, whatever went wrong with the server; one that did has failed.
While the server was never found, errands wait for it; one that went away is waited for `back_within_s`.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from generation.remote import asking
from generation.remote.errors import BadAdapter, Garbled, Overloaded, Refused, RemoteError, Unreachable
from generation.remote.stream import Piece

if TYPE_CHECKING:
    from collections.abc import Callable

    from generation.remote.adapters import RemoteAdapters, Way
    from generation.remote.server import Facts, Server
    from generation.wire.jobs import Job

TRIES = 2
PAUSE_S = 1.0  # before the second
BROKE_OFF = "The server that writes stopped in the middle."

log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class Errand:
    """`prompt_tokens` is what the prompt is taken to have; `heard` says whether any text came."""

    job: Job
    part: int
    prompt_tokens: int
    heard: bool = False


@dataclass(frozen=True, slots=True)
class Begins:
    """What makes it: `model` with `adapter`, or without, and `note` says why."""

    model: str
    adapter: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Over:
    """Nothing more comes of it; `error` says why, if not because it is whole."""

    error: RemoteError | None = None


News = Piece | Begins | Over


class Errands:
    """What all errands share: the server, what it refuses to hear of, and whom the news are told."""

    def __init__(
        self,
        server: Server,
        adapters: RemoteAdapters,
        tell: Callable[[Errand, News], None],
        *,
        patience_s: float,
        back_within_s: float,
    ) -> None:
        self.left_out: frozenset[str] = frozenset()
        self._server = server
        self._adapters = adapters
        self._tell = tell
        self._patience_s = patience_s
        self._back_within_s = back_within_s

    async def run(self, errand: Errand) -> None:
        """Run it to its end, which is the last of its news, unless it is cancelled."""
        over = Over()
        try:
            await self._try(errand)
        except RemoteError as error:
            over = Over(error)
        except Exception as error:  # a fault of ours is that job's failure, not the thread's end
            reference = secrets.token_hex(4)
            log.exception("errand_failed", reference=reference, job=errand.job.id)
            sentence = f"It could not be made (reference {reference})."
            over = Over(RemoteError(sentence, detail=type(error).__name__))
        self._tell(errand, over)

    async def _try(self, errand: Errand) -> None:
        for left in reversed(range(TRIES)):
            facts = await self._server.known(self._back_within_s if self._server.was_known else None)
            if (no := refusal(errand.job, errand.prompt_tokens, facts)) is not None:
                raise no
            try:
                await self._ask(errand, facts, await self._way(errand, facts))
            except (Unreachable, Garbled, Overloaded) as error:
                if isinstance(error, Unreachable):
                    self._server.doubt(facts)
                if errand.heard or not left:
                    raise
                log.info("errand_again", job=errand.job.id, error=type(error).__name__, detail=error.detail)
                await asyncio.sleep(PAUSE_S)
            else:
                return

    async def _way(self, errand: Errand, facts: Facts) -> Way:
        """How the job's adapter is had, or the base model where its terms allow that."""
        job = errand.job
        try:
            way, note = await self._adapters.way(facts, job.named_adapter), None
        except BadAdapter as error:
            if job.terms.when_adapter_is_bad == "fail":
                raise
            log.warning(
                "adapter_refused",
                job=job.id,
                digest=job.named_adapter,
                reason=str(error),
                detail=error.detail,
            )
            way, note = await self._adapters.way(facts, None), str(error)
        self._tell(errand, Begins(facts.name, None if note else job.named_adapter, note))
        return way

    async def _ask(self, errand: Errand, facts: Facts, way: Way) -> None:
        """One whole answer. What the server refuses by name is left out, and from then on for all."""
        without, whole = self.left_out, False
        while not whole:
            asked = asking.body(errand.job, way.model, part=errand.part, without=without, lora=way.lora)
            try:
                async with aclosing(self._server.chat(asked, patience_s=self._patience_s)) as pieces:
                    async for piece in pieces:
                        self._accepted(without)
                        errand.heard |= bool(piece.text)
                        whole |= piece.finish is not None
                        self._tell(errand, piece)
                        if piece.last:
                            break
            except RemoteError as error:
                if whole:
                    return  # all of the text is here; what was lost is its cost
                if not isinstance(error, Refused) or errand.heard:
                    raise
                if error.status == 404 and way.model != facts.model:
                    self._adapters.forget(way.model)
                    raise Overloaded(str(error), status=404, detail="the adapter was forgotten") from None
                more = asking.refused_in(error.said) - without if error.status in (400, 422) else frozenset()
                if not more:
                    raise
                without |= more
            else:
                if not whole:
                    raise Garbled(BROKE_OFF, detail="the stream ended without a finish_reason")

    def _accepted(self, without: frozenset[str]) -> None:
        if not without <= self.left_out:
            self.left_out |= without
            log.warning(
                "openai_server_refuses", url=self._server.url, left_out=",".join(sorted(self.left_out))
            )


def refusal(job: Job, prompt_tokens: int, facts: Facts) -> Refused | None:
    """Why this server can never do the job, if so."""
    if job.model not in (None, facts.name, facts.model):
        return Refused("That model is not served here.", status=0, kind="invalid")
    limit = asking.limit(job)
    if facts.context is not None and prompt_tokens + limit > facts.context:
        sentence = (
            f"It is too long: {prompt_tokens} tokens to read and up to {limit} to write, "
            f"where the model has room for {facts.context}."
        )
        return Refused(sentence, status=0, kind="too_long")
    return None
