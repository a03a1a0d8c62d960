"""What is said of a finished text beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from generation.host import judged as module
from generation.host.engine import Output
from generation.host.fake import FakeEngine
from generation.host.judged import judged
from generation.wire.events import Artifact
from generation.wire.jobs import Brief
from tests.generation.stand import job, picture_job, stand

if TYPE_CHECKING:
    import pytest

POND = Output(
    "text/plain", b"an old silent pond\na frog jumps into the pond\nsplash silence again", {"stopped": "end"}
)
LONG = Output("text/plain", b"an old silent pond is here\na frog jumps into the pond\nsplash silence again")


def test_a_form_that_is_kept_or_not_is_said_with_the_reasons() -> None:
    (kept,), (broken,) = (judged(job("a", form="haiku"), (output,)) for output in (POND, LONG))
    assert kept.meta == {"stopped": "end", "form": {"kept": True, "reasons": []}}
    assert kept.data == POND.data
    assert not broken.meta["form"]["kept"]
    assert broken.meta["form"]["reasons"]


def test_every_sample_has_its_own() -> None:
    told = judged(job("a", form="haiku"), (POND, LONG))
    assert [output.meta["form"]["kept"] for output in told] == [True, False]


def test_nothing_is_said_of_pictures_or_of_what_goes_on() -> None:
    assert judged(picture_job("a"), (POND,)) == (POND,)
    going_on = replace(job("a"), brief=Brief("short story", "rain", move="continue", source="It rained."))
    assert judged(going_on, (POND,)) == (POND,)


def test_a_checker_that_stumbles_costs_no_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "verdict", lambda *_: 1 / 0)
    assert judged(job("a", form="haiku"), (POND,)) == (POND,)


async def test_whatever_engine_a_host_has_the_verdict_comes_with_the_artifact() -> None:
    async with stand(FakeEngine()) as here:
        await here.client.put(job("a", form="haiku"))
        told = (await here.until("a", Artifact)).event
        assert isinstance(told, Artifact)
        assert told.meta["form"]["kept"] is False
