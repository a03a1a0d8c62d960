"""Requests and responses of the sandbox's log, checked against Discord's published description of its API.

`problems(entry)` is what is wrong with one entry of `GET /sandbox/v1/log`; `check(entries)` asserts that nothing is.
Two departures are allowed, as discord.py and the real service make them: an id may be a number in a request (an
attachment's, a reply's, a recipient's, an emoji's in a component, those of allowed mentions), and the code of a
field's error is a word. Content's real limit (2,000) is the sandbox's own business.
Of the gateway's frames the objects that the API describes too are checked: messages, channels, guilds, members, roles,
emoji, stickers.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = "urn:discord"
PARAMETER = re.compile(r"\{[^}]+\}")
FORM_FILES = ("file",)  # of the one form there is that is no JSON, a sticker's
EXPRESSIONS = {
    "GUILD_EMOJIS_UPDATE": ("emojis", "EmojiResponse"),
    "GUILD_STICKERS_UPDATE": ("stickers", "GuildStickerResponse"),
}
DISPATCHES = {
    "MESSAGE_CREATE": "MessageResponse",
    "MESSAGE_UPDATE": "MessageResponse",
    "CHANNEL_UPDATE": "GuildChannelResponse",
    "CHANNEL_DELETE": "GuildChannelResponse",
}


def check(entries: Iterable[dict[str, Any]]) -> int:
    """Assert that all entries conform. How many were checked."""
    counted = 0
    found = []
    for entry in entries:
        counted += 1
        found += problems(entry)
    assert not found, "\n".join(found)
    return counted


def problems(entry: dict[str, Any]) -> list[str]:
    """What is wrong with a log entry, one line each."""
    if entry["kind"] == "gateway":
        return _gateway_problems(entry) if entry["direction"] == "out" and entry["op"] == 0 else []
    operation = _operations().get((entry["method"], PARAMETER.sub("{}", entry["route"])))
    name = f"{entry['method']} {entry['path']} -> {entry['status']}"
    if operation is None:
        return [f"{name}: Discord's description has no such route"]
    found = []
    if entry["status"] != 400 and entry["request"] is not None:  # what was refused need not be well formed
        found += _request_problems(operation, entry, name)
    if isinstance(entry["status"], int) and entry["status"] < 500:
        found += _response_problems(operation, entry, name)
    return found


def _request_problems(operation: str, entry: dict[str, Any], name: str) -> list[str]:
    body = _at(operation).get("requestBody")
    if body is None:
        return [f"{name}: takes no body"]
    if "application/json" in body["content"]:
        schema = f"{operation}/requestBody/content/application~1json/schema"
        return _errors(schema, _with_text_ids(entry["request"]), f"{name}: request")
    schema = f"{operation}/requestBody/content/multipart~1form-data/schema"
    form = entry["request"] | dict.fromkeys(FORM_FILES[: len(entry["files"])], "its bytes")
    return _errors(schema, form, f"{name}: request")


def _response_problems(operation: str, entry: dict[str, Any], name: str) -> list[str]:
    responses = _at(operation)["responses"]
    status = str(entry["status"])
    key = next((found for found in (status, f"{status[0]}XX") if found in responses), None)
    if key is None:
        return [f"{name}: an answer that Discord does not describe"]
    pointer = f"{operation}/responses/{key}"
    if "$ref" in responses[key]:
        pointer = str(responses[key]["$ref"]).removeprefix("#")
    if "content" not in _at(pointer):
        return [] if entry["response"] is None else [f"{name}: has a body and should have none"]
    schema = f"{pointer}/content/application~1json/schema"
    return _errors(schema, _with_number_codes(entry["response"]), f"{name}: response")


def _gateway_problems(entry: dict[str, Any]) -> list[str]:
    name, data = entry["t"], entry["data"]
    if name in DISPATCHES:
        return _errors(f"/components/schemas/{DISPATCHES[name]}", data, name)
    found = []
    if name in EXPRESSIONS:
        key, schema = EXPRESSIONS[name]
        for expression in data[key]:
            found += _errors(f"/components/schemas/{schema}", expression, name)
    if name == "GUILD_ROLE_UPDATE":
        found += _errors("/components/schemas/GuildRoleResponse", data["role"], name)
    if name == "GUILD_CREATE":
        found += _errors("/components/schemas/GuildResponse", data, name)
        for channel in data["channels"]:
            found += _errors("/components/schemas/GuildChannelResponse", channel, f"{name} channel")
    if name == "INTERACTION_CREATE":
        if "member" in data:
            found += _errors("/components/schemas/GuildMemberResponse", data["member"], f"{name} member")
        if "message" in data:
            found += _errors("/components/schemas/MessageResponse", data["message"], f"{name} message")
    return found


def _errors(pointer: str, value: Any, name: str) -> list[str]:
    return [
        f"{name}: {'.'.join(map(str, error.absolute_path)) or 'the whole'}: {error.message[:200]}"
        for error in _validator(pointer).iter_errors(value)
    ]


@cache
def _description() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(__file__).parent / "openapi.json").read_text(encoding="utf-8"))
    return found


@cache
def _operations() -> dict[tuple[str, str], str]:
    """(method, path with nameless parameters) -> JSON pointer of the operation."""
    return {
        (
            method.upper(),
            PARAMETER.sub("{}", path),
        ): f"/paths/{path.replace('~', '~0').replace('/', '~1')}/{method}"
        for path, item in _description()["paths"].items()
        for method in item
        if method != "parameters"
    }


@cache
def _validator(pointer: str) -> Draft202012Validator:
    resource = Resource(contents=_description(), specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource(HERE, resource)
    return Draft202012Validator({"$ref": f"{HERE}#{_quoted(pointer)}"}, registry=registry)


def _quoted(pointer: str) -> str:
    return pointer.replace("{", "%7B").replace("}", "%7D")


def _at(pointer: str) -> dict[str, Any]:
    found: Any = _description()
    for part in pointer.removeprefix("/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    assert isinstance(found, dict)
    return found


def _with_text_ids(body: Any) -> Any:
    """Ids as text, wherever the message is in the body."""
    if not isinstance(body, dict):
        return body
    made = dict(body)
    if isinstance(made.get("data"), dict):
        made["data"] = _with_text_ids(made["data"])
    if isinstance(made.get("recipient_id"), int):
        made["recipient_id"] = str(made["recipient_id"])
    if made.get("attachments"):
        made["attachments"] = [{**each, "id": str(each["id"])} for each in made["attachments"]]
    if made.get("components"):
        made["components"] = [_with_emoji_ids(each) for each in made["components"]]
    if made.get("message_reference"):
        made["message_reference"] = {
            key: str(value) if key.endswith("_id") else value
            for key, value in made["message_reference"].items()
        }
    if made.get("allowed_mentions"):
        made["allowed_mentions"] = {
            key: [str(each) for each in value] if key in {"users", "roles"} else value
            for key, value in made["allowed_mentions"].items()
        }
    return made


def _with_emoji_ids(component: dict[str, Any]) -> dict[str, Any]:
    """The ids of the emoji on a component, its options and what is in it, as text."""
    made = dict(component)
    if (made.get("emoji") or {}).get("id") is not None:
        made["emoji"] = {**made["emoji"], "id": str(made["emoji"]["id"])}
    for inner in ("components", "options"):
        if made.get(inner):
            made[inner] = [_with_emoji_ids(each) for each in made[inner]]
    return made


def _with_number_codes(body: Any) -> Any:
    """The codes of field errors as numbers."""
    if isinstance(body, dict):
        return {
            key: [{**each, "code": 0} for each in value] if key == "_errors" else _with_number_codes(value)
            for key, value in body.items()
        }
    return body
