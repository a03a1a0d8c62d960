"""The adapters that Renga comes with, which of them a job is made with that names none, and the heads that its searches
go by. Torch-free.

Each is a directory of adapters with one in it (`docs/adapters.md`), under a name like `smollm2-verse`; what base it is for
and which forms it serves stands in its manifest. Heads lie in `readers` in the same way (`docs/heads.md`). All
are verified like any other when they are loaded. How each adapter was made
and what it is bad at: `docs/starters.md`.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
READERS = FOLDER / "readers"


@dataclass(frozen=True, slots=True)
class Starter:
    """`root`/`digest` is its directory, `base` the digest of the weights that it is for, `serves` the names of forms."""

    name: str
    digest: str
    base: str
    serves: tuple[str, ...]
    root: Path


@functools.cache
def starters(folder: Path = FOLDER) -> tuple[Starter, ...]:
    """All that are in `folder`, by name."""
    found = []
    for manifest in sorted(folder.glob("*/*/manifest.json")):
        told = json.loads(manifest.read_text(encoding="utf-8"))
        directory = manifest.parent
        found.append(
            Starter(
                directory.parent.name, directory.name, told["base"], tuple(told["serves"]), directory.parent
            )
        )
    return tuple(found)


def readers() -> tuple[Starter, ...]:
    """The heads that were learnt from what readers preferred, and which forms each judges."""
    return starters(READERS)


def starter(base: str, form: str) -> str | None:
    """The digest of the adapter that pieces of `form` are written with on the weights `base` (a digest), if there is one."""
    return next((one.digest for one in starters() if one.base == base and form in one.serves), None)


def starter_named(digest: str | None) -> Starter | None:
    """The starter of that digest; None: it is no starter's."""
    return next((one for one in starters() if one.digest == digest), None)
