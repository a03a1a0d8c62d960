"""What a member is told when an engine raises what it should not: one sentence, with a reference that the log has."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import structlog

from generation.host.engine import Broken, RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.wire.events import FailureKind

log = structlog.get_logger(__name__)


def stumbled(error: Exception, job_ids: Sequence[str], event: str) -> tuple[FailureKind, str]:
    """Log `error` as `event`, with its traceback; the kind of failure and the sentence for those whose jobs they were."""
    reference = secrets.token_hex(4)
    log.error(event, reference=reference, jobs=",".join(job_ids), exc_info=error)
    if isinstance(error, MemoryError):
        return "memory", f"There was not enough memory to make it (reference {reference})."
    return "engine", f"The model stumbled, and it could not be made (reference {reference})."


def broken(error: Exception, job_id: str, draw_id: str) -> Broken:
    """What becomes of `draw_id`, which was begun for the job and could not be: the engine's own sentence, or one for what it should not
    raise.
    """
    if isinstance(error, RefusedError):
        return Broken(draw_id, error.kind, str(error))
    return Broken(draw_id, *stumbled(error, [job_id], "start_failed"))
