"""A model in memory, ready to write: network, tokenizer, and what is true of them."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import structlog
import torch
from safetensors import SafetensorError
from torch import nn
from transformers import AutoModelForCausalLM, BitsAndBytesConfig, PreTrainedTokenizerFast
from transformers.utils import logging as transformers_logging

from generation.adapters.adapter import Base
from generation.lm.chat import Chat
from generation.lm.digest import digest
from generation.lm.plain_template import ENDS, TEMPLATE
from generation.lm.precision import device, dtype, halves, multiplies_float16, packs_bfloat16
from generation.lm.weights import ModelError, Source, directory

if TYPE_CHECKING:
    from pathlib import Path

    from generation.lm.precision import Asked

Quantization = Literal["none", "nf4"]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """`context` counts tokens, prompt and answer together; any id in `stops` ends an answer, and so does any text in
    `ends`, which is not part of it.

    `network` is as transformers made it, in evaluation mode on `device`, its linear layers those of bitsandbytes where
    `quantization` says so; `base` is what adapters for it are held to. `halves`: products are to be with weights in float16,
    as `packed.Matrix` has it.
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
    ends: tuple[str, ...] = ()
    quantization: Quantization = "none"
    halves: bool = False


def load_model(
    source: Source,
    data_dir: Path,
    *,
    threads: int,
    asked: Asked = "auto",
    quantization: Quantization = "none",
) -> LoadedModel:
    """Load `source`, through the cache under `data_dir` where its weights are packed.

    `asked` is the dtype to compute with. With `nf4`, the linear layers' weights are held in four bits (NormalFloat,
    https://arxiv.org/abs/2305.14314), a scale for each 64 of them; quantised here, once, and multiplied in that dtype.

    Raises:
        ModelError: it cannot be loaded.
    """
    began = time.monotonic()
    torch.set_num_threads(threads)
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    on = device()
    numbers = dtype(on, torch.cpu.get_capabilities(), packs=packs_bfloat16(), asked=asked)
    in_halves = halves(on, numbers, multiplies=multiplies_float16(), asked=asked)
    path = directory(source, data_dir, numbers)
    four_bits: dict[str, Any] = {}
    if quantization == "nf4":
        # it misses a kernel from a hub, says so in a line that is not a log's, and does without
        logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
        how = BitsAndBytesConfig(  # type: ignore[no-untyped-call]
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=numbers
        )
        four_bits = {"quantization_config": how, "device_map": {"": on}}
    try:
        found: Any = AutoModelForCausalLM.from_pretrained(
            path, dtype=numbers, local_files_only=True, use_safetensors=True, output_loading_info=True, **four_bits
        )  # fmt: skip
        network, loaded = found
        tokenizer = PreTrainedTokenizerFast.from_pretrained(path, local_files_only=True)
        base = Base(digest(source, data_dir), _adaptable(network))
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ModelError(f"The model in {path} cannot be loaded: {str(error).splitlines()[0]}") from error
    if not source.chats:
        tokenizer.chat_template = TEMPLATE
    if loaded["missing_keys"]:  # transformers would go on with random numbers in their place
        raise ModelError(f"The model in {path} is not whole: {min(loaded['missing_keys'])} is missing.")
    if not four_bits:
        network = network.to(on)
    network.eval()
    config = network.config
    stops = {
        tokenizer.eos_token_id,
        *_listed(config.eos_token_id),
        *_listed(network.generation_config.eos_token_id),
    }
    log.info(
        "model_loaded", model=source.name, dtype=str(numbers), halves=in_halves,
        quantization=quantization, device=str(on), threads=threads, seconds=round(time.monotonic() - began, 2),
    )  # fmt: skip
    return LoadedModel(
        name=source.name, base=base, network=network, chat=Chat(tokenizer), device=on, dtype=numbers,
        context=config.max_position_embeddings, stops=frozenset(stops - {None}), threads=threads,
        ends=() if source.chats else ENDS, quantization=quantization, halves=in_halves,
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
