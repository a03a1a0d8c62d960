"""A GGUF file to a directory that transformers loads: configuration, tokenizer, dequantised weights.

Own code, because transformers reports what it loads from such a file as quantised, and takes half a minute each time.
It knows the architectures in `layouts`.
"""

from __future__ import annotations

import functools
import os
import re
from typing import TYPE_CHECKING, Any, Literal

import gguf
import numpy as np
import torch
from safetensors.torch import save_file

from generation.lm.layouts import LAYOUTS
from generation.lm.weights import ModelError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import DTypeLike, NDArray

OUTER = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
_NAME = re.compile(r"(?:blk\.(\d+)\.)?(\w+)\.weight")


class Reader(gguf.GGUFReader):
    """The library's, in a third of its time: it looks at each word of a vocabulary through `numpy.memmap`, which is slow."""

    def _get(
        self, offset: int, dtype: DTypeLike, count: int = 1,
        override_order: Literal["I", "S", "<"] | None = None,
    ) -> NDArray[Any]:  # fmt: skip
        if isinstance(self.data, np.memmap):
            self.data = np.asarray(self.data)  # type: ignore[assignment]  # the same memory, plainly
        return super()._get(offset, dtype, count, override_order)


def unpack(file: Path, into: Path, dtype: torch.dtype) -> None:
    """Write `file`'s model into the directory `into`, its weights in `dtype`.

    Raises:
        ModelError: it is not a GGUF file of an architecture that is known.
        OSError: `into` cannot be written.
    """
    reader = Reader(file)

    @functools.cache  # a vocabulary of 262,144 takes a second to read
    def field(name: str) -> Any:
        found = reader.get_field(name)
        if found is None:
            raise ModelError(f"The GGUF file says nothing of {name}.")
        return found.contents()

    architecture = field("general.architecture")
    layout = LAYOUTS.get(architecture)
    if layout is None:
        raise ModelError(f"{file.name} has the architecture {architecture}; known are {', '.join(LAYOUTS)}.")
    weights = {}
    for tensor in reader.tensors:
        found = _NAME.fullmatch(tensor.name)
        layer, short = found.groups() if found else (None, "")
        name = layout.layer.get(short) if layer else OUTER.get(short)
        if name is None:
            raise ModelError(f"{file.name} has a tensor of an unknown name, {tensor.name}.")
        stored = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        values = layout.values(short, stored, field)
        weights[f"model.layers.{layer}.{name}.weight" if layer else f"{name}.weight"] = _tensor(values, dtype)
    path = into / "model.safetensors"
    save_file(weights, path, metadata={"format": "pt"})
    with path.open("rb") as written:
        os.fsync(written.fileno())
    config = layout.config(field, tied="lm_head.weight" not in weights)
    config.dtype = dtype
    config.save_pretrained(into)
    # by its name: AutoTokenizer reads the whole file a second time to find it
    layout.tokenizer.from_pretrained(file.parent, gguf_file=file.name).save_pretrained(into)


def _tensor(values: NDArray[np.float32], dtype: torch.dtype) -> torch.Tensor:
    """In memory of its own: what was not quantised is still in the mapped file."""
    if not values.flags.writeable:
        values = values.copy()
    return torch.from_numpy(values).to(dtype).contiguous()
