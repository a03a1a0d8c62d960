"""A model small enough to train in a test, with a tokenizer of bytes and a chat, and pieces for it.

`python -m tests.finetune.small MODEL FOLDER` trains it, as a process that can be killed.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

from finetune.pieces import Piece
from finetune.sft import Recipe, train
from generation.lm.load import LoadedModel, Quantization, load_model
from generation.lm.weights import find

TEMPLATE = (
    "{% for message in messages %}<|start|>{{ message['role'] }}\n{{ message['content'] }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|start|>assistant\n{% endif %}"
)
SIZES: dict[str, Any] = {
    "vocab_size": 258, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "max_position_embeddings": 2048,
}  # fmt: skip
LINES = (
    "frost upon the glass", "the kettle sings to the cat", "a gull over salt", "moss is on the step",
    "the late bus carries no one", "rain counts every roof", "smoke above the mill", "my sister mends the red kite",
    "bread cools by the door", "the tide takes the oar",
)  # fmt: skip


def save(folder: Path, kind: str = "llama") -> Path:
    """Write the model, random from a seed, to `folder`."""
    torch.manual_seed(0)
    network: Any
    if kind == "llama":
        network = LlamaForCausalLM(LlamaConfig(**SIZES, eos_token_id=257, tie_word_embeddings=True))
    else:
        network = Gemma3ForCausalLM(
            Gemma3TextConfig(
                **SIZES, head_dim=8, eos_token_id=257, sliding_window=24, sliding_window_pattern=2,
                query_pre_attn_scalar=12,
            )
        )  # fmt: skip
    for parameter in network.parameters():
        parameter.data += 0.1 * torch.randn(parameter.shape)
    network.save_pretrained(folder)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({letter: n for n, letter in enumerate(alphabet)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<|start|>", "<|end|>"])
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|end|>", chat_template=TEMPLATE
    ).save_pretrained(folder)
    return folder


def loaded(folder: Path, quantization: Quantization = "none") -> LoadedModel:
    return load_model(
        find(str(folder)), folder.parent / "data", threads=1, asked="float32", quantization=quantization
    )


def pieces() -> list[Piece]:
    """A few in two forms."""
    return [
        Piece(
            f"p{n}", "couplet" if n % 2 else "haiku", "\n".join((LINES[n], LINES[(n + 3) % 10])), f"author {n}",
            (LINES[n].split()[-1],),
        )
        for n in range(10)
    ]  # fmt: skip


RECIPE = Recipe("verse", "small", tokens=2400, batch=200, room=512, rank=4, seed=3, looks=3)


def trained(folder: Path, model: LoadedModel) -> str | None:
    return train(RECIPE, model, pieces()[:8], pieces()[8:], folder, save_every_s=0)


if __name__ == "__main__":
    torch.set_num_threads(1)
    print(trained(Path(sys.argv[2]), loaded(Path(sys.argv[1]))))
