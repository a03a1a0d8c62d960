"""Heads on disk: one immutable directory for each, named by its digest, and hostile until checked.

    <root>/<digest>/manifest.json       format, kind, base, blocks, and for people: metrics, the snapshot, when
                    head.safetensors    "bias", (1,), and a tensor (width,) for each block, all F32

The digest is the hex SHA-256 over the line "renga head 1", a line of canonical JSON with kind, base and blocks, and the tensors'
bytes, the bias first, then the blocks in their order; the rest of the manifest is outside of it. Which tensors there have to be
follows from the manifest's blocks and the base, so a file's header only has to agree. Nothing is unpickled.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as tensors_of
from safetensors.torch import save as bytes_of

from generation import whole
from generation.adapters import strict_json
from generation.adapters.digest import is_digest
from generation.adapters.errors import AdapterError, quoted
from generation.adapters.folder import folder
from generation.taste.errors import TasteError
from generation.taste.head import Head
from generation.taste.reader import BLOCKS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor

FORMAT = 1
MANIFEST, TENSORS = "manifest.json", "head.safetensors"
NAMES = (MANIFEST, TENSORS)
KINDS = ("verse", "script", "story")
MANIFEST_LIMIT = 64 * 1024
HEADER_LIMIT = 16 * 1024
MOST = 1e6  # of a weight: with numbers that a network gives, no score comes near to what a float32 can hold


def load(root: Path, digest: str, base: str, widths: Mapping[str, int]) -> Head:
    """The head in `root`/`digest`, verified. `base` is the digest of the model whose numbers it is to judge by, `widths` how many
    there are in each block. Blocks.

    Raises:
        TasteError: it is missing, made for another model, or anything about it is not as it has to be.
    """
    if not is_digest(digest):
        raise TasteError(f"{quoted(digest)} is not the name of a head.")
    head, _ = _read(root, digest, widths)
    if head.base != base:
        raise TasteError(
            f"The head was made for the model {quoted(head.base[:12])}, not for {quoted(base[:12])}."
        )
    if digest_of(head) != digest:
        raise TasteError(
            f"The head {quoted(digest[:12])} is damaged: its content is {quoted(digest_of(head)[:12])}."
        )
    return head


def manifest_of(root: Path, digest: str, widths: Mapping[str, int]) -> dict[str, Any]:
    """What the manifest of a head says, of which only format, kind, base and blocks are checked.

    Raises:
        TasteError: as `load`, but for the base.
    """
    return _read(root, digest, widths)[1]


def write(root: Path, head: Head, manifest: Mapping[str, Any], widths: Mapping[str, int]) -> str:
    """Put a head into `root`, whole or not at all, and give its digest. One that is there already stays as it is. Blocks.

    `manifest` is what there is to tell people; format, kind, base and blocks are filled in.

    Raises:
        TasteError: `load` would refuse it, or it cannot be written. Nothing is left behind.
    """
    told = {**manifest, "format": FORMAT, "kind": head.kind, "base": head.base, "blocks": list(head.blocks)}
    digest = digest_of(head)
    tensors = {"bias": torch.tensor([head.bias], dtype=torch.float32)}
    tensors |= {block: head.weights[block].detach().float().contiguous().clone() for block in head.blocks}
    try:
        text = json.dumps(told, indent=1, sort_keys=True, allow_nan=False).encode() + b"\n"
    except (TypeError, ValueError):
        raise TasteError(f"{MANIFEST} cannot be written as JSON.") from None
    try:
        with whole.made(root, {MANIFEST: text, TENSORS: bytes_of(tensors)}) as made:
            _read(root, made.name, widths)  # what cannot be loaded is not given a name
            if not whole.named(made, digest):
                load(root, digest, head.base, widths)  # when what was there before is not whole, this says so
    except OSError as error:
        raise TasteError(f"The head cannot be written: {error.strerror}.") from error
    return digest


def digest_of(head: Head) -> str:
    """What names it: what it computes, and nothing of how its files are laid out."""
    about = {"base": head.base, "blocks": list(head.blocks), "kind": head.kind}
    sha = hashlib.sha256(
        b"renga head 1\n" + json.dumps(about, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    )
    for tensor in (torch.tensor([head.bias]), *(head.weights[block] for block in head.blocks)):
        sha.update(tensor.detach().float().contiguous().numpy().astype("<f4").tobytes())
    return sha.hexdigest()


def _read(root: Path, name: str, widths: Mapping[str, int]) -> tuple[Head, dict[str, Any]]:
    try:
        with folder(root, name, files=NAMES, what="head") as opened:
            manifest = strict_json.parse(opened.whole(MANIFEST, MANIFEST_LIMIT), MANIFEST)
            kind, base, blocks = _about(manifest)
            wanted = {"bias": 1, **{block: widths[block] for block in blocks}}
            data = opened.whole(TENSORS, 8 + HEADER_LIMIT + 4 * sum(wanted.values()))
    except AdapterError as error:
        raise TasteError(str(error)) from error
    found = _tensors(bytes(data), wanted)
    return Head(kind, base, {block: found[block] for block in blocks}, float(found["bias"])), manifest


def _about(manifest: Mapping[str, Any]) -> tuple[str, str, list[str]]:
    made_as, kind, base, blocks = (manifest.get(name) for name in ("format", "kind", "base", "blocks"))
    if type(made_as) is not int or made_as != FORMAT:
        raise TasteError(f"{MANIFEST} is of format {quoted(made_as)}; format {FORMAT} is read.")
    if kind not in KINDS:
        raise TasteError(f"{MANIFEST} has the kind {quoted(kind)}, which is none of {', '.join(KINDS)}.")
    if not isinstance(base, str) or not is_digest(base):
        raise TasteError(f"{MANIFEST} does not name the base model by its digest.")
    if not isinstance(blocks, list) or not blocks or blocks != [block for block in BLOCKS if block in blocks]:
        raise TasteError(f"{MANIFEST} does not list blocks that are known, each once and in their order.")
    return str(kind), base, blocks


def _tensors(data: bytes, wanted: Mapping[str, int]) -> dict[str, Tensor]:
    try:
        found = tensors_of(data)
    except (SafetensorError, ValueError):
        raise TasteError(f"{TENSORS} is not a safetensors file.") from None
    if found.keys() != wanted.keys():
        stranger = min(found.keys() ^ wanted.keys())
        raise TasteError(f"{TENSORS} and its manifest disagree about {quoted(stranger)}.")
    for name, tensor in found.items():
        if tensor.dtype != torch.float32 or tuple(tensor.shape) != (wanted[name],):
            raise TasteError(f"The tensor {quoted(name)} is not of {wanted[name]} numbers of type F32.")
        if not bool((tensor.abs() <= MOST).all()):  # nor is what is no number
            raise TasteError(f"The tensor {quoted(name)} holds numbers beyond ±{MOST:g}, or none.")
    return found
