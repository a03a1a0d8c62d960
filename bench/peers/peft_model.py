"""transformers with peft, as both peft peers load it. Leaves out how requests are put to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import peft
import torch
import transformers
from peft import PeftModel
from transformers import AutoModelForCausalLM, GenerationConfig

if TYPE_CHECKING:
    from bench.peers.protocol import Load, Sampling


def load_peft(load: Load) -> tuple[Any, dict[str, Any]]:
    """The model with every adapter, named by its index, and its versions. Without adapters, the plain model."""
    torch.set_num_threads(load.threads)
    dtype = {"bfloat16": torch.bfloat16, "float32": torch.float32}[load.dtype]
    model: Any = AutoModelForCausalLM.from_pretrained(load.directory, dtype=dtype, local_files_only=True)
    model.generation_config = GenerationConfig(pad_token_id=0)
    model.config.eos_token_id = None
    for index, path in enumerate(load.adapters):
        # in float32, peft's default: in the model's bfloat16 the mixed batch is a third slower (measured on a Zen 4)
        if index == 0:
            model = PeftModel.from_pretrained(model, path, adapter_name="0")
        else:
            model.load_adapter(path, adapter_name=str(index))
    versions = {
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "peft": peft.__version__,
    }
    return model.eval(), {"versions": versions, "dtype": load.dtype, "adapters": len(load.adapters)}


def settings(sampling: Sampling, tokens: int) -> GenerationConfig:
    """`sampling`, `tokens` long, whatever comes: there is no end of text."""
    return GenerationConfig(
        do_sample=True, temperature=sampling.temperature, top_p=sampling.top_p, top_k=0, min_p=sampling.min_p,
        repetition_penalty=sampling.repetition_penalty, max_new_tokens=tokens, pad_token_id=0, eos_token_id=None,
    )  # fmt: skip
