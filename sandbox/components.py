"""Buttons, selects and action rows of a message: checked as Discord checks them, completed as it completes them.

Components V2 (text displays, galleries, containers) are not here: they are refused, not half shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.errors import bad_length, invalid_form, required, too_long

if TYPE_CHECKING:
    from collections.abc import Iterator

ROW, BUTTON, SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS = {3, 5, 6, 7, 8}
LINK, PREMIUM = 5, 6
STYLES = {1, 2, 3, 4, LINK, PREMIUM}
CUSTOM_ID, LABEL, ROWS, BUTTONS, OPTIONS = 100, 80, 5, 5, 25


def checked(raw: Any, path: str = "components") -> list[dict[str, Any]]:
    """The rows of a message as Discord would give them back.

    Raises:
        ApiError: a limit is passed, a field is missing, a custom_id stands twice, or the kind is unknown.
    """
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise invalid_form(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    if len(raw) > ROWS:
        raise bad_length(path, 1, ROWS)
    numbers = iter(range(1, 1000))
    rows = [_row(row, f"{path}.{index}", numbers) for index, row in enumerate(raw)]
    seen: set[str] = set()
    for index, row in enumerate(rows):
        for place, item in enumerate(row["components"]):
            custom_id = item.get("custom_id")
            if custom_id is not None and custom_id in seen:
                raise invalid_form(
                    f"{path}.{index}.components.{place}.custom_id",
                    "COMPONENT_CUSTOM_ID_DUPLICATED",
                    "Component custom id cannot be duplicated",
                )
            seen.add(custom_id)
    return rows


def find(rows: list[dict[str, Any]], custom_id: str) -> dict[str, Any] | None:
    """The component with this id."""
    for row in rows:
        for item in row["components"]:
            if item.get("custom_id") == custom_id:
                return dict(item)
    return None


def _row(row: Any, path: str, numbers: Iterator[int]) -> dict[str, Any]:
    if not isinstance(row, dict) or row.get("type") != ROW:
        raise invalid_form(f"{path}.type", "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1,).')
    items = row.get("components")
    if not items:
        raise required(f"{path}.components")
    if len(items) > BUTTONS:
        raise bad_length(f"{path}.components", 1, BUTTONS)
    number = row.get("id") or next(numbers)
    kinds = [item.get("type") for item in items]
    if len(items) > 1 and any(kind in SELECTS for kind in kinds):
        raise invalid_form(
            f"{path}.components",
            "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
            "The specified component exceeds the maximum width",
        )
    made = [_item(item, f"{path}.components.{place}", numbers) for place, item in enumerate(items)]
    return {"type": ROW, "id": number, "components": made}


def _item(item: dict[str, Any], path: str, numbers: Iterator[int]) -> dict[str, Any]:
    kind = item.get("type")
    made: dict[str, Any] = {"type": kind, "id": item.get("id") or next(numbers)}
    if kind == BUTTON:
        return made | _button(item, path)
    if kind in SELECTS:
        return made | _select(item, path)
    raise invalid_form(
        f"{path}.type", "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (2, 3, 5, 6, 7, 8).'
    )


def _button(item: dict[str, Any], path: str) -> dict[str, Any]:
    style = item.get("style")
    if style not in STYLES or style == PREMIUM:
        raise invalid_form(f"{path}.style", "BASE_TYPE_CHOICES", f"Value must be one of {sorted(STYLES)}.")
    made: dict[str, Any] = {"style": style}
    if style == LINK:
        if not item.get("url"):
            raise invalid_form(path, "BUTTON_COMPONENT_URL_REQUIRED", "A url is required")
        made["url"] = item["url"]
    else:
        made["custom_id"] = _custom_id(item, path)
    label = item.get("label")
    if not label and not item.get("emoji"):
        raise invalid_form(
            path, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A label or an emoji is required"
        )
    if label:
        if len(label) > LABEL:
            raise too_long(f"{path}.label", LABEL)
        made["label"] = label
    if item.get("emoji"):
        made["emoji"] = _emoji(item["emoji"])
    if item.get("disabled"):
        made["disabled"] = True
    return made


def _select(item: dict[str, Any], path: str) -> dict[str, Any]:
    made: dict[str, Any] = {"custom_id": _custom_id(item, path)}
    low, high = item.get("min_values"), item.get("max_values")
    made["min_values"], made["max_values"] = 1 if low is None else low, 1 if high is None else high
    if item.get("placeholder"):
        made["placeholder"] = item["placeholder"]
    if item.get("disabled"):
        made["disabled"] = True
    if item["type"] == SELECT:
        options = item.get("options") or []
        if not 1 <= len(options) <= OPTIONS:
            raise bad_length(f"{path}.options", 1, OPTIONS)
        for place, option in enumerate(options):
            for key in ("label", "value"):
                if not option.get(key):
                    raise required(f"{path}.options.{place}.{key}")
                if len(option[key]) > CUSTOM_ID:
                    raise too_long(f"{path}.options.{place}.{key}", CUSTOM_ID)
        made["options"] = [_option(option) for option in options]
    return made


def _option(option: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in option.items() if value is not None}
    return kept | {"emoji": _emoji(kept["emoji"])} if "emoji" in kept else kept


def _emoji(found: dict[str, Any]) -> dict[str, Any]:
    """A partial emoji; an id is text, however it came."""
    kept = {key: value for key, value in found.items() if value is not None}
    return kept | {"id": str(kept["id"])} if "id" in kept else kept


def _custom_id(item: dict[str, Any], path: str) -> str:
    custom_id = item.get("custom_id")
    if not custom_id:
        raise required(f"{path}.custom_id")
    if len(custom_id) > CUSTOM_ID:
        raise too_long(f"{path}.custom_id", CUSTOM_ID)
    return str(custom_id)
