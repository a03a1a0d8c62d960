"""Where an adapter comes from: manifest.json, format 1.

    {"format": 1, "base": "<digest of the base's weights>", "parent": "<digest>" or null, "snapshot": "..." or null,
     "metrics": {...}, ...}

Only `format` and `base` decide anything; the rest is for people and is bounded, not read. The manifest is not part of
the adapter's digest: the same adapter made again keeps the manifest that it was first written with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generation.adapters.digest import is_digest
from generation.adapters.errors import AdapterError, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generation.adapters.adapter import Base

FORMAT = 1


def check(manifest: Mapping[str, Any], base: Base) -> None:
    """Pass a manifest of format 1 for an adapter of `base`.

    Raises:
        AdapterError: it is another format, or the adapter was made for another model.
    """
    found = manifest.get("format")
    if type(found) is not int or found != FORMAT:
        raise AdapterError(f"manifest.json is of format {quoted(found)}; format {FORMAT} is read.")
    if not is_digest(manifest.get("base")):
        raise AdapterError("manifest.json does not name the base model by its digest.")
    if manifest["base"] != base.digest:
        raise AdapterError(
            f"The adapter was made for the model {quoted(manifest['base'][:12])}, not for {quoted(base.digest[:12])}."
        )
    parent = manifest.get("parent")
    if parent is not None and not is_digest(parent):
        raise AdapterError("manifest.json: parent is not the digest of an adapter.")
