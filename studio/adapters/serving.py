"""Which head and which adapter make a guild's pieces: a pointer in the store, moved by people, by votes and by alarms.

A job carries what served when it was asked, so that moving the pointer never changes a piece on its way.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from studio.adapters import versions
from studio.adapters.records import CALLED, Version
from studio.adapters.rights import must_manage, note
from studio.errors import Refusal
from studio.store import tastes, trials
from studio.store.taste_records import OURSELVES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from studio.adapters.records import Actor, Folders
    from studio.store import Store
    from studio.store.records import JobRecord
    from studio.store.taste_records import Serving, Taste, Trial, What


@dataclass(frozen=True, slots=True)
class Moved:
    """The version that was let serve or taken back, and the other one: what served before, or serves again."""

    version: Version
    other: Version | None
    trial: str | None = None  # one that ended with it


def chosen(db: Connection, job: JobRecord) -> JobRecord:
    """The job with the adapter and the head that serve its guild's texts of its kind now."""
    serving = tastes.serves(db, job.guild_id, job.kind)
    if serving.paused:
        return job
    adapter = serving.adapter
    for trial in trials.going_on(db, job.guild_id, job.kind):
        # by lot: ids are public, and what follows from them anybody can work out
        if trial.way == "quiet" and secrets.randbelow(2):
            adapter = trial.candidate
    if adapter is not None and not writes(tastes.get(db, adapter), job.form):
        adapter = None
    return replace(job, adapter=adapter, head=serving.head)


def writes(taste: Taste | None, form: str) -> bool:
    """Whether an adapter has learnt the form; others are better off with what comes with Renga."""
    return taste is not None and form in (taste.report.get("serves") or (form,))


async def promote(
    store: Store, folders: Folders, guild_id: int, digest: str, actor: Actor, now: float, *, base: str | None
) -> Moved:
    """Let a version serve, also where the kind was paused. `base` is the digest of the model that the host serves, None where it does
    not say.

    Raises:
        Refusal: the member may not, or the version cannot serve; the sentence says why.
        StoreUnavailable: it could not be written.
    """
    must_manage(actor)

    def move(db: Connection) -> Moved:
        found = versions.one(db, folders, guild_id, digest)
        may_serve(found, base)
        if found.what == "adapter" and trials.going_on(db, guild_id, found.kind):
            raise Refusal(
                f"A trial of this server's {found.kind} is under way, and its votes decide; /adapters cancel ends it."
            )
        before = put(db, folders, found, now)
        tastes.serve(db, replace(tastes.serves(db, guild_id, found.kind), paused=False))
        note(db, guild_id, actor.member_id, now, "promote", found.name)
        return Moved(replace(found, state="serving"), before)

    moved = await store.write(move)
    await versions.prune(store, folders, guild_id)
    return moved


def may_serve(found: Version, base: str | None) -> None:
    """See that a version can serve.

    Raises:
        Refusal: it serves already, was forgotten, failed, is of another model, or its files are gone.
    """
    name = found.name[0].upper() + found.name[1:]
    stopping = [gate for gate in versions.gates(found) if gate.stops]
    match found.state:
        case "serving":
            raise Refusal(f"{name} serves already.")
        case "revoked":
            raise Refusal(f"{name} cannot serve: somebody whose votes it learnt from asked to be forgotten.")
        case "refused":
            lost = found.report.get("lost")
            why = f"it lost a trial, {lost}" if lost else "it failed what cannot be waived"
            raise Refusal(f"{name} cannot serve: {why}.")
    if stopping:
        named = ", ".join(gate.name for gate in stopping)
        raise Refusal(
            f"{name} failed {named}, which a moderator has to waive first; /adapters show has a button for that."
        )
    if base is not None and base != found.base:
        raise Refusal(
            f"The model has changed since {found.name} was made; /adapters retrain makes one for it."
        )
    if not found.loadable:
        raise Refusal(f"The files of {found.name} are gone; the last {versions.KEPT} that served are kept.")


def put(db: Connection, folders: Folders, found: Version, now: float) -> Version | None:
    """Make a version the one that serves. What served before, which is retired; files are the caller's (`versions.prune`)."""
    serving = tastes.serves(db, found.guild_id, found.kind)
    before = _current(db, folders, serving, found.what)
    if before is not None:
        tastes.set_state(db, before.digest, "retired")
    tastes.set_state(db, found.digest, "serving")
    tastes.served(db, found.digest, now)
    tastes.serve(db, _pointing(serving, found.what, found.digest))
    return before


async def roll_back(
    store: Store, folders: Folders, guild_id: int, kind: str, what: What | None, actor: Actor, now: float
) -> Moved:
    """Go back to what served before: the adapter, or the head where there is no adapter, or what is named.

    Raises:
        Refusal: the member may not, or nothing of the guild's own serves.
        StoreUnavailable: it could not be written.
    """
    must_manage(actor)

    def move(db: Connection) -> Moved:
        serving = tastes.serves(db, guild_id, kind)
        named: What = what or ("adapter" if serving.adapter else "head")
        if (serving.adapter if named == "adapter" else serving.head) is None:
            told = f"{kind} {CALLED[named]}" if what else kind
            raise Refusal(f"No {told} of this server's own serves, so there is nothing to take back.")
        return take_back(db, folders, guild_id, kind, named, actor.member_id, now)

    moved = await store.write(move)
    await versions.prune(store, folders, guild_id)
    return moved


def take_back(
    db: Connection, folders: Folders, guild_id: int, kind: str, what: What, by: int, now: float, why: str = ""
) -> Moved:
    """Retire what serves (there is such a thing), and let serve again what it replaced; a trial that goes on ends with it. Files are the
    caller's (`versions.prune`).
    """
    serving = tastes.serves(db, guild_id, kind)
    found = _current(db, folders, serving, what)
    assert found is not None
    again = _before(db, folders, found)
    tastes.set_state(db, found.digest, "retired")
    tastes.served(db, found.digest, None)  # it was taken back: nothing goes back to it
    if again is not None:
        tastes.set_state(db, again.digest, "serving")
    tastes.serve(db, _pointing(serving, what, again.digest if again else None))
    ended = None
    for trial in trials.going_on(db, guild_id, kind) if what == "adapter" else ():
        trials.call_off(db, trial, now)
        ended = trial.id
    note(db, guild_id, by, now, "rollback", f"{found.name}{': ' + why if why else ''}")
    return Moved(found, again, ended)


def write_off(db: Connection, folders: Folders, trial: Trial, now: float, why: str) -> Moved:
    """End a quiet trial against its candidate, which never serves. Files are the caller's (`versions.prune`)."""
    found = versions.one(db, folders, trial.guild_id, trial.candidate)
    trials.end(db, trial.id, "incumbent", now)
    tastes.set_report(db, found.digest, {**found.report, "lost": why})
    tastes.set_state(db, found.digest, "refused")
    note(db, trial.guild_id, OURSELVES, now, "rollback", f"{found.name}: {why}")
    current = _current(db, folders, tastes.serves(db, trial.guild_id, trial.kind), "adapter")
    return Moved(found, current, trial.id)


async def pause(store: Store, guild_id: int, kind: str, actor: Actor, now: float, *, on: bool) -> Serving:
    """Leave head and adapter aside for a while, or take them up again. What is set now.

    Raises:
        Refusal: the member may not, or it is so already.
        StoreUnavailable: it could not be written.
    """
    must_manage(actor)

    def change(db: Connection) -> Serving:
        serving = tastes.serves(db, guild_id, kind)
        if serving.paused == on:
            raise Refusal(f"This server's {kind} {'is paused already' if on else 'is not paused'}.")
        if on and trials.going_on(db, guild_id, kind):
            raise Refusal(
                f"A trial of this server's {kind} is under way, which would try nothing then; /adapters cancel ends it."
            )
        if on and serving.adapter is None and serving.head is None:
            raise Refusal(f"Nothing of this server's own serves {kind}, so there is nothing to pause.")
        changed = replace(serving, paused=on)
        tastes.serve(db, changed)
        note(db, guild_id, actor.member_id, now, "pause" if on else "resume", kind)
        return changed

    return await store.write(change)


async def waive(
    store: Store, folders: Folders, guild_id: int, digest: str, actor: Actor, now: float
) -> Version:
    """Let the gates that a candidate failed, and that can be waived, pass, under the member's name. The candidate.

    Raises:
        Refusal: the member may not, or there is nothing to waive.
        StoreUnavailable: it could not be written.
    """
    must_manage(actor)

    def change(db: Connection) -> Version:
        found = versions.one(db, folders, guild_id, digest)
        stopping = [gate for gate in versions.gates(found) if gate.stops]
        if not stopping:
            raise Refusal(f"Nothing that {found.name} failed waits for a moderator.")
        if fixed := [gate.name for gate in stopping if not gate.waivable]:
            raise Refusal(f"{', '.join(fixed)} cannot be waived.")
        waived: Mapping[str, int] = found.report.get(versions.WAIVED) or {}
        report = {
            **found.report,
            versions.WAIVED: {**waived, **{gate.name: actor.member_id for gate in stopping}},
        }
        tastes.set_report(db, digest, report)
        named = ", ".join(gate.name for gate in stopping)
        note(db, guild_id, actor.member_id, now, "waive", f"{named} of {found.name}")
        return replace(found, report=report)

    return await store.write(change)


def _current(db: Connection, folders: Folders, serving: Serving, what: What) -> Version | None:
    digest = serving.adapter if what == "adapter" else serving.head
    if digest is None:
        return None
    return next(
        (each for each in versions.every(db, folders, serving.guild_id) if each.digest == digest), None
    )


def _before(db: Connection, folders: Folders, found: Version) -> Version | None:
    """What served before a version that serves: the last that is still loadable and was not taken back itself."""
    known = {each.digest: each for each in versions.every(db, folders, found.guild_id)}
    rows = {each.digest: each for each in tastes.of_guild(db, found.guild_id, found.kind, found.what)}
    since = rows[found.digest].served_at or float("inf")
    earlier = [
        (row.served_at, digest)
        for digest, row in rows.items()
        if row.state == "retired" and row.served_at is not None and row.served_at < since and known[digest].loadable
        and row.base == found.base
    ]  # fmt: skip
    return known[max(earlier)[1]] if earlier else None


def _pointing(serving: Serving, what: What, digest: str | None) -> Serving:
    return replace(serving, adapter=digest) if what == "adapter" else replace(serving, head=digest)
