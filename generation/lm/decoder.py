"""The fast path: a step of many rows through a network at once, each with its own length and adapter.

All tokens of a step lie flat, (N, width); only attention knows rows. A step either writes (one token for each of the
first N slots, attention over all of them at once) or reads (some prompts, of any lengths, attention one by one).
On CUDA the writing step is replayed from graphs (`graphs.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import torch
from torch.nn import functional as F  # noqa: N812 - what everybody calls it

from generation.lm.branches import Branched, Branches, Growth
from generation.lm.cache import Seat, SlotCache
from generation.lm.graphs import Graphs
from generation.lm.lora import Merged, Runs
from generation.lm.packed import Matrix, fused
from generation.lm.prefixes import Prefixes

if TYPE_CHECKING:
    from torch import Tensor

    from generation.lm.architecture import Architecture, LayerParts, Norm
    from generation.lm.lora import Adding

# the rows' adapters -> what adds to them
Select = Callable[[Sequence[str | None]], "Adding | None"]
Attend = Callable[[int, "_Layer", "Tensor", "Tensor", "Tensor"], "Tensor"]

T = TypeVar("T")
# fewer are computed as so many: oneDNN's kernels for one row or two read the weights more slowly
LEAST_ROWS = 4


@dataclass(frozen=True, slots=True)
class _Layer:
    parts: LayerParts
    matrices: Mapping[str, Matrix]


@dataclass(frozen=True, slots=True)
class Written:
    """A writing step of the slots from `first` on. tokens, positions: (M,); bias by window: (M, 1, 1, T), 0 or -inf."""

    first: int
    tokens: Tensor
    positions: Tensor
    biases: dict[int | None, Tensor]


class Decoder:
    """Computes logits for rows whose keys and values it keeps. Not thread-safe."""

    def __init__(
        self, architecture: Architecture, *, rows: int, context: int, dtype: torch.dtype, device: torch.device,
        together: bool = True, halves: bool = False,
    ) -> None:  # fmt: skip
        """`rows` seats of `context` positions. Copies what it needs; the network may be let go. `halves`: see `packed.Matrix`.

        `together`: rows share steps. Where each is computed alone, so that its numbers are always the same, nothing is
        taken over from other jobs' prompts, and recording steps (on CUDA) would not be worth it.
        """
        self.shapes = architecture.group_shapes()
        self.dtype, self.device, self._together = dtype, device, together
        self._heads, self._kv_heads, self._size = (
            architecture.heads, architecture.kv_heads, architecture.head_dim,
        )  # fmt: skip
        self._scale = architecture.attention_scale
        self._activation = architecture.activation
        self._embedding = architecture.embedding.to(device).clone()
        scale = architecture.embedding_scale
        self._embedding_scale = None if scale is None else torch.tensor(scale, dtype=dtype, device=device)
        self._norm = architecture.norm
        self._head = Matrix(architecture.head.weight, architecture.head.bias, halves=halves)
        self._layers = tuple(
            _Layer(  # without the layers themselves, which would keep the mapped file in memory
                replace(parts, linears={}),
                {
                    kind: fused(list(linears.values()), halves=halves)
                    for kind, linears in parts.linears.items()
                },
            )
            for parts in architecture.layers
        )
        self._windows = {parts.window for parts in architecture.layers}
        kinds = {parts.rope for parts in architecture.layers}
        positions = torch.arange(context, device=device)
        self._ropes = {kind: self._signed(*architecture.rope(kind, positions)) for kind in kinds}
        # on a CPU, attention over a batch of short rows is twice as fast in float32 as in bfloat16 (Zen 4)
        self._kept = torch.float32 if device.type == "cpu" else dtype
        self.cache = SlotCache(
            len(self._layers), rows, context, self._kv_heads, self._size, dtype=self._kept, device=device
        )
        self._graphs = Graphs(self._write) if together and device.type == "cuda" else None
        self._prefixes = Prefixes() if together else None

    def _signed(self, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor]:
        """Rotation as `x * cos + roll(x) * sin`: the sign of the rolled half is the sine's."""
        half = self._size // 2
        sin = torch.cat((-sin[:, :half], sin[:, half:]), 1)
        return cos.to(self.dtype)[:, None], sin.to(self.dtype)[:, None]

    def let_go(self) -> None:
        """Give back memory that only saves time."""
        if self._graphs is not None:
            self._graphs.clear()
        if self._prefixes is not None:
            self._prefixes.clear()

    def recall(self, seat: Seat, prompt: Sequence[int]) -> None:
        """Begin an empty seat with as much of `prompt` as is known."""
        if self._prefixes is not None and (kept := self._prefixes.longest(seat.adapter, prompt)) is not None:
            self.cache.fill(seat, kept)

    def remember(self, seat: Seat, prompt: Sequence[int]) -> None:
        """Keep what a seat holds of `prompt`, which it has read."""
        if self._prefixes is not None:
            self._prefixes.keep(seat.adapter, prompt, self.cache.held(seat, len(prompt)))

    def branch(self, seat: Seat, rows: int) -> Branches:
        """`rows` rows that go on from what `seat` holds, which is copied."""
        return Branches(self.cache.held(seat, seat.length), rows, seat.adapter)

    @property
    def matrices(self) -> dict[str, Matrix]:
        """What each group of `shapes` is multiplied by."""
        return {
            f"{layer.parts.name}.{kind}": matrix
            for layer in self._layers
            for kind, matrix in layer.matrices.items()
        }

    @property
    def mergeable(self) -> dict[str, Matrix] | None:
        """`matrices`, where it is worth its memory that an adapter becomes a part of them: in bfloat16 on a processor, whose small
        products cost as much as the large ones (in float16: 12 % for 340 MiB). On CUDA steps are recorded, with what each row adds.
        """
        here = self._together and self.device.type == "cpu" and self.dtype == torch.bfloat16
        return self.matrices if here else None

    @property
    def depth(self) -> int:
        """How many layers there are."""
        return len(self._layers)

    @property
    def embedding(self) -> Tensor:
        """A vector for each token: (V, width)."""
        return self._embedding

    def write(
        self, seats: Sequence[Seat], tokens: Sequence[int], select: Select, growths: Sequence[Growth] = ()
    ) -> Tensor:
        """One more token for each of `seats`, and for the rows of `growths`: what may follow, (M, V), in that order."""
        return whole(self.writing(seats, tokens, select, growths))

    def writing(
        self, seats: Sequence[Seat], tokens: Sequence[int], select: Select, growths: Sequence[Growth] = ()
    ) -> Generator[None, None, Tensor]:
        """`write` with a pause half-way, where others may be read, and where it may be given up and begun anew.

        In a pause no seat may be closed or moved, and no branches may change, unless what is left is given up.
        """
        if len(seats) > 1:
            self.cache.to_front(seats)
        order = sorted(range(len(seats)), key=lambda n: seats[n].slot)
        rows = [seats[n] for n in order]
        step = self._written(rows, [tokens[n] for n in order]) if rows else None
        grown = [self._branched(growth) for growth in growths]
        adapters = [seat.adapter for seat in rows]
        branched = [growth.branches.adapter for growth in growths for _ in growth.rows]
        if self._graphs is None or step is None:
            logits = yield from self._write_in_halves(step, grown, select(adapters + branched))
        else:
            selection = select(adapters)
            assert not isinstance(selection, Runs | Merged)  # which are for prompts, and for processors
            logits = self._graphs.run(step, selection)
            if grown:  # of shapes too many to be recorded
                logits = torch.cat((logits, whole(self._write_in_halves(None, grown, select(branched)))))
        for seat in rows:
            seat.length += 1
        for growth in growths:
            for row in growth.rows:
                growth.branches.lengths[row] += 1
        if order != list(range(len(order))):
            back = torch.arange(len(logits))
            back[torch.tensor(order)] = torch.arange(len(order))
            logits = logits[back.to(logits.device)]
        return logits

    def _written(self, rows: Sequence[Seat], tokens: Sequence[int]) -> Written:
        positions = torch.tensor([seat.length for seat in rows])
        longest = max(seat.length for seat in rows) + 1
        if self._graphs is not None:
            longest = self._graphs.rounded(longest, self.cache.positions)
        return Written(
            rows[0].slot, torch.tensor(tokens).to(self.device), positions.to(self.device),
            {window: self._bias(positions, longest, window) for window in self._windows},
        )  # fmt: skip

    def _branched(self, growth: Growth) -> Branched:
        branches = growth.branches
        assert isinstance(branches, Branches)
        rows = torch.tensor(growth.rows)
        lengths = torch.tensor(branches.lengths)[rows]
        again = torch.cat((torch.zeros(1, dtype=torch.bool), rows[1:] == rows[:-1]))
        # how many tokens of its row come before each: counted from where its row begins
        at = torch.arange(len(rows))
        own = lengths + at - torch.where(again, 0, at).cummax(0).values
        until = int(own.max()) + 1
        branches.make_room(until)
        positions = branches.start + own
        return Branched(
            branches, torch.tensor(growth.tokens).to(self.device), rows.to(self.device), own.to(self.device), until,
            growth.rows == list(range(len(branches.lengths))), positions.to(self.device),
            {window: self._bias(positions, branches.start + until, window) for window in self._windows},
        )  # fmt: skip

    def read(self, parts: Sequence[tuple[Seat, Sequence[int]]], select: Select) -> Tensor:
        """Take in the next tokens of some seats' prompts: what may follow each part's last, (len(parts), V)."""
        lengths = [len(tokens) for _, tokens in parts]
        ids = torch.tensor([token for _, tokens in parts for token in tokens], device=self.device)
        positions = torch.cat(
            [torch.arange(seat.length, seat.length + len(tokens)) for seat, tokens in parts]
        )
        positions = positions.to(self.device)
        masks = [
            {window: self._triangle(seat.length, length, window) for window in self._windows}
            for (seat, _), length in zip(parts, lengths, strict=True)
        ]
        selection = select(
            [seat.adapter for (seat, _), length in zip(parts, lengths, strict=True) for _ in range(length)]
        )

        def attend(n: int, layer: _Layer, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
            found = []
            for (seat, _), mask, q1, k1, v1 in zip(
                parts, masks, *(torch.split(x, lengths) for x in (q, k, v)), strict=True
            ):
                end = seat.length + len(q1)
                keys, values = self.cache.data[0, n, seat.slot], self.cache.data[1, n, seat.slot]
                keys[:, seat.length : end] = k1.transpose(0, 1)
                values[:, seat.length : end] = v1.transpose(0, 1)
                found.append(self._over(q1, keys[:, :end], values[:, :end], mask[layer.parts.window]))
            return torch.cat(found)

        x = whole(self._through(ids, positions, attend, selection))
        for (seat, _), length in zip(parts, lengths, strict=True):
            seat.length += length
        last = torch.tensor(lengths, device=self.device).cumsum(0) - 1
        return self._head(self._norm(x[last]))

    def states(self, texts: Sequence[Sequence[int]], layers: int) -> list[Tensor]:
        """What the first `layers` layers make of each of some texts, which are read alone, without an adapter: (its tokens, width) each.
        No seat is needed, and nothing is kept.
        """
        lengths = [len(tokens) for tokens in texts]
        ids = torch.tensor([token for tokens in texts for token in tokens], device=self.device)
        positions = torch.cat([torch.arange(length) for length in lengths]).to(self.device)
        masks = {
            (length, window): self._triangle(0, length, window)
            for length in set(lengths)
            for window in self._windows
        }

        def attend(_: int, layer: _Layer, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
            parts = zip(*(torch.split(x, lengths) for x in (q, k, v)), strict=True)
            return torch.cat(
                [
                    self._over(q1, k1.transpose(0, 1), v1.transpose(0, 1), masks[len(q1), layer.parts.window])
                    for q1, k1, v1 in parts
                ]
            )

        x = whole(self._through(ids, positions, attend, None, layers))
        return list(torch.split(x[: len(ids)], lengths))

    def _write(self, step: Written, selection: Adding | None) -> Tensor:
        return whole(self._write_in_halves(step, (), selection))

    def _write_in_halves(
        self, step: Written | None, grown: Sequence[Branched], selection: Adding | None
    ) -> Generator[None, None, Tensor]:
        """The body of a writing step: of `step`, no shape depends on a value, so that it can be captured."""
        groups: list[Written | Branched] = [*([] if step is None else [step]), *grown]
        counts = [len(group.tokens) for group in groups]
        seated = None if step is None else self._seated(step)

        def attend(n: int, layer: _Layer, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
            if not grown and seated is not None:
                return seated(n, layer, q, k, v)
            found = []
            for group, q1, k1, v1 in zip(groups, *(torch.split(x, counts) for x in (q, k, v)), strict=True):
                if isinstance(group, Branched):
                    bias = group.biases[layer.parts.window]
                    found.append(group.branches.attend(n, group, bias, q1, k1, v1, self._scale))
                else:
                    assert seated is not None
                    found.append(seated(n, layer, q1, k1, v1))
            return torch.cat(found)

        tokens = groups[0].tokens if len(groups) == 1 else torch.cat([group.tokens for group in groups])
        positions = (
            groups[0].positions if len(groups) == 1 else torch.cat([group.positions for group in groups])
        )
        x = yield from self._through(tokens, positions, attend, selection)
        return self._head(self._norm(x))[: len(tokens)]

    def _seated(self, step: Written) -> Attend:
        """Attention of the rows that have seats."""
        rows = len(step.tokens)
        heads, length = self._kv_heads, self.cache.positions
        first, last = step.first, step.first + rows
        starts = torch.arange(first * heads, last * heads, device=self.device) * length
        where = starts + step.positions.repeat_interleave(heads)

        def attend(n: int, layer: _Layer, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
            keys, values = self.cache.data[0, n], self.cache.data[1, n]
            keys.view(-1, self._size).index_copy_(0, where, k.reshape(-1, self._size))
            values.view(-1, self._size).index_copy_(0, where, v.reshape(-1, self._size))
            bias = step.biases[layer.parts.window]
            until = bias.shape[-1]
            out = F.scaled_dot_product_attention(  # the queries of a group share their keys: (M, KH, G, D)
                q.reshape(rows, heads, -1, self._size), keys[first:last, :, :until], values[first:last, :, :until],
                attn_mask=bias, scale=self._scale,
            )  # fmt: skip
            return out.reshape(rows, self._heads * self._size)

        return attend

    def _over(self, q: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> Tensor:
        """Attention of one text's part: q (T, H, D), keys and values (KH, S, D), mask (G * T, S) -> (T, H * D)."""
        length, groups = len(q), self._heads // self._kv_heads
        q = q.view(length, self._kv_heads, groups, self._size).permute(1, 2, 0, 3)
        out = F.scaled_dot_product_attention(
            q.reshape(1, self._kv_heads, groups * length, self._size), keys[None], values[None],
            attn_mask=mask, scale=self._scale,
        )  # fmt: skip
        out = out.view(self._kv_heads, groups, length, self._size).permute(2, 0, 1, 3)
        return out.reshape(length, self._heads * self._size)

    def _through(
        self,
        tokens: Tensor,
        positions: Tensor,
        attend: Attend,
        selection: Adding | None,
        layers: int | None = None,
    ) -> Generator[None, None, Tensor]:
        """tokens, positions: (N,) -> (N or LEAST_ROWS, width) of the last layer, or of the first `layers`, with a pause half-way."""
        rows = len(tokens)
        ropes = {kind: (cos[positions], sin[positions]) for kind, (cos, sin) in self._ropes.items()}
        x = F.embedding(tokens, self._embedding)
        if self._embedding_scale is not None:
            x = x * self._embedding_scale
        padded = max(rows, LEAST_ROWS) if self.device.type == "cpu" else rows
        if padded > rows:
            x = F.pad(x, (0, 0, 0, padded - rows))
            if selection is not None:
                selection = selection.padded(padded)
        width, kv_width = self._heads * self._size, self._kv_heads * self._size
        delta = _none if selection is None else selection.delta
        instead = selection.matrices if isinstance(selection, Merged) else {}
        for n, layer in enumerate(self._layers[:layers]):
            if n == len(self._layers) // 2:
                yield
            parts = layer.parts
            h = parts.norm(x)
            matrices = {
                kind: instead.get(f"{parts.name}.{kind}", matrix) for kind, matrix in layer.matrices.items()
            }
            qkv = matrices["qkv"](h, delta(f"{parts.name}.qkv", h, None))[:rows]
            qk = qkv[:, : width + kv_width].view(rows, -1, self._size)
            v = qkv[:, width + kv_width :].view(rows, self._kv_heads, self._size)
            cos, sin = ropes[parts.rope]
            if parts.q_norm is not None and parts.k_norm is not None:
                qk = torch.cat((parts.q_norm(qk[:, : self._heads]), parts.k_norm(qk[:, self._heads :])), 1)
            qk = torch.addcmul(qk * cos, torch.roll(qk, self._size // 2, -1), sin)
            qk, v = qk.to(self._kept), v.to(self._kept)
            a = attend(n, layer, qk[:, : self._heads], qk[:, self._heads :], v).to(self.dtype)
            if padded > rows:
                a = F.pad(a, (0, 0, 0, padded - rows))
            x = self._added(x, a, matrices["out"], f"{parts.name}.out", parts.norm_after_attention, delta)
            h = parts.norm_before_mlp(x)
            gate_up = matrices["gate_up"](h, delta(f"{parts.name}.gate_up", h, None))
            gate, up = gate_up.chunk(2, 1)
            h = self._activation(gate).mul_(up)
            x = self._added(x, h, matrices["down"], f"{parts.name}.down", parts.norm_after_mlp, delta)
        return x

    @staticmethod
    def _added(
        x: Tensor, h: Tensor, matrix: Matrix, key: str, norm: Norm | None, delta: Callable[..., Tensor | None]
    ) -> Tensor:
        if norm is None:
            return matrix(h, delta(key, h, x))
        return x + norm(matrix(h, delta(key, h, None)))

    def _bias(self, positions: Tensor, until: int, window: int | None) -> Tensor:
        """Which positions a row that writes at `positions` sees: (M, 1, 1, until) of 0 or -inf."""
        at = torch.arange(until)[None]
        seen = at <= positions[:, None]
        if window is not None:
            seen &= at > positions[:, None] - window
        bias = torch.zeros(seen.shape, dtype=self._kept).masked_fill_(~seen, -torch.inf)
        return bias.to(self.device)[:, None, None]

    def _triangle(self, start: int, length: int, window: int | None) -> Tensor:
        """The same for a prompt's part, once for each query of a group: (G * length, start + length), True where seen."""
        rows = torch.arange(start, start + length, device=self.device)[:, None]
        at = torch.arange(start + length, device=self.device)[None]
        seen = at <= rows
        if window is not None:
            seen &= at > rows - window
        return seen.repeat(self._heads // self._kv_heads, 1)


def whole(steps: Generator[None, None, T]) -> T:
    """What `steps` come to, without a pause."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: T = end.value
            return found


def _none(key: str, h: Tensor, plus: Tensor | None) -> Tensor | None:  # noqa: ARG001 - no adapter adds anything
    return plus
