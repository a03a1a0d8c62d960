"""Snapshots on disk: written whole or not at all, and read only when not a byte of them has changed."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from finetune.snapshot.errors import SnapshotError
from finetune.snapshot.records import Evidence, Example, Pair, Snapshot
from generation import whole
from generation.forms import FORMS
from generation.wire.reading import InvalidJobError, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

T = TypeVar("T")

FORMAT = 1
MANIFEST, EXAMPLES, PAIRS = "manifest.json", "examples.jsonl", "pairs.jsonl"
NAMES = (MANIFEST, EXAMPLES, PAIRS)
MOST_BYTES = 256 * 1024 * 1024  # of a file: a hundred thousand pieces of the longest kind
_DIGEST, _ID, _GROUP = (re.compile(f"[0-9a-f]{{{length}}}") for length in (64, 32, 16))


@dataclass(frozen=True, slots=True)
class _Manifest:
    format: int
    kind: str
    base: str
    made_at: float
    evidence: Evidence
    examples: int
    pairs: int


def compose(
    *,
    kind: str,
    base: str,
    made_at: float,
    evidence: Evidence,
    examples: Iterable[Example],
    pairs: Iterable[Pair] = (),
) -> Snapshot:
    """A snapshot in memory, with the digest that it will have on disk.

    Raises:
        SnapshotError: a value is out of its range.
    """
    by_id = tuple(sorted(examples, key=lambda one: one.id))
    given = Snapshot(kind, base, made_at, evidence, by_id, tuple(sorted(pairs, key=_pair_order)), "")
    files = _files(_read(_files(given)))  # a 1 becomes the 1.0 that it is read as
    return _read(files)  # what cannot be read is not given a name


def write(
    root: Path,
    *,
    kind: str,
    base: str,
    made_at: float,
    evidence: Evidence,
    examples: Iterable[Example],
    pairs: Iterable[Pair] = (),
) -> Snapshot:
    """Compose a snapshot and `put` it into `root`. Blocks.

    Raises:
        SnapshotError: as `compose` and `put`.
    """
    snapshot = compose(
        kind=kind, base=base, made_at=made_at, evidence=evidence, examples=examples, pairs=pairs
    )
    put(root, snapshot)
    return snapshot


def put(root: Path, snapshot: Snapshot) -> None:
    """Put a snapshot into `root`/its digest. One that is there already stays as it is. Blocks.

    Raises:
        SnapshotError: it cannot be written. Nothing is left behind.
    """
    try:
        with whole.made(root, _files(snapshot)) as made:
            if not whole.named(made, snapshot.digest):
                load(root / snapshot.digest)  # when what was there before is not whole, this says so
    except OSError as error:
        raise SnapshotError(f"The snapshot cannot be written: {error.strerror}.") from error


def load(directory: Path) -> Snapshot:
    """The snapshot in `directory`, whose name is its digest. Blocks.

    Raises:
        SnapshotError: it is missing, of another format, or not what was written.
    """
    named = directory.resolve().name
    if not _DIGEST.fullmatch(named):
        raise SnapshotError(f"{directory.name!r} is not the name of a snapshot.")
    found = {}
    for name in NAMES:
        path = directory / name
        try:
            if not path.is_file():
                raise SnapshotError(f"The snapshot {named[:12]} has no {name}.")
            if path.stat().st_size > MOST_BYTES:
                raise SnapshotError(
                    f"{name} of the snapshot {named[:12]} is larger than any that was written."
                )
            found[name] = path.read_bytes()
        except OSError as error:
            raise SnapshotError(
                f"{name} of the snapshot {named[:12]} cannot be read: {error.strerror}."
            ) from error
    snapshot = _read(found)
    if snapshot.digest != named or _files(snapshot) != found:
        raise SnapshotError(f"The snapshot {named[:12]} was changed after it was written.")
    return snapshot


def _files(snapshot: Snapshot) -> dict[str, bytes]:
    manifest = _Manifest(
        FORMAT, snapshot.kind, snapshot.base, snapshot.made_at, snapshot.evidence, len(snapshot.examples),
        len(snapshot.pairs),
    )  # fmt: skip
    return {MANIFEST: _lines([manifest]), EXAMPLES: _lines(snapshot.examples), PAIRS: _lines(snapshot.pairs)}


def _lines(records: Iterable[Any]) -> bytes:
    """One canonical JSON object a line."""
    try:
        return b"".join(
            json.dumps(
                asdict(record), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
            ).encode()
            + b"\n"
            for record in records
        )
    except ValueError as error:  # a number that is none, half a character
        raise SnapshotError("The snapshot cannot be written: a number or a text of it is none.") from error


def _read(files: Mapping[str, bytes]) -> Snapshot:
    """The files of a snapshot, checked.

    Raises:
        SnapshotError: they are none.
    """
    (manifest, *more) = _records(_Manifest, MANIFEST, files[MANIFEST]) or (None,)
    if manifest is None or more:
        raise SnapshotError(f"{MANIFEST} must be one object.")
    if manifest.format != FORMAT:
        raise SnapshotError(f"The snapshot is of format {manifest.format}; format {FORMAT} is read.")
    snapshot = Snapshot(
        manifest.kind, manifest.base, manifest.made_at, manifest.evidence,
        _records(Example, EXAMPLES, files[EXAMPLES]), _records(Pair, PAIRS, files[PAIRS]), "",
    )  # fmt: skip
    if (manifest.examples, manifest.pairs) != (len(snapshot.examples), len(snapshot.pairs)):
        raise SnapshotError("The snapshot does not hold what its manifest counts.")
    _check(snapshot)
    digest = hashlib.sha256(b"renga snapshot 1\n")
    for name in NAMES:
        digest.update(files[name])
    return replace(snapshot, digest=digest.hexdigest())


def _records(kind: type[T], name: str, content: bytes) -> tuple[T, ...]:
    found = []
    for number, line in enumerate(content.split(b"\n"), 1):
        if line:
            try:
                found.append(read(kind, json.loads(line)))
            except InvalidJobError as error:
                raise SnapshotError(f"{name}, line {number}: {error}") from error
            except (ValueError, RecursionError) as error:
                raise SnapshotError(f"{name}, line {number}, is not JSON.") from error
    return tuple(found)


def _check(snapshot: Snapshot) -> None:
    """Ranges that types cannot say."""
    if not any(form.kind == snapshot.kind for form in FORMS.values()):
        raise SnapshotError(f"{snapshot.kind[:40]!r} is no kind of text.")
    if not _DIGEST.fullmatch(snapshot.base):
        raise SnapshotError("The snapshot does not name its base model by a digest.")
    known = {form.name for form in FORMS.values() if form.kind == snapshot.kind}
    everything: list[Example | Pair] = [*snapshot.examples, *snapshot.pairs]
    for one in everything:
        if one.form not in known:
            raise SnapshotError(f"{one.form[:40]!r} is no form of {snapshot.kind}.")
        if not _GROUP.fullmatch(one.group):
            raise SnapshotError("A group is 16 hex digits.")
    ids = [example.id for example in snapshot.examples]
    if len(set(ids)) < len(ids):
        raise SnapshotError("A piece is in the snapshot twice.")
    ids += [name for pair in snapshot.pairs for name in (pair.chosen_id, pair.rejected_id)]
    if not all(map(_ID.fullmatch, ids)):
        raise SnapshotError("An id is 32 hex digits.")
    for example in snapshot.examples:
        if not (0 <= example.liked <= 1 and 0 <= example.confidence <= 1):
            raise SnapshotError("A probability and a confidence lie between 0 and 1.")
        if example.flagged and example.liked > 0:
            raise SnapshotError("A piece that a moderator flagged is never liked.")
        if example.voters < 0 or example.made_day < 0:
            raise SnapshotError("Voters and days are counted from 0.")


def _pair_order(pair: Pair) -> tuple[str, str, str, str]:
    return pair.chosen_id, pair.rejected_id, pair.chosen, pair.rejected
