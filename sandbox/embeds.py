"""Embeds, checked against Discord's limits, and the message's own files in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.errors import bad_length, invalid_form, required, too_long

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.messages import Attachment

OWN = "attachment://"
PICTURES = {"image": "url", "thumbnail": "url", "author": "icon_url", "footer": "icon_url"}
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


def shown(
    embeds: list[dict[str, Any]], attachments: Iterable[Attachment], address: str
) -> tuple[list[dict[str, Any]], set[str]]:
    """The embeds with `attachment://name` resolved, and the ids of the files that are thereby in them.

    What names no file of the message is left out, as Discord leaves it out.
    """
    named = {attachment.filename: attachment for attachment in attachments}
    made, used = [], set()
    for embed in embeds:
        kept = dict(embed)
        for part, key in PICTURES.items():
            url = str((embed.get(part) or {}).get(key) or "")
            if not url.startswith(OWN):
                continue
            file = named.get(url.removeprefix(OWN))
            kept[part] = {name: value for name, value in embed[part].items() if name != key}
            if file is not None:
                used.add(file.id)
                kept[part] |= {key: address + file.path, f"proxy_{key}": address + file.path}
                if key == "url" and file.pixels is not None:
                    kept[part]["width"], kept[part]["height"] = file.pixels
            if not kept[part]:
                del kept[part]
        made.append(kept)
    return made, used


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
