"""The digest that names a model's weights: what adapters are made for, and what the cache of unpacked weights is kept by.

It is of the weights as they came, never of what they were converted to, so it is the same on every machine. It is
remembered under `DATA_DIR` with the files' stamps, so that only the first start reads them all.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from generation.lm.weights import Source

REMEMBERED = "digests.json"
# what a configuration says of its own file, or of the text around the network, and not of the network
_BESIDE = frozenset({"_name_or_path", "bos_token_id", "dtype", "eos_token_id", "pad_token_id", "torch_dtype", "transformers_version", "use_cache"})  # fmt: skip
_BLOCK = 1 << 20

log = structlog.get_logger(__name__)


def digest(source: Source, data_dir: Path) -> str:
    """The hex SHA-256 that names `source`'s weights.

    Of a file it is the file's own. Of a directory it is that of the configuration, but for what does not touch the
    network, and of its safetensors, names and bytes.

    Raises:
        OSError: a file cannot be read.
        ValueError: `config.json` is not JSON.
    """
    folder = source.path.is_dir()
    files = (
        [source.path / "config.json", *sorted(source.path.glob("*.safetensors"))] if folder else source.files
    )
    memory = data_dir / "models" / REMEMBERED
    stamps = [_stamp(file) for file in files]
    known = _recall(memory)
    name = str(source.path.resolve())
    if (found := known.get(name)) and found["stamps"] == stamps:
        return str(found["digest"])
    fresh = _of_directory(files) if folder else of_bytes(files)
    _remember(memory, {**known, name: {"stamps": stamps, "digest": fresh}})
    return fresh


def of_bytes(files: Iterable[Path]) -> str:
    """The hex SHA-256 of `files`' bytes, one after the other."""
    sha = hashlib.sha256()
    for file in files:
        with file.open("rb") as opened:
            while block := opened.read(_BLOCK):
                sha.update(block)
    return sha.hexdigest()


def _of_directory(files: Sequence[Path]) -> str:
    config = json.loads(files[0].read_text())
    parts = [[file.name, of_bytes([file])] for file in files[1:]]
    about = {key: value for key, value in config.items() if key not in _BESIDE}
    return hashlib.sha256(json.dumps([about, parts], sort_keys=True).encode()).hexdigest()


def _stamp(file: Path) -> list[str | int]:
    found = file.stat()
    return [file.name, found.st_size, found.st_mtime_ns, found.st_ino]


def _recall(memory: Path) -> dict[str, Any]:
    try:
        known = json.loads(memory.read_text())
    except (OSError, ValueError):  # none yet, or broken off: it only saves time
        return {}
    return known if isinstance(known, dict) else {}


def _remember(memory: Path, known: dict[str, Any]) -> None:
    """Whole or not at all; another process's entry may be lost, which costs it one reading."""
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=memory.parent, prefix=".digests-", delete=False) as file:
            json.dump(known, file)
        Path(file.name).replace(memory)
    except OSError as error:
        log.warning("digest_not_remembered", path=str(memory), error=error.strerror)
