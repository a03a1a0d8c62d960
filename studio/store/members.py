"""Queries about all that is kept of one member, to count it, to show it to them and to forget it.

What others made from a member's piece stays theirs, without the words that the member had typed for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, update

from studio.store.tables import creations, drafts, jobs, messages, pictures, reaction_changes, reactions

if TYPE_CHECKING:
    from sqlalchemy import Connection

SECRET = "interaction_token"  # noqa: S105 - the name of the column
GONE = "anything"  # in the place of a theme: a wish has one
TYPED = ("theme", "tone", "given", "wish")


def unfinished(db: Connection, member_id: int) -> int:
    """How many of the member's wishes are still being worked on."""
    query = select(func.count()).select_from(jobs)
    return db.execute(
        query.where(jobs.c.member_id == member_id, jobs.c.outcome.is_(None), jobs.c.settled_at.is_(None))
    ).scalar_one()


def wishes(db: Connection, member_id: int) -> list[dict[str, Any]]:
    """What the member asked for, row by row and oldest first, without what only Discord may know."""
    columns = [column for column in jobs.c if column.name != SECRET]
    found = db.execute(
        select(*columns).where(jobs.c.member_id == member_id).order_by(jobs.c.asked_at, jobs.c.id)
    )
    return [dict(row._mapping) for row in found]  # noqa: SLF001 - SQLAlchemy's public name


def made(db: Connection, member_id: int) -> list[dict[str, Any]]:
    """What was made for the member, row by row and oldest first, with the digests of its pictures and the texts of its drafts."""
    found = [
        dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
        for row in db.execute(
            select(creations)
            .where(creations.c.member_id == member_id)
            .order_by(creations.c.made_at, creations.c.id)
        )
    ]
    shown: dict[str, list[str]] = {}
    for creation_id, digest in db.execute(_pictures(member_id)):
        shown.setdefault(creation_id, []).append(digest)
    several: dict[str, list[str]] = {}
    for creation_id, text in db.execute(_drafts(member_id)):
        several.setdefault(creation_id, []).append(text)
    return [
        {**each, "pictures": shown.get(each["id"], []), "drafts": several.get(each["id"], [])}
        for each in found
    ]


def counts(db: Connection, member_id: int, guild_id: int) -> tuple[int, int]:
    """How many wishes and reactions of the member's are kept for the guild."""
    asked = select(func.count()).where(jobs.c.member_id == member_id, jobs.c.guild_id == guild_id)
    reacted = (
        select(func.count())
        .select_from(reactions.join(messages).join(jobs, jobs.c.id == messages.c.job_id))
        .where(reactions.c.member_id == member_id, jobs.c.guild_id == guild_id)
    )
    return db.execute(asked).scalar_one(), db.execute(reacted).scalar_one()


def picture_digests(db: Connection, member_id: int) -> set[str]:
    """The files of the pictures that were made for the member."""
    return {row.digest for row in db.execute(_pictures(member_id))}


def forget_wishes(db: Connection, member_id: int) -> tuple[int, int]:
    """Forget what the member asked for and what was made of it, messages and all. How many there were of each."""
    _unsay(db, member_id)
    pieces = db.execute(select(func.count()).where(creations.c.member_id == member_id)).scalar_one()
    return db.execute(delete(jobs).where(jobs.c.member_id == member_id)).rowcount, pieces


def forget_reactions(db: Connection, member_id: int) -> int:
    """Forget how the member reacted, to anything. How many reactions there were."""
    db.execute(delete(reaction_changes).where(reaction_changes.c.member_id == member_id))
    return db.execute(delete(reactions).where(reactions.c.member_id == member_id)).rowcount


def _unsay(db: Connection, member_id: int) -> None:
    """Take the member's words out of what others made from their pieces."""
    said = {word for row in wishes(db, member_id) for word in _typed(row["brief"])}
    of_member = select(jobs.c.id).where(jobs.c.member_id == member_id).cte("derived", recursive=True)
    derived = of_member.union(select(jobs.c.id).where(jobs.c.parent == of_member.c.id))
    query = select(jobs.c.id, jobs.c.brief).where(
        jobs.c.id.in_(select(derived.c.id)), jobs.c.member_id != member_id
    )
    for job_id, brief in db.execute(query).all():
        without = _without(brief, said)
        if without != brief:
            db.execute(update(jobs).where(jobs.c.id == job_id).values(brief=without))
            db.execute(update(creations).where(creations.c.id == job_id).values(brief=without, prompt=""))


def _typed(brief: dict[str, Any]) -> set[str]:
    """The words of a brief that a member may have typed, as its column holds it."""
    words = {brief.get(name, "") for name in TYPED} | set(brief.get("must", ()))
    return {word for word in (*words, *(spot["theme"] for spot in brief.get("spots", ()))) if word}


def _without(brief: dict[str, Any], said: set[str]) -> dict[str, Any]:
    changed = {**brief}
    for name in TYPED:
        if brief.get(name) in said:
            changed[name] = GONE if name == "theme" else ""
    if "must" in brief:
        changed["must"] = [word for word in brief["must"] if word not in said]
    if "spots" in brief:
        changed["spots"] = [
            {**spot, "theme": GONE} if spot["theme"] in said else spot for spot in brief["spots"]
        ]
    return changed


def _pictures(member_id: int) -> Any:
    return (
        select(pictures.c.creation_id, pictures.c.digest)
        .join(creations, creations.c.id == pictures.c.creation_id)
        .where(creations.c.member_id == member_id)
        .order_by(pictures.c.creation_id, pictures.c.part)
    )


def _drafts(member_id: int) -> Any:
    return (
        select(drafts.c.creation_id, drafts.c.text)
        .join(creations, creations.c.id == drafts.c.creation_id)
        .where(creations.c.member_id == member_id)
        .order_by(drafts.c.creation_id, drafts.c.part)
    )
