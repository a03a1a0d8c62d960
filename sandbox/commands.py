"""Application commands: registered, checked and kept, with ids that stay while a command keeps its name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.errors import ApiError, bad_length, invalid_form, required, unknown
from sandbox.people import APPLICATION_ID
from sandbox.permissions import ADMINISTRATOR

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = re.compile(r"^[-_'\w]{1,32}$")
CHAT, USER, MESSAGE, ENTRY = 1, 2, 3, 4
SUBCOMMAND, GROUP = 1, 2
OPTIONS = CHOICES = 25
DESCRIPTION = 100
EACH_KIND = {CHAT: 100, USER: 15, MESSAGE: 15, ENTRY: 1}
IN_GUILD, IN_BOT_DM = 0, 1


class Commands:
    """Global commands and those of the guild, by scope ("" is global)."""

    def __init__(self, new_id: Callable[[], str], changed: Callable[[], None]) -> None:
        """`changed` is called after every change."""
        self._new_id = new_id
        self._changed = changed
        self.scopes: dict[str, dict[str, dict[str, Any]]] = {}

    def all(self, scope: str) -> list[dict[str, Any]]:
        """The commands of a scope."""
        return list(self.scopes.get(scope, {}).values())

    def get(self, scope: str, command_id: str) -> dict[str, Any]:
        """One command.

        Raises:
            ApiError: there is none with this id.
        """
        found = self.scopes.get(scope, {}).get(command_id)
        if found is None:
            raise unknown("application command", 10063)
        return found

    def replace(self, scope: str, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Make these the commands of the scope. One that has not changed keeps its id and version."""
        checked = [_checked(body, str(index)) for index, body in enumerate(bodies)]
        for kind, limit in EACH_KIND.items():
            if sum(body["type"] == kind for body in checked) > limit:
                raise ApiError(400, 30032, f"Maximum number of application commands reached ({limit})")
        keys = [(body["type"], body["name"]) for body in checked]
        if len(set(keys)) < len(keys):
            raise invalid_form(
                "name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
            )
        before = {(command["type"], command["name"]): command for command in self.all(scope)}
        made = [self._made(scope, body, before.get(key)) for key, body in zip(keys, checked, strict=True)]
        self.scopes[scope] = {command["id"]: command for command in made}
        self._changed()
        return made

    def upsert(self, scope: str, body: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        """Create a command or overwrite the one of that name. The command, and whether it is new."""
        checked = _checked(body, "")
        kept = self.scopes.setdefault(scope, {})
        before = next(
            (
                old
                for old in kept.values()
                if (old["type"], old["name"]) == (checked["type"], checked["name"])
            ),
            None,
        )
        made = self._made(scope, checked, before)
        kept[made["id"]] = made
        self._changed()
        return made, before is None

    def edit(self, scope: str, command_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """Change some fields of a command."""
        before = self.get(scope, command_id)
        made = self._made(scope, _checked(before | body, ""), before)
        self.scopes[scope][command_id] = made
        self._changed()
        return made

    def delete(self, scope: str, command_id: str) -> None:
        """Remove a command."""
        self.get(scope, command_id)
        del self.scopes[scope][command_id]
        self._changed()

    def usable(self, scope: str, member_bits: int, *, direct: bool) -> list[dict[str, Any]]:
        """The commands a member may use in the guild or in a direct channel; the guild's hide global ones."""
        found = {
            (command["type"], command["name"]): command
            for command in [*self.all(""), *([] if direct else self.all(scope))]
        }
        return [
            command for command in found.values()
            if _in_context(command, direct=direct) and (direct or _permitted(command, member_bits))
        ]  # fmt: skip

    def _made(self, scope: str, body: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
        made = {
            "id": before["id"] if before else self._new_id(),
            "application_id": APPLICATION_ID,
            **({"guild_id": scope} if scope else {}),
            **body,
        }
        if before is not None and made == {key: value for key, value in before.items() if key != "version"}:
            return before
        return {**made, "version": self._new_id()}


def _in_context(command: dict[str, Any], *, direct: bool) -> bool:
    contexts = command.get("contexts")
    if contexts is None:
        return not direct or command.get("dm_permission", True)
    return (IN_BOT_DM if direct else IN_GUILD) in contexts


def _permitted(command: dict[str, Any], bits: int) -> bool:
    wanted = command["default_member_permissions"]
    if wanted is None or bits & ADMINISTRATOR:
        return True
    return int(wanted) != 0 and bits & int(wanted) == int(wanted)


def _checked(body: dict[str, Any], at: str) -> dict[str, Any]:
    """A command as Discord would give it back."""
    at = f"{at}." if at else ""
    kind = body.get("type") or CHAT
    if kind not in {CHAT, USER, MESSAGE, ENTRY}:
        raise invalid_form(f"{at}type", "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4}.")
    made: dict[str, Any] = {"type": kind, "name": _name(body, at, chat=kind == CHAT)}
    made["description"] = _description(body, at) if kind in {CHAT, ENTRY} else ""
    made["default_member_permissions"] = body.get("default_member_permissions")
    if made["default_member_permissions"] is not None:
        made["default_member_permissions"] = str(made["default_member_permissions"])
    made["dm_permission"] = body.get("dm_permission", True) is not False
    made["contexts"] = body.get("contexts")
    made["integration_types"] = body.get("integration_types") or [0]
    made["nsfw"] = bool(body.get("nsfw"))
    for key in ("name_localizations", "description_localizations"):
        made[key] = body.get(key) or None
    if body.get("options"):
        made["options"] = _options(body["options"], f"{at}options", depth=0)
    return made


def _name(body: dict[str, Any], at: str, *, chat: bool) -> str:
    name = body.get("name")
    if not name:
        raise required(f"{at}name")
    if not 1 <= len(name) <= 32:
        raise bad_length(f"{at}name", 1, 32)
    if chat and (NAME.fullmatch(name) is None or name != name.lower()):
        raise invalid_form(f"{at}name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    return str(name)


def _description(body: dict[str, Any], at: str) -> str:
    description = body.get("description")
    if not description:
        raise required(f"{at}description")
    if len(description) > DESCRIPTION:
        raise bad_length(f"{at}description", 1, DESCRIPTION)
    return str(description)


def _options(raw: list[dict[str, Any]], at: str, *, depth: int) -> list[dict[str, Any]]:
    if len(raw) > OPTIONS:
        raise bad_length(at, 0, OPTIONS)
    made = []
    seen: set[str] = set()
    optional = False
    for index, option in enumerate(raw):
        here = f"{at}.{index}."
        kind = option.get("type")
        if kind not in range(1, 12):
            raise invalid_form(f"{here}type", "BASE_TYPE_CHOICES", "Value must be one of {1, …, 11}.")
        name = _name(option, here, chat=True)
        if name in seen:
            raise invalid_form(
                f"{here}name", "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option names must be unique"
            )
        seen.add(name)
        kept = {key: value for key, value in option.items() if value is not None}
        kept |= {"type": kind, "name": name, "description": _description(option, here)}
        if kind in {SUBCOMMAND, GROUP}:
            if depth > 1 or (kind == GROUP and depth > 0):
                raise invalid_form(
                    f"{here}type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command nested too deep"
                )
            kept["options"] = _options(option.get("options") or [], f"{here}options", depth=depth + 1)
            made.append(kept)
            continue
        kept.pop("options", None)
        if option.get("required") and optional:
            raise invalid_form(
                f"{here}required", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options must be placed before non-required options",
            )  # fmt: skip
        optional = optional or not option.get("required")
        if not option.get("required"):
            kept.pop("required", None)
        _choices(kept, here)
        made.append(kept)
    return made


def _choices(option: dict[str, Any], at: str) -> None:
    choices = option.get("choices") or []
    if not choices:
        option.pop("choices", None)
    if len(choices) > CHOICES:
        raise bad_length(f"{at}choices", 0, CHOICES)
    if choices and option.get("autocomplete"):
        raise invalid_form(
            f"{at}autocomplete", "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES",
            "An option cannot have choices and autocomplete",
        )  # fmt: skip
    for index, choice in enumerate(choices):
        if not 1 <= len(str(choice.get("name", ""))) <= 100:
            raise bad_length(f"{at}choices.{index}.name", 1, 100)
        if isinstance(choice.get("value"), str) and len(choice["value"]) > 100:
            raise bad_length(f"{at}choices.{index}.value", 1, 100)
