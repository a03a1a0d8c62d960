"""Whether a host does what it is asked: the bot shows what a member typed, past whatever watches over members' own messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.safety.words import unfit
from generation.wire.jobs import PictureBrief

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generation.wire.jobs import Brief, Job

SENTENCE = "There is a word in it that is not shown here; please say it in other words."


def refusal(job: Job) -> str | None:
    """The sentence for the member who typed what is not shown; None: there is nothing of it. What a piece begins from was shown before,
    and is not looked at.
    """
    brief = job.brief if job.brief is not None else job.picture
    return SENTENCE if brief is not None and typed_unfit(brief) else None


def typed_unfit(brief: Brief | PictureBrief) -> bool:
    """Whether anything that a member typed for it is not shown."""
    return any(unfit(text) for text in _typed(brief))


def _typed(brief: Brief | PictureBrief) -> Iterator[str]:
    if isinstance(brief, PictureBrief):
        yield from (spot.theme for spot in brief.spots)
    else:
        yield from (brief.theme, brief.tone, brief.given, brief.wish, *brief.must)
