"""The sixteen adapters that every peer serves: random, rank 16, on all seven linear layers of a block.

Made once from seeds as PEFT directories, and as GGUF files for llama.cpp. Random, because what they say does not change
what they cost; small enough that the text stays text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import gguf
import torch
from peft import LoraConfig
from safetensors.torch import load_file

from generation.adapters import write

if TYPE_CHECKING:
    from pathlib import Path

    from generation.adapters import Base

RANK = 16
ALPHA = 32
TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
# transformers' name of a layer -> GGUF's
GGUF = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
_PEFT = "base_model.model."


def make(root: Path, count: int, base: Base) -> list[Path]:
    """`count` adapters for `base` as PEFT directories under `root`; those that are there stay."""
    return [_made(root, seed, base) for seed in range(count)]


def _made(root: Path, seed: int, base: Base) -> Path:
    note = root / f"{base.digest[:16]}-{seed}.digest"
    if note.is_file():
        return root / note.read_text()
    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for name, (out, features) in base.modules.items():
        a = torch.randn(RANK, features, generator=generator) / features**0.5
        b = torch.randn(out, RANK, generator=generator) * 0.02
        tensors[f"{_PEFT}{name}.lora_A.weight"], tensors[f"{_PEFT}{name}.lora_B.weight"] = a, b
    config = LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules=list(TARGETS), task_type="CAUSAL_LM")
    digest = write(root, config.to_dict(), tensors, base=base, manifest={})
    note.write_text(digest)
    return root / digest


def as_gguf(adapter: Path, root: Path, *, heads: int, kv_heads: int) -> Path:
    """The adapter of a PEFT directory as a GGUF file under `root`, in float32 as llama.cpp's converter writes it.

    GGUF keeps the two rotary halves of a head of a Llama interleaved, so the rows of q and k are put into that order.
    """
    path = root / f"{adapter.name}.gguf"
    if path.is_file():
        return path
    making = path.with_suffix(".making")
    writer = gguf.GGUFWriter(making, "llama")
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, ALPHA)
    for name, tensor in sorted(load_file(adapter / "adapter_model.safetensors").items()):
        _, _, layer, part, module, factor, _ = name.removeprefix(_PEFT).split(".")
        if factor == "lora_B" and module in {"q_proj", "k_proj"}:
            rows = _interleaved(tensor, heads if module == "q_proj" else kv_heads)
        else:
            rows = tensor
        short = GGUF[f"{part}.{module}"]
        writer.add_tensor(f"blk.{layer}.{short}.weight.{factor.lower()}", rows.contiguous().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    making.rename(path)
    return path


def _interleaved(rows: torch.Tensor, heads: int) -> torch.Tensor:
    """(heads * D, r), a head's two halves one after the other -> (heads * D, r), interleaved."""
    return rows.reshape(heads, 2, -1, rows.shape[1]).transpose(1, 2).reshape(rows.shape)
