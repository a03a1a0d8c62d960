"""From reactions to a snapshot, by the studio's own labels: a directory that training reads."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from bench.taste.community import DAY_S
from bench.taste.prompts import FORM
from finetune.snapshot import Example, write
from generation.forms import form_named
from studio.taste.evidence import evidence
from studio.taste.labels import read
from studio.taste.votes import Vote

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.taste.community import Reaction
    from bench.taste.samples import Sample
    from finetune.snapshot import Snapshot
    from studio.taste.labels import Reading

BEGAN_S = 20_000 * DAY_S  # Unix seconds: when the simulated server began


def votes(reactions: Sequence[Reaction], made_at: Sequence[float]) -> list[Vote]:
    """What the studio would know of them. Creations are named by their place among all."""
    return [
        Vote(
            f"{one.creation:06d}", one.member, one.up, BEGAN_S + one.at, BEGAN_S + made_at[one.creation],
            BEGAN_S + one.joined_at,
        )
        for one in reactions
    ]  # fmt: skip


def reading(reactions: Sequence[Reaction], made_at: Sequence[float]) -> Reading:
    """What they come to, at the time of the last."""
    now = BEGAN_S + max((one.at for one in reactions), default=0.0)
    return read(votes(reactions, made_at), (), now)


def snapshot(
    root: Path, samples: Sequence[Sample], reactions: Sequence[Reaction], made_at: Sequence[float], base: str
) -> Snapshot:
    """What the reactions say of `samples`, made at `made_at` (seconds since the server began), written into `root`."""
    found = reading(reactions, made_at)
    examples = []
    for label in found.labels:
        if label.is_kept:
            n = int(label.creation)
            one = samples[n]
            group = hashlib.sha256(one.theme.encode()).hexdigest()[:16]
            day = int((BEGAN_S + made_at[n]) / DAY_S)
            examples.append(
                Example(
                    one.id, FORM, one.text, one.theme, group, label.liked, label.confidence, label.voters, day, "train"
                )
            )  # fmt: skip
    return write(
        root, kind=form_named(FORM).kind, base=base, made_at=BEGAN_S + max(made_at), evidence=evidence(found),
        examples=examples,
    )  # fmt: skip
