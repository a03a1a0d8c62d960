"""The language model as it trains: frozen, in the numbers that it serves with or in four bits, and beside each linear layer a LoRA in float32.

It computes what `generation.lm.decoder` computes, from the same parts, for packs of pieces; PEFT on transformers' network
gives the same loss and takes several times as long on a processor (docs/starters.md has the figures). What comes out has
PEFT's names and configuration.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from bitsandbytes.nn.modules import Linear4bit
from peft import LoraConfig
from torch import nn
from torch.nn import functional as F  # noqa: N812 - what everybody calls it

from finetune.frozen import frozen
from finetune.packs import NO_TARGET
from finetune.products import Head, adapted, surprises
from generation.adapters import AdapterError
from generation.lm.architecture import architecture_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from finetune.frozen import Frozen
    from finetune.packs import Pack
    from generation.adapters import Adapter, Lora
    from generation.lm.architecture import LayerParts
    from generation.lm.load import LoadedModel


class Group:
    """Linear layers that read the same input, as one: their frozen weights, and a pair of matrices for each.

    a: (layers * rank, in), b: (all their outputs, rank), both float32 and trained.
    """

    def __init__(
        self, names: list[str], linears: list[nn.Linear], rank: int, scale: float, weight: Frozen
    ) -> None:
        self.names, self.rank, self._scale = names, rank, scale
        self.sizes = [linear.out_features for linear in linears]
        self.weight = weight
        biases = [linear.bias for linear in linears]
        self._bias = None if biases[0] is None else torch.cat([bias.detach() for bias in biases])
        where = linears[0].weight.device
        self.a = nn.Parameter(torch.zeros(len(linears) * rank, linears[0].in_features, device=where))
        self.b = nn.Parameter(torch.zeros(sum(self.sizes), rank, device=where))

    def begin(self, seed: torch.Generator) -> None:
        """As PEFT begins: `a` uniform, `b` zero, so that nothing is changed yet."""
        bound = 1 / math.sqrt(self.a.shape[1])
        # drawn on the processor, so that a seed is the same everywhere
        self.a.data.copy_(torch.empty(self.a.shape).uniform_(-bound, bound, generator=seed))
        nn.init.zeros_(self.b)

    def take(self, pairs: Sequence[Lora | None]) -> None:
        """The pair of each layer; None: it changes nothing there, yet, as at the beginning."""
        self.b.zero_()
        for pair, a, b in zip(
            pairs, torch.split(self.a, self.rank), torch.split(self.b, self.sizes), strict=True
        ):
            if pair is None:
                continue
            if pair.a.shape[0] != self.rank or not math.isclose(pair.scale, self._scale, rel_tol=1e-6):
                raise AdapterError(
                    "An adapter whose layers differ in rank or scale cannot be trained further."
                )
            a.copy_(pair.a)
            b.copy_(pair.b)

    def __call__(self, x: Tensor, drop: float) -> Tensor:
        a, b = self.a.to(x.dtype), (self.b * self._scale).to(x.dtype)
        wide: Tensor = torch.block_diag(*torch.split(b, self.sizes))  # type: ignore[no-untyped-call]
        keep = None
        if drop:
            keep = (torch.rand(len(x), len(self.a), device=x.device) >= drop).to(x.dtype) / (1 - drop)
        return adapted(x, self.weight, self._bias, a, wide, keep)

    def tensors(self) -> dict[str, Tensor]:
        """The pairs by PEFT's names."""
        found = {}
        for name, a, b in zip(
            self.names, torch.split(self.a, self.rank), torch.split(self.b, self.sizes), strict=True
        ):
            found[f"base_model.model.{name}.lora_A.weight"] = a.detach()
            found[f"base_model.model.{name}.lora_B.weight"] = b.detach()
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A pack's T targets, row after row: the states that they are foretold from, (T, D), which they are, (T,), and of which of
    the `rows` each is, (T,).
    """

    states: Tensor
    targets: Tensor
    of_row: Tensor
    rows: int


@dataclass(frozen=True, slots=True, eq=False)
class _Laid:
    """How tokens lie: those of the `prompt`, then those of `rows` rows without what pads them to `width`; `there`: where each of them
    is in (rows * width,).
    """

    prompt: int
    rows: int
    width: int
    there: Tensor


class TrainedNetwork:
    """A frozen network with a LoRA on every linear layer but its output head."""

    def __init__(
        self, model: LoadedModel, *, rank: int, alpha: int, beside: TrainedNetwork | None = None
    ) -> None:
        """`beside` another of the same model the frozen weights are there once.

        Raises UnknownArchitectureError where the network is none that the fast path computes.
        """
        parts = architecture_of(model.network, packed=Linear4bit)
        self._parts, self._dtype = parts, model.dtype
        self._rank, self._alpha = rank, alpha
        self.groups: dict[str, Group] = {}
        for layer in parts.layers:
            for kind, linears in layer.linears.items():
                names = [f"{layer.name}.{name}" for name in linears]
                key, layers = f"{layer.name}.{kind}", list(linears.values())
                weight = frozen(layers, model.dtype) if beside is None else beside.groups[key].weight
                self.groups[key] = Group(names, layers, rank, alpha / rank, weight)
        self._embedding: Tensor = parts.embedding.clone() if beside is None else beside._embedding  # noqa: SLF001 - its own kind
        self.head: Head = Head(parts.head.weight) if beside is None else beside.head

    def begin(self, seed: int) -> None:
        """A new LoRA, which changes nothing yet."""
        generator = torch.Generator().manual_seed(seed)
        for group in self.groups.values():
            group.begin(generator)

    @torch.no_grad()
    def take(self, adapter: Adapter | None) -> None:
        """Go on from `adapter`, layers that it has not being as they are without; None: from the model alone.

        Raises:
            AdapterError: a layer of it has another rank or scale than this network's.
        """
        for group in self.groups.values():
            pairs = [None if adapter is None else adapter.modules.get(name) for name in group.names]
            group.take(pairs)

    def parameters(self) -> dict[str, nn.Parameter]:
        """All that is trained, by name."""
        return {
            f"{key}.{name}": parameter
            for key, group in self.groups.items()
            for name, parameter in (("a", group.a), ("b", group.b))
        }

    def config(self) -> dict[str, Any]:
        """PEFT's configuration of what was trained."""
        config = LoraConfig(
            r=self._rank, lora_alpha=self._alpha, target_modules="all-linear", task_type="CAUSAL_LM", inference_mode=True
        )  # fmt: skip
        return dict(config.to_dict())  # type: ignore[no-untyped-call]

    def tensors(self) -> dict[str, Tensor]:
        """What was trained, by PEFT's names, in bfloat16."""
        return {
            name: tensor.to(torch.bfloat16)
            for group in self.groups.values()
            for name, tensor in group.tensors().items()
        }

    def loss(self, pack: Pack, drop: float = 0.0) -> Tensor:
        """The sum of the surprise, in nats, over all targets of `pack`; `drop` is the share of LoRA's narrow values
        that is left out by chance.
        """
        return self.surprises(pack, drop).sum()

    def surprises(self, pack: Pack, drop: float = 0.0) -> Tensor:
        """The surprise of each row's targets together, in nats: (B,). Its negative is a row's log-probability."""
        return self.surprised(self.read(pack, drop))

    def surprised(self, read: Read) -> Tensor:
        """`surprises` of what was read."""
        found = surprises(read.states, self.head, read.targets)
        return torch.zeros(read.rows, device=found.device).index_add(0, read.of_row, found).cpu()

    def read(self, pack: Pack, drop: float = 0.0) -> Read:
        """What the network makes of `pack` where something is to be learnt."""
        parts, count = self._parts, len(pack.prefix)
        rows, width = pack.rows.shape
        where = self._embedding.device
        # what rows are padded with is there where they attend, and nowhere else
        there = (torch.arange(width) < pack.lengths[:, None]).flatten().nonzero()[:, 0]
        ids = torch.cat((pack.prefix, pack.rows.flatten()[there])).to(where)
        positions = torch.cat((torch.arange(count), (count + torch.arange(width)).repeat(rows)[there]))
        positions = positions.to(where)
        laid = _Laid(count, rows, width, there.to(where))
        ropes = {
            kind: self._signed(*parts.rope(kind, positions))
            for kind in {layer.rope for layer in parts.layers}
        }
        sees = {
            window: self._seen(count, width, window) for window in {layer.window for layer in parts.layers}
        }
        x = F.embedding(ids, self._embedding)
        if parts.embedding_scale is not None:
            x = x * torch.tensor(parts.embedding_scale, dtype=self._dtype)
        for layer in parts.layers:
            x = self._layer(layer, x, laid, ropes[layer.rope], sees[layer.window], drop)
        targets = pack.targets.flatten()[there].to(where)
        wanted = targets != NO_TARGET
        of_row = torch.arange(rows).repeat_interleave(pack.lengths).to(where)[wanted]
        return Read(parts.norm(x[count:][wanted]), targets[wanted], of_row, rows)

    def _layer(
        self, layer: LayerParts, x: Tensor, laid: _Laid, rope: tuple[Tensor, Tensor], sees: tuple[Tensor, Tensor],
        drop: float,
    ) -> Tensor:  # fmt: skip
        parts = self._parts
        heads, kv_heads, size = parts.heads, parts.kv_heads, parts.head_dim

        def through(kind: str, h: Tensor) -> Tensor:
            return self.groups[f"{layer.name}.{kind}"](h, drop)

        qkv = through("qkv", layer.norm(x))
        qk = qkv[:, : (heads + kv_heads) * size].view(len(x), -1, size)
        v = qkv[:, (heads + kv_heads) * size :].view(len(x), kv_heads, size)
        if layer.q_norm is not None and layer.k_norm is not None:
            qk = torch.cat((layer.q_norm(qk[:, :heads]), layer.k_norm(qk[:, heads:])), 1)
        cos, sin = rope
        qk = torch.addcmul(qk * cos, torch.roll(qk, size // 2, -1), sin)
        attended = self._attend(qk[:, :heads], qk[:, heads:], v, laid, sees)
        x = _added(x, through("out", attended), layer.norm_after_attention)
        gate, up = through("gate_up", layer.norm_before_mlp(x)).chunk(2, 1)
        return _added(x, through("down", parts.activation(gate) * up), layer.norm_after_mlp)

    def _attend(self, q: Tensor, k: Tensor, v: Tensor, laid: _Laid, sees: tuple[Tensor, Tensor]) -> Tensor:
        """q: (N, H, D), k, v: (N, KH, D), as they are laid -> (N, H * D). The prompt first, then each row over the prompt and
        itself; the queries of a group share their keys.
        """
        count, rows, width = laid.prompt, laid.rows, laid.width

        def of_rows(x: Tensor) -> Tensor:  # (rows, heads, width, D)
            wide = x.new_zeros(rows * width, x.shape[1], x.shape[2]).index_copy(0, laid.there, x[count:])
            return wide.view(rows, width, x.shape[1], x.shape[2]).transpose(1, 2)

        def of_prompt(x: Tensor) -> Tensor:  # (1, heads, count, D)
            return x[:count].transpose(0, 1)[None]

        k0, v0 = of_prompt(k), of_prompt(v)
        prompt = self._over(of_prompt(q), k0, v0, sees[0])
        keys = torch.cat((k0.expand(rows, -1, -1, -1), of_rows(k)), 2)
        values = torch.cat((v0.expand(rows, -1, -1, -1), of_rows(v)), 2)
        answers = self._over(of_rows(q), keys, values, sees[1])
        return torch.cat((prompt.flatten(0, 1), answers.flatten(0, 1)[laid.there]))

    def _over(self, q: Tensor, k: Tensor, v: Tensor, seen: Tensor) -> Tensor:
        """q: (B, H, n, D), k, v: (B, KH, m, D), seen: (n, m) -> (B, n, H * D)"""
        batch, heads, length, size = q.shape
        groups = heads // k.shape[1]
        folded = q.reshape(batch, k.shape[1], groups * length, size)
        found = F.scaled_dot_product_attention(
            folded, k, v, attn_mask=seen.repeat(groups, 1), scale=self._parts.attention_scale
        )
        return found.view(batch, heads, length, size).transpose(1, 2).reshape(batch, length, heads * size)

    def _signed(self, cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor]:
        """Rotation as `x * cos + roll(x) * sin`: the sign of the rolled half is the sine's."""
        half = self._parts.head_dim // 2
        sin = torch.cat((-sin[:, :half], sin[:, half:]), 1)
        return cos.to(self._dtype)[:, None], sin.to(self._dtype)[:, None]

    def _seen(self, count: int, width: int, window: int | None) -> tuple[Tensor, Tensor]:
        """What the prompt sees of itself, (count, count), and a row of the prompt and itself, (width, count + width): 0 or -inf."""
        whole = torch.ones(count + width, count + width, dtype=torch.bool).tril()
        if window is not None:
            whole &= ~torch.ones_like(whole).tril(-window)
        bias = torch.zeros(whole.shape, dtype=self._dtype).masked_fill_(~whole, -torch.inf)
        bias = bias.to(self._embedding.device)
        return bias[:count, :count].contiguous(), bias[count:].contiguous()


def _added(x: Tensor, h: Tensor, norm: Callable[[Tensor], Tensor] | None) -> Tensor:
    return x + (h if norm is None else norm(h))
