"""Forms that the bot opens: checked, told to people as plain fields, and their answers written as Discord does.

Text inputs only, in action rows or in labels; selects and uploads inside forms are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.components import CUSTOM_ID, ROW, TEXT_INPUT
from sandbox.errors import ControlError, bad_length, invalid_form, required, too_long

if TYPE_CHECKING:
    from collections.abc import Mapping

TITLE, INPUTS, VALUE, LABEL, PLACEHOLDER = 45, 5, 4000, 45, 100
LABELLED = 18


def checked(data: dict[str, Any]) -> dict[str, Any]:
    """A modal's data, unchanged.

    Raises:
        ApiError: a limit is passed or a field is missing.
    """
    for key, limit in (("custom_id", CUSTOM_ID), ("title", TITLE)):
        if not data.get(key):
            raise required(f"data.{key}")
        if len(data[key]) > limit:
            raise too_long(f"data.{key}", limit)
    rows = data.get("components") or []
    if not 1 <= len(rows) <= INPUTS:
        raise bad_length("data.components", 1, INPUTS)
    seen: set[str] = set()
    for index, row in enumerate(rows):
        path = f"data.components.{index}"
        given = _input(row)
        if given is None:
            raise invalid_form(
                f"{path}.type", "UNION_TYPE_CHOICES", "The sandbox's forms have text inputs only."
            )
        for key, limit in (("custom_id", CUSTOM_ID), ("value", VALUE), ("placeholder", PLACEHOLDER)):
            if len(given.get(key) or "") > limit:
                raise too_long(f"{path}.{key}", limit)
        label = _label(row, given)
        if not 1 <= len(label) <= LABEL:
            raise bad_length(f"{path}.label", 1, LABEL)
        if not given.get("custom_id"):
            raise required(f"{path}.custom_id")
        if given["custom_id"] in seen:
            raise invalid_form(
                f"{path}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Custom ids must be unique"
            )
        seen.add(given["custom_id"])
    return data


def fields(modal: dict[str, Any]) -> list[dict[str, Any]]:
    """The form as the people's side shows it."""
    made = []
    for row in modal["components"]:
        given = _input(row)
        assert given is not None
        made.append(
            {
                "custom_id": given["custom_id"], "label": _label(row, given), "style": given.get("style", 1),
                "value": given.get("value") or "", "required": given.get("required", True),
                "min_length": given.get("min_length") or 0, "max_length": given.get("max_length") or VALUE,
                "placeholder": given.get("placeholder") or "",
            }
        )  # fmt: skip
    return made


def submission(modal: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The data of the interaction that a filled form makes.

    Raises:
        ControlError: a field is missing, unknown, too short or too long.
    """
    shown = fields(modal)
    if unknown := set(values) - {field["custom_id"] for field in shown}:
        raise ControlError(422, f"The form has no field {', '.join(sorted(unknown))}.")
    for field in shown:
        value = str(values.get(field["custom_id"], field["value"]))
        if not value and not field["required"]:
            continue
        low, high = max(field["min_length"], 1 if field["required"] else 0), field["max_length"]
        if not low <= len(value) <= high:
            raise ControlError(422, f"{field['label']} must have between {low} and {high} characters.")
    rows = []
    for number, row in enumerate(modal["components"], start=1):
        given = _input(row)
        assert given is not None
        filled = {
            "type": TEXT_INPUT, "id": number * 2, "custom_id": given["custom_id"],
            "value": str(values.get(given["custom_id"], given.get("value") or "")),
        }  # fmt: skip
        inner = {"component": filled} if row["type"] == LABELLED else {"components": [filled]}
        rows.append({"type": row["type"], "id": number * 2 - 1, **inner})
    return {"custom_id": modal["custom_id"], "components": rows}


def _input(row: Any) -> dict[str, Any] | None:
    found: Any = None
    if row.get("type") == ROW and len(row.get("components") or []) == 1:
        found = row["components"][0]
    elif row.get("type") == LABELLED:
        found = row.get("component")
    return found if isinstance(found, dict) and found.get("type") == TEXT_INPUT else None


def _label(row: dict[str, Any], given: dict[str, Any]) -> str:
    return str((row if row["type"] == LABELLED else given).get("label") or "")
