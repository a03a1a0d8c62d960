"""Adapters on disk: one immutable directory for each, named by its digest.

Here is the order of things: what is looked at before what. Leaves out which adapter serves, which the store knows, and
removing old ones.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import safetensors.torch
import torch

from generation import whole
from generation.adapters import lora_config, strict_json, tensor_file
from generation.adapters import manifest as manifests
from generation.adapters.adapter import Adapter, Lora
from generation.adapters.digest import Digest, is_digest
from generation.adapters.errors import AdapterError, quoted
from generation.adapters.folder import CONFIG, MANIFEST, TENSORS, Folder, folder
from generation.adapters.plan import Pair, plan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor

    from generation.adapters.adapter import Base

# every module of a 70B model listed by its full name, with a rank and an alpha for each, comes to 180 KiB
MAX_CONFIG = 256 * 1024
MAX_MANIFEST = 64 * 1024


def load(root: Path, digest: str, base: Base) -> Adapter:
    """The adapter in `root`/`digest`, verified and in float32.

    Reads at most the sizes that its configuration and `base` make possible, and no byte twice; takes as much memory as
    its numbers in float32, and one tensor more. Blocks; call it in a thread.

    Raises:
        AdapterError: it is missing, made for another model, or anything about it is not as it has to be.
    """
    if not is_digest(digest):
        raise AdapterError(f"{quoted(digest)} is not the name of an adapter.")
    with folder(root, digest) as opened:
        adapter = _read(opened, base)
    if adapter.digest != digest:
        raise AdapterError(
            f"The adapter {quoted(digest[:12])} is damaged: its content is {quoted(adapter.digest[:12])}."
        )
    return adapter


def manifest_of(root: Path, digest: str, base: Base) -> Mapping[str, Any]:
    """What the adapter in `root`/`digest` says of where it comes from; its tensors are not looked at. Blocks.

    Raises:
        AdapterError: it is missing, made for another model, or says nothing that can be read.
    """
    if not is_digest(digest):
        raise AdapterError(f"{quoted(digest)} is not the name of an adapter.")
    with folder(root, digest) as opened:
        return _manifest(opened, base)


def write(
    root: Path,
    adapter_config: Mapping[str, Any],
    tensors: Mapping[str, Tensor],
    *,
    base: Base,
    manifest: Mapping[str, Any],
) -> str:
    """Put an adapter into `root`, whole or not at all, and give its digest.

    `adapter_config` is PEFT's, as `LoraConfig.to_dict()` gives it; `tensors` have PEFT's names, as
    `get_peft_model_state_dict` gives them. `manifest` says where it comes from; its `format` and `base` are filled in
    and, where given, have to agree. An adapter that is there already stays as it is. Blocks.

    Raises:
        AdapterError: `load` would refuse it, or it cannot be written. Nothing is left behind.
    """
    config_text = _text(adapter_config, CONFIG)
    manifest_text = _text({"format": manifests.FORMAT, "base": base.digest, **manifest}, MANIFEST)
    shapes = _shapes(plan(lora_config.read(strict_json.parse(config_text, CONFIG)), base))
    files = {CONFIG: config_text, MANIFEST: manifest_text, TENSORS: _encoded(tensors, shapes)}
    try:
        with whole.made(root, files) as made:
            with folder(root, made.name) as opened:  # read back: what cannot be loaded is not given a name
                digest = _read(opened, base).digest
            if not whole.named(made, digest):
                load(root, digest, base)  # when what was there before is not whole, this says so
    except OSError as error:
        raise AdapterError(f"The adapter cannot be written: {error.strerror}.") from error
    return digest


def _manifest(opened: Folder, base: Base) -> Mapping[str, Any]:
    found = strict_json.parse(opened.whole(MANIFEST, MAX_MANIFEST), MANIFEST)
    manifests.check(found, base)
    return found


def _read(opened: Folder, base: Base) -> Adapter:
    _manifest(opened, base)
    settings = lora_config.read(strict_json.parse(opened.whole(CONFIG, MAX_CONFIG), CONFIG))
    pairs = plan(settings, base)
    shapes = _shapes(pairs)
    digest = Digest(settings)
    numbers = {}
    with opened.file(TENSORS, tensor_file.limit(shapes)) as file:
        for name, entry, data in tensor_file.read(file, shapes):
            digest.tensor(name, entry, data)
            numbers[name] = tensor_file.decode(name, entry, data)
    return Adapter(
        digest=digest.hex(),
        modules={
            module: Lora(a=numbers[pair.a], b=numbers[pair.b], scale=pair.scale)
            for module, pair in pairs.items()
        },
        rank=max(pair.a_shape[0] for pair in pairs.values()),
    )


def _shapes(pairs: Mapping[str, Pair]) -> dict[str, tuple[int, int]]:
    shapes = {pair.a: pair.a_shape for pair in pairs.values()}
    shapes.update((pair.b, pair.b_shape) for pair in pairs.values())
    return shapes


def _text(found: Mapping[str, Any], name: str) -> bytes:
    def plain(value: Any) -> Any:
        if isinstance(value, set | frozenset):  # PEFT keeps names in sets
            return sorted(value)
        raise TypeError

    try:
        return (
            json.dumps(dict(found), indent=2, sort_keys=True, allow_nan=False, default=plain).encode() + b"\n"
        )
    except (TypeError, ValueError, RecursionError):
        raise AdapterError(f"{name} cannot be written as JSON.") from None


def _encoded(tensors: Mapping[str, Tensor], shapes: Mapping[str, tuple[int, int]]) -> bytes:
    for name, tensor in tensors.items():
        if name not in shapes:
            raise AdapterError(f"{quoted(name)} is no tensor that the configuration asks for.")
        plain = tensor.layout is torch.strided and not tensor.is_meta
        if not (plain and tensor.dtype in tensor_file.DTYPES.values()):
            raise AdapterError(f"The tensor {quoted(name)} is not a plain one of F32, F16 or BF16.")
        if tuple(tensor.shape) != shapes[name]:
            raise AdapterError(
                f"The tensor {quoted(name)} has the shape {quoted(list(tensor.shape))}, "
                f"not {shapes[name][0]} x {shapes[name][1]}."
            )
    # a copy of each, because tensors that share memory are refused by the library
    whole = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    return safetensors.torch.save(whole, {"format": "pt"})
