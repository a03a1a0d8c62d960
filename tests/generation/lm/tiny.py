"""Small random networks of every known architecture, and adapters for them, all from seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from transformers import (
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from generation.adapters import Adapter, Lora

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from generation.lm.architecture import GroupShape

VOCABULARY = 97
SIZES: dict[str, Any] = {
    "vocab_size": VOCABULARY, "hidden_size": 48, "intermediate_size": 80, "num_hidden_layers": 3,
    "num_attention_heads": 6, "num_key_value_heads": 2, "max_position_embeddings": 256,
}  # fmt: skip

LLAMA_3 = {
    "rope_type": "llama3", "rope_theta": 10000.0, "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}  # fmt: skip

NETWORKS: dict[str, Callable[[], Any]] = {
    "llama": lambda: LlamaForCausalLM(LlamaConfig(**SIZES, tie_word_embeddings=True)),
    "llama with biases": lambda: LlamaForCausalLM(LlamaConfig(**SIZES, attention_bias=True, mlp_bias=True)),
    "llama 3": lambda: LlamaForCausalLM(LlamaConfig(**SIZES, rope_parameters=LLAMA_3)),
    "mistral": lambda: MistralForCausalLM(MistralConfig(**SIZES, sliding_window=7)),
    "mistral without a window": lambda: MistralForCausalLM(MistralConfig(**SIZES, sliding_window=None)),
    "qwen 2": lambda: Qwen2ForCausalLM(Qwen2Config(**SIZES)),
    "qwen 2 with windows": lambda: Qwen2ForCausalLM(
        Qwen2Config(**SIZES, use_sliding_window=True, sliding_window=6, max_window_layers=1)
    ),
    "qwen 3": lambda: Qwen3ForCausalLM(Qwen3Config(**SIZES, head_dim=16)),
    "gemma 3": lambda: Gemma3ForCausalLM(
        Gemma3TextConfig(
            **SIZES, head_dim=16, sliding_window=5, sliding_window_pattern=2, query_pre_attn_scalar=24
        )
    ),
}


def network(name: str) -> Any:
    """A network whose every weight is random, norms and biases too, so that none can be forgotten unnoticed."""
    torch.manual_seed(0)
    made = NETWORKS[name]().eval()
    generator = torch.Generator().manual_seed(1)
    for parameter in made.parameters():
        scale = 0.3 if parameter.dim() == 1 else 0.15
        parameter.data += scale * torch.randn(parameter.shape, generator=generator)
    return made


def adapter(
    digest: str, shapes: Sequence[GroupShape], *, rank: int = 4, scale: float = 2.0, seed: int = 0,
    only: str = "",
) -> Adapter:  # fmt: skip
    """An adapter over all linear layers, or those with `only` in their names."""
    generator = torch.Generator().manual_seed(seed)
    modules = {
        name: Lora(
            0.3 * torch.randn(rank, shape.width, generator=generator),
            0.3 * torch.randn(size, rank, generator=generator),
            scale,
        )
        for shape in shapes
        for name, size in zip(shape.names, shape.sizes, strict=True)
        if only in name
    }
    return Adapter(digest, modules, rank)
