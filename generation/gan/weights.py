"""Weights on disk: a directory of one safetensors file and a manifest, hostile until checked.

The manifest holds the name and the digest of the tensors' file, the network's shape, the vocabulary and how it was trained. Nothing is
unpickled, and no tensor is used before its name, type and shape are those of the network that the manifest describes.
A name has a part of the digest in it, so that new weights are saved beside the old ones, which whoever has just read their
manifest still finds.
"""

from __future__ import annotations

import hashlib
import json
import re
import stat
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import nn

from generation.gan.generator import Generator, Shape
from generation.gan.quantised import names, quantised, restored, well_typed
from generation.gan.text_encoder import TextCode
from generation.gan.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping

WEIGHTS = Path(__file__).parent / "weights"
TENSORS, MANIFEST = (
    "painter.safetensors",
    "manifest.json",
)  # the tensors, where the manifest does not name them
NAMED = re.compile(r"painter-[0-9a-f]{16}\.safetensors")
FLOATS, FORMAT = 1, 2  # float16 throughout, as the first ones were; a byte a weight
MANIFEST_LIMIT = 1_000_000  # bytes
TENSORS_LIMIT = 500_000_000
WIDTH_LIMIT = 4096
WORDS_LIMIT = 200_000


class WeightsError(Exception):
    """A directory of weights that cannot be used; the message is one sentence for the operator."""


class Painter(nn.Module):
    """What serves: the text code and the generator."""

    def __init__(self, words: int, shape: Shape) -> None:
        super().__init__()
        self.text = TextCode(words, shape.text, shape.looks)
        self.generator = Generator(shape)


@dataclass(frozen=True, slots=True)
class Weights:
    """A checked directory."""

    painter: Painter
    vocabulary: Vocabulary
    digest: str
    training: Mapping[str, Any]


def save_weights(
    directory: Path, painter: Painter, vocabulary: Vocabulary, training: Mapping[str, Any]
) -> None:
    """Write `painter` in a byte a weight (`quantised`), and the manifest last, so that a directory with a manifest is whole at any time.

    The tensors of the manifest before stay until the next time; older ones go.
    """
    directory.mkdir(parents=True, exist_ok=True)
    data = save(quantised(painter.state_dict()))
    digest = hashlib.sha256(data).hexdigest()
    name = f"painter-{digest[:16]}.safetensors"
    manifest = {
        "format": FORMAT,
        "tensors": name,
        "digest": digest,
        "shape": asdict(painter.generator.shape),
        "vocabulary": list(vocabulary.entries),
        "training": dict(training),
    }
    _write(directory / name, data)
    _write(directory / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
    before = [path for path in directory.glob("painter*.safetensors*") if path.name != name]
    before.sort(key=lambda path: (path.suffix != ".partial", path.stat().st_mtime_ns))
    for path in before[:-1]:
        path.unlink()


def load_weights(directory: Path) -> Weights:
    """Read and check a directory.

    Raises:
        WeightsError: it is not there, not whole, or not what it says it is.
    """
    manifest = _manifest(directory)
    try:
        shape = Shape(**(manifest["shape"] | {"channels": tuple(manifest["shape"]["channels"])}))
        words, digest, training = manifest["vocabulary"], manifest["digest"], manifest["training"]
        sound = (
            manifest["format"] in (FLOATS, FORMAT)
            and type(manifest["format"]) is int
            and all(
                type(n) is int and 0 < n <= WIDTH_LIMIT
                for n in (shape.text, shape.z, shape.mapped, shape.layout)
            )
            and type(shape.looks) is int
            and 0 <= shape.looks <= WIDTH_LIMIT
            and shape.text % 2 == 0
            and 2 <= len(shape.channels) <= 8
            and all(type(n) is int and 0 < n <= WIDTH_LIMIT for n in shape.channels)
            and isinstance(words, list)
            and len(words) <= WORDS_LIMIT
            and all(isinstance(word, str) for word in words)
            and len(set(words)) == len(words)
            and isinstance(training, dict)
            and (_tensors(manifest) == TENSORS or NAMED.fullmatch(_tensors(manifest)) is not None)
        )
    except (KeyError, TypeError, AttributeError):
        sound = False
    if not sound:
        raise WeightsError(f"{directory / MANIFEST} does not describe a network that this version knows.")
    path = directory / _tensors(manifest)
    data = _read(path, TENSORS_LIMIT)
    if hashlib.sha256(data).hexdigest() != digest:
        raise WeightsError(f"{path} is not the file that its manifest describes: the digests differ.")
    try:
        tensors = load(data)
    except SafetensorError:
        raise WeightsError(f"{path} is not a safetensors file.") from None
    with torch.device("meta"):
        painter = Painter(len(words), shape)
    floats = manifest["format"] == FLOATS
    wanted = {name: value.shape for name, value in painter.state_dict().items()}
    if not floats:
        wanted = names(wanted)
    if {name: value.shape for name, value in tensors.items()} != wanted:
        raise WeightsError(f"{path} has other tensors than the network that its manifest describes.")
    if not well_typed(tensors) or (
        floats and any(value.dtype != torch.float16 for value in tensors.values())
    ):
        kind = (
            "finite float16 numbers"
            if floats
            else "eight bits a weight, with finite float16 numbers beside them"
        )
        raise WeightsError(f"{path} has tensors that are not of {kind}.")
    painter.load_state_dict(restored(tensors), assign=True)
    return Weights(painter.eval().requires_grad_(requires_grad=False), Vocabulary(words), digest, training)


def _tensors(manifest: Mapping[str, Any]) -> Any:
    """What the manifest calls the tensors' file; the first ones had no name for it."""
    return manifest.get("tensors", TENSORS)


def _write(path: Path, content: bytes) -> None:
    partial = path.with_name(f"{path.name}.partial")
    partial.write_bytes(content)
    partial.rename(path)


def _manifest(directory: Path) -> dict[str, Any]:
    try:
        told = json.loads(_read(directory / MANIFEST, MANIFEST_LIMIT))
    except (ValueError, RecursionError):
        raise WeightsError(f"{directory / MANIFEST} is not JSON.") from None
    if not isinstance(told, dict):
        raise WeightsError(f"{directory / MANIFEST} is not a JSON object.")
    return told


def _read(path: Path, limit: int) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise WeightsError(f"{path} is not a file.")
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise WeightsError(f"{path} cannot be read: {error.strerror}.") from None
    if len(data) > limit:
        raise WeightsError(f"{path} is larger than {limit} bytes.")
    return data
