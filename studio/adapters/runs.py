"""One attempt to learn, from asked to ended: who may ask and when, what it learns from, what becomes of its result.

The work itself is a process that the bot starts (`bot.taste.training`); what is here is what must be true before and after.
A run that was cut off is taken up again by its snapshot. Whatever happens to one, what serves goes on serving.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from finetune.report import ReportError, load
from finetune.snapshot import HEAD, TRAINING, Evidence, SnapshotError, missing
from studio.adapters import serving, versions
from studio.adapters.records import CALLED
from studio.adapters.rights import must_manage, note
from studio.errors import Refusal
from studio.store import consents, runs, snapshots, tastes, trials
from studio.store.taste_records import Run, Taste
from studio.taste import snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sqlalchemy import Connection

    from studio.adapters.records import Actor, Folders, Version
    from studio.store import Store
    from studio.store.taste_records import Ending, TasteState, What

OFF = "Learning is off in this server; /adapters enable says what it would mean, and turns it on."
NO_TRAINING = "This machine does not train (its operator has set TRAINING=off)."
NO_BASE = "The model that serves here cannot be trained on this machine."
NOT_ANY_MORE = "Whoever asked for this may not manage the server any more."
PURGED = (
    "Somebody whose votes it was learning from asked to be forgotten; it can be started again without them."
)
BEGUN_MOST = 3
CUT_OFF = "Three times I was cut off while this was being learnt, so I do not try again by myself; /adapters retrain starts it anew."
MANIFEST = "manifest.json"
MANIFEST_LIMIT = 1024 * 1024


class LostError(Exception):
    """What a run has made cannot be used; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A run under way: what it learns from, and where that lies."""

    run: Run
    directory: Path
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Learnt:
    """A head that came of a run. `missing` is what is short for an adapter; None where nothing is."""

    version: Version
    missing: str | None


async def ask(
    store: Store, run_id: str, guild_id: int, kind: str, what: What, actor: Actor, channel_id: int, now: float
) -> Run:
    """Write down that something is to be learnt. `run_id` is the interaction's: repeated, it is the same run.

    Raises:
        Refusal: the member may not, learning is off, too little is known, or a run or a trial goes on already.
        StoreUnavailable: it could not be written.
    """
    must_manage(actor)
    run = Run(run_id, guild_id, kind, what, "asked", actor.member_id, now, channel_id=channel_id)

    def early(db: Connection) -> None:
        if not consents.may_train(db, guild_id):
            raise Refusal(OFF)
        for other in runs.going_on(db, guild_id, kind):
            if other.id != run_id:
                raise Refusal(
                    f"This server's {kind} is being learnt already, asked for by <@{other.asked_by}>; wait for it, or"
                    " /adapters cancel."
                )
        if trials.going_on(db, guild_id, kind):
            raise Refusal(
                f"A trial of this server's {kind} is under way; when its votes are in, or after /adapters cancel, it can be"
                " learnt again."
            )

    await store.read(early)
    known = await snapshot.evidence(store, guild_id, kind, now)
    if (short := missing(known, TRAINING if what == "adapter" else HEAD)) is not None:
        raise Refusal(f"Too little is known of what this server likes: {short}.")

    def add(db: Connection) -> Run:
        early(db)
        if runs.ask(db, run):
            note(db, guild_id, actor.member_id, now, "retrain", f"{kind} {CALLED[what]}")
            return run
        found = runs.get(db, run_id)
        if found is None:  # another came in between
            raise Refusal(f"This server's {kind} is being learnt already; wait for it, or /adapters cancel.")
        return found

    return await store.write(add)


async def begin(store: Store, folders: Folders, run: Run, base: str | None, now: float) -> Begun:
    """Take the snapshot that the run learns from, or find the one that it took before it was cut off.

    Whoever begins a run ends it or lets it go; a bot that did neither was cut off, by the run itself perhaps.

    Raises:
        Refusal: it cannot be learnt from (any more), or was cut off too often.
        LostError: it could not be written.
        StoreUnavailable: it could not be read or written; try again.
    """
    if base is None:
        raise Refusal(NO_BASE)
    if not await store.read(lambda db: consents.may_train(db, run.guild_id)):
        raise Refusal(OFF)
    if run.begun >= BEGUN_MOST:
        raise Refusal(CUT_OFF)
    if run.snapshot is not None:
        row = await store.read(lambda db: snapshots.get(db, run.snapshot or ""))
        if row is None or row.purged_at is not None:
            raise Refusal(PURGED)
        await store.write(lambda db: runs.began(db, run.id, row.digest))
        return Begun(run, folders.snapshots / row.digest, Evidence(**row.evidence))
    try:
        made = await snapshot.take(store, folders.snapshots, run.guild_id, run.kind, base, now)
    except SnapshotError as error:
        raise LostError(str(error)) from error
    if (short := missing(made.evidence, TRAINING if run.what == "adapter" else HEAD)) is not None:
        raise Refusal(f"Too little is known of what this server likes: {short}.")
    await store.write(lambda db: runs.began(db, run.id, made.digest))
    return Begun(replace(run, snapshot=made.digest), folders.snapshots / made.digest, made.evidence)


async def let_go(store: Store, run: Run) -> None:
    """A bot that closes in order leaves a run that it has begun to its next life.

    Raises:
        StoreUnavailable: it could not be written, so that the run counts as cut off.
    """
    await store.write(lambda db: runs.let_go(db, run.id))


async def head_learnt(store: Store, folders: Folders, begun: Begun, made: Path, now: float) -> Learnt:
    """A head came of the run: it serves from now on. `made` is its directory.

    Raises:
        LostError: it is not what was to be learnt.
        StoreUnavailable: it could not be written.
    """
    run, report = begun.run, _manifest(made)

    def add(db: Connection) -> Version:
        taste = _taste(run, "head", made.name, str(report.get("base", "")), None, now, report)
        found = _registered(db, folders, run, taste, now)
        if found.state != "serving":
            serving.put(db, folders, found, now)
        note(db, run.guild_id, run.asked_by, now, "promote", found.name)
        return versions.one(db, folders, run.guild_id, found.digest)

    try:
        version = await store.write(add)
    except Refusal:
        await _discarded(store, made)
        raise
    await versions.prune(store, folders, run.guild_id)
    return Learnt(version, _missing(version, begun.evidence))


async def missing_for_adapter(store: Store, head: Version) -> str | None:
    """What is short for an adapter by what a head learnt from; None where nothing is."""
    row = await store.read(lambda db: snapshots.get(db, head.snapshot))
    return PURGED if row is None or row.purged_at is not None else _missing(head, Evidence(**row.evidence))


async def incumbent(store: Store, guild_id: int, kind: str, base: str) -> str | None:
    """The digest of the adapter of the guild's own that serves, which training goes on from; None: there is none of `base`, the
    model that is trained: what was made for another model writes nothing any more.
    """

    def find(db: Connection) -> str | None:
        digest = tastes.serves(db, guild_id, kind).adapter
        taste = None if digest is None else tastes.get(db, digest)
        return digest if taste is not None and taste.base == base else None

    return await store.read(find)


async def that_made(store: Store, guild_id: int, digest: str) -> Run | None:
    """The run that came to a guild's version; None: there is none that is known. Raises StoreUnavailable."""
    return await store.read(lambda db: runs.that_made(db, guild_id, digest))


async def adapter_made(
    store: Store, folders: Folders, run: Run, made: Path | None, report: Path, now: float
) -> None:
    """Training ended: with an adapter that may serve or may not, or with none. `made` is its directory, `report` its file.

    Raises:
        Refusal: the run was called off meanwhile, or what it learnt from was forgotten.
        LostError: what was made cannot be used.
        StoreUnavailable: it could not be written.
    """
    try:
        told = load(report)
    except ReportError as error:
        raise LostError(str(error)) from error
    if made is None:
        await end(store, run, "done", now, told.sentence)
        return

    def add(db: Connection) -> None:
        state: TasteState = "refused" if told.verdict == "refused" else "candidate"
        started_from = tastes.get(db, told.parent) if told.parent else None  # else a starter, or nothing
        parent = started_from.digest if started_from else None
        taste = replace(_taste(run, "adapter", made.name, told.base, parent, now, asdict(told)), state=state)
        _registered(db, folders, run, taste, now)

    try:
        await store.write(add)
    except Refusal:
        await _discarded(store, made)
        raise
    await versions.prune(store, folders, run.guild_id)


async def discard(store: Store, folders: Folders, run_id: str) -> None:
    """Delete what a run that was called off had made already, which is nobody's: it may have learnt from who is forgotten.

    Raises:
        StoreUnavailable: it could not be read.
    """
    run = await get(store, run_id)
    if run is None or run.snapshot is None:
        return
    for what in ("head", "adapter"):
        for made in await asyncio.to_thread(_learnt_from, folders.of(what), run.snapshot):
            await _discarded(store, made)


def _learnt_from(root: Path, snapshot: str) -> list[Path]:
    """The directories in `root` that say that they learnt from a snapshot. Blocks."""
    found = []
    for file in root.glob(f"*/{MANIFEST}"):
        try:
            if _manifest(file.parent).get("snapshot") == snapshot:
                found.append(file.parent)
        except LostError:
            continue
    return found


async def _discarded(store: Store, made: Path) -> None:
    """Delete what was made and may not be kept, unless somebody has it: it may have learnt from who is forgotten."""
    if await store.read(lambda db: tastes.get(db, made.name)) is None:
        await asyncio.to_thread(shutil.rmtree, made, ignore_errors=True)


async def end(
    store: Store, run: Run, ending: Ending, now: float, sentence: str = "", result: str | None = None
) -> bool:
    """The run has ended. Whether this was its ending: one that was called off meanwhile stays so.

    Raises:
        StoreUnavailable: it could not be written.
    """
    return await store.write(lambda db: runs.end(db, run.id, ending, now, sentence or None, result))


async def cancel(
    store: Store, guild_id: int, run_id: str | None, kind: str | None, actor: Actor, now: float
) -> Run:
    """Call a run off: the one of that id, or the one of that kind, or the only one.

    Raises:
        Refusal: the member may not, or there is none that goes on.
        StoreUnavailable: it could not be written.
    """
    must_manage(actor)

    def call_off(db: Connection) -> Run:
        going = [run for run in runs.going_on(db, guild_id, kind) if run_id is None or run.id == run_id]
        if not going:
            raise Refusal("No training is under way here that could be called off.")
        run = going[0]
        runs.end(db, run.id, "cancelled", now, f"Called off by <@{actor.member_id}>.")
        note(db, guild_id, actor.member_id, now, "cancel", f"the training of {run.kind}")
        return run

    return await store.write(call_off)


async def get(store: Store, run_id: str) -> Run | None:
    """The run, or None."""
    return await store.read(lambda db: runs.get(db, run_id))


async def unfinished(store: Store) -> list[Run]:
    """The runs of all guilds that have not ended, oldest first: this machine does one after another."""
    return await store.read(runs.going_on)


async def ended_since(store: Store, guild_ids: Iterable[int], since: float) -> list[Run]:
    """The last runs of these guilds that ended since then: whether their channels heard of it is not written down."""

    def look(db: Connection) -> list[Run]:
        last = [run for guild_id in guild_ids for run in runs.of_guild(db, guild_id, 1)]
        return [run for run in last if run.ended_at is not None and run.ended_at >= since]

    return await store.read(look)


async def shown(store: Store, run_id: str, channel_id: int, message_id: int) -> None:
    """Remember the message that shows the run's progress."""
    await store.write(lambda db: runs.shown(db, run_id, channel_id, message_id))


async def progressed(store: Store, run_id: str, step: int, steps: int) -> bool:
    """Remember how far it is. Whether it goes on: a run may be called off by whoever has the store."""
    return await store.write(lambda db: runs.progress(db, run_id, step, steps))


def _missing(head: Version, known: Evidence) -> str | None:
    auc = head.report.get("auc")
    if isinstance(auc, int | float) and auc < TRAINING.auc:
        return f"the picker is right {auc:.0%} of the time, and {TRAINING.auc:.0%} is needed, which more votes bring"
    return missing(known, TRAINING)


def _registered(db: Connection, folders: Folders, run: Run, taste: Taste, now: float) -> Version:
    """Add what the run made, and end the run with it, in one step.

    Raises:
        Refusal: the run was called off meanwhile, or what it learnt from was forgotten.
    """
    current = runs.get(db, run.id)
    if current is None or current.ended_at is not None:
        raise Refusal(current.sentence or PURGED if current else PURGED)
    known = tastes.get(db, taste.digest)
    if known is not None and known.guild_id != run.guild_id:
        raise Refusal("Another server has learnt exactly this before; more votes will tell the two apart.")
    tastes.add(db, taste)
    found = versions.one(db, folders, run.guild_id, taste.digest)
    if found.state == "revoked":
        raise Refusal(PURGED)
    if run.what == taste.what:
        runs.end(db, run.id, "done", now, None, taste.digest)
    return found


def _taste(
    run: Run, what: What, digest: str, base: str, parent: str | None, now: float, report: dict[str, Any]
) -> Taste:
    return Taste(
        digest, run.guild_id, run.kind, what, run.snapshot or "", base, parent, "candidate", now, report
    )


def _manifest(made: Path) -> dict[str, Any]:
    """What a directory says of itself.

    Raises:
        LostError: it says nothing that can be read.
    """
    try:
        file = made / MANIFEST
        if file.stat().st_size > MANIFEST_LIMIT:
            raise LostError(f"{made.name[:12]} has a manifest that is too large.")
        found = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise LostError(f"What was learnt cannot be read: {error}.") from error
    if not isinstance(found, dict):
        raise LostError(f"{made.name[:12]} has a manifest that is no object.")
    return found
