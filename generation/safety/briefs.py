"""Whether a host does what it is asked: the bot shows what a member typed, past whatever watches over members' own messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.safety.words import unfit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generation.wire.jobs import Job

SENTENCE = "There is a word in it that is not shown here; please say it in other words."


def refusal(job: Job) -> str | None:
    """The sentence for the member who typed what is not shown; None: there is nothing of it. What a piece begins from was shown before,
    and is not looked at.
    """
    return SENTENCE if any(unfit(text) for text in _typed(job)) else None


def _typed(job: Job) -> Iterator[str]:
    if job.brief is not None:
        yield from (job.brief.theme, job.brief.tone, job.brief.given, job.brief.wish, *job.brief.must)
    if job.picture is not None:
        yield from (spot.theme for spot in job.picture.spots)
