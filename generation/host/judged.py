"""Whether a finished text keeps its form, said beside it: the same check for every engine, wherever it writes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from generation.forms import form_named, verdict

if TYPE_CHECKING:
    from generation.forms.verdicts import Verdict
    from generation.host.engine import Output
    from generation.wire.jobs import Brief, Job

log = structlog.get_logger(__name__)


def judged(job: Job, outputs: tuple[Output, ...]) -> tuple[Output, ...]:
    """`outputs` of a text's job, each with `form: {kept, reasons}` in its meta (docs/architecture.md, "One wire").

    Those that have no verdict stay as they are.
    """
    return tuple(_told(output, verdict_on(job, output)) for output in outputs)


def verdict_on(job: Job, output: Output) -> Verdict | None:
    """What the checker of its form says of a text. None: nothing, of pictures, and of a story that goes on, which is no whole
    one. A checker that stumbles costs its verdict, never the piece.
    """
    if job.brief is None or _goes_on(job.brief):
        return None
    try:
        return verdict(job.brief, output.data.decode("utf-8", errors="replace"))
    except Exception:  # the piece is there, and is what a member waits for
        log.exception("check_failed", job=job.id, form=job.form)
        return None


def _goes_on(brief: Brief) -> bool:
    return brief.move == "continue" and not form_named(brief.form).one_piece


def _told(output: Output, found: Verdict | None) -> Output:
    if found is None:
        return output
    return replace(output, meta={**output.meta, "form": {"kept": found.kept, "reasons": list(found.reasons)}})
