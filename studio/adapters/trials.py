"""A candidate against what serves, decided by members: blind votes on pairs, or quietly by reactions.

`studio.taste.trial` has the statistics; here votes are written down, counted, and their word is carried out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from studio.adapters import serving, versions
from studio.adapters.rights import must_manage, note
from studio.adapters.runs import OFF
from studio.errors import Refusal
from studio.store import consents, runs, served, tastes, trials, votes
from studio.store.taste_records import OURSELVES, Trial, TrialVote
from studio.taste import collapse, labels
from studio.taste import trial as rules
from studio.taste.gathered import gather

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from studio.adapters.records import Actor, Folders, Version
    from studio.store import Store
    from studio.store.taste_records import TrialPair, Way

OVER = "This vote is over."
MODEL_CHANGED = (
    "The model has changed since this trial began, so its candidate writes nothing any more; /adapters cancel ends the trial, and"
    " /adapters retrain makes a new one."
)
NEWCOMER = "Members vote here once they have been in this server for a week, because a vote decides what its pieces are written with."
DISCORD_EPOCH_S = 1_420_070_400.0


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
        Refusal: the member may not, learning is off, the adapter cannot serve, or a trial or a run goes on already.
        StoreUnavailable: it could not be written.
    """
    must_manage(actor)

    def start(db: Connection) -> tuple[Trial, Version]:
        if not consents.may_train(db, guild_id):
            raise Refusal(OFF)
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
        if now_serving.paused:
            raise Refusal(
                f"This server's {found.kind} is paused; a trial can begin after /adapters pause on:False."
            )
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


async def going_on(
    store: Store, trial_id: str, *, base: str | None
) -> tuple[Trial, dict[str, str | None], int]:
    """A trial that goes on; the forms that this server asks for and that its candidate has learnt, the commonest first, with the
    adapter that writes each now (None: what comes with Renga); and how many pairs it has. `base` is the digest of the model that the
    host serves, None where it does not say.

    Raises:
        Refusal: it is over, or its candidate is of another model.
        StoreUnavailable: it could not be read.
    """

    def look(db: Connection) -> tuple[Trial, dict[str, str | None], int]:
        trial = trials.get(db, trial_id)
        if trial is None or trial.ended_at is not None:
            raise Refusal(OVER)
        candidate = tastes.get(db, trial.candidate)
        if base is not None and candidate is not None and candidate.base != base:
            raise Refusal(MODEL_CHANGED)
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
    store: Store, folders: Folders, guild_id: int, pair_id: str, member_id: int, now: float, *, left: bool,
    member_since: float | None = None,
) -> Voted:  # fmt: skip
    """A member chooses one of a pair; the first choice stands, and where it decides, its word is carried out. `member_since` is when
    they joined, where that is known.

    Raises:
        Refusal: the trial is over, or they are new here.
        StoreUnavailable: it could not be written.
    """

    def count(db: Connection) -> Voted:
        pair = trials.pair(db, pair_id)
        trial = trials.get(db, pair.trial_id) if pair else None
        if pair is None or trial is None or trial.guild_id != guild_id or trial.ended_at is not None:
            raise Refusal(OVER)
        if not rules.settled(member_since, _begun(guild_id), now):
            raise Refusal(NEWCOMER)
        fresh = trials.vote(db, TrialVote(pair_id, member_id, left, now))
        every = trials.votes(db, trial.id)
        on_this = sum(each.pair_id == pair_id for each in every)
        if not fresh:
            return Voted(fresh=False, pair=pair, votes=on_this)
        pairs = {each.id: each for each in trials.pairs(db, trial.id)}
        cast = [
            rules.PairVote(each.pair_id, each.member_id, each.left == pairs[each.pair_id].left_is_candidate)
            for each in every
        ]
        wins, losses = rules.counted(cast)
        outcome = rules.decided(wins, losses, len({each.member for each in cast}))
        if outcome in ("candidate", "incumbent"):
            weights, voters = _weighed(db, trial, _choices(every, pairs))
            cast = [replace(each, weight=weight) for each, weight in zip(cast, weights, strict=True)]
            outcome = rules.confirmed(outcome, cast, voters)
        trials.count(db, trial.id, wins, losses)
        trial = replace(trial, wins=wins, losses=losses)
        done = None if outcome is None else _conclude(db, folders, trial, outcome, now)
        return Voted(fresh=True, pair=pair, votes=on_this, concluded=done)

    voted = await store.write(count)
    if voted.concluded is not None:
        await versions.prune(store, folders, guild_id)
    return voted


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
        outcome = rules.quietly_decided(counted)
        if outcome in ("candidate", "incumbent") and (groups := _acting_as(db, trial)):
            counted = [replace(each, member=groups.get(each.member, each.member)) for each in counted]
            again = rules.quietly_decided(counted)
            outcome = again if again in (outcome, None) else "undecided"
        candidate, incumbent = rules.arms(counted)
        trials.count(db, trial.id, candidate.votes, incumbent.votes)
        if outcome is None:
            return None
        told = replace(trial, wins=candidate.up, losses=incumbent.up)
        return _conclude(db, folders, told, outcome, now)

    def is_quiet(db: Connection) -> bool:
        return any(each.way == "quiet" for each in trials.going_on(db, guild_id, kind))

    ended = await store.write(see) if await store.read(is_quiet) else None
    if ended is not None:
        await versions.prune(store, folders, guild_id)
    return ended


async def quiet(store: Store) -> list[Trial]:
    """The quiet trials that go on, everywhere. Raises StoreUnavailable."""
    return await store.read(lambda db: [each for each in trials.going_on(db) if each.way == "quiet"])


def arm_votes(db: Connection, trial: Trial) -> list[rules.ArmVote]:
    """The opinions of members on the pieces that were made since a quiet trial began, but for those who asked for them, and of
    newcomers. Forms that the candidate has not learnt are written as before, and say nothing of it.
    """
    return [
        rules.ArmVote(vote.creation, vote.member, adapter == trial.candidate, vote.up)
        for vote, adapter in _on_arms(db, trial)
    ]


def _on_arms(db: Connection, trial: Trial) -> list[tuple[labels.Vote, str | None]]:
    """Those opinions, in the order in which they came, with what wrote the piece."""
    candidate = tastes.get(db, trial.candidate)
    learnt = candidate.report.get("serves") if candidate else None
    joined = {member: each.member_since for member, each in consents.opted_in(db, trial.guild_id).items()}
    seen = votes.first_seen(db, trial.guild_id)
    every = served.opinions(db, trial.guild_id, trial.kind, trial.began_at, learnt or None)
    instants = Counter(reacted.at for reacted, _, _ in every)  # what was found together, after an absence
    found = []
    for reacted, adapter, made_at in every:
        up, member = labels.meaning(reacted.emoji), reacted.member_id
        since = joined.get(member) or seen.get(member, reacted.at)
        if up is not None and rules.settled(since, _begun(trial.guild_id), reacted.at):
            vote = labels.Vote(
                reacted.creation_id, member, up, reacted.at, made_at, member_since=0.0,
                timed=instants[reacted.at] == 1,
            )  # fmt: skip
            found.append((vote, adapter))
    return found


def _choices(cast: Sequence[TrialVote], pairs: Mapping[str, TrialPair]) -> list[labels.Vote]:
    """The votes on a trial's pairs as opinions on the pair: for what is on the left, or against it."""
    return [
        labels.Vote(each.pair_id, each.member_id, each.left, each.at, pairs[each.pair_id].made_at, member_since=0.0)
        for each in cast
    ]  # fmt: skip


def _weighed(db: Connection, trial: Trial, cast: Sequence[labels.Vote]) -> tuple[tuple[float, ...], int]:
    """What each of a trial's votes counts for by whom its member goes along with, and how many voters there are, those who act as one
    counted once: by what they said of the server's pieces, as far as they let it be learnt from, or in this trial. Not by both
    together: who votes on pairs as they come has not read all pieces for that.
    """
    known = labels.counted(gather(db, trial.guild_id, trial.kind).votes)
    elsewhere, here = collapse.companions(known), collapse.companions(cast)
    along = {two: max(elsewhere.get(two, 0.0), here.get(two, 0.0)) for two in {*elsewhere, *here}}
    one_of = {
        member: min(group)
        for group in (*collapse.cliques(known, elsewhere), *collapse.cliques(cast, here))
        for member in group
    }
    voters = {one_of.get(each.member, each.member) for each in cast}
    return collapse.weights(cast, along), len(voters)


def _acting_as(db: Connection, trial: Trial) -> dict[int, int]:
    """Members who act as one, by what they said of the server's pieces, each with the id that stands for all."""
    cast = [vote for vote, _ in _on_arms(db, trial)]
    # of an opinion that both know, what is known of its member and its time stands
    known = labels.counted([*cast, *gather(db, trial.guild_id, trial.kind).votes])
    return {member: min(group) for group in collapse.cliques(known) for member in group}


def _begun(guild_id: int) -> float:
    """When a guild was made, in Unix seconds, as its id says."""
    return (guild_id >> 22) / 1000 + DISCORD_EPOCH_S


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
        trials.call_off(db, trial, now)
        note(db, guild_id, actor.member_id, now, "cancel", f"the trial of {found.name}")
        return Concluded(trial, found, "cancelled")

    return await store.write(call_off)


def _conclude(db: Connection, folders: Folders, trial: Trial, outcome: str, now: float) -> Concluded:
    """End a trial by its votes: the candidate serves, or never will; or it waits again, where too few members have voted."""
    found = versions.one(db, folders, trial.guild_id, trial.candidate)
    if outcome == "undecided":
        trials.call_off(db, trial, now)
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
    kept = "serves" if outcome == "candidate" else "is not better"
    note(db, trial.guild_id, OURSELVES, now, "decide", f"{found.name} {kept}, {told}")
    return Concluded(trial, found, outcome)
