"""From what a server said to a directory that can be learnt from, with nobody's name in it.

The directory is `finetune.snapshot`'s. What its ids stand for, and whose votes, themes and pieces are in it, is in the store
before it is on disk, so that a deletion reaches it (`studio.consent`).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import shutil
from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import structlog

from finetune.snapshot import Example, Pair, SnapshotError, compose, put
from studio.store import consents, creations, snapshots
from studio.store.taste_records import SnapshotRow
from studio.taste import evidence as counted
from studio.taste.gathered import Gathered, gather, may_theme
from studio.taste.labels import DAY_S, read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from finetune.snapshot import Evidence, Part, Snapshot
    from studio.store import Store
    from studio.store.drafts import Choice
    from studio.store.votes import Piece
    from studio.taste.labels import Label, Reading

NEWEST_SHARE = 0.2  # of the examples are held out because they are the newest: a taste has to hold tomorrow
THEMES_SHARE = 0.2  # and so many of the rest with their themes: it has to hold for what was not asked for yet
PICKERS = 5  # members who picked drafts, fewer than whom are not taken for a server
ATTEMPTS = 3  # at a snapshot, where members choose anew while it is made
MOVED_ON = "What members allow changed again and again while the snapshot was made; try again."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Known:
    """How much is known of what a guild likes; and members who act as one, for moderators to look at."""

    evidence: Evidence
    cliques: tuple[frozenset[int], ...]


@dataclass(frozen=True, slots=True)
class Content:
    """What goes into a snapshot, and what only the store may know: the creation behind each id, and the members in it.

    `consenting` are those who opted in and whose votes or words are in it, `askers` those for whom its pieces were made. `picked` are creations of whose drafts its pairs
    may be.
    """

    evidence: Evidence
    examples: tuple[Example, ...]
    pairs: tuple[Pair, ...]
    creations: Mapping[str, str]
    consenting: frozenset[int]
    askers: frozenset[int]
    cliques: tuple[frozenset[int], ...]
    picked: frozenset[str] = frozenset()


async def known(store: Store, guild_id: int, kind: str, now: float) -> Known:
    """What a snapshot taken now would count, and who would count as one.

    Raises:
        StoreUnavailable: it could not be read.
    """
    found = await store.read(lambda db: gather(db, guild_id, kind))
    made = await asyncio.to_thread(content, found, "", now)
    return Known(made.evidence, made.cliques)


async def evidence(store: Store, guild_id: int, kind: str, now: float) -> Evidence:
    """As `known`, without who is one.

    Raises:
        StoreUnavailable: it could not be read.
    """
    return (await known(store, guild_id, kind, now)).evidence


async def take(store: Store, folder: Path, guild_id: int, kind: str, base: str, now: float) -> Snapshot:
    """Write a snapshot of what the guild likes into `folder`, to teach it to the model whose digest is `base`.

    Raises:
        SnapshotError: it cannot be written, or members' choices kept changing.
        StoreUnavailable: the store could not be read or written. Nothing is left behind.
    """
    for _ in range(ATTEMPTS):
        salt = secrets.token_hex(32)
        found = await store.read(lambda db: gather(db, guild_id, kind))
        made = await asyncio.to_thread(content, found, salt, now)
        snapshot = await asyncio.to_thread(
            compose, kind=kind, base=base, made_at=now, evidence=made.evidence, examples=made.examples,
            pairs=made.pairs,
        )  # fmt: skip
        row = SnapshotRow(snapshot.digest, guild_id, kind, now, salt, asdict(made.evidence))
        if await store.write(lambda db, row=row, made=made: _keep(db, row, made)):  # type: ignore[misc]
            await _put(store, folder, snapshot)
            if await _still_wanted(store, folder, snapshot.digest):
                log.info(
                    "snapshot_taken", guild=guild_id, kind=kind, digest=snapshot.digest[:12],
                    examples=len(made.examples), pairs=len(made.pairs), voters=made.evidence.voters,
                )  # fmt: skip
                return snapshot
    raise SnapshotError(MOVED_ON)


async def _put(store: Store, folder: Path, snapshot: Snapshot) -> None:
    """Write the directory of a snapshot that the store knows: in this order, nothing lies about that a deletion cannot reach."""
    try:
        await asyncio.to_thread(put, folder, snapshot)
    except SnapshotError:
        await store.write(lambda db: snapshots.remove(db, snapshot.digest))
        raise


async def _still_wanted(store: Store, folder: Path, digest: str) -> bool:
    """Whether nobody in it was forgotten while it was written; else it goes."""
    row = await store.read(lambda db: snapshots.get(db, digest))
    if row is not None and row.purged_at is None:
        return True
    await asyncio.to_thread(shutil.rmtree, folder / digest, ignore_errors=True)
    return False


def content(found: Gathered, salt: str, now: float) -> Content:
    """What a snapshot of `found` holds. Pure: the same salt gives the same ids."""
    reading = read(found.votes, found.moderated, now)
    kept = _without_twins([label for label in reading.labels if label.is_kept], found.pieces)
    groups = {label.creation: _group(salt, found.pieces[label.creation].brief.theme) for label in kept}
    parts = _parts(kept, found.pieces, groups)
    examples, behind = [], {}
    for label in kept:
        piece = found.pieces[label.creation]
        example = Example(
            id=_hash(salt, "piece", label.creation, 32),
            form=piece.form,
            text=piece.text,
            theme=piece.brief.theme if label.creation in found.themed else None,
            group=groups[label.creation],
            liked=label.liked,
            confidence=label.confidence,
            voters=label.voters,
            made_day=max(0, int(piece.made_at // DAY_S)),
            part=parts[label.creation],
            flagged=label.flagged,
        )
        examples.append(example)
        behind[example.id] = label.creation
    pairs, picked_by = _pairs(found, salt, groups, parts)
    worded = (found.themed[creation] for creation in behind.values() if creation in found.themed)
    return Content(
        evidence=counted.evidence(_of(reading, kept), len(pairs)),
        examples=tuple(examples),
        pairs=tuple(pairs),
        creations=behind,
        picked=frozenset(choice.creation_id for choice, _ in found.choices),
        consenting=picked_by.union((vote.member for vote in found.votes), *worded),
        askers=frozenset(found.pieces[creation].member_id for creation in behind.values()),
        cliques=reading.cliques,
    )


def _of(reading: Reading, kept: Sequence[Label]) -> Reading:
    """The reading, of the pieces that are learnt from alone."""
    return type(reading)(tuple(kept), reading.voters, reading.cliques)


def _without_twins(labels: Sequence[Label], pieces: Mapping[str, Piece]) -> list[Label]:
    """Of pieces of one form that say the same the one whose label is surest; where a moderator said no to one, that one."""
    surest: dict[tuple[str, str], Label] = {}
    for label in labels:
        piece = pieces[label.creation]
        key = piece.form, " ".join(piece.text.casefold().split())
        there = surest.get(key)
        if there is None or (label.flagged, label.confidence) > (there.flagged, there.confidence):
            surest[key] = label
    return sorted(surest.values(), key=lambda label: label.creation)


def _parts(
    labels: Sequence[Label], pieces: Mapping[str, Piece], groups: Mapping[str, str]
) -> dict[str, Part]:
    """Which part each piece belongs to. Themes are held out in the order of their groups' hashes, which is no order."""
    by_age = sorted(
        (label.creation for label in labels), key=lambda creation: (pieces[creation].made_at, creation)
    )
    newest = set(by_age[len(by_age) - int(len(by_age) * NEWEST_SHARE) :])
    rest = [creation for creation in by_age if creation not in newest]
    held: set[str] = set()
    count = 0
    for group, size in sorted(Counter(groups[creation] for creation in rest).items()):
        if count + size <= len(rest) * THEMES_SHARE:
            held.add(group)
            count += size
    return {
        creation: "newest" if creation in newest else "themes" if groups[creation] in held else "train"
        for creation in by_age
    }


def _pairs(
    found: Gathered, salt: str, groups: Mapping[str, str], parts: Mapping[str, Part]
) -> tuple[list[Pair], frozenset[int]]:
    """The pairs of trials of which more members picked one than the other, and of each draft that was picked with those that were
    not; and who picked, or gave a theme.
    """
    held_out = {groups[creation] for creation, part in parts.items() if part == "themes"}
    pairs, picked_by = _drafted(found, salt, held_out, parts)
    members = set(picked_by)
    for pair, cast in found.pairs:
        lead = sum(1 if vote.left else -1 for vote in cast)
        if lead == 0:
            continue
        group = _group(salt, pair.theme)
        left, right = (_hash(salt, side, pair.id, 32) for side in ("left", "right"))
        sides = ((pair.left_text, left), (pair.right_text, right))
        (chosen, chosen_id), (rejected, rejected_id) = sides if lead > 0 else sides[::-1]
        theme = pair.theme if may_theme(pair, found.opted_in) else None
        part: Part = "themes" if group in held_out else "train"
        pairs.append(Pair(pair.form, theme, group, chosen, rejected, chosen_id, rejected_id, part))
        members |= {vote.member_id for vote in cast} | ({pair.asked_by} & found.opted_in)
    return pairs, frozenset(members)


def _fair(choices: Sequence[tuple[Choice, frozenset[int]]]) -> list[tuple[Choice, frozenset[int]]]:
    """The newest picks of each member, so many that nobody's are more than one in `PICKERS` of all."""
    of_each = Counter(choice.member_id for choice, _ in choices)
    most = max(of_each.values(), default=0)
    while most and most * PICKERS > sum(min(most, count) for count in of_each.values()):
        most -= 1
    kept: Counter[int] = Counter()
    newest = []
    for choice, line in reversed(choices):
        kept[choice.member_id] += 1
        if kept[choice.member_id] <= most:
            newest.append((choice, line))
    return newest[::-1]


def _drafted(
    found: Gathered, salt: str, held_out: set[str], parts: Mapping[str, Part]
) -> tuple[list[Pair], frozenset[int]]:
    """A pair for each draft that was left, with the one that was picked; and who picked, or whose words the themes may be. One
    member's picks are their taste, not the server's: `PICKERS` members have to have picked, and none of them outweighs the others.
    """
    pairs: list[Pair] = []
    members: set[int] = set()
    for choice, line in _fair(found.choices):
        group = _group(salt, choice.brief.theme)
        # the picked text is held out where it is as an example, too
        part: Part = parts.get(choice.creation_id, "themes" if group in held_out else "train")
        theme = choice.brief.theme if line else None
        ids = [_hash(salt, "draft", f"{choice.creation_id}\0{n}", 32) for n in range(len(choice.texts))]
        picked = choice.texts[choice.choice]
        for text, name in zip(choice.texts, ids, strict=True):
            if text != picked:
                pairs.append(Pair(choice.form, theme, group, picked, text, ids[choice.choice], name, part))
        members |= {choice.member_id} | line
    return pairs, frozenset(members)


def _keep(db: Connection, row: SnapshotRow, made: Content) -> bool:
    """Write down the snapshot, unless somebody in it has chosen otherwise, or was forgotten, since it was begun."""
    if not made.consenting <= consents.opted_in(db, row.guild_id).keys():
        return False
    behind = {*made.creations.values(), *made.picked}
    if creations.existing(db, behind) != behind:
        return False
    snapshots.add(db, row, made.creations, made.consenting | made.askers)
    return True


def _group(salt: str, theme: str) -> str:
    """What pieces of one theme share; without the salt nobody can tell which theme it is, or try some."""
    words = "".join(char if char.isalnum() else " " for char in theme.casefold()).split()
    return _hash(salt, "theme", " ".join(words), 16)


def _hash(salt: str, what: str, name: str, digits: int) -> str:
    return hmac.new(salt.encode(), f"{what}\0{name}".encode(), hashlib.sha256).hexdigest()[:digits]
