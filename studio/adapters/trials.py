"""A candidate against what serves, decided by members: blind votes on pairs, or quietly by reactions.

`studio.taste.trial` has the statistics; here votes are written down, counted, and their word is carried out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from studio.adapters import serving, versions
from studio.adapters.rights import must_manage, note
from studio.errors import Refusal
from studio.store import runs, served, tastes, trials
from studio.store.taste_records import OURSELVES, Trial, TrialVote
from studio.taste import labels
from studio.taste import trial as rules

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from studio.adapters.records import Actor, Folders, Version
    from studio.store import Store
    from studio.store.taste_records import TrialPair, Way

OVER = "This vote is over."


@dataclass(frozen=True, slots=True)
class Concluded:
    """A trial that ended: its version, what the votes said, and how many there were for it and against."""

    trial: Trial
    version: Version
    outcome: str


@dataclass(frozen=True, slots=True)
class Voted:
    """A vote that was counted, or not (`fresh` is False: the member had one on this pair)."""

    fresh: bool
    pair: TrialPair
    votes: int
    concluded: Concluded | None = None


async def begin(
    store: Store, folders: Folders, trial_id: str, guild_id: int, digest: str, way: Way, actor: Actor, channel_id: int,
    now: float, *, base: str | None,
) -> tuple[Trial, Version]:  # fmt: skip
    """Begin a trial of an adapter. `trial_id` is the interaction's.

    Raises:
        Refusal: the member may not, the adapter cannot serve, or a trial or a run goes on already.
        StoreUnavailable: it could not be written.
    """
    must_manage(actor)

    def start(db: Connection) -> tuple[Trial, Version]:
        found = versions.one(db, folders, guild_id, digest)
        if found.what != "adapter":
            raise Refusal("A picker needs no trial: it was tried on votes that it had not seen.")
        if trials.going_on(db, guild_id, found.kind):
            raise Refusal(
                f"A trial of this server's {found.kind} is under way already; /adapters cancel ends it."
            )
        if runs.going_on(db, guild_id, found.kind):
            raise Refusal(
                f"This server's {found.kind} is being learnt just now; a trial can begin afterwards."
            )
        serving.may_serve(found, base)
        now_serving = tastes.serves(db, guild_id, found.kind)
        trial = Trial(
            trial_id, guild_id, found.kind, way, digest, now_serving.adapter, now, channel_id=channel_id
        )
        if not trials.begin(db, trial):
            raise Refusal(f"A trial of this server's {found.kind} is under way already.")
        tastes.set_state(db, digest, "trial")
        note(
            db,
            guild_id,
            actor.member_id,
            now,
            "trial",
            f"{found.name}, {'by reactions' if way == 'quiet' else 'blind'}",
        )
        return trial, replace(found, state="trial")

    return await store.write(start)


async def going_on(store: Store, trial_id: str) -> tuple[Trial, dict[str, str | None], int]:
    """A trial that goes on; the forms that this server asks for and that its candidate has learnt, the commonest first, with the
    adapter that writes each now (None: what comes with Renga); and how many pairs it has.

    Raises:
        Refusal: it is over.
        StoreUnavailable: it could not be read.
    """

    def look(db: Connection) -> tuple[Trial, dict[str, str | None], int]:
        trial = trials.get(db, trial_id)
        if trial is None or trial.ended_at is not None:
            raise Refusal(OVER)
        candidate = tastes.get(db, trial.candidate)
        incumbent = tastes.get(db, trial.incumbent) if trial.incumbent else None
        if incumbent is not None and candidate is not None and incumbent.base != candidate.base:
            incumbent = None  # of another model: it writes nothing any more
        asked = [
            form for form in served.forms(db, trial.guild_id, trial.kind) if serving.writes(candidate, form)
        ]
        forms = asked or list(candidate.report.get("serves") or () if candidate else ())
        writes = {form: trial.incumbent if serving.writes(incumbent, form) else None for form in forms}
        return trial, writes, len(trials.pairs(db, trial_id))

    return await store.read(look)


async def add_pair(store: Store, pair: TrialPair) -> None:
    """Keep a pair, before it is shown.

    Raises:
        Refusal: the trial is over.
        StoreUnavailable: it could not be written.
    """
    if not await store.write(lambda db: trials.add_pair(db, pair)):
        raise Refusal(OVER)


async def pair_shown(store: Store, pair_id: str, message_id: int) -> None:
    """Remember the message that shows a pair."""
    await store.write(lambda db: trials.pair_shown(db, pair_id, message_id))


async def vote(
    store: Store, folders: Folders, guild_id: int, pair_id: str, member_id: int, now: float, *, left: bool
) -> Voted:
    """A member chooses one of a pair; the first choice stands, and where it decides, its word is carried out.

    Raises:
        Refusal: the trial is over.
        StoreUnavailable: it could not be written.
    """

    def count(db: Connection) -> Voted:
        pair = trials.pair(db, pair_id)
        trial = trials.get(db, pair.trial_id) if pair else None
        if pair is None or trial is None or trial.guild_id != guild_id or trial.ended_at is not None:
            raise Refusal(OVER)
        fresh = trials.vote(db, TrialVote(pair_id, member_id, left, now))
        every = trials.votes(db, trial.id)
        on_this = sum(each.pair_id == pair_id for each in every)
        if not fresh:
            return Voted(fresh=False, pair=pair, votes=on_this)
        candidate_left = {each.id: each.left_is_candidate for each in trials.pairs(db, trial.id)}
        wins, losses = rules.counted(
            rules.PairVote(each.pair_id, each.member_id, each.left == candidate_left[each.pair_id])
            for each in every
        )
        trials.count(db, trial.id, wins, losses)
        trial = replace(trial, wins=wins, losses=losses)
        outcome = rules.decided(wins, losses, len({each.member_id for each in every}))
        done = None if outcome is None else _conclude(db, folders, trial, outcome, now)
        return Voted(fresh=True, pair=pair, votes=on_this, concluded=done)

    return await store.write(count)


async def look(store: Store, folders: Folders, guild_id: int, kind: str, now: float) -> Concluded | None:
    """See what the reactions say of a quiet trial, and carry it out where they are enough. None: it goes on, or there is none.

    Raises:
        StoreUnavailable: it could not be read or written.
    """

    def see(db: Connection) -> Concluded | None:
        trial = next((each for each in trials.going_on(db, guild_id, kind) if each.way == "quiet"), None)
        if trial is None:
            return None
        counted = arm_votes(db, trial)
        candidate, incumbent = rules.arms(counted)
        trials.count(db, trial.id, candidate.votes, incumbent.votes)
        outcome = rules.quietly_decided(counted)
        if outcome is None:
            return None
        told = replace(trial, wins=candidate.up, losses=incumbent.up)
        return _conclude(db, folders, told, outcome, now)

    def is_quiet(db: Connection) -> bool:
        return any(each.way == "quiet" for each in trials.going_on(db, guild_id, kind))

    return await store.write(see) if await store.read(is_quiet) else None


def arm_votes(db: Connection, trial: Trial) -> list[rules.ArmVote]:
    """The opinions of members on the pieces that were made since a quiet trial began, but for those who asked for them. Forms that
    the candidate has not learnt are written as before, and say nothing of it.
    """
    found = []
    candidate = tastes.get(db, trial.candidate)
    learnt = candidate.report.get("serves") if candidate else None
    for reacted, adapter in served.opinions(db, trial.guild_id, trial.kind, trial.began_at, learnt or None):
        up = labels.meaning(reacted.emoji)
        if up is not None:
            found.append(
                rules.ArmVote(reacted.creation_id, reacted.member_id, adapter == trial.candidate, up)
            )
    return found


async def cancel(
    store: Store,
    folders: Folders,
    guild_id: int,
    kind: str | None,
    trial_id: str | None,
    actor: Actor,
    now: float,
) -> Concluded:
    """Call a trial off; its candidate waits again.

    Raises:
        Refusal: the member may not, or there is none.
        StoreUnavailable: it could not be written.
    """
    must_manage(actor)

    def call_off(db: Connection) -> Concluded:
        going = [each for each in trials.going_on(db, guild_id, kind) if trial_id in (None, each.id)]
        if not going:
            raise Refusal("No training and no trial is under way here that could be called off.")
        trial = going[0]
        found = versions.one(db, folders, guild_id, trial.candidate)
        trials.end(db, trial.id, "cancelled", now)
        tastes.set_state(db, trial.candidate, "candidate")
        note(db, guild_id, actor.member_id, now, "cancel", f"the trial of {found.name}")
        return Concluded(trial, found, "cancelled")

    return await store.write(call_off)


def _conclude(db: Connection, folders: Folders, trial: Trial, outcome: str, now: float) -> Concluded:
    """End a trial by its votes: the candidate serves, or never will; or it waits again, where too few members have voted."""
    found = versions.one(db, folders, trial.guild_id, trial.candidate)
    if outcome == "undecided":
        trials.end(db, trial.id, "cancelled", now)
        tastes.set_state(db, found.digest, "candidate")
        told = f"{found.name}, {trial.wins} to {trial.losses} by fewer than {rules.LEAST_VOTERS} members"
        note(db, trial.guild_id, OURSELVES, now, "decide", told)
        return Concluded(trial, found, outcome)
    trials.end(db, trial.id, outcome, now)
    told = f"{trial.wins} to {trial.losses}"
    if outcome == "candidate":
        serving.put(db, folders, found, now)
    else:
        tastes.set_report(db, found.digest, {**found.report, "lost": told})
        tastes.set_state(db, found.digest, "refused")
        versions.prune(db, folders, trial.guild_id)
    kept = "serves" if outcome == "candidate" else "is not better"
    note(db, trial.guild_id, OURSELVES, now, "decide", f"{found.name} {kept}, {told}")
    return Concluded(trial, found, outcome)
