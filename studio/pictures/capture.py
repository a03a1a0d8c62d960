"""What a host made of a picture job becomes a creation: the artifacts checked, their notes read. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generation.wire.jobs import PictureBrief, Spot
from generation.wire.reading import InvalidJobError, read
from studio.pictures.sizes import NotAPictureError, check
from studio.store.records import Creation, Picture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from generation.wire.events import Artifact, Done
    from generation.wire.jobs import Job
    from studio.store.records import JobRecord

PNG, WEBP = "image/png", "image/webp"
WORDS_MOST, WORD_MOST = 12, 60
ENDS, END_MOST = 2, 180  # of a moving picture, which is told as one text an end
NEAREST_MOST = 3
ALT_MOST = 300
NOTE_MOST = 200


class NotPicturesError(Exception):
    """The host made something other than what was asked for; the message is for the log."""


def expected(brief: PictureBrief) -> tuple[int, str]:
    """How many artifacts the job ends with, and of which type."""
    return (1, WEBP) if brief.move == "morph" else (brief.count, PNG)


def ordered(brief: PictureBrief, artifacts: Sequence[Artifact]) -> list[Artifact]:
    """The artifacts by part.

    Raises:
        NotPicturesError: there are others than expected.
    """
    count, mime = expected(brief)
    found = sorted(artifacts, key=lambda artifact: artifact.part)
    if [artifact.part for artifact in found] != list(range(count)) or any(a.mime != mime for a in found):
        raise NotPicturesError(f"{len(found)} artifacts where {count} {mime} were asked for")
    return found


def creation(
    record: JobRecord, job: Job, done: Done, artifacts: Sequence[Artifact], data: Sequence[bytes], now: float
) -> Creation:
    """The creation of a picture job; `artifacts` are `ordered`, `data` their bytes.

    Raises:
        NotPicturesError: bytes that are no pictures.
    """
    brief = job.picture
    assert brief is not None
    try:
        for artifact, each in zip(artifacts, data, strict=True):
            check(each, artifact.mime)
    except NotAPictureError as error:
        raise NotPicturesError(str(error)) from error
    return Creation(
        id=record.id, guild_id=record.guild_id, channel_id=record.channel_id, member_id=record.member_id,
        kind=record.kind, form=brief.move, brief=brief, text="", mime=artifacts[0].mime, digest=artifacts[0].digest,
        prompt=" → ".join(spot.theme for spot in brief.spots), seed=done.seed, sampling=job.sampling, model=done.model,
        adapter=done.adapter, parent=record.parent, made_at=now, usage=done.usage,
        note=_note(artifacts), pictures=tuple(picture(artifact) for artifact in artifacts),
    )  # fmt: skip


def picture(artifact: Artifact) -> Picture:
    """One picture from its artifact; a note that is missing or odd is left empty, since the picture itself is good."""
    meta = artifact.meta
    words = (ENDS, END_MOST) if artifact.mime == WEBP else (WORDS_MOST, WORD_MOST)
    return Picture(
        part=artifact.part,
        mime=artifact.mime,
        digest=artifact.digest,
        spot=_spot(meta),
        understood=_words(meta, "understood", *words),
        outside=meta.get("outside") is True,
        nearest=_words(meta, "nearest", NEAREST_MOST, WORD_MOST),
        alt=_text(meta.get("alt"), ALT_MOST),
    )


def _spot(meta: Mapping[str, Any]) -> Spot | None:
    try:
        return read(Spot, meta["spot"]) if meta.get("spot") is not None else None
    except InvalidJobError:
        return None


def _note(artifacts: Sequence[Artifact]) -> str | None:
    """What a host says of how the pictures were made: of all in the same words, but for the two ends of a mixture."""
    notes = [_text(artifact.meta.get("note"), NOTE_MOST) for artifact in (artifacts[0], artifacts[-1])]
    return " ".join(dict.fromkeys(note for note in notes if note)) or None


def _words(meta: Mapping[str, Any], name: str, most: int, longest: int) -> tuple[str, ...]:
    found = meta.get(name)
    if not isinstance(found, list | tuple):
        return ()
    words = (_text(word, longest) for word in found[:most])
    return tuple(word for word in words if word)


def _text(value: object, most: int) -> str:
    # NUL is the one character that PostgreSQL cannot keep
    return value.replace("\0", "").strip()[:most] if isinstance(value, str) else ""
