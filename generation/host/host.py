"""The generation host as the wire sees it: who asked for what, what is known of it, what was made and waits.

Lives on the event loop. It owns each job's log and result until it is acknowledged, and whom it lets wait
(`Admission`); who is next and what is made is the engine thread's (`loop.py`).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from generation import safety
from generation.host.languages import note, refusal
from generation.host.log import JobLog
from generation.host.loop import Made
from generation.host.results import Results
from generation.host.turns import Turns
from generation.queue import Admission
from generation.wire.errors import Conflict, Refused, UnknownJob
from generation.wire.events import Artifact, Cancelled, Done, Failed, Preview, Queued, Started

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from generation.host.engine import Output
    from generation.host.loop import EngineLoop, News, Report
    from generation.queue import Line
    from generation.wire.events import Numbered
    from generation.wire.jobs import Job, Language
    from generation.wire.turns import Turn

NEAR = 10  # places from the front of which every change is told

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Record:
    job: Job
    log: JobLog
    ticket: int = 0
    started: bool = False


class GenerationHost:
    """`wire.server.Host` over an engine loop. Call `report` with what the loop brings, `sweep` now and then."""

    def __init__(
        self,
        *,
        admission: Admission | None = None,
        results: Results | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        languages: tuple[Language, ...] = (),
    ) -> None:
        """`admission` says how many jobs may wait; `languages` are those that texts can be written in, () any."""
        self._admission = Admission() if admission is None else admission
        self._results = Results() if results is None else results
        self._monotonic = monotonic
        self._languages = languages
        self._since = monotonic()
        self._loop: EngineLoop
        self._records: dict[str, _Record] = {}
        self._tickets: dict[int, _Record] = {}
        self._newcomer_eta_s = 0.0
        self._tokens_per_s = 0.0
        self._engine: Mapping[str, Any] | None = None
        self._turns = Turns(monotonic())

    def run_on(self, loop: EngineLoop) -> None:
        """Give the host its engine thread, which must report to `report`; once, before any job."""
        self._loop = loop

    def submit(self, job: Job) -> bool:
        record = self._records.get(job.id)
        if record is not None:
            if record.job != job:
                raise Conflict("Another job has this id.")
            return False
        if job.brief is not None and (sentence := refusal(job.brief, self._languages)):
            raise Refused(sentence)
        if (sentence := safety.refusal(job)) is not None:
            raise Refused(sentence)
        self._admission.join(job)
        record = self._records[job.id] = _Record(job, JobLog())
        record.ticket = self._loop.submit(job)
        self._tickets[record.ticket] = record
        return True

    def events(self, job_id: str, after: int) -> Sequence[Numbered]:
        return self._record(job_id).log.after(after)

    async def changed(self, job_id: str, after: int) -> None:
        await self._record(job_id).log.changed(after)

    def cancel(self, job_id: str) -> None:
        record = self._record(job_id)
        if not record.log.over:
            self._loop.cancel(job_id)
            self._close(record)
            self._results.keep(job_id, (), self._monotonic())
            record.log.add(Cancelled())

    def ack(self, job_id: str) -> None:
        record = self._record(job_id)
        if not record.log.over:
            raise Conflict("The job is not over.")
        self._forget(job_id)

    def artifact(self, digest: str) -> tuple[str, bytes]:
        return self._results.artifact(digest)

    def stats(self) -> dict[str, Any]:
        """`ready` says whether the engine is loaded; `engine` is what it says of itself."""
        return {
            "ready": self._engine is not None,
            "waiting": len(self._admission),
            "running": len(self._tickets) - len(self._admission),
            "capacity": self._admission.capacity,
            "newcomer_eta_s": self._newcomer_eta_s,
            "tokens_per_s": self._tokens_per_s,
            "results": len(self._results),
            "result_bytes": self._results.size,
            "up_s": round(self._monotonic() - self._since, 1),
            "engine": dict(self._engine or {}),
        }

    def turn(self) -> Turn:
        """Whether whoever trains on this machine may go on for a turn."""
        return self._turns.ask(busy=bool(self._tickets), now=self._monotonic())

    def report(self, report: Report) -> None:
        """Take in what a step brought."""
        if report.stats is not None:
            if self._engine is None:
                log.info("ready", after_s=round(self._monotonic() - self._since, 2), **report.stats)
            self._engine, self._tokens_per_s = report.stats, report.tokens_per_s
        for ticket, news in report.news:
            record = self._tickets.get(ticket)  # None: it was called off meanwhile
            if record is not None:
                self._heard(record, news)
        if report.line is not None:
            self._newcomer_eta_s = report.line.newcomer.eta_s
            self._admission.told(report.line)
            self._tell_places(report.line)

    def sweep(self) -> None:
        """Forget results that nobody fetched in time, or that there is no room for."""
        while (job_id := self._results.too_many(self._monotonic())) is not None:
            log.warning("result_dropped", job=job_id)
            self._forget(job_id)

    def _heard(self, record: _Record, news: News) -> None:
        match news:
            case Started():
                record.started = True
                self._admission.leave(record.job)
                record.log.add(news)
            case Made():
                self._close(record)
                job = record.job
                digests = self._results.keep(job.id, news.outputs, self._monotonic())
                for part, (digest, output) in enumerate(zip(digests, news.outputs, strict=True)):
                    record.log.add(Artifact(part, output.mime, digest, self._meta(job, output)))
                record.log.add(Done(dict(news.usage), job.seed, news.model, news.adapter))
                self.sweep()
            case Failed():
                self._close(record)
                self._results.keep(record.job.id, (), self._monotonic())
                record.log.add(news)
                log.info("job_failed", job=record.job.id, tenant=record.job.tenant, kind=news.kind)
            case Preview():
                record.log.add(news)

    def _meta(self, job: Job, output: Output) -> dict[str, Any]:
        """What is told beside a part: what the engine says, and that a theme was taken for English where it is not."""
        said = None if job.brief is None else note(job.brief, self._languages)
        return {**({"note": said} if said else {}), **output.meta}

    def _tell_places(self, line: Line) -> None:
        """Say the new place to those that watch, where it makes a difference to a person."""
        for job_id, place in line.places.items():
            record = self._records.get(job_id)
            if record is None or record.started or record.log.over or not record.log.watched:
                continue
            said, now = record.log.place, Queued(place.position, place.eta_s)
            if said is None or _matters(said, now):
                record.log.add(now)

    def _record(self, job_id: str) -> _Record:
        try:
            return self._records[job_id]
        except KeyError:
            raise UnknownJob(job_id) from None

    def _close(self, record: _Record) -> None:
        """The job is over, one way or another: nothing of the engine's will be heard of it."""
        del self._tickets[record.ticket]
        if not record.started:
            self._admission.leave(record.job)

    def _forget(self, job_id: str) -> None:
        self._results.free(job_id)
        self._records.pop(job_id).log.forget()


def _matters(said: Queued, now: Queued) -> bool:
    if said.position != now.position and min(said.position, now.position) <= NEAR:
        return True
    moved = abs(said.position - now.position) >= 0.1 * said.position
    return moved or abs(said.eta_s - now.eta_s) > max(2.0, 0.2 * said.eta_s)
