"""Queries about pieces that were made in several drafts, and which of them was picked."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, insert, select, update

from studio.store.jobs import wish
from studio.store.records import Draft
from studio.store.tables import creations, drafts, jobs, messages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from generation.wire.jobs import Brief


@dataclass(frozen=True, slots=True)
class Choice:
    """A piece whose asker picked one of its drafts. `texts` are all of them by part, and `choice` is the place of the picked one."""

    creation_id: str
    member_id: int
    form: str
    brief: Brief
    texts: tuple[str, ...]
    choice: int


def add(db: Connection, creation_id: str, made: Sequence[Draft]) -> None:
    """Add the drafts of a creation that has none yet."""
    if made:
        db.execute(insert(drafts), [{"creation_id": creation_id, **asdict(draft)} for draft in made])


def of_creation(db: Connection, creation_id: str) -> tuple[Draft, ...]:
    """The drafts of a creation, by part; none where it was made at once."""
    query = select(drafts).where(drafts.c.creation_id == creation_id).order_by(drafts.c.part)
    return tuple(
        Draft(row.part, row.text, row.digest, row.kept, tuple(row.reasons or ())) for row in db.execute(query)
    )


def choose(db: Connection, creation_id: str, draft: Draft, now: float) -> bool:
    """The creation is `draft` from now on, unless one was picked already, and its job owes the channel a message once more, of which
    nobody needs to be told. Whether this did.
    """
    change = update(creations).where(creations.c.id == creation_id, creations.c.choice.is_(None))
    values: dict[str, Any] = {
        "text": draft.text, "digest": draft.digest, "kept": draft.kept, "reasons": list(draft.reasons),
        "choice": draft.part, "chosen_at": now,
    }  # fmt: skip
    if not db.execute(change.values(values)).rowcount:
        return False
    db.execute(update(jobs).where(jobs.c.id == creation_id).values(settled_at=None, notified=True))
    return True


def choices_of_guild(db: Connection, guild_id: int, kind: str) -> list[Choice]:
    """The choices that were made among a guild's drafts of a kind, and are still shown, oldest first. `kind` is not "picture"."""
    shown = exists().where(
        messages.c.job_id == creations.c.id, messages.c.part == 0, messages.c.deleted.is_(False)
    )
    made = (
        creations.c.guild_id == guild_id,
        creations.c.kind == kind,
        creations.c.choice.is_not(None),
        shown,
    )
    texts: dict[str, list[str]] = {}
    query = select(drafts.c.creation_id, drafts.c.text).join(creations).where(*made)
    for creation_id, text in db.execute(query.order_by(drafts.c.creation_id, drafts.c.part)):
        texts.setdefault(creation_id, []).append(text)
    columns = [creations.c[name] for name in ("id", "member_id", "form", "brief", "choice")]
    rows = db.execute(select(*columns).where(*made).order_by(creations.c.chosen_at, creations.c.id))
    found: list[Choice] = []
    for row in rows:
        brief: Any = wish(kind, row.brief)
        found.append(Choice(row.id, row.member_id, row.form, brief, tuple(texts.get(row.id, ())), row.choice))
    return found
