"""A Llama-shaped GGUF file to a directory that transformers loads: configuration, tokenizer, dequantised weights.

Own code, because transformers asks for `accelerate` to do it and then reports the model as quantised. It knows the
`llama` architecture alone, which SmolLM2 is.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import gguf
import numpy as np
import torch
from safetensors.torch import save_file
from transformers import AutoTokenizer, LlamaConfig

from generation.lm.weights import ModelError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

# GGUF's name of a layer's tensor -> transformers'
LAYER = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
OUTER = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
_NAME = re.compile(r"(?:blk\.(\d+)\.)?(\w+)\.weight")


def unpack(file: Path, into: Path, dtype: torch.dtype) -> None:
    """Write `file`'s model into the directory `into`, its weights in `dtype`.

    Raises:
        ModelError: it is not a GGUF file of the llama architecture.
        OSError: `into` cannot be written.
    """
    reader = gguf.GGUFReader(file)
    architecture = _field(reader, "general.architecture")
    if architecture != "llama":
        raise ModelError(f"{file.name} has the architecture {architecture}; only llama is known.")
    names = [tensor.name for tensor in reader.tensors]
    config = _config(reader, dtype, tied="output.weight" not in names)
    config.save_pretrained(into)
    AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name).save_pretrained(into)
    heads: dict[str, int] = {
        "attn_q": _field(reader, "llama.attention.head_count"),
        "attn_k": _field(reader, "llama.attention.head_count_kv"),
    }
    weights = {}
    for tensor in reader.tensors:
        found = _NAME.fullmatch(tensor.name)
        if found is None:
            raise ModelError(f"{file.name} has a tensor of an unknown name, {tensor.name}.")
        layer, short = found.groups()
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        if short in heads:
            values = _in_halves(values, heads[short])
        name = f"model.layers.{layer}.{LAYER[short]}" if layer else OUTER[short]
        weights[f"{name}.weight"] = torch.from_numpy(np.array(values)).to(dtype)
    path = into / "model.safetensors"
    save_file(weights, path, metadata={"format": "pt"})
    with path.open("rb") as written:
        os.fsync(written.fileno())


def _config(reader: gguf.GGUFReader, dtype: torch.dtype, *, tied: bool) -> LlamaConfig:
    def own(name: str) -> Any:
        return _field(reader, f"llama.{name}")

    return LlamaConfig(
        vocab_size=own("vocab_size"),
        hidden_size=own("embedding_length"),
        intermediate_size=own("feed_forward_length"),
        num_hidden_layers=own("block_count"),
        num_attention_heads=own("attention.head_count"),
        num_key_value_heads=own("attention.head_count_kv"),
        head_dim=own("rope.dimension_count"),
        max_position_embeddings=own("context_length"),
        rms_norm_eps=own("attention.layer_norm_rms_epsilon"),
        rope_parameters={"rope_type": "default", "rope_theta": own("rope.freq_base")},
        tie_word_embeddings=tied,
        bos_token_id=_field(reader, "tokenizer.ggml.bos_token_id"),
        eos_token_id=_field(reader, "tokenizer.ggml.eos_token_id"),
        pad_token_id=_field(reader, "tokenizer.ggml.padding_token_id"),
        architectures=["LlamaForCausalLM"],
        dtype=dtype,
    )


def _field(reader: gguf.GGUFReader, name: str) -> Any:
    field = reader.get_field(name)
    if field is None:
        raise ModelError(f"The GGUF file says nothing of {name}.")
    return field.contents()


def _in_halves(values: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """GGUF keeps the two rotary halves of a head interleaved; transformers wants one after the other.

    values: (heads * D, H) -> (heads * D, H)
    """
    pairs = values.reshape(heads, values.shape[0] // heads // 2, 2, values.shape[1])
    return pairs.swapaxes(1, 2).reshape(values.shape)
