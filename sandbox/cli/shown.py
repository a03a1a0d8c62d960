"""Messages, forms and commands as lines of text. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.commands import MESSAGE

if TYPE_CHECKING:
    from sandbox.cli.quiet import Outcome

KINDS = {
    3: "text",
    4: "whole number",
    5: "true/false",
    6: "member",
    7: "channel",
    8: "role",
    9: "mention",
    10: "number",
}


def outcome(found: Outcome) -> str:
    """What came of an interaction."""
    lines = [message(each) for each in found.messages]
    if found.modal is not None:
        lines.append(modal(found.modal))
    if found.failed is not None:
        lines.append(found.failed)
    return "\n\n".join(lines)


def message(found: dict[str, Any]) -> str:
    """One message: who, what, files, buttons, reactions."""
    author = found["author"]["global_name"] or found["author"]["username"]
    only = " (only you can see this)" if found["ephemeral_for"] else ""
    lines = [f"{author} [{found['id']}]{only}"]
    lines += [f"  {line}" for line in (found["content"] or "").splitlines()]
    if found["flags"] & 1 << 7:
        lines.append("  is thinking…")
    for embed in found["embeds"]:
        lines += [
            f"  | {line}" for key in ("title", "description") for line in (embed.get(key) or "").splitlines()
        ]
    lines += [_file(each) for each in found["attachments"]]
    for row in found["components"]:
        shown = [_component(item) for item in row.get("components", [])]
        lines.append("  " + " ".join(shown))
    if found["reactions"]:
        lines.append(
            "  " + " ".join(f"{each['emoji']['name']} {each['count']}" for each in found["reactions"])
        )
    return "\n".join(lines)


def modal(found: dict[str, Any]) -> str:
    """A form that waits to be filled in."""
    lines = [f"Form: {found['title']} [{found['custom_id']}]"]
    for each in found["fields"]:
        needed = "" if each["required"] else ", optional"
        lines.append(f"  {each['custom_id']} ({each['label']}{needed}): {each['value']!r}")
    return "\n".join(lines)


def command(found: dict[str, Any]) -> str:
    """A command with its options."""
    if found["type"] == MESSAGE:
        return f"{found['name']}  (of a message: apply --message ID {found['name']})"
    lines = [f"/{found['name']}  {found['description']}"]
    for option in found.get("options", []):
        kind = KINDS.get(option["type"], "sub-command")
        needed = ", needed" if option.get("required") else ""
        lines.append(f"  {option['name']} ({kind}{needed})  {option['description']}")
    return "\n".join(lines)


def _file(found: dict[str, Any]) -> str:
    pixels = f", {found['width']}x{found['height']}" if "width" in found else ""
    described = f" “{found['description']}”" if found.get("description") else ""
    return f"  file: {found['filename']} ({found['size']} bytes{pixels}){described} {found['url']}"


def _component(item: dict[str, Any]) -> str:
    label = item.get("label") or (item.get("emoji") or {}).get("name") or item.get("custom_id", "")
    return f"({label})" if item.get("disabled") else f"[{label}]"
