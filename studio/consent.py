"""Who may learn from what: a guild's consent, its members' choices, and what is kept of a member, shown and forgotten.

Nothing is learnt in a guild until someone who may manage it has read `DISCLOSURE` and said yes; whether they may is looked at
by who calls. Members choose for themselves, guild by guild; without a choice nothing of theirs is learnt from. Forgetting
reaches what was learnt: docs/taste.md.
"""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from studio.adapters import versions
from studio.adapters.records import CALLED
from studio.adapters.rights import note
from studio.adapters.runs import PURGED
from studio.errors import Refusal
from studio.pictures.forget import forget as forget_pictures
from studio.store import audit, consents, flags, members, runs, snapshots, tastes, trials, votes
from studio.store.taste_records import OURSELVES, AuditEntry, MemberChoice, TrainingConsent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sqlalchemy import Connection

    from studio.store import Store
    from studio.store.taste_records import Choice, Run, Trial

DISCLOSURE = (
    "With training on, I learn what this server likes, on the machines of whoever runs me and nowhere else. I keep the pieces that "
    "I made here, who reacted to them how, and which of several drafts was picked. Only members who opt in with /privacy opt-in are learnt from: "
    "their reactions and what they picked, from before included, and the themes that they typed for pieces. Nothing else that is written here is ever read for it. What I learn "
    "from holds no names and no Discord ids. Every member can see, take back and delete what I keep of theirs; deleting it also "
    "takes back every taste that learnt from it. It can be switched off again at any time."
)
ABOUT_OPTING_IN = (
    "Your reactions to pieces of mine and the drafts that you pick, those from before included, will help to teach me what this server likes, "
    "and themes that you type for pieces may be learnt from. Your name and your id will not be in what I learn from. /privacy opt-out "
    "stops it from then on; /privacy delete also takes back what was learnt."
)
MEANWHILE = "One of your pieces is still being made: cancel it or wait for it, then ask me again."


@dataclass(frozen=True, slots=True)
class Status:
    """What is kept of a member in one guild, in numbers, and what they chose there (None: nothing yet).

    `training`: the guild may train. `snapshots` hold something of the member's, and `tastes` learnt from those: of all guilds.
    """

    training: bool
    choice: Choice | None
    chosen_at: float | None
    wishes: int
    reactions: int
    snapshots: int
    tastes: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was forgotten: rows by what they were, snapshots that were purged, tastes that were revoked, and the runs that learnt
    from those snapshots: their files are the caller's (`studio.adapters.versions.forget`).
    """

    rows: dict[str, int]
    snapshots: list[str] = field(default_factory=list)
    tastes: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CalledOff:
    """What ended as a guild turned learning off."""

    runs: tuple[Run, ...]
    trials: tuple[Trial, ...]


async def enable(store: Store, guild_id: int, by_member: int, now: float) -> None:
    """The guild may train from now on; said again, it stays as it was said first.

    Raises:
        StoreUnavailable: it could not be written.
    """

    def work(db: Connection) -> None:
        if not consents.may_train(db, guild_id):
            consents.enable(db, TrainingConsent(guild_id, now, by_member))
            audit.add(db, AuditEntry(guild_id, by_member, now, "enable", "Training was switched on."))

    await store.write(work)


async def disable(store: Store, guild_id: int, by_member: int, now: float) -> CalledOff | None:
    """Nothing is learnt in the guild from now on; what is being learnt, or tried, is called off, which is the caller's to tell. None
    where it might not learn before.

    What serves goes on until a moderator pauses it or rolls it back.

    Raises:
        StoreUnavailable: it could not be written.
    """

    def work(db: Connection) -> CalledOff | None:
        if not consents.disable(db, guild_id, now):
            return None
        going_on = runs.going_on(db, guild_id)
        for run in going_on:
            runs.end(db, run.id, "cancelled", now, "Training was switched off in this server.")
        tried = trials.going_on(db, guild_id)
        for trial in tried:
            trials.call_off(db, trial, now)
            note(db, guild_id, by_member, now, "cancel", f"the trial of a {trial.kind} adapter")
        audit.add(db, AuditEntry(guild_id, by_member, now, "disable", "Training was switched off."))
        return CalledOff(tuple(going_on), tuple(tried))

    return await store.write(work)


async def is_enabled(store: Store, guild_id: int) -> bool:
    """Whether the guild may train.

    Raises:
        StoreUnavailable: it could not be read.
    """
    return await store.read(lambda db: consents.may_train(db, guild_id))


async def choose(
    store: Store,
    member_id: int,
    guild_id: int,
    choice: Choice,
    now: float,
    *,
    member_since: float | None = None,
) -> None:
    """A member opts in or out in a guild; their last word counts, from the next snapshot on.

    `member_since` is when they joined the guild, as their interaction says; votes of the first days count less.

    Raises:
        StoreUnavailable: it could not be written.
    """
    chosen = MemberChoice(member_id, guild_id, choice, now, member_since)
    await store.write(lambda db: consents.choose(db, chosen))


async def status(store: Store, member_id: int, guild_id: int) -> Status:
    """What is kept of a member, in numbers.

    Raises:
        StoreUnavailable: it could not be read.
    """

    def work(db: Connection) -> Status:
        chosen = consents.choice(db, member_id, guild_id)
        asked, reacted = members.counts(db, member_id, guild_id)
        inside = snapshots.with_member(db, member_id)
        learnt = [taste for taste in tastes.learnt_from(db, inside) if taste.state != "revoked"]
        return Status(
            training=consents.may_train(db, guild_id),
            choice=None if chosen is None else chosen.choice,
            chosen_at=None if chosen is None else chosen.at,
            wishes=asked,
            reactions=reacted,
            snapshots=len(inside),
            tastes=len(learnt),
        )

    return await store.read(work)


async def export(store: Store, member_id: int) -> dict[str, Any]:
    """All that is kept of a member, everywhere, ready for JSON. Interaction tokens are Discord's secret and left out.

    Raises:
        StoreUnavailable: it could not be read.
    """

    def work(db: Connection) -> dict[str, Any]:
        inside = snapshots.with_member(db, member_id)
        pairs, cast = trials.of_member(db, member_id)
        return {
            "member_id": member_id,
            "choices": _rows(consents.choices_of(db, member_id)),
            "training_enabled": _rows(consents.enabled_by(db, member_id)),
            "wishes": members.wishes(db, member_id),
            "pieces": members.made(db, member_id),
            "reactions": _rows(votes.of_member(db, member_id)),
            "flags_and_reports": _rows(flags.by_member(db, member_id)),
            "trial_pairs": _rows(pairs),
            "trial_votes": _rows(cast),
            "runs": _rows(runs.asked_by(db, member_id)),
            "log": _rows(audit.of_member(db, member_id)),
            "snapshots": inside,
            "tastes": [taste.digest for taste in tastes.learnt_from(db, inside)],
        }

    return await store.read(work)


async def delete(store: Store, member_id: int, now: float, *, folder: Path) -> Receipt:
    """Forget a member, everywhere. `folder` has the snapshots' directories; those that held something of theirs are deleted.

    Every taste that learnt from those is revoked; where one served, what Renga came with does, and the log says so: which of the
    others serves instead is for moderators to say. That the member asked for it is kept, so that reactions of
    theirs which are still to be seen are not written down again; it goes when they choose again.

    Raises:
        Refusal: something that they asked for is still being made.
        StoreUnavailable: it could not be written, and nothing is forgotten.
    """

    def work(db: Connection) -> tuple[Receipt, set[str]]:
        if members.unfinished(db, member_id):
            raise Refusal(MEANWHILE)
        inside = snapshots.with_member(db, member_id)
        learnt = tastes.learnt_from(db, inside)
        gone = [taste.digest for taste in learnt]
        ran = [run.id for run in runs.learning_from(db, inside)]
        for run_id in ran:
            runs.end(db, run_id, "cancelled", now, PURGED)  # one that had ended stays as it was
        for trial in trials.going_on(db):
            if trial.candidate in gone or trial.incumbent in gone:
                trials.call_off(db, trial, now, "revoked")
        for taste in learnt:
            if taste.state == "serving":
                note(db, taste.guild_id, OURSELVES, now, "revoke", f"{taste.kind} {CALLED[taste.what]}")
        tastes.revoke(db, gone)
        versions.forget_waivers(db, member_id)
        snapshots.purge(db, inside, now)
        files = members.picture_digests(db, member_id)
        rows = dict(zip(("trial_pairs", "trial_votes"), trials.forget(db, member_id), strict=True))
        rows |= {"flags_and_reports": flags.forget(db, member_id), "choices": consents.forget(db, member_id)}
        rows |= {"runs": runs.forget(db, member_id), "log": audit.forget(db, member_id)}
        rows |= {"reactions": members.forget_reactions(db, member_id)}
        rows |= dict(zip(("wishes", "pieces"), members.forget_wishes(db, member_id), strict=True))
        consents.choose(db, MemberChoice(member_id, consents.EVERYWHERE, "opt_out", now))
        return Receipt(rows, inside, gone, ran), files

    receipt, files = await store.write(work)
    await forget_pictures(store, files)
    await asyncio.to_thread(_remove, folder, receipt.snapshots)
    return receipt


async def sweep(store: Store, folder: Path) -> None:
    """Delete what is left of purged snapshots in `folder`, where a deletion was cut off; call it at the start.

    Raises:
        StoreUnavailable: the store could not be read.
    """
    await asyncio.to_thread(_remove, folder, await store.read(snapshots.purged))


def _rows(records: Iterable[Any]) -> list[dict[str, Any]]:
    return [asdict(record) for record in records]


def _remove(folder: Path, digests: Iterable[str]) -> None:
    for digest in digests:
        shutil.rmtree(
            folder / digest, ignore_errors=True
        )  # what cannot be deleted now is swept at the next start
