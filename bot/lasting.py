"""Views and forms as those that last are made: each anew, and none that discord.py would keep.

A fresh, all-dynamic view goes with each message or edit, never a kept one: discord.py forgets a DynamicItem for the whole
process when a view that was stored twice loses it, or when a view with it times out or is stopped. A form is stopped
before it is sent, and known again by its `custom_id`.
"""

from __future__ import annotations

from typing import Any

import discord


def view(*items: discord.ui.Item[Any]) -> discord.ui.View:
    """A view of `items` that never times out."""
    made = discord.ui.View(timeout=None)
    for item in items:
        made.add_item(item)
    return made


def form(title: str, custom_id: str, *fields: discord.ui.TextInput[Any]) -> discord.ui.Modal:
    """A modal that asks for `fields`, five at most."""
    modal = discord.ui.Modal(title=title, custom_id=custom_id)
    for field_of_it in fields:
        modal.add_item(field_of_it)
    modal.stop()
    return modal


def field(
    name: str, label: str, value: str, most: int, *, required: bool = False, long: bool = False
) -> discord.ui.TextInput[Any]:
    """One field of a form, with `value` in it already; at most `most` characters are taken."""
    style = discord.TextStyle.paragraph if long else discord.TextStyle.short
    return discord.ui.TextInput(
        label=label, custom_id=name, default=value or None, max_length=most, required=required, style=style
    )


def submitted(components: list[Any]) -> dict[str, str]:
    """The fields of a submitted form, by `custom_id`, whatever rows or labels hold them."""
    found: dict[str, str] = {}
    for component in components:
        if "value" in component:
            found[component["custom_id"]] = component["value"] or ""
        inner = component.get("components") or ([component["component"]] if "component" in component else [])
        found.update(submitted(inner))
    return found
