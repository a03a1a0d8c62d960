"""Snapshots: what a server liked, as a directory that says nothing of who.

    <root>/<digest>/manifest.json     kind, base model, when, counts that a moderator can read
                    examples.jsonl    pieces with how they were liked, one a line: `Example`
                    pairs.jsonl       "this one rather than that one", one a line: `Pair`

It is immutable, and named by the SHA-256 of its content. The studio writes it (`studio.taste.snapshot`), training reads it and
no database. No id of Discord's is in it: an example's id is a keyed hash whose key stays in the studio's store, so that only
there a deletion can be followed from a member to what learnt from them. Leaves out where labels come from: docs/taste.md.
"""

from finetune.snapshot.directory import compose, load, put, write
from finetune.snapshot.errors import SnapshotError
from finetune.snapshot.evidence import HEAD, PAIRS, TRAINING, Needs, missing
from finetune.snapshot.records import Evidence, Example, Pair, Part, Snapshot
from finetune.snapshot.weights import weights

__all__ = [
    "HEAD", "PAIRS", "TRAINING", "Evidence", "Example", "Needs", "Pair", "Part", "Snapshot", "SnapshotError",
    "compose", "load", "missing", "put", "weights", "write",
]  # fmt: skip
