"""The last step of a training: an adapter gets its name, or does not.

What was true when the training began is looked at again, because hours may lie between: the snapshot, the base model, the disk.
The directory appears whole or not at all, under the digest of what it computes, and is never written again
(`generation.adapters`). Which adapter serves is the studio's business.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from finetune import snapshot as snapshots
from generation.adapters import AdapterError, write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor

    from finetune.snapshot import Snapshot
    from generation.adapters import Base

SPARE = 16 * 1024 * 1024  # bytes beside what is written, so that the disk's last are not ours


class PublishError(Exception):
    """It cannot be published; the message is one sentence."""


def room(folder: Path, needed: int) -> None:
    """See that `needed` bytes and some more are free where `folder` is, which exists. Raises PublishError."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise PublishError(f"{folder} cannot be written to: {error.strerror}.") from error
    if free < needed + SPARE:
        raise PublishError(
            f"The disk is full: {(needed + SPARE) / 2**20:.0f} MiB are needed and {free / 2**20:.0f} are free."
        )


def same(directory: Path, snapshot: Snapshot, base: Base) -> None:
    """See that the snapshot is as it was and made for this model. Raises PublishError."""
    try:
        found = snapshots.load(directory)
    except snapshots.SnapshotError as error:
        raise PublishError(str(error)) from error
    if found.digest != snapshot.digest:
        raise PublishError("The snapshot is another one than training began with.")
    if found.base != base.digest:
        raise PublishError(
            f"The snapshot was taken for the model {found.base[:12]}, and {base.digest[:12]} is what writes now."
        )


def publish(
    root: Path, config: Mapping[str, Any], tensors: Mapping[str, Tensor], *, base: Base, manifest: Mapping[str, Any]
) -> Path:  # fmt: skip
    """`root`/<digest>, with the adapter in it. Raises PublishError, and leaves nothing behind then."""
    size = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    try:
        root.mkdir(parents=True, exist_ok=True)
        room(root, 2 * size)
        return root / write(root, config, tensors, base=base, manifest=manifest)
    except OSError as error:
        raise PublishError(f"The adapter cannot be written: {error.strerror}.") from error
    except AdapterError as error:
        raise PublishError(f"The adapter cannot be served: {error}") from error
