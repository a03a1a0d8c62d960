"""What a member typed into a command, checked as Discord's client checks it before anything is sent.

Pure: a registered command and values by name in, Discord's option list out. The sentences are for the member.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.commands import GROUP, SUBCOMMAND
from sandbox.errors import ControlError

if TYPE_CHECKING:
    from collections.abc import Mapping

STRING, INTEGER, BOOLEAN, MEMBER, CHANNEL, ROLE, MENTIONABLE, NUMBER = 3, 4, 5, 6, 7, 8, 9, 10
BIGGEST = 2**53
TEXT = 6000


def options(
    command: dict[str, Any], values: Mapping[str, Any], *, focused: str | None = None
) -> list[dict[str, Any]]:
    """The option list of an interaction. With `focused`, an autocomplete: the rest may still be missing.

    A sub-command's options are named with its path: `{"adapter train": {...}}` is not supported; instead the
    key "" holds the path, as in `{"": "train", "name": "x"}`.

    Raises:
        ControlError: a value is missing, of the wrong type, out of bounds or not among the choices.
    """
    values = dict(values)
    declared, wrap = _descend(command, str(values.pop("", "")))
    known = {option["name"]: option for option in declared}
    for name in values:
        if name not in known:
            listed = ", ".join(known) or "none"
            raise ControlError(422, f"/{command['name']} has no option {name!r}; it has {listed}.")
    made = []
    for name, option in known.items():
        if name not in values:
            if option.get("required") and focused is None:
                raise ControlError(422, f"/{command['name']} needs {name}.")
            continue
        entry = {"name": name, "type": option["type"]}
        if name == focused:
            made.append(entry | {"value": str(values[name]), "focused": True})
        else:
            made.append(entry | {"value": _value(option, values[name])})
    if focused is not None and focused not in values:
        raise ControlError(422, f"The focused option {focused!r} is not among the options.")
    for kind, name in reversed(wrap):
        made = [{"name": name, "type": kind, "options": made}]
    return made


def _descend(command: dict[str, Any], path: str) -> tuple[list[dict[str, Any]], list[tuple[int, str]]]:
    declared = command.get("options", [])
    wrap: list[tuple[int, str]] = []
    for name in path.split():
        found = next(
            (
                option
                for option in declared
                if option["name"] == name and option["type"] in {SUBCOMMAND, GROUP}
            ),
            None,
        )
        if found is None:
            raise ControlError(422, f"/{command['name']} has no sub-command {name!r}.")
        wrap.append((found["type"], name))
        declared = found.get("options", [])
    inner = [option["name"] for option in declared if option["type"] in {SUBCOMMAND, GROUP}]
    if inner:
        raise ControlError(
            422, f"/{' '.join([command['name'], *path.split()])} needs one of: {', '.join(inner)}."
        )
    return declared, wrap


def _value(option: dict[str, Any], value: Any) -> Any:
    name, kind = option["name"], option["type"]
    value = _typed(name, kind, value)
    if option.get("choices"):
        allowed = [choice["value"] for choice in option["choices"]]
        if value not in allowed:
            named = {choice["name"]: choice["value"] for choice in option["choices"]}
            if value not in named:
                raise ControlError(422, f"{name} must be one of {', '.join(map(str, allowed))}.")
            value = named[value]
    if kind == STRING:
        low, high = option.get("min_length") or 0, option.get("max_length") or TEXT
        if not low <= len(value) <= high:
            raise ControlError(
                422, f"{name} must have between {low} and {high} characters; it has {len(value)}."
            )
    if kind in {INTEGER, NUMBER}:
        low, high = option.get("min_value", -BIGGEST), option.get("max_value", BIGGEST)
        if not low <= value <= high:
            raise ControlError(422, f"{name} must be between {low} and {high}, not {value}.")
    return value


def _typed(name: str, kind: int, value: Any) -> Any:
    if kind == STRING:
        if not isinstance(value, str):
            raise ControlError(422, f"{name} must be text.")
        if not value.strip():
            raise ControlError(422, f"{name} must not be empty.")
        return value
    if kind == BOOLEAN:
        if isinstance(value, str) and value.lower() in {"true", "false"}:
            return value.lower() == "true"
        if not isinstance(value, bool):
            raise ControlError(422, f"{name} must be true or false.")
        return value
    if kind in {INTEGER, NUMBER}:
        try:
            number = float(value) if kind == NUMBER else int(str(value), 10)
        except ValueError:
            raise ControlError(
                422, f"{name} must be a {'number' if kind == NUMBER else 'whole number'}."
            ) from None
        return number
    if kind in {MEMBER, CHANNEL, ROLE, MENTIONABLE}:
        return str(value)
    raise ControlError(422, f"{name} takes a file, which the sandbox's people cannot send.")
