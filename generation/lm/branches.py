"""Rows that grew out of one prompt: its keys and values once, for all of them, and each row's own after them.

Two dozen rows that each read their own copy of the prompt would spend as long on it as on all else in a step. Positions
are counted from the prompt's first token, as in every seat.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import torch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

GROWTH = 64  # positions by which the rows' own memory grows


class Branching(Protocol):
    """Rows of one prompt, however they are kept. `start` is how long that is, `lengths` what each has taken in since."""

    start: int
    lengths: list[int]
    adapter: str | None

    def take_after(self, parents: Sequence[int]) -> None:
        """There are `len(parents)` rows from now on, and row n is as row `parents[n]` was."""

    def go_back(self, lengths: Sequence[int]) -> None:
        """Forget what rows have taken in after `lengths`."""


class Branches:
    """`Branching` for the fast path. `prompt`: (2, layers, kv_heads, P, head_dim), not changed."""

    def __init__(self, prompt: Tensor, rows: int, adapter: str | None) -> None:
        _, layers, kv_heads, self.start, size = prompt.shape
        self.adapter = adapter
        self.lengths = [0] * rows
        self._prompt = prompt
        self._own = prompt.new_zeros(2, layers, rows, kv_heads, GROWTH, size)

    def take_after(self, parents: Sequence[int]) -> None:
        until = max(self.lengths)
        if len(parents) == len(self.lengths):
            moved = [row for row, parent in enumerate(parents) if row != parent]
            self._own[:, :, moved, :, :until] = self._own[
                :, :, [parents[row] for row in moved], :, :until
            ]  # what is read is a copy
        else:
            self._own = self._own[:, :, list(parents)]
        self.lengths = [self.lengths[parent] for parent in parents]

    def go_back(self, lengths: Sequence[int]) -> None:
        self.lengths = list(lengths)

    def make_room(self, longest: int) -> None:
        """See that every row can come to have so many own positions."""
        while longest > self._own.shape[4]:
            more = self._own.new_zeros(*self._own.shape[:4], GROWTH, self._own.shape[5])
            self._own = torch.cat((self._own, more), 4)

    def attend(
        self, n: int, step: Branched, bias: Tensor, q: Tensor, k: Tensor, v: Tensor, scale: float
    ) -> Tensor:
        """Layer `n` of a step. q: (M, H, D); k, v: (M, KH, D), kept from now on; what is seen: (M, H * D)."""
        (rows, heads, size), kv_heads = q.shape, k.shape[1]
        keys, values = self._own[0, n], self._own[1, n]  # (R, KH, T, D)
        keys[step.rows, :, step.own] = k
        values[step.rows, :, step.own] = v
        q = (q * scale).view(rows, kv_heads, -1, size)  # (M, KH, G, D)
        by_head = q.transpose(0, 1).reshape(kv_heads, -1, size)  # (KH, M * G, D)
        before = torch.matmul(by_head, self._prompt[0, n].transpose(1, 2))  # (KH, M * G, P)
        before = before.view(kv_heads, rows, -1, self.start).transpose(0, 1)
        keys, values = keys[:, :, : step.until], values[:, :, : step.until]
        if not step.whole:
            keys, values = keys[step.rows], values[step.rows]  # (M, KH, T, D)
        since = torch.matmul(q, keys.transpose(2, 3))  # (M, KH, G, T)
        weights = (torch.cat((before, since), -1) + bias).softmax(-1)
        of_prompt = weights[..., : self.start].transpose(0, 1).reshape(kv_heads, -1, self.start)
        seen = torch.matmul(of_prompt, self._prompt[1, n]).view(kv_heads, rows, -1, size).transpose(0, 1)
        seen = seen + torch.matmul(weights[..., self.start :], values)
        return seen.reshape(rows, heads * size)


@dataclass(frozen=True, slots=True)
class Growth:
    """What some rows of branches take in next: tokens, each for the row in `rows` at its place.

    Rows rise, and one that takes in several tokens comes several times.
    """

    branches: Branching
    rows: Sequence[int]
    tokens: Sequence[int]


@dataclass(frozen=True, slots=True)
class Branched:
    """A step of branches as it is computed. tokens, rows, own, positions: (M,), what they take in, which they are, at which
    of their own positions, and at which in all.

    Of their own, `until` are looked at; `whole`: every row takes in one token. `biases` by window: (M, 1, 1, P + until) of 0 or -inf.
    """

    branches: Branches
    tokens: Tensor
    rows: Tensor
    own: Tensor
    until: int
    whole: bool
    positions: Tensor
    biases: Mapping[int | None, Tensor]
