"""Low-rank adapters (Hu et al. 2021, arXiv 2106.09685) of many rows in one product: concatenated, then masked.

The A matrices of all adapters in use lie under each other, so that one product gives every row all of their low-rank
inputs; a mask keeps each row its own adapter's, and one product with the B matrices beside each other gives the sums.
A stack is made for a set of adapters, at their own ranks without padding between them, and never changed: whoever
needs another set has another stack made (in a thread of its own) and changes over between two steps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional as F  # noqa: N812 - what everybody calls it

from generation.lm.packed import Matrix

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from generation.adapters import Adapter
    from generation.lm.architecture import GroupShape

ROUND = 16  # columns: what oneDNN's kernels like, and seldom another shape for CUDA's graphs
DIAGONAL_UP_TO = 32  # columns: below it one product with zeros costs less than one for each part


@dataclass(frozen=True, slots=True)
class _Group:
    """What the adapters add to linear layers that share an input. `b` gives a part's (first column, matrix)."""

    a: Matrix
    parts: int
    diagonal: Matrix | None
    b: tuple[tuple[int, Matrix] | None, ...]
    sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which columns each of N rows may use: (N, columns) of 0 and 1; None: all rows use all of them."""

    stack: Stack
    masks: Mapping[int, Tensor] | None

    def padded(self, rows: int) -> Selection:
        """The same with rows of nothing after them, `rows` in all."""
        if self.masks is None:
            return self
        return Selection(self.stack, {n: F.pad(m, (0, 0, 0, rows - len(m))) for n, m in self.masks.items()})

    def delta(self, key: str, x: Tensor, plus: Tensor | None) -> Tensor | None:
        """What the adapters add for the group `key`, on top of `plus`; (N, out). None for nothing at all."""
        group = self.stack.groups.get(key)
        if group is None:
            return plus
        low = group.a(x)
        if self.masks is not None:
            low = low * self.masks[group.parts]
        if group.diagonal is not None:
            return group.diagonal(low, plus)
        width = self.stack.columns
        found = [
            x.new_zeros(len(x), size) if part is None else part[1](low[:, part[0] : part[0] + width])
            for part, size in zip(group.b, group.sizes, strict=True)
        ]
        whole = torch.cat(found, 1)
        return whole if plus is None else whole + plus


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """One adapter that all rows use, as part of the weights: `matrices` by group, in place of the network's own.

    Small products are most of what an adapter costs, by their number and not by their work.
    """

    digest: str
    matrices: Mapping[str, Matrix]

    def padded(self, rows: int) -> Merged:  # noqa: ARG002 - there is nothing of rows in it
        return self

    def delta(self, key: str, x: Tensor, plus: Tensor | None) -> Tensor | None:  # noqa: ARG002 - as `Selection.delta`
        """What the adapter adds beside the matrices, which is nothing."""
        return plus


def merged(adapter: Adapter, shapes: Sequence[GroupShape], matrices: Mapping[str, Matrix]) -> Merged:
    """Add `adapter` to the `matrices` of a network, which stay as they are. Takes seconds: in a thread of its own."""
    found = {}
    for shape in shapes:
        if not any(name in adapter.modules for name in shape.names):
            continue
        change = torch.zeros(sum(shape.sizes), shape.width)
        for name, part in zip(shape.names, torch.split(change, list(shape.sizes)), strict=True):
            if (pair := adapter.modules.get(name)) is not None:
                part.addmm_(pair.b.float(), pair.a.float(), alpha=pair.scale)
        found[shape.key] = matrices[shape.key].plus(change)
    return Merged(adapter.digest, found)


@dataclass(frozen=True, slots=True)
class Runs:
    """The same for prompts: rows of one adapter lie together, and are multiplied with that adapter alone.

    A stack would do the work of all its adapters for each of many rows; here the calls are few beside the work.
    `runs` are (first row, last row + 1, adapter).
    """

    runs: tuple[tuple[int, int, Adapter], ...]
    shapes: Mapping[str, GroupShape]

    def padded(self, rows: int) -> Runs:  # noqa: ARG002 - rows that are in no run are let be
        return self

    def delta(self, key: str, x: Tensor, plus: Tensor | None) -> Tensor | None:
        """As `Selection.delta`; `plus` is added to in place."""
        shape = self.shapes[key]
        found = plus
        for first, last, adapter in self.runs:
            top = 0
            for name, size in zip(shape.names, shape.sizes, strict=True):
                if (pair := adapter.modules.get(name)) is not None:
                    if found is None:
                        found = x.new_zeros(len(x), sum(shape.sizes))
                    low = F.linear(x[first:last], pair.a)
                    found[first:last, top : top + size].add_(F.linear(low, pair.b), alpha=pair.scale)
                top += size
        return found


Adding = Selection | Merged | Runs
"""What adapters add to the rows of a step."""


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """The adapters of a set, ready to be computed with. `owner` says whose each column is: (columns,) of 0..n-1."""

    digests: tuple[str, ...]
    owner: Tensor
    groups: Mapping[str, _Group]

    @property
    def columns(self) -> int:
        return len(self.owner)

    def select(self, adapters: Sequence[str | None], dtype: torch.dtype) -> Selection:
        """The selection for rows that use `adapters`."""
        places = {digest: n for n, digest in enumerate(self.digests)}
        if len(places) == 1 and all(adapter is not None for adapter in adapters):
            return Selection(self, None)
        device = self.owner.device
        rows = torch.tensor([-2 if name is None else places[name] for name in adapters], device=device)
        mask = (rows[:, None] == self.owner[None]).to(dtype)
        parts = {group.parts for group in self.groups.values()}
        return Selection(self, {count: mask.repeat(1, count) for count in parts})


def stack_of(
    adapters: Sequence[Adapter], shapes: Sequence[GroupShape], *, dtype: torch.dtype, device: torch.device,
    halves: bool = False,
) -> Stack:  # fmt: skip
    """Put `adapters` together for a network. Scales are part of the B matrices from here on. `halves`: see `packed.Matrix`.

    Takes about 60 ms for one of rank 16 over SmolLM2-135M and 230 ms for sixteen, on one thread: in a thread of its own.
    """
    columns = ROUND * math.ceil(sum(adapter.rank for adapter in adapters) / ROUND)
    owner = torch.full((columns,), -1)
    first = 0
    starts = []
    for n, adapter in enumerate(adapters):
        starts.append(first)
        owner[first : first + adapter.rank] = n
        first += adapter.rank
    groups = {}
    for shape in shapes:
        group = _group(adapters, starts, columns, shape, dtype, device, halves=halves)
        if group is not None:
            groups[shape.key] = group
    return Stack(tuple(adapter.digest for adapter in adapters), owner.to(device), groups)


def _group(
    adapters: Sequence[Adapter], starts: Sequence[int], columns: int, shape: GroupShape, dtype: torch.dtype,
    device: torch.device, *, halves: bool,
) -> _Group | None:  # fmt: skip
    names, sizes = shape.names, shape.sizes
    used = [name for name in names if any(name in adapter.modules for adapter in adapters)]
    if not used:
        return None
    a = torch.zeros(len(used) * columns, shape.width, dtype=dtype)
    bs = {}
    for part, name in enumerate(used):
        b = torch.zeros(sizes[names.index(name)], columns, dtype=dtype)
        for adapter, start in zip(adapters, starts, strict=True):
            if (pair := adapter.modules.get(name)) is not None:
                rank = len(pair.a)
                a[part * columns + start : part * columns + start + rank] = pair.a
                b[:, start : start + rank] = pair.b * pair.scale
        bs[name] = b
    diagonal: Matrix | None = None
    split: list[tuple[int, Matrix] | None] = []
    if len(names) == 1 or columns <= DIAGONAL_UP_TO:
        whole = torch.zeros(sum(sizes), len(used) * columns, dtype=dtype)
        top = 0
        for name, size in zip(names, sizes, strict=True):
            if name in bs:
                left = used.index(name) * columns
                whole[top : top + size, left : left + columns] = bs[name]
            top += size
        diagonal = Matrix(whole.to(device), halves=halves)
    else:
        split = [
            (used.index(name) * columns, Matrix(bs[name].to(device), halves=halves)) if name in bs else None
            for name in names
        ]
    # in one chain: what is added is small, and so is what it rounds to
    narrow = Matrix(a.to(device), chain=shape.width, halves=halves)
    return _Group(narrow, len(used), diagonal, tuple(split), sizes)
