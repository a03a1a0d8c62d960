"""The plain path: any causal language model as transformers computes it, one row after another.

Slower than `decoder.py`, and true for every architecture and for quantised weights. Adapters are added to the outputs
of the linear layers, which are wrapped where they are.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from transformers import DynamicCache

from generation.lm.architecture import GroupShape
from generation.lm.cache import Seat
from generation.lm.lora import Merged
from generation.lm.packed import pack

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from torch import Tensor

    from generation.lm.branches import Growth
    from generation.lm.decoder import Select
    from generation.lm.lora import Runs, Selection


class _Adapted(nn.Module):
    """A linear layer and what adapters add to it now."""

    def __init__(self, inner: nn.Module, name: str, now: dict[str, Selection | Runs | None]) -> None:
        super().__init__()
        self.inner = inner
        self._name, self._now = name, now

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.inner(x)
        selection = self._now["selection"]
        if selection is None:
            return y
        flat = y.reshape(-1, y.shape[-1])
        added = selection.delta(self._name, x.reshape(-1, x.shape[-1]), flat)
        return y if added is None else added.view_as(y)


class PlainCache:
    """A `DynamicCache` for each seat."""

    def __init__(self, rows: int, positions: int) -> None:
        self.positions = positions
        self._rows = rows
        self._held: dict[int, DynamicCache] = {}
        self._next = 0

    @property
    def free(self) -> int:
        return self._rows - len(self._held)

    def open(self, adapter: str | None) -> Seat:
        self._next += 1
        self._held[self._next] = DynamicCache()
        return Seat(self._next, adapter=adapter)

    def close(self, seat: Seat) -> None:
        del self._held[seat.slot]

    def wipe(self, seat: Seat) -> None:
        """Nothing to do: a seat's cache is its own."""

    def copy(self, source: Seat, target: Seat) -> None:
        """As `SlotCache.copy`."""
        self._held[target.slot] = copy.deepcopy(self._held[source.slot])
        target.length = source.length

    def of(self, seat: Seat) -> DynamicCache:
        return self._held[seat.slot]


class PlainBranches:
    """As `branches.Branches`: a `DynamicCache` for each row, begun as copies of the prompt's."""

    def __init__(self, prompt: DynamicCache, length: int, rows: int, adapter: str | None) -> None:
        self.adapter, self.start = adapter, length
        self.lengths = [0] * rows
        self.caches = [copy.deepcopy(prompt) for _ in range(rows)]

    def take_after(self, parents: Sequence[int]) -> None:
        """As `Branches.take_after`."""
        self.caches = [
            self.caches[parent] if row == parent else copy.deepcopy(self.caches[parent])
            for row, parent in enumerate(parents)
        ]
        self.lengths = [self.lengths[parent] for parent in parents]

    def go_back(self, lengths: Sequence[int]) -> None:
        """As `Branches.go_back`."""
        for cache, was, length in zip(self.caches, self.lengths, lengths, strict=True):
            cache.crop(length - was)  # that many fewer
        self.lengths = list(lengths)


class PlainNetwork:
    """Computes logits for rows, as `decoder.Decoder` does."""

    mergeable = None  # its layers are transformers' own

    def __init__(
        self, network: Any, modules: Mapping[str, tuple[int, int]], *, rows: int, context: int, dtype: torch.dtype,
        device: torch.device, halves: bool = False,
    ) -> None:  # fmt: skip
        """Changes `network`, which is this path's from now on. `modules` are those that adapters may add to. `halves`: see
        `packed.Matrix`.
        """
        self.dtype, self.device = dtype, device
        self.shapes = tuple(GroupShape(name, (name,), (size[0],), size[1]) for name, size in modules.items())
        self.cache = PlainCache(rows, context)
        self._network = network
        self._now: dict[str, Selection | Runs | None] = {"selection": None}
        if device.type == "cpu":
            pack(network, halves=halves)
        for name in modules:
            above, _, last = name.rpartition(".")
            parent = network.get_submodule(above)
            setattr(parent, last, _Adapted(getattr(parent, last), name, self._now))

    def recall(self, seat: Seat, prompt: Sequence[int]) -> None:
        """Nothing of earlier prompts is kept."""

    def remember(self, seat: Seat, prompt: Sequence[int]) -> None:
        """As above."""

    def let_go(self) -> None:
        """As above."""

    def branch(self, seat: Seat, rows: int) -> PlainBranches:
        """As `Decoder.branch`."""
        return PlainBranches(self.cache.of(seat), seat.length, rows, seat.adapter)

    @property
    def embedding(self) -> Tensor:
        """As `Decoder.embedding`."""
        found: Tensor = self._network.get_input_embeddings().weight
        return found

    def writing(
        self, seats: Sequence[Seat], tokens: Sequence[int], select: Select, growths: Sequence[Growth] = ()
    ) -> Generator[None, None, Tensor]:
        """As `Decoder.writing`, without a pause: what a row's cache has taken in cannot be given up."""
        yield from ()
        return self.write(seats, tokens, select, growths)

    def write(
        self, seats: Sequence[Seat], tokens: Sequence[int], select: Select, growths: Sequence[Growth] = ()
    ) -> Tensor:
        """As `Decoder.write`."""
        found = []
        for seat, token in zip(seats, tokens, strict=True):
            found.append(self._next_of(self.cache.of(seat), seat.adapter, [token], select))
            seat.length += 1
        for growth in growths:
            branches = growth.branches
            assert isinstance(branches, PlainBranches)
            for row, token in zip(growth.rows, growth.tokens, strict=True):
                found.append(self._next_of(branches.caches[row], branches.adapter, [token], select))
                branches.lengths[row] += 1
        return torch.cat(found)

    def read(self, parts: Sequence[tuple[Seat, Sequence[int]]], select: Select) -> Tensor:
        """As `Decoder.read`."""
        found = []
        for seat, tokens in parts:
            found.append(self._next_of(self.cache.of(seat), seat.adapter, list(tokens), select))
            seat.length += len(tokens)
        return torch.cat(found)

    def _next_of(self, cache: DynamicCache, adapter: str | None, tokens: list[int], select: Select) -> Tensor:
        selection = select([adapter] * len(tokens))
        assert not isinstance(selection, Merged)  # which are parts of a decoder
        self._now["selection"] = selection
        x = torch.tensor([tokens], device=self.device)  # (1, T)
        out = self._network(input_ids=x, cache=cache, use_cache=True, logits_to_keep=1)
        logits: Tensor = out.logits[:, -1]
        return logits
