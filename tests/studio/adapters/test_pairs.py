"""Pairs: two jobs that differ in their adapter alone, and one sentence where they cannot be written."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from generation.forms import form_named
from generation.wire.errors import Unreachable
from generation.wire.events import Artifact, Done, Failed, Numbered
from studio.adapters import pairs
from studio.errors import Refusal
from studio.store.taste_records import Trial
from studio.taste.themes import THEMES, theme
from tests.studio.made import ADA, NOW

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from generation.wire.jobs import Job

TRIAL = Trial("7", 1, "verse", "blind", "cc" * 32, "11" * 32, NOW)


class Host:
    """Writes which adapter it was asked for; nothing for those that it is told to fail."""

    def __init__(self, *, fails: str = "", away: bool = False) -> None:
        self.jobs: dict[str, Job] = {}
        self.acknowledged: list[str] = []
        self._fails = fails
        self._away = away

    async def put(self, job: Job) -> None:
        if self._away:
            raise Unreachable("nobody there")
        self.jobs[job.id] = job

    async def events(self, job_id: str, after: int = 0) -> AsyncIterator[Numbered]:
        job = self.jobs[job_id]
        if job.adapter == self._fails:
            yield Numbered(1, Failed("adapter", "The adapter cannot be used."))
            return
        yield Numbered(1, Artifact(0, "text/plain", hashlib.sha256(job_id.encode()).hexdigest(), {}))
        yield Numbered(2, Done({}, job.seed, "tiny", job.adapter))

    async def artifact(self, digest: str) -> bytes:
        (job,) = [job for job in self.jobs.values() if hashlib.sha256(job.id.encode()).hexdigest() == digest]
        return f"written by {job.adapter}".encode()

    async def ack(self, job_id: str) -> None:
        self.acknowledged.append(job_id)

    async def cancel(self, job_id: str) -> None:
        pass


async def written(host: Host, pair_id: str = "100", number: int = 0) -> pairs.TrialPair:
    return await pairs.write(host, TRIAL, pair_id, ADA, NOW, forms={"haiku": TRIAL.incumbent}, number=number)  # type: ignore[arg-type]


async def test_the_two_differ_in_their_adapter_alone_and_nobody_can_tell_which_is_which() -> None:
    host = Host()
    pair = await written(host)
    one, other = host.jobs.values()
    assert (one.brief, one.seed, one.head) == (other.brief, other.seed, None)
    assert {one.adapter, other.adapter} == {TRIAL.candidate, TRIAL.incumbent}
    assert one.terms.when_adapter_is_bad == "fail"
    candidate = pair.left_text if pair.left_is_candidate else pair.right_text
    assert candidate == f"written by {TRIAL.candidate}"
    assert sorted(host.acknowledged) == sorted(host.jobs)
    assert pair.asked_by == 0, "its theme is nobody's"
    sides = [(await written(Host(), "100")).left_is_candidate for _ in range(200)]
    assert 60 < sum(sides) < 140, "nothing that is public tells which side it is"


@pytest.mark.parametrize("host", [Host(fails=TRIAL.candidate), Host(away=True)])
async def test_what_cannot_be_written_is_one_sentence(host: Host) -> None:
    with pytest.raises(Refusal, match="could not be written just now"):
        await written(host)


def test_forms_take_turns_and_those_that_need_a_line_are_left_out() -> None:
    assert [pairs.form_of("verse", ["haiku", "acrostic", "sonnet"], number) for number in range(3)] == [
        "haiku", "sonnet", "haiku",
    ]  # fmt: skip
    assert not form_named(pairs.form_of("verse", [], 0)).given
    assert form_named(pairs.form_of("script", [], 1)).kind == "script"


def test_no_theme_comes_twice_before_all_were_there() -> None:
    assert {theme("7", number) for number in range(len(THEMES))} == set(THEMES)
    assert [theme("7", number) for number in range(5)] != [theme("8", number) for number in range(5)]


async def test_a_form_that_what_serves_has_not_learnt_is_written_by_what_came_with_renga() -> None:
    host = Host()
    await pairs.write(host, TRIAL, "100", ADA, NOW, forms={"haiku": None}, number=0)  # type: ignore[arg-type]
    assert {job.adapter for job in host.jobs.values()} == {TRIAL.candidate, None}
