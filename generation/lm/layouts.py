"""How two architectures lie in a GGUF file: their tensors' names, what was done to the numbers, their configuration.

Left out: what neither preset has (biases, scaled rotations as the larger Gemmas have them, experts).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from transformers import Gemma3TextConfig, GemmaTokenizer, LlamaConfig, TokenizersBackend

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray
    from transformers import PreTrainedConfig, PreTrainedTokenizerBase

    Field = Callable[[str], Any]
    """A field of the file by its name; raises ModelError where the file says nothing of it."""


class Layout(Protocol):
    """One architecture. `layer` has GGUF's name of a layer's tensor -> transformers' name; `tokenizer` is transformers'."""

    layer: ClassVar[Mapping[str, str]]
    tokenizer: ClassVar[type[PreTrainedTokenizerBase]]

    def config(self, field: Field, *, tied: bool) -> PreTrainedConfig:
        """What transformers has to know; `tied`: the head's weights are the embedding's."""

    def values(self, name: str, stored: NDArray[np.float32], field: Field) -> NDArray[np.float32]:
        """A tensor's numbers as transformers wants them, from those `stored` under GGUF's `name`; same shape."""


_ATTENTION = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
}
_FEED_FORWARD = {"ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj"}


class Llama:
    layer: ClassVar[Mapping[str, str]] = {
        **_ATTENTION,
        "ffn_norm": "post_attention_layernorm",
        **_FEED_FORWARD,
    }
    tokenizer: ClassVar[type[PreTrainedTokenizerBase]] = TokenizersBackend

    def config(self, field: Field, *, tied: bool) -> PreTrainedConfig:
        return LlamaConfig(
            **_sizes(field, "llama"),
            head_dim=field("llama.rope.dimension_count"),
            rope_parameters={"rope_type": "default", "rope_theta": field("llama.rope.freq_base")},
            tie_word_embeddings=tied,
            eos_token_id=field("tokenizer.ggml.eos_token_id"),
            architectures=["LlamaForCausalLM"],
        )

    def values(self, name: str, stored: NDArray[np.float32], field: Field) -> NDArray[np.float32]:
        if name == "attn_q":
            return _in_halves(stored, field("llama.attention.head_count"))
        if name == "attn_k":
            return _in_halves(stored, field("llama.attention.head_count_kv"))
        return stored


class Gemma3:
    layer: ClassVar[Mapping[str, str]] = {
        **_ATTENTION,
        "attn_q_norm": "self_attn.q_norm",
        "attn_k_norm": "self_attn.k_norm",
        "post_attention_norm": "post_attention_layernorm",
        "ffn_norm": "pre_feedforward_layernorm",
        **_FEED_FORWARD,
        "post_ffw_norm": "post_feedforward_layernorm",
    }
    tokenizer: ClassVar[type[PreTrainedTokenizerBase]] = GemmaTokenizer

    def config(self, field: Field, *, tied: bool) -> PreTrainedConfig:
        head = field("gemma3.attention.key_length")
        return Gemma3TextConfig(
            **_sizes(field, "gemma3"),
            head_dim=head,
            query_pre_attn_scalar=head,
            sliding_window=field("gemma3.attention.sliding_window"),
            layer_types=[  # the file does not say: five layers of a window to one that sees all, in every Gemma 3
                "sliding_attention" if number % 6 else "full_attention"
                for number in range(1, field("gemma3.block_count") + 1)
            ],
            rope_parameters={
                "full_attention": {"rope_type": "default", "rope_theta": field("gemma3.rope.freq_base")},
                "sliding_attention": {"rope_type": "default", "rope_theta": 10_000.0},  # nor this
            },
            tie_word_embeddings=tied,
            eos_token_id=[
                field("tokenizer.ggml.eos_token_id"),
                field("tokenizer.ggml.tokens").index("<end_of_turn>"),
            ],
            architectures=["Gemma3ForCausalLM"],
        )

    def values(self, name: str, stored: NDArray[np.float32], field: Field) -> NDArray[np.float32]:  # noqa: ARG002 - a Layout's
        """A norm's weight is stored as what it multiplies by; transformers multiplies by one more than it."""
        return stored - 1 if name.endswith("_norm") else stored


LAYOUTS: Mapping[str, Layout] = {"llama": Llama(), "gemma3": Gemma3()}


def _sizes(field: Field, architecture: str) -> dict[str, Any]:
    return {
        "vocab_size": len(field("tokenizer.ggml.tokens")),
        "hidden_size": field(f"{architecture}.embedding_length"),
        "intermediate_size": field(f"{architecture}.feed_forward_length"),
        "num_hidden_layers": field(f"{architecture}.block_count"),
        "num_attention_heads": field(f"{architecture}.attention.head_count"),
        "num_key_value_heads": field(f"{architecture}.attention.head_count_kv"),
        "max_position_embeddings": field(f"{architecture}.context_length"),
        "rms_norm_eps": field(f"{architecture}.attention.layer_norm_rms_epsilon"),
        "bos_token_id": field("tokenizer.ggml.bos_token_id"),
        "pad_token_id": field("tokenizer.ggml.padding_token_id"),
    }


def _in_halves(stored: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """A Llama's file keeps the two rotary halves of a head interleaved; transformers wants one after the other.

    stored: (heads * D, H) -> (heads * D, H)
    """
    pairs = stored.reshape(heads, stored.shape[0] // heads // 2, 2, stored.shape[1])
    return pairs.swapaxes(1, 2).reshape(stored.shape)
