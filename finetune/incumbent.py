"""What serves now, and what training goes on from: an adapter, a starter, or the model alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generation.adapters import load, manifest_of
from generation.starters import starter, starter_named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generation.adapters import Adapter, Base

STARTER, BASE = "starter", "base"


@dataclass(frozen=True, slots=True)
class Incumbent:
    """`start` is the digest of the adapter whose weights training begins with (None: none), `root` the directory that it is
    in. `serves` says of each form which adapter writes it now.
    """

    start: str | None
    root: Path
    serves: Mapping[str, str | None]

    def adapter(self, digest: str | None, base: Base) -> Adapter | None:
        """An adapter that it names, verified. Raises AdapterError."""
        if digest is None:
            return None
        named = starter_named(digest)
        return load(self.root if named is None else named.root, digest, base)


def incumbent(parent: str, base: Base, shares: Mapping[str, float], nowhere: Path) -> Incumbent:
    """What `parent` means: "starter", "base", or the directory of an adapter. `shares` are those of forms.

    With "starter" each form is written by its own, and training begins with that of the form that there is most of. An adapter
    writes the forms that it has learnt (`serves` in its manifest; without that, all), and the others are their starters'.

    Raises:
        AdapterError: the directory's adapter is of another model, or no adapter.
    """
    if parent == BASE:
        return Incumbent(None, nowhere, dict.fromkeys(shares))
    if parent == STARTER:
        serves = {form: starter(base.digest, form) for form in shares}
        most = max(shares, key=lambda form: (shares[form], form))
        return Incumbent(serves[most], nowhere, serves)
    directory = Path(parent).resolve()
    learnt = manifest_of(directory.parent, directory.name, base).get("serves")
    mine = shares if not isinstance(learnt, list) or not learnt else learnt
    serves = {form: directory.name if form in mine else starter(base.digest, form) for form in shares}
    return Incumbent(directory.name, directory.parent, serves)
