"""The tensors of an adapter out of a safetensors file (https://github.com/huggingface/safetensors, "Format").

8 bytes with the header's length, a JSON header, then the tensors' bytes. Which tensors there have to be, and their
shapes, is known before, from the configuration and the base: so a header is never believed, it only has to agree.
Nothing here writes; `directory` does, by the safetensors library.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from generation.adapters import strict_json
from generation.adapters.errors import AdapterError, quoted
from generation.adapters.folder import TENSORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from torch import Tensor

    from generation.adapters.folder import OpenedFile

DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}

# Finite is not enough: adapters share a batch's products and, one after another, its cache, and what overflows there
# becomes NaN for a neighbour, because a mask only multiplies by nought. With numbers and scales of at most 64, nothing
# that an adapter adds to a network of up to 70B overflows float32 or bfloat16 (the sum is in test_plan.py).
MAX_ABS = 64.0

_PREFIX = 8
_METADATA = 16 * 1024  # room for __metadata__ and padding
_PER_TENSOR = 256  # room for an entry beside its name


@dataclass(frozen=True, slots=True)
class Entry:
    """One tensor as the header has it; `begin` counts bytes from the end of the header."""

    dtype: str
    shape: tuple[int, int]
    begin: int

    @property
    def bytes(self) -> int:
        return math.prod(self.shape) * DTYPES[self.dtype].itemsize


def limit(shapes: Mapping[str, tuple[int, int]]) -> int:
    """How many bytes a file with these tensors can have at most."""
    return _PREFIX + _header_limit(shapes) + sum(4 * math.prod(shape) for shape in shapes.values())


def read(file: OpenedFile, shapes: Mapping[str, tuple[int, int]]) -> Iterable[tuple[str, Entry, bytearray]]:
    """Every tensor's bytes, one after another in the order of their names; all of the header is checked before.

    Raises:
        AdapterError: the file does not hold exactly the tensors of `shapes`.
    """
    if file.size < _PREFIX:
        raise AdapterError(f"{TENSORS} is too short to be a safetensors file.")
    length = int.from_bytes(file.read(0, _PREFIX), "little")
    most = min(file.size - _PREFIX, _header_limit(shapes))
    if not 2 <= length <= most:
        raise AdapterError(
            f"{TENSORS} says that its header has {length} bytes; here it can have 2 to {most}."
        )
    start = _PREFIX + length
    entries = check(strict_json.parse(file.read(_PREFIX, length), f"The header of {TENSORS}"), shapes)
    _gapless(entries, file.size - start)
    for name in sorted(entries):
        entry = entries[name]
        yield name, entry, file.read(start + entry.begin, entry.bytes)


def decode(name: str, entry: Entry, data: bytearray) -> Tensor:
    """The tensor in float32; it may share memory with `data`.

    Raises:
        AdapterError: a number in it is NaN, infinite or beyond ±64.
    """
    tensor = torch.frombuffer(data, dtype=DTYPES[entry.dtype]).reshape(entry.shape).to(torch.float32)
    low, high = (value.item() for value in tensor.aminmax())
    if not (math.isfinite(low) and math.isfinite(high)):
        raise AdapterError(f"The tensor {quoted(name)} holds numbers that are not finite.")
    if max(-low, high) > MAX_ABS:
        raise AdapterError(f"The tensor {quoted(name)} holds numbers beyond ±{MAX_ABS:g}.")
    return tensor


def check(header: Mapping[str, Any], shapes: Mapping[str, tuple[int, int]]) -> dict[str, Entry]:
    """The header's entries, which are exactly those of `shapes`.

    Raises:
        AdapterError: one is missing, not wanted, or not what it has to be.
    """
    entries = {}
    for name, value in header.items():
        if name == "__metadata__":
            if not (isinstance(value, dict) and all(isinstance(text, str) for text in value.values())):
                raise AdapterError(f"The __metadata__ of {TENSORS} is not an object of strings.")
        elif name not in shapes:
            raise AdapterError(
                f"{TENSORS} holds {quoted(name)}, which is no tensor that its configuration asks for."
            )
        else:
            entries[name] = _entry(name, value, shapes[name])
    for name in shapes:
        if name not in entries:
            raise AdapterError(f"{TENSORS} does not hold the tensor {quoted(name)}.")
    return entries


def _header_limit(shapes: Mapping[str, tuple[int, int]]) -> int:
    return _METADATA + sum(len(name) + _PER_TENSOR for name in shapes)


def _entry(name: str, value: Any, shape: tuple[int, int]) -> Entry:
    if not (isinstance(value, dict) and value.keys() == {"dtype", "shape", "data_offsets"}):
        raise AdapterError(f"The header entry of {quoted(name)} is not dtype, shape and data_offsets.")
    dtype = value["dtype"]
    if not (isinstance(dtype, str) and dtype in DTYPES):
        raise AdapterError(
            f"The tensor {quoted(name)} is of type {quoted(dtype)}; F32, F16 and BF16 are read."
        )
    if not (_integers(value["shape"]) and tuple(value["shape"]) == shape):
        raise AdapterError(
            f"The tensor {quoted(name)} has the shape {quoted(value['shape'])}, not {shape[0]} x {shape[1]}."
        )
    offsets = value["data_offsets"]
    if not (_integers(offsets) and len(offsets) == 2):
        raise AdapterError(f"The data_offsets of {quoted(name)} are not two integers.")
    entry = Entry(dtype, shape, offsets[0])
    if offsets[0] < 0 or offsets[1] - offsets[0] != entry.bytes:
        raise AdapterError(f"The data_offsets of {quoted(name)} do not span its {entry.bytes} bytes.")
    return entry


def _integers(value: Any) -> bool:
    return isinstance(value, list) and all(type(number) is int for number in value)


def _gapless(entries: Mapping[str, Entry], size: int) -> None:
    end = 0
    for name, entry in sorted(entries.items(), key=lambda item: item[1].begin):
        if entry.begin != end:
            raise AdapterError(f"The bytes of {quoted(name)} overlap others or leave a gap.")
        end += entry.bytes
    if end != size:
        raise AdapterError(f"{TENSORS} has {size} bytes of tensors, its header accounts for {end}.")
