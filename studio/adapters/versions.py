"""Versions as moderators meet them: numbered, with what is known of each, and whether their files are still there."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from typing import TYPE_CHECKING

from finetune.report import Gate as ReportGate
from generation.wire.reading import InvalidJobError, read
from studio.adapters.records import Gate, Version
from studio.errors import Refusal, StoreUnavailable
from studio.store import audit, runs, snapshots, tastes
from studio.store.taste_records import FORGOTTEN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from studio.adapters.records import Folders
    from studio.store import Store
    from studio.store.taste_records import Taste

KEPT = 3  # of those that served before, so many stay loadable
WAIVED = "waived"  # in a report: {name of a gate: the member who waived it}
UNKNOWN = "There is no such version here; /adapters list shows those that there are."


def every(db: Connection, folders: Folders, guild_id: int) -> list[Version]:
    """The guild's versions, newest first."""
    found = tastes.of_guild(db, guild_id)
    counts: dict[tuple[str, str], int] = {}
    made: list[Version] = []
    for taste in reversed(found):
        key = (taste.kind, taste.what)
        counts[key] = counts.get(key, 0) + 1
        made.append(_version(folders, taste, counts[key]))
    return made[::-1]


def one(db: Connection, folders: Folders, guild_id: int, digest: str) -> Version:
    """The guild's version of that digest.

    Raises:
        Refusal: it has none.
    """
    for version in every(db, folders, guild_id):
        if version.digest == digest:
            return version
    raise Refusal(UNKNOWN)


async def version(store: Store, folders: Folders, guild_id: int, digest: str) -> Version:
    """As `one`, for who has no transaction."""
    return await store.read(lambda db: one(db, folders, guild_id, digest))


async def all_of(store: Store, folders: Folders, guild_id: int) -> list[Version]:
    """As `every`, for who has no transaction."""
    return await store.read(lambda db: every(db, folders, guild_id))


def gates(found: Version) -> tuple[Gate, ...]:
    """What the version's gates said, those that moderators waived marked so. A head has none."""
    waived = found.report.get(WAIVED) or {}
    made = []
    for entry in found.report.get("gates") or ():
        try:
            gate: ReportGate = read(ReportGate, entry)
        except InvalidJobError:
            continue  # a report of another version of training
        made.append(Gate(gate.name, gate.passed, gate.waivable, gate.sentence, waived.get(gate.name)))
    return tuple(made)


def forget_waivers(db: Connection, member_id: int) -> None:
    """Forget that it was the member who waived gates, which stay waived. The log says in which guilds."""
    for guild_id in {entry.guild_id for entry in audit.of_member(db, member_id) if entry.action == "waive"}:
        for taste in tastes.of_guild(db, guild_id):
            waived = taste.report.get(WAIVED) or {}
            if member_id in waived.values():
                unnamed = {name: FORGOTTEN if by == member_id else by for name, by in waived.items()}
                tastes.set_report(db, taste.digest, {**taste.report, WAIVED: unnamed})


def compared(left: Version, right: Version) -> list[tuple[Gate | None, Gate | None]]:
    """The gates of two versions, pairwise by name."""
    ours, theirs = ({gate.name: gate for gate in gates(each)} for each in (left, right))
    return [(ours.get(name), theirs.get(name)) for name in dict.fromkeys([*ours, *theirs])]


async def prune(store: Store, folders: Folders, guild_id: int) -> None:
    """Delete the files of what cannot or need not serve again: all that was revoked or refused, all but the last `KEPT`
    that served before. Call it when what moved is committed: a write that is undone brings no files back. Where the store is away,
    the next one does it.
    """
    with contextlib.suppress(StoreUnavailable):
        needless = await store.read(lambda db: _needless(db, folders, guild_id))
        await asyncio.to_thread(_remove, needless)


def _needless(db: Connection, folders: Folders, guild_id: int) -> list[Path]:
    kept: dict[tuple[str, str], int] = {}
    needless = []
    for found in sorted(tastes.of_guild(db, guild_id), key=lambda each: -(each.served_at or each.made_at)):
        if found.state in ("serving", "trial", "candidate"):
            continue
        directory = folders.of(found.what) / found.digest
        if not directory.is_dir():
            continue
        key = (found.kind, found.what)
        if found.state == "retired":
            kept[key] = kept.get(key, 0) + 1
            if kept[key] <= KEPT:
                continue
        needless.append(directory)
    return needless


def _remove(directories: Sequence[Path]) -> None:
    for directory in directories:
        shutil.rmtree(directory, ignore_errors=True)


def forget(folders: Folders, digests: Sequence[str], run_ids: Sequence[str]) -> None:
    """Delete the files of versions that were revoked, and of the runs that learnt from what they did. Blocks."""
    for digest in digests:
        for what in ("head", "adapter"):
            shutil.rmtree(folders.of(what) / digest, ignore_errors=True)
    for run_id in run_ids:
        shutil.rmtree(folders.training / run_id, ignore_errors=True)


async def sweep(store: Store, folders: Folders) -> None:
    """Delete what a deletion that was cut off left of these; call it at the start.

    Raises:
        StoreUnavailable: the store could not be read.
    """

    def look(db: Connection) -> tuple[list[str], list[str]]:
        return tastes.revoked(db), [run.id for run in runs.learning_from(db, snapshots.purged(db))]

    digests, of_runs = await store.read(look)
    await asyncio.to_thread(forget, folders, digests, of_runs)


def _version(folders: Folders, taste: Taste, number: int) -> Version:
    loadable = (folders.of(taste.what) / taste.digest).is_dir()
    return Version(
        taste.digest, taste.guild_id, taste.kind, taste.what, number, taste.state, taste.made_at, taste.base,
        taste.parent, taste.snapshot, taste.report, loadable,
    )  # fmt: skip
