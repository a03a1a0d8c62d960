"""An engine stepped by hand until its rows are done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.host.engine import Finished
from generation.lm.engine import TextEngine

if TYPE_CHECKING:
    from generation.lm.load import LoadedModel
    from generation.wire.jobs import Job


def made_alone(model: LoadedModel, wish: Job) -> Finished:
    engine = TextEngine(model)
    engine.start(wish)
    return finished(engine)[wish.id]


def finished(engine: TextEngine) -> dict[str, Finished]:
    """Step until every row is done."""
    done: dict[str, Finished] = {}
    while engine.stats()["running"]:
        done |= {found.job_id: found for found in engine.step() if isinstance(found, Finished)}
    return done


def text(found: Finished) -> str:
    return found.outputs[0].data.decode()
