"""The world in a file, so that history and old buttons survive a restart: JSON, written whole or not at all.

Kept: members, the permissions of roles, emoji and stickers, messages and their reactions, commands, direct channels,
overwrites; attachments and pictures lie in a folder beside the file. Forgotten: interactions and sessions, as a bot's restart would lose them too.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import structlog

from sandbox import events
from sandbox.channels import Channel
from sandbox.emojis import GuildEmoji
from sandbox.errors import StartError
from sandbox.messages import Attachment, Emoji, Message, Reaction
from sandbox.people import Member, User
from sandbox.stickers import Sticker

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.world import World

log = structlog.get_logger(__name__)

VERSION = 1
DEBOUNCE_S = 1.0
PASSING = events.TypingStarted | events.BotStatus | events.InteractionCreated | events.InteractionFailed


class Saves:
    """Loads the file at once, then writes it soon after every change."""

    def __init__(self, path: Path, world: World) -> None:
        """Load.

        Raises:
            StartError: the file is there and cannot be read.
        """
        self._path = path
        self._files = path.with_name(path.name + ".files")
        self._world = world
        self._task: asyncio.Task[None] | None = None
        self._changed = False
        self._writing = threading.Lock()
        if path.exists():
            try:
                restore(world, json.loads(path.read_text(encoding="utf-8")))
                self._load_files()
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise StartError(
                    f"The sandbox's world in {path} cannot be read ({error}); move the file away to begin anew."
                ) from None
        world.listen(self._hear)

    async def close(self) -> None:
        """Write the file a last time."""
        if self._task is not None:
            self._task.cancel()
        await asyncio.to_thread(self._write, snapshot(self._world), dict(self._world.files))

    def _hear(self, event: events.Event) -> None:
        if isinstance(event, PASSING):
            return
        self._changed = True
        if self._task is None:
            self._task = asyncio.create_task(self._write_soon(), name="save-world")

    async def _write_soon(self) -> None:
        while self._changed:
            await asyncio.sleep(DEBOUNCE_S)
            self._changed = False
            try:
                await asyncio.to_thread(self._write, snapshot(self._world), dict(self._world.files))
            except OSError as error:
                log.error("world_not_saved", path=str(self._path), reason=error.strerror)  # noqa: TRY400
        self._task = None

    def _write(self, text: str, files: dict[str, bytes]) -> None:
        """In a thread, one at a time: the last write of a run may find an earlier one still under way."""
        with self._writing:
            self._write_files(text, files)

    def _write_files(self, text: str, files: dict[str, bytes]) -> None:
        self._files.mkdir(parents=True, exist_ok=True)
        there = {found.name for found in self._files.iterdir()}
        for name in files.keys() - there:
            (self._files / name).write_bytes(files[name])
        beside = self._path.with_name(self._path.name + ".new")
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
        for name in there - files.keys():
            (self._files / name).unlink(missing_ok=True)

    def _load_files(self) -> None:
        guild = self._world.guild
        ids = [*guild.emojis, *guild.stickers]
        for kept in self._world.messages.values():
            ids += [attachment.id for message in kept.values() for attachment in message.attachments]
        for file_id in ids:
            path = self._files / file_id
            if path.exists():
                self._world.files[file_id] = path.read_bytes()


def snapshot(world: World) -> str:
    """Everything that is kept, as JSON."""
    kept = {
        "version": VERSION,
        "members": [member for member in world.guild.members.values() if not member.user.bot],
        "permissions": {role.id: role.permissions for role in world.guild.roles.values()},
        "emojis": list(world.guild.emojis.values()),
        "stickers": list(world.guild.stickers.values()),
        "channels": list(world.channels.values()),
        "messages": [message for found in world.messages.values() for message in found.values()],
        "commands": world.commands.scopes,
    }
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"), default=_fields)


def restore(world: World, saved: dict[str, Any]) -> None:
    """Put a snapshot into a new world.

    Raises:
        ValueError, KeyError, TypeError: it is none.
    """
    if saved["version"] != VERSION:
        raise ValueError(f"its version is {saved['version']}, not {VERSION}")
    for raw in saved["members"]:
        user = User(**raw["user"])
        if user.id not in world.guild.members:
            world.guild.add(Member(user, tuple(raw["role_ids"])))
    roles, found = world.guild.roles, saved.get("permissions", {})  # which an older file has not
    roles.update({role_id: replace(roles[role_id], permissions=bits) for role_id, bits in found.items()})
    emojis = [GuildEmoji(**raw | {"role_ids": tuple(raw["role_ids"])}) for raw in saved.get("emojis", [])]
    world.guild.emojis.update({emoji.id: emoji for emoji in emojis})
    stickers = [Sticker(**raw) for raw in saved.get("stickers", [])]
    world.guild.stickers.update({sticker.id: sticker for sticker in stickers})
    channels = [
        Channel(**raw | {"overwrites": {key: tuple(bits) for key, bits in raw["overwrites"].items()}})
        for raw in saved["channels"]
    ]
    messages = [_message(raw) for raw in saved["messages"]]
    world.channels = {channel.id: channel for channel in channels}
    world.messages = {channel.id: {} for channel in channels}
    for message in messages:
        world.messages[message.channel_id][message.id] = message
    world.commands.scopes = saved["commands"]


def _fields(record: Any) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}


def _message(raw: dict[str, Any]) -> Message:
    attachments = [
        Attachment(**found | {"pixels": tuple(found["pixels"]) if found["pixels"] else None})
        for found in raw["attachments"]
    ]
    reactions = [
        Reaction(Emoji(**found["emoji"]), found["user_ids"], found["burst_ids"])
        for found in raw["reactions"].values()
    ]
    kept = {reaction.emoji.key: reaction for reaction in reactions}
    return Message(**raw | {"attachments": attachments, "reactions": kept})
