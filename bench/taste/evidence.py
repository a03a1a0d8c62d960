"""From reactions to a snapshot, through the studio's store, its labels and its split: a directory that training reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.taste.community import DAY_S
from bench.taste.prompts import FORM
from bench.taste.stored import gathered
from finetune.snapshot import write
from generation.forms import form_named
from studio.taste.labels import read
from studio.taste.snapshot import content
from studio.taste.votes import Vote

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.taste.community import Reaction
    from bench.taste.samples import Sample
    from finetune.snapshot import Snapshot
    from studio.taste.labels import Reading

BEGAN_S = 20_000 * DAY_S  # Unix seconds: when the simulated server began
SALT = "0" * 64


def votes(reactions: Sequence[Reaction], made_at: Sequence[float]) -> list[Vote]:
    """What the studio would know of them. Creations are named by their place among all."""
    return [
        Vote(
            _name(one.creation), one.member, one.up, BEGAN_S + one.at, BEGAN_S + made_at[one.creation],
            BEGAN_S + one.joined_at,
        )
        for one in reactions
    ]  # fmt: skip


def reading(reactions: Sequence[Reaction], made_at: Sequence[float]) -> Reading:
    """What they come to, at the time of the last."""
    return read(votes(reactions, made_at), (), _now(reactions))


def snapshot(
    root: Path, samples: Sequence[Sample], reactions: Sequence[Reaction], made_at: Sequence[float], base: str
) -> Snapshot:
    """What the reactions say of `samples`, made at `made_at` (seconds since the server began), written into `root`."""
    known = gathered(samples, reactions, made_at, BEGAN_S)
    now = _now(reactions)
    found = content(known, SALT, now)
    return write(
        root, kind=form_named(FORM).kind, base=base, made_at=now, evidence=found.evidence, examples=found.examples,
        pairs=found.pairs,
    )  # fmt: skip


def _name(creation: int) -> str:
    return f"{creation:06d}"


def _now(reactions: Sequence[Reaction]) -> float:
    return BEGAN_S + max((one.at for one in reactions), default=0.0)
