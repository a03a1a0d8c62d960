"""Which code made something: kept with weights, so that they can be made again."""

from __future__ import annotations

import subprocess
from pathlib import Path


def revision() -> str:
    """The commit of the checkout that this file is in, or "unknown" outside of one."""
    told = subprocess.run(
        ["git", "rev-parse", "HEAD"],  # noqa: S607 - whichever git the user has
        cwd=Path(__file__).parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return told.stdout.strip() or "unknown"
