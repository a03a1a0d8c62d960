"""What a decoder-only transformer is made of, read off a network that transformers loaded.

Llama, Mistral, Qwen 2, Qwen 3 and Gemma 3 are one architecture with switches: query and key norms, norms after each
half of a layer, sliding windows, a scaled embedding. What is not one of them, or is switched in a way not known here,
is refused by name and served by the plain path (`plain.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - what everybody calls it
from transformers import (
    Gemma3ForCausalLM,
    LlamaForCausalLM,
    MistralForCausalLM,
    Qwen2ForCausalLM,
    Qwen3ForCausalLM,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

KNOWN = (LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM, Qwen3ForCausalLM, Gemma3ForCausalLM)
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "silu": F.silu,
    "gelu_pytorch_tanh": lambda x: F.gelu(x, approximate="tanh"),
}
STILL_ROPES = ("default", "linear", "llama3", "yarn")  # their angles depend on the position alone


class UnknownArchitectureError(Exception):
    """The network is none that the fast path can compute; the message says what is strange."""


@dataclass(frozen=True, slots=True)
class Norm:
    """Root mean square norm (Zhang & Sennrich 2019, arXiv 1910.07467) over the last dimension. weight: (D,)."""

    weight: Tensor
    eps: float

    def __call__(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, (x.shape[-1],), self.weight, self.eps)


@dataclass(frozen=True, slots=True)
class LayerParts:
    """One layer. `window` counts the positions that a query sees, itself among them; None: all before it.

    `linears` are in groups that read the same input: `qkv`, `out`, `gate_up`, `down`.
    """

    name: str
    norm: Norm
    linears: dict[str, dict[str, nn.Linear]]
    q_norm: Norm | None
    k_norm: Norm | None
    norm_after_attention: Norm | None
    norm_before_mlp: Norm
    norm_after_mlp: Norm | None
    window: int | None
    rope: str


@dataclass(frozen=True, slots=True)
class GroupShape:
    """Linear layers that read the same (N, width): their full names, and how many columns each gives."""

    key: str
    names: tuple[str, ...]
    sizes: tuple[int, ...]
    width: int


@dataclass(frozen=True, slots=True)
class Architecture:
    """The whole network. `rope(kind, positions)` gives cos and sin, each (T, head_dim) float32."""

    layers: tuple[LayerParts, ...]
    embedding: Tensor
    embedding_scale: float | None
    norm: Norm
    head: nn.Linear
    heads: int
    kv_heads: int
    head_dim: int
    attention_scale: float
    activation: Callable[[Tensor], Tensor]
    rope: Callable[[str, Tensor], tuple[Tensor, Tensor]]

    def group_shapes(self) -> tuple[GroupShape, ...]:
        """What adapters may add to."""
        return tuple(
            GroupShape(
                f"{layer.name}.{kind}",
                tuple(f"{layer.name}.{name}" for name in linears),
                tuple(linear.out_features for linear in linears.values()),
                next(iter(linears.values())).in_features,
            )
            for layer in self.layers
            for kind, linears in layer.linears.items()
        )


def architecture_of(network: nn.Module, *, packed: type[nn.Linear] | None = None) -> Architecture:
    """Read `network`'s parts; they are shared, not copied. Its linear layers may be of the kind `packed` too, where whoever
    reads them knows how to unpack their weights.

    Raises:
        UnknownArchitectureError: it cannot be computed from these parts alone.
    """
    if type(network) not in KNOWN:
        raise UnknownArchitectureError(f"{type(network).__name__} is not one of those that are known")
    model: Any = network.model
    config: Any = network.config
    gemma = isinstance(network, Gemma3ForCausalLM)
    activation = config.hidden_activation if gemma else config.hidden_act
    ropes = config.rope_parameters if gemma else {"full_attention": config.rope_parameters}
    rules = [
        (activation in ACTIVATIONS, f"its activation is {activation}"),
        (
            all(rope["rope_type"] in STILL_ROPES for rope in ropes.values()),
            "its rotary embedding changes with the length of the text",
        ),
        (
            not gemma or (config.final_logit_softcapping is None and config.attn_logit_softcapping is None),
            "its logits are capped",
        ),
        (not gemma or not config.use_bidirectional_attention, "it looks ahead"),
        (
            all(type(part) in (nn.Linear, packed) for part in _linears(network)),
            "its weights are packed or quantised",
        ),
    ]
    for holds, strange in rules:
        if not holds:
            raise UnknownArchitectureError(strange)
    attention = model.layers[0].self_attn
    return Architecture(
        layers=tuple(_layer(config, n, layer, gemma=gemma) for n, layer in enumerate(model.layers)),
        embedding=model.embed_tokens.weight.detach(),
        embedding_scale=float(model.embed_tokens.embed_scale) if gemma else None,
        norm=_norm(model.norm, gemma=gemma),
        head=network.lm_head,  # type: ignore[arg-type] # a Linear, as the rules saw
        heads=config.num_attention_heads,
        kv_heads=config.num_key_value_heads,
        head_dim=attention.head_dim,
        attention_scale=attention.scaling,
        activation=ACTIVATIONS[activation],
        rope=_rope(model.rotary_emb, gemma=gemma),
    )


def _linears(network: Any) -> list[nn.Module]:
    found = [network.lm_head]
    for layer in network.model.layers:
        attention, mlp = layer.self_attn, layer.mlp
        found += [attention.q_proj, attention.k_proj, attention.v_proj, attention.o_proj]
        found += [mlp.gate_proj, mlp.up_proj, mlp.down_proj]
    return found


def _layer(config: Any, n: int, layer: Any, *, gemma: bool) -> LayerParts:
    attention, mlp = layer.self_attn, layer.mlp
    own_norms = gemma or config.model_type == "qwen3"
    listed = config.model_type != "llama" and "layer_types" in config.to_dict()
    sliding = config.layer_types[n] == "sliding_attention" if listed else config.model_type == "mistral"
    window = config.sliding_window if sliding else None
    return LayerParts(
        name=f"model.layers.{n}",
        norm=_norm(layer.input_layernorm, gemma=gemma),
        linears={
            "qkv": {
                "self_attn.q_proj": attention.q_proj,
                "self_attn.k_proj": attention.k_proj,
                "self_attn.v_proj": attention.v_proj,
            },
            "out": {"self_attn.o_proj": attention.o_proj},
            "gate_up": {"mlp.gate_proj": mlp.gate_proj, "mlp.up_proj": mlp.up_proj},
            "down": {"mlp.down_proj": mlp.down_proj},
        },
        q_norm=_norm(attention.q_norm, gemma=gemma) if own_norms else None,
        k_norm=_norm(attention.k_norm, gemma=gemma) if own_norms else None,
        norm_after_attention=_norm(layer.post_attention_layernorm, gemma=True) if gemma else None,
        norm_before_mlp=_norm(
            layer.pre_feedforward_layernorm if gemma else layer.post_attention_layernorm, gemma=gemma
        ),
        norm_after_mlp=_norm(layer.post_feedforward_layernorm, gemma=True) if gemma else None,
        window=window,
        rope="sliding_attention" if gemma and sliding else "full_attention",
    )


def _norm(module: Any, *, gemma: bool) -> Norm:
    weight = module.weight.detach()
    if gemma:  # Gemma's multiplies by one more than its weight
        return Norm((1.0 + weight.float()).to(weight.dtype), module.eps)
    return Norm(weight.clone(), module.variance_epsilon)


def _rope(module: Any, *, gemma: bool) -> Callable[[str, Tensor], tuple[Tensor, Tensor]]:
    def angles(kind: str, positions: Tensor) -> tuple[Tensor, Tensor]:
        like = torch.empty(0, dtype=torch.float32, device=positions.device)
        found = module(like, positions[None], kind) if gemma else module(like, positions[None])
        return found[0][0], found[1][0]

    return angles
