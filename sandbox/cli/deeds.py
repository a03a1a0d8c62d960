"""What each command of the command line does: ask the sandbox, wait for quiet, hand back what to print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sandbox.cli import shown, typed
from sandbox.cli.quiet import Outcome, Watch, unfinished
from sandbox.errors import CommandError

if TYPE_CHECKING:
    from argparse import Namespace

    from sandbox.cli.people import Line


class Said:
    """What to print: text for people, JSON for machines, and the exit status."""

    def __init__(self, text: str, json: Any, exit_status: int = 0) -> None:
        self.text = text
        self.json = json
        self.exit_status = exit_status


async def send(line: Line, given: Namespace) -> Said:
    """A command, or a message."""
    if not given.text.startswith("/"):
        body = {"as": line.member, "channel": given.channel, "content": given.text}
        made = await line.call("POST", "/messages", body)
        return Said(shown.message(made), made)
    commands = await line.get("/commands", channel=given.channel)
    name, options = typed.read(given.text, commands)
    return await _interact(line, given, given.channel, {"type": "command", "name": name, "options": options})


async def click(line: Line, given: Namespace) -> Said:
    """A button, or a choice in a select."""
    message = await _message(line, given.message)
    items = [item for row in message["components"] for item in row.get("components", [])]
    wanted = given.what.casefold()
    item = next(
        (
            found
            for found in items
            if given.what == found.get("custom_id") or wanted == _label(found).casefold()
        ),
        None,
    )
    if item is None:
        there = ", ".join(_label(found) for found in items) or "none"
        raise CommandError(f"That message has no button {given.what!r}; it has {there}.")
    body: dict[str, Any] = {"type": "button", "message": message["id"], "custom_id": item.get("custom_id")}
    if given.value:
        body["values"] = given.value
    return await _interact(line, given, message["channel_id"], body, source=message["id"])


async def apply(line: Line, given: Namespace) -> Said:
    """A command of a message's menu."""
    message = await _message(line, given.message)
    body = {"type": "message_command", "name": given.what, "message": message["id"]}
    return await _interact(line, given, message["channel_id"], body, source=message["id"])


async def fill(line: Line, given: Namespace) -> Said:
    """The form that was opened last, or the one that is named."""
    forms = await line.get("/modals")
    form = next((found for found in forms if given.modal in {None, found["custom_id"]}), None)
    if form is None:
        raise CommandError(f"{line.member} has no form {given.modal or ''!r} open.")
    names = {field["label"]: field["custom_id"] for field in form["fields"]}
    fields = {}
    for pair in given.field:
        name, equals, value = pair.partition("=")
        if not equals:
            raise CommandError(f"Write --field name=value, not {pair!r}.")
        fields[names.get(name, name)] = value
    body = {
        "type": "modal", "custom_id": form["custom_id"], "message": form["message"],
        "fields": {field["custom_id"]: field["value"] for field in form["fields"]} | fields,
    }  # fmt: skip
    return await _interact(line, given, form["channel_id"], body, source=form["message"])


async def react(line: Line, given: Namespace) -> Said:
    """A reaction."""
    await line.call("PUT", _reaction(line, given))
    return Said("", await _message(line, given.message))


async def unreact(line: Line, given: Namespace) -> Said:
    """A reaction taken back."""
    await line.call("DELETE", _reaction(line, given))
    return Said("", await _message(line, given.message))


async def delete(line: Line, given: Namespace) -> Said:
    """A message deleted, or put away."""
    await line.call("DELETE", f"/messages/{quote(given.message)}?as={quote(line.member)}")
    return Said("", {})


async def history(line: Line, given: Namespace) -> Said:
    """The last messages of a channel."""
    found = (await line.get(f"/channels/{quote(given.channel)}/messages"))[-given.limit :]
    return Said("\n\n".join(shown.message(message) for message in found), found)


async def commands(line: Line, given: Namespace) -> Said:
    """The commands the member may use."""
    found = await line.get("/commands", channel=given.channel)
    return Said("\n".join(shown.command(command) for command in found), found)


async def expressions(line: Line, given: Namespace) -> Said:
    """The guild's own emoji and stickers."""
    del given
    state = await line.get("/state")
    found = {key: state[key] for key in ("own_emoji", "stickers")}
    lines = [f":{each['name']}:  {each['url']}" for each in found["own_emoji"]]
    lines += [f"sticker {each['name']!r}  {each['url']}" for each in found["stickers"]]
    return Said("\n".join(lines), found)


async def wait(line: Line, given: Namespace) -> Said:
    """Until nothing in the channel is unfinished or changes."""
    async with line.events() as socket:
        channel = await _channel(line, given.channel)
        there = await line.get(f"/channels/{channel}/messages")
        watch = Watch(
            line, socket, channel=channel, interaction=None,
            began=[message for message in there if unfinished(message)],
        )  # fmt: skip
        return _said(await watch.until_quiet(given.timeout), given)


async def _interact(
    line: Line, given: Namespace, channel: str, body: dict[str, Any], source: str | None = None
) -> Said:
    async with line.events() as socket:
        channel = await _channel(line, channel)
        asked = await line.call("POST", "/interactions", {"as": line.member, "channel": channel, **body})
        watch = Watch(line, socket, channel=channel, interaction=asked["interaction"], source=source)
        return _said(await watch.until_quiet(given.timeout), given)


def _said(outcome: Outcome, given: Namespace) -> Said:
    text = shown.outcome(outcome)
    if outcome.timed_out:
        text += f"\n\nNot quiet after {given.timeout:g} seconds; `python -m sandbox wait` waits on."
    return Said(text.strip(), outcome.json(), 1 if outcome.failed or outcome.timed_out else 0)


async def _channel(line: Line, name: str) -> str:
    state = await line.get("/state")
    for channel in state["channels"]:
        if name in {channel["id"], channel["name"]}:
            return str(channel["id"])
    if name == "direct":
        return name
    raise CommandError(
        f"There is no channel {name!r}; there are {', '.join(c['name'] for c in state['channels'])}."
    )


async def _message(line: Line, message_id: str) -> dict[str, Any]:
    found: dict[str, Any] = await line.get(f"/messages/{quote(message_id)}")
    return found


def _reaction(line: Line, given: Namespace) -> str:
    return f"/messages/{quote(given.message)}/reactions/{quote(given.emoji)}?as={quote(line.member)}"


def _label(item: dict[str, Any]) -> str:
    return str(item.get("label") or (item.get("emoji") or {}).get("name") or item.get("custom_id") or "")
