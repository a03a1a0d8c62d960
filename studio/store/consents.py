"""Queries about who may learn from what: guilds' consent, and members' choices.

A choice in the guild `EVERYWHERE` is that of a member who asked to be forgotten: it says no more than that nothing of theirs
is to be written down, and goes when they choose again.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from studio.store.dialects import insert_for
from studio.store.tables import member_choices, training_consent
from studio.store.taste_records import FORGOTTEN, MemberChoice, TrainingConsent

if TYPE_CHECKING:
    from sqlalchemy import Connection


EVERYWHERE = 0


def of_guild(db: Connection, guild_id: int) -> TrainingConsent | None:
    """What was last said for the guild, or None."""
    row = db.execute(select(training_consent).where(training_consent.c.guild_id == guild_id)).one_or_none()
    return None if row is None else TrainingConsent(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def may_train(db: Connection, guild_id: int) -> bool:
    """Whether something may be learnt in the guild now."""
    consent = of_guild(db, guild_id)
    return consent is not None and consent.disabled_at is None


def enable(db: Connection, consent: TrainingConsent) -> None:
    """The guild may train, whatever was said before."""
    values = asdict(consent)
    putting = insert_for(db, training_consent).values(values)
    del values["guild_id"]
    db.execute(putting.on_conflict_do_update(index_elements=["guild_id"], set_=values))


def disable(db: Connection, guild_id: int, now: float) -> bool:
    """The guild may not train any more. Whether it might."""
    might = training_consent.c.guild_id == guild_id, training_consent.c.disabled_at.is_(None)
    return db.execute(update(training_consent).where(*might).values(disabled_at=now)).rowcount > 0


def choose(db: Connection, choice: MemberChoice) -> None:
    """What a member chose in a guild, whatever they chose before; elsewhere, that they are not to be forgotten any more."""
    if choice.guild_id != EVERYWHERE:
        db.execute(
            delete(member_choices).where(
                member_choices.c.member_id == choice.member_id, member_choices.c.guild_id == EVERYWHERE
            )
        )
    values = asdict(choice)
    putting = insert_for(db, member_choices).values(values)
    del values["member_id"], values["guild_id"]
    db.execute(putting.on_conflict_do_update(index_elements=["member_id", "guild_id"], set_=values))


def choice(db: Connection, member_id: int, guild_id: int) -> MemberChoice | None:
    """What the member chose in the guild, or None."""
    query = select(member_choices).where(
        member_choices.c.member_id == member_id, member_choices.c.guild_id == guild_id
    )
    row = db.execute(query).one_or_none()
    return None if row is None else MemberChoice(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def choices_of(db: Connection, member_id: int) -> list[MemberChoice]:
    """What the member chose, guild by guild."""
    query = select(member_choices).where(member_choices.c.member_id == member_id)
    rows = db.execute(query.order_by(member_choices.c.guild_id))
    return [MemberChoice(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


def opted_in(db: Connection, guild_id: int) -> dict[int, MemberChoice]:
    """Those who opted in in the guild, by their ids."""
    query = select(member_choices).where(
        member_choices.c.guild_id == guild_id, member_choices.c.choice == "opt_in"
    )
    found = [MemberChoice(**row._mapping) for row in db.execute(query)]  # noqa: SLF001 - SQLAlchemy's public name
    return {each.member_id: each for each in found}


def forget(db: Connection, member_id: int) -> int:
    """Forget what the member chose, and that it was they who enabled training. How many choices there were."""
    enabled = update(training_consent).where(training_consent.c.enabled_by == member_id)
    db.execute(enabled.values(enabled_by=FORGOTTEN))
    return db.execute(delete(member_choices).where(member_choices.c.member_id == member_id)).rowcount


def enabled_by(db: Connection, member_id: int) -> list[TrainingConsent]:
    """The guilds in which it was the member who last switched training on."""
    rows = db.execute(select(training_consent).where(training_consent.c.enabled_by == member_id))
    return [TrainingConsent(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name
