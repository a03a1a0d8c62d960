"""The arguments of `python -m sandbox`. Exit status: 0 done, 1 the bot did not do it, 2 it could not be asked."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
from pathlib import Path

import structlog

from sandbox import server
from sandbox.cli import deeds
from sandbox.cli.people import ADDRESS_FILE, Line, find
from sandbox.errors import CommandError, StartError

DEEDS = {
    "apply": deeds.apply,
    "send": deeds.send, "click": deeds.click, "fill": deeds.fill, "react": deeds.react, "unreact": deeds.unreact,
    "delete": deeds.delete, "history": deeds.history, "commands": deeds.commands,
    "expressions": deeds.expressions, "wait": deeds.wait,
}  # fmt: skip


def main(arguments: list[str]) -> int:
    """Run the command line. The exit status."""
    given = parser().parse_args(arguments)
    try:
        if given.command == "serve":
            _configure_logs()
            address_file = _address_file(given)
            asyncio.run(
                server.run(given.port, given.state, address_file, exit_with_parent=given.exit_with_parent)
            )
            return 0
        return asyncio.run(_do(given))
    except StartError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status
    except KeyboardInterrupt:
        return 1


def parser() -> argparse.ArgumentParser:
    """All commands and options."""
    made = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="A local stand-in for Discord: its server, and people's deeds in it.",
    )
    commands = made.add_subparsers(dest="command", required=True, metavar="command")
    serve = commands.add_parser("serve", help="start the server on 127.0.0.1")
    serve.add_argument("--port", type=int, default=0, help="0, the default: any that is free")
    serve.add_argument("--state", type=Path, help="keep the world in this file")
    serve.add_argument(
        "--address-file", type=Path,
        help="write the address there (default: sandbox.json beside --state, else .renga/sandbox.json)",
    )  # fmt: skip
    serve.add_argument("--exit-with-parent", action="store_true", help="stop when standard input closes")

    sending = _person(commands, "send", "send a command or a message", waits=True)
    sending.add_argument("text", help="as one types it: '/poem theme:\"autumn dusk\"'")
    _channel(sending)
    clicking = _person(commands, "click", "press a button of a message", waits=True)
    clicking.add_argument("what", help="its label or custom_id")
    clicking.add_argument("--value", action="append", help="what to choose, for a select")
    applying = _person(commands, "apply", "use a command of a message's menu", waits=True)
    applying.add_argument("what", help="its name")
    filling = _person(commands, "fill", "fill in the form that a command or button opened", waits=True)
    filling.add_argument("--modal", help="the form's custom_id (default: the last one opened)")
    filling.add_argument(
        "--field", action="append", default=[], metavar="NAME=VALUE", help="by custom_id or label"
    )
    for name, text in (("react", "add a reaction"), ("unreact", "take a reaction back")):
        _person(commands, name, text).add_argument("emoji")
    _person(commands, "delete", "delete a message, or put an ephemeral one away")
    reading = _person(commands, "history", "print the last messages of a channel")
    reading.add_argument("--limit", type=int, default=20)
    _channel(reading)
    _channel(_person(commands, "commands", "print the commands and their options"))
    _person(commands, "expressions", "print the guild's own emoji and stickers")
    _channel(_person(commands, "wait", "wait until nothing in a channel changes", waits=True))
    for name in ("click", "apply", "react", "unreact", "delete"):
        commands.choices[name].add_argument("--message", required=True, help="the message's id")
    return made


def _person(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    text: str,
    *,
    waits: bool = False,
) -> argparse.ArgumentParser:
    made = commands.add_parser(name, help=text)
    made.add_argument("--as", dest="member", default="ada", help="who does it (default: ada)")
    made.add_argument("--url", help="the sandbox's address (default: SANDBOX_URL, else .renga/sandbox.json)")
    made.add_argument("--json", action="store_true", help="print JSON")
    if waits:
        made.add_argument(
            "--timeout", type=float, default=120.0, help="seconds to wait for quiet (default: 120)"
        )
    return made


def _channel(made: argparse.ArgumentParser) -> None:
    made.add_argument("--channel", default="poems", help="name or id (default: poems)")


async def _do(given: argparse.Namespace) -> int:
    url = find(given.url, os.environ)
    async with Line.open(url, given.member) as line:
        said = await DEEDS[given.command](line, given)
    if given.json:
        sys.stdout.write(json.dumps(said.json, ensure_ascii=False) + "\n")
    elif said.text:
        sys.stdout.write(said.text + "\n")
    return said.exit_status


def _address_file(given: argparse.Namespace) -> Path | None:
    """Where to write the address: a person's sandbox is found by it, a test's own must not be."""
    if given.address_file is not None:
        return Path(given.address_file)
    if given.state is not None:
        return Path(given.state).with_name(ADDRESS_FILE.name)
    return None if given.exit_with_parent else ADDRESS_FILE


def _configure_logs() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
