"""Two texts on one theme, by what serves and by a candidate: what a blind vote chooses between.

They are asked of the host as any text is, without a head, so that the adapters alone are compared; they are no pieces of
anybody's, and are kept in the trial.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from typing import TYPE_CHECKING

from generation.forms import form_named, forms_of
from generation.wire import events
from generation.wire.errors import WireError
from generation.wire.jobs import SEEDS, Brief, Job, Terms
from studio.errors import Refusal
from studio.store.taste_records import OURSELVES, TrialPair
from studio.taste.themes import theme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from generation.wire.client import GenerationClient
    from studio.store.taste_records import Trial

WRITTEN_WITHIN_S = 180.0
NOT_WRITTEN = "The two could not be written just now; press again in a minute."


async def write(
    generation: GenerationClient, trial: Trial, pair_id: str, member_id: int, now: float, *,
    forms: Mapping[str, str | None], number: int,
) -> TrialPair:  # fmt: skip
    """Have a pair written: the trial's `number`th from 0, in the next of the `forms`, which say what writes each now.

    Raises:
        Refusal: the host could not; nothing is left of it.
    """
    form = form_of(trial.kind, list(forms), number)
    about = theme(trial.id, number)
    seed = int.from_bytes(hashlib.sha256(pair_id.encode()).digest()[:4]) % SEEDS
    jobs = [
        Job(
            id=f"{pair_id}-{side}", kind="text", tenant=str(trial.guild_id), member=str(member_id), asked_at=now,
            brief=Brief(form, about), seed=seed, terms=Terms(when_adapter_is_bad="fail"), adapter=adapter,
        )
        for side, adapter in (("c", trial.candidate), ("i", forms.get(form, trial.incumbent)))
    ]  # fmt: skip
    try:
        async with asyncio.timeout(WRITTEN_WITHIN_S):
            candidate, incumbent = await asyncio.gather(*(_text(generation, job) for job in jobs))
    except (WireError, TimeoutError, Refusal):
        await asyncio.gather(*(_call_off(generation, job.id) for job in jobs))
        raise Refusal(NOT_WRITTEN) from None
    left = secrets.randbelow(2) == 0  # the pair's id is public: what follows from it, anybody can work out
    texts = (candidate, incumbent) if left else (incumbent, candidate)
    return TrialPair(pair_id, trial.id, None, left, form, about, OURSELVES, *texts, now)


def form_of(kind: str, asked: Sequence[str], number: int) -> str:
    """The form of a trial's `number`th pair: those that are asked for in turn, else the kind's first."""
    fit = [name for name in asked if not form_named(name).given] or [
        form.name for form in forms_of(kind) if not form.given
    ]
    return fit[number % len(fit)]


async def _text(generation: GenerationClient, job: Job) -> str:
    """What the host makes of a job, which it may then forget.

    Raises:
        Refusal: it made nothing.
        WireError: it cannot be asked.
    """
    await generation.put(job)
    data = b""
    async for numbered in generation.events(job.id):
        match numbered.event:
            case events.Artifact(digest=digest):
                data = await generation.artifact(digest)
            case events.Failed() | events.Cancelled():
                break
    await generation.ack(job.id)
    text = data.decode("utf-8", errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}").strip()
    if not text:
        raise Refusal(NOT_WRITTEN)
    return text


async def _call_off(generation: GenerationClient, job_id: str) -> None:
    try:
        await generation.cancel(job_id)
        await generation.ack(job_id)
    except WireError:
        pass  # it forgets by itself what nobody fetches
