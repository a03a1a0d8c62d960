"""A model in memory, ready to write: network, tokenizer, and what is true of them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
import torch
from safetensors import SafetensorError
from torch import nn
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast
from transformers.utils import logging as transformers_logging

from generation.adapters.adapter import Base
from generation.lm.chat import Chat
from generation.lm.digest import digest
from generation.lm.precision import device, dtype
from generation.lm.weights import ModelError, Source, directory

if TYPE_CHECKING:
    from pathlib import Path

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """`context` counts tokens, prompt and answer together; any id in `stops` ends an answer.

    `network` is as transformers made it, in evaluation mode on `device`; `base` is what adapters for it are held to.
    """

    name: str
    base: Base
    network: Any
    chat: Chat
    device: torch.device
    dtype: torch.dtype
    context: int
    stops: frozenset[int]
    threads: int


def load_model(source: Source, data_dir: Path, *, threads: int) -> LoadedModel:
    """Load `source`, through the cache under `data_dir` where its weights are packed.

    Raises:
        ModelError: it cannot be loaded.
    """
    began = time.monotonic()
    torch.set_num_threads(threads)
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    on = device()
    numbers = dtype(on, torch.cpu.get_capabilities())
    path = directory(source, data_dir, numbers)
    try:
        found: Any = AutoModelForCausalLM.from_pretrained(
            path, dtype=numbers, local_files_only=True, use_safetensors=True, output_loading_info=True
        )
        network, loaded = found
        tokenizer = PreTrainedTokenizerFast.from_pretrained(path, local_files_only=True)
        base = Base(digest(source, data_dir), _adaptable(network))
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ModelError(f"The model in {path} cannot be loaded: {str(error).splitlines()[0]}") from error
    if loaded["missing_keys"]:  # transformers would go on with random numbers in their place
        raise ModelError(f"The model in {path} is not whole: {min(loaded['missing_keys'])} is missing.")
    network = network.to(on).eval()
    chat = Chat(tokenizer)
    config = network.config
    stops = {
        tokenizer.eos_token_id,
        *_listed(config.eos_token_id),
        *_listed(network.generation_config.eos_token_id),
    }
    log.info(
        "model_loaded", model=source.name, dtype=str(numbers), device=str(on), threads=threads,
        seconds=round(time.monotonic() - began, 2),
    )  # fmt: skip
    return LoadedModel(
        name=source.name, base=base, network=network, chat=chat, device=on, dtype=numbers,
        context=config.max_position_embeddings, stops=frozenset(stops - {None}), threads=threads,
    )  # fmt: skip


def _adaptable(network: Any) -> dict[str, tuple[int, int]]:
    """Every linear layer by its name, with its (out, in) features; not the output head."""
    head = network.get_output_embeddings()
    return {
        name: (module.out_features, module.in_features)
        for name, module in network.named_modules()
        if isinstance(module, nn.Linear) and module is not head
    }


def _listed(ids: int | list[int] | None) -> list[int]:
    return ids if isinstance(ids, list) else [] if ids is None else [ids]
