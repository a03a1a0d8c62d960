"""Embeds, checked against Discord's limits."""

from __future__ import annotations

from typing import Any

from sandbox.errors import bad_length, invalid_form, required, too_long

COUNT, TOGETHER, FIELDS = 10, 6000, 25
LIMITS = {"title": 256, "description": 4096}


def checked(raw: Any) -> list[dict[str, Any]]:
    """The embeds as Discord would give them back.

    Raises:
        ApiError: a limit is passed.
    """
    embeds: list[dict[str, Any]] = list(raw or [])
    if len(embeds) > COUNT:
        raise bad_length("embeds", 0, COUNT)
    together = 0
    for index, embed in enumerate(embeds):
        together += _characters(embed, f"embeds.{index}")
    if together > TOGETHER:
        raise invalid_form(
            "embeds", "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {TOGETHER}"
        )
    return [{**embed, "type": "rich"} for embed in embeds]


def _characters(embed: dict[str, Any], path: str) -> int:
    fields = embed.get("fields") or []
    if len(fields) > FIELDS:
        raise bad_length(f"{path}.fields", 0, FIELDS)
    counted = [(f"{path}.{name}", embed.get(name), limit) for name, limit in LIMITS.items()]
    counted.append((f"{path}.footer.text", (embed.get("footer") or {}).get("text"), 2048))
    counted.append((f"{path}.author.name", (embed.get("author") or {}).get("name"), 256))
    for place, field in enumerate(fields):
        for name, limit in (("name", 256), ("value", 1024)):
            if not field.get(name):
                raise required(f"{path}.fields.{place}.{name}")
            counted.append((f"{path}.fields.{place}.{name}", field[name], limit))
    together = 0
    for where, text, limit in counted:
        if text is not None and len(text) > limit:
            raise too_long(where, limit)
        together += len(text or "")
    return together
