"""A command as one types it, `/poem theme:"autumn dusk" seed:3`, read with the registered commands at hand. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.commands import CHAT, GROUP, SUBCOMMAND
from sandbox.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = re.compile(r"\s*([-_'\w]+):")
NEXT = re.compile(r"\s+(?=[-_'\w]+:(?!//)\S)")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"(?=\s|$)', re.DOTALL)
ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def read(text: str, commands: list[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    r"""The command's name and its options, sub-commands under the key "".

    A value ends at the next `name:`, and where that is an option's name, a space may come after it; in double quotes a value may
    hold anything, `\\"` included.

    Raises:
        CommandError: there is no such command or option, or it cannot be read.
    """
    name, _, rest = text.strip().removeprefix("/").partition(" ")
    commands = [found for found in commands if found.get("type", CHAT) == CHAT]
    command = next((found for found in commands if found["name"] == name), None)
    if command is None:
        known = ", ".join(f"/{found['name']}" for found in commands) or "none"
        raise CommandError(f"There is no command /{name}; there are {known}.")
    path, declared, rest = _path(command, rest.strip())
    known_options = [option["name"] for option in declared]
    full = "/" + " ".join([name, *path])
    options: dict[str, Any] = {"": " ".join(path)} if path else {}
    while rest:
        match = NAME.match(rest)
        if match is None:
            listed = ", ".join(known_options) or "none"
            raise CommandError(f"Write options as name:value, not {rest!r}; {full} has {listed}.")
        option = match[1]
        if option not in known_options:
            listed = ", ".join(known_options) or "none"
            raise CommandError(f"{full} has no option {option!r}; it has {listed}.")
        if option in options:
            raise CommandError(f"{full} got {option} twice.")
        options[option], rest = _value(rest[match.end() :].lstrip(), option, known_options)
    return name, options


def _path(command: dict[str, Any], rest: str) -> tuple[list[str], list[dict[str, Any]], str]:
    declared: list[dict[str, Any]] = command.get("options", [])
    path: list[str] = []
    while inner := {option["name"]: option for option in declared if option["type"] in {SUBCOMMAND, GROUP}}:
        word, _, after = rest.partition(" ")
        if word not in inner:
            raise CommandError(f"/{' '.join([command['name'], *path])} needs one of: {', '.join(inner)}.")
        path.append(word)
        declared, rest = inner[word].get("options", []), after.strip()
    return path, declared, rest


def _value(rest: str, option: str, known: Sequence[str]) -> tuple[str, str]:
    if rest.startswith('"'):
        match = QUOTED.match(rest)
        if match is None:
            raise CommandError(f"The quotes of {option} do not close.")
        return ESCAPED.sub(r"\1", match[1]), rest[match.end() :].strip()
    a_known_one = rf"\s+(?=(?:{'|'.join(map(re.escape, known))}):)"
    value, *more = re.split(rf"{NEXT.pattern}|{a_known_one}", rest, maxsplit=1)
    return value.strip(), more[0] if more else ""
