"""Queries about trials, their pairs and their votes. At most one goes on for each guild and kind."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, literal, select, update

from studio.store import tastes
from studio.store.dialects import insert_for
from studio.store.tables import trial_pairs, trial_votes, trials
from studio.store.taste_records import Trial, TrialPair, TrialVote

if TYPE_CHECKING:
    from sqlalchemy import Connection


def begin(db: Connection, trial: Trial) -> bool:
    """Add a trial, unless it is known or one of its guild and kind goes on. Whether this did."""
    return db.execute(insert_for(db, trials).values(asdict(trial)).on_conflict_do_nothing()).rowcount > 0


def get(db: Connection, trial_id: str) -> Trial | None:
    """The trial, or None."""
    row = db.execute(select(trials).where(trials.c.id == trial_id)).one_or_none()
    return None if row is None else Trial(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def going_on(db: Connection, guild_id: int | None = None, kind: str | None = None) -> list[Trial]:
    """The trials that have not ended, oldest first: of a guild, of a kind, or all."""
    query = select(trials).where(trials.c.ended_at.is_(None))
    if guild_id is not None:
        query = query.where(trials.c.guild_id == guild_id)
    if kind is not None:
        query = query.where(trials.c.kind == kind)
    rows = db.execute(query.order_by(trials.c.began_at, trials.c.id))
    return [Trial(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


def of_guild(db: Connection, guild_id: int, kind: str | None = None) -> list[Trial]:
    """The guild's trials, newest first."""
    query = select(trials).where(trials.c.guild_id == guild_id)
    if kind is not None:
        query = query.where(trials.c.kind == kind)
    rows = db.execute(query.order_by(trials.c.began_at.desc(), trials.c.id))
    return [Trial(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


def count(db: Connection, trial_id: str, wins: int, losses: int) -> None:
    """How many votes the candidate and the incumbent have."""
    db.execute(update(trials).where(trials.c.id == trial_id).values(wins=wins, losses=losses))


def end(db: Connection, trial_id: str, outcome: str, now: float) -> bool:
    """It has ended; the first ending stands. Whether this was it."""
    change = update(trials).where(trials.c.id == trial_id, trials.c.ended_at.is_(None))
    return db.execute(change.values(outcome=outcome, ended_at=now)).rowcount > 0


def call_off(db: Connection, trial: Trial, now: float, outcome: str = "cancelled") -> None:
    """It has ended without a verdict, and its candidate waits again, unless it is revoked."""
    end(db, trial.id, outcome, now)
    tastes.set_state(db, trial.candidate, "candidate")


def add_pair(db: Connection, pair: TrialPair) -> bool:
    """Add a pair of a trial that goes on, unless it is there. Whether this did."""
    values = asdict(pair)
    given = [literal(value, trial_pairs.c[name].type) for name, value in values.items()]
    while_on = select(*given).where(exists().where(trials.c.id == pair.trial_id, trials.c.ended_at.is_(None)))
    adding = insert_for(db, trial_pairs).from_select(list(values), while_on).on_conflict_do_nothing()
    return db.execute(adding).rowcount > 0


def pair_shown(db: Connection, pair_id: str, message_id: int) -> None:
    """Which message shows the pair."""
    db.execute(update(trial_pairs).where(trial_pairs.c.id == pair_id).values(message_id=message_id))


def pair(db: Connection, pair_id: str) -> TrialPair | None:
    """The pair, or None."""
    row = db.execute(select(trial_pairs).where(trial_pairs.c.id == pair_id)).one_or_none()
    return None if row is None else TrialPair(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def shows_pair(db: Connection, guild_id: int, message_id: int) -> bool:
    """Whether the message shows a pair of one of the guild's trials."""
    query = exists().where(
        trial_pairs.c.message_id == message_id, trials.c.id == trial_pairs.c.trial_id, trials.c.guild_id == guild_id
    )  # fmt: skip
    return bool(db.execute(select(query)).scalar_one())


def pairs(db: Connection, trial_id: str) -> list[TrialPair]:
    """The pairs of a trial, oldest first."""
    query = select(trial_pairs).where(trial_pairs.c.trial_id == trial_id)
    rows = db.execute(query.order_by(trial_pairs.c.made_at, trial_pairs.c.id))
    return [TrialPair(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


def pairs_of_guild(db: Connection, guild_id: int, kind: str) -> list[TrialPair]:
    """The pairs of all of a guild's trials of a kind, oldest first."""
    query = select(trial_pairs).join(trials).where(trials.c.guild_id == guild_id, trials.c.kind == kind)
    rows = db.execute(query.order_by(trial_pairs.c.made_at, trial_pairs.c.id))
    return [TrialPair(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


def vote(db: Connection, vote: TrialVote) -> bool:
    """Add a vote, unless the member has one on the pair or its trial has ended. Whether this did."""
    values = asdict(vote)
    given = [literal(value, trial_votes.c[name].type) for name, value in values.items()]
    on = exists().where(
        trial_pairs.c.id == vote.pair_id, trials.c.id == trial_pairs.c.trial_id, trials.c.ended_at.is_(None)
    )
    adding = insert_for(db, trial_votes).from_select(list(values), select(*given).where(on))
    return db.execute(adding.on_conflict_do_nothing()).rowcount > 0


def votes(db: Connection, trial_id: str) -> list[TrialVote]:
    """The votes on a trial's pairs, in the order in which they came."""
    query = select(trial_votes).join(trial_pairs).where(trial_pairs.c.trial_id == trial_id)
    rows = db.execute(query.order_by(trial_votes.c.at, trial_votes.c.pair_id, trial_votes.c.member_id))
    return [TrialVote(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


def votes_of_guild(db: Connection, guild_id: int, kind: str) -> list[TrialVote]:
    """The votes on the pairs of all of a guild's trials of a kind."""
    query = select(trial_votes).select_from(trial_votes.join(trial_pairs).join(trials))
    rows = db.execute(query.where(trials.c.guild_id == guild_id, trials.c.kind == kind))
    return [TrialVote(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


def of_member(db: Connection, member_id: int) -> tuple[list[TrialPair], list[TrialVote]]:
    """The pairs that the member gave a theme for, and the votes that they cast."""
    asked = db.execute(
        select(trial_pairs).where(trial_pairs.c.asked_by == member_id).order_by(trial_pairs.c.made_at)
    )
    cast = db.execute(
        select(trial_votes).where(trial_votes.c.member_id == member_id).order_by(trial_votes.c.at)
    )
    return (
        [TrialPair(**row._mapping) for row in asked],  # noqa: SLF001 - SQLAlchemy's public name
        [TrialVote(**row._mapping) for row in cast],  # noqa: SLF001 - SQLAlchemy's public name
    )


def forget(db: Connection, member_id: int) -> tuple[int, int]:
    """Forget the pairs that the member gave a theme for, and the votes that they cast. How many there were of each.

    What a trial has counted stays counted.
    """
    cast = db.execute(delete(trial_votes).where(trial_votes.c.member_id == member_id)).rowcount
    return db.execute(delete(trial_pairs).where(trial_pairs.c.asked_by == member_id)).rowcount, cast
