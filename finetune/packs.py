"""Pieces of one form behind the prompt that they share: what a step of training reads.

The prompt (the system turn, the form's examples) is the longest part of it and the same for every piece of a form, so it
is read once a pack; the pieces lie beside one another behind it, each seeing the prompt and itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

NO_TARGET = -100


@dataclass(frozen=True, slots=True)
class Tokens:
    """A piece as tokens: `prompt` is read, `answer` is learnt (with what ends it, where that is known)."""

    form: str
    prompt: tuple[int, ...]
    answer: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """prefix: (P,) ids that come before every row, P > 0. rows: (B, n) ids, padded with 0 after their `lengths`, (B,).
    targets: (B, n), the id that is to follow each position, `NO_TARGET` where nothing is learnt.
    """

    form: str
    prefix: Tensor
    rows: Tensor
    targets: Tensor
    lengths: Tensor

    @property
    def learnt(self) -> int:
        """How many tokens of it are targets."""
        return int((self.targets != NO_TARGET).sum())


def pack(pieces: Sequence[Tokens]) -> Pack:
    """Lay out pieces of one form; there is at least one."""
    shared = _shared([piece.prompt for piece in pieces])
    rows, targets = [], []
    for piece in pieces:
        own = piece.prompt[shared:]
        ids = own + piece.answer
        rows.append(ids[:-1])  # nothing is to follow the last
        targets.append((NO_TARGET,) * (len(own) - 1) + piece.answer)
    width = max(map(len, rows))
    return Pack(
        pieces[0].form,
        torch.tensor(pieces[0].prompt[:shared]),
        torch.tensor([row + (0,) * (width - len(row)) for row in rows]),
        torch.tensor([row + (NO_TARGET,) * (width - len(row)) for row in targets]),
        torch.tensor([len(row) for row in rows]),
    )


def in_packs(pieces: Sequence[Tokens], room: int) -> list[list[Tokens]]:
    """`pieces`, whose order decides, in groups of one form and of similar length whose rows come to at most `room` tokens
    with their padding; a longer one is alone.
    """
    found: list[list[Tokens]] = []
    for form in sorted({piece.form for piece in pieces}):
        group: list[Tokens] = []
        widest = 0
        for piece in sorted(
            (piece for piece in pieces if piece.form == form), key=lambda piece: len(piece.answer)
        ):
            width = len(piece.answer) + 24  # of its own prompt, about
            if group and max(widest, width) * (len(group) + 1) > room:
                found.append(group)
                group, widest = [], 0
            group.append(piece)
            widest = max(widest, width)
        if group:
            found.append(group)
    return found


def _shared(prompts: Sequence[tuple[int, ...]]) -> int:
    """How many ids all of `prompts` begin with; one of each is left, which the first target follows."""
    most = min(map(len, prompts)) - 1
    first = prompts[0]
    for n in range(most):
        if any(prompt[n] != first[n] for prompt in prompts):
            return n
    return most
