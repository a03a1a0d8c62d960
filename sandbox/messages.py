"""Messages with their attachments and reactions: the records, and how Discord writes them.

Who may post, edit or see what is decided elsewhere (`world.py`, `rest/`, `control/`).
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sandbox import embeds
from sandbox.people import APPLICATION_ID

if TYPE_CHECKING:
    from sandbox.people import Guild

EPHEMERAL = 1 << 6
LOADING = 1 << 7
SUPPRESS_NOTIFICATIONS = 1 << 12

DEFAULT, REPLY, COMMAND, MESSAGE_COMMAND = 0, 19, 20, 23  # message types


SPOILER, ANIMATED = 1 << 3, 1 << 5  # an attachment's flags
SPOILER_PREFIX = "SPOILER_"


def content_type(filename: str) -> str:
    """What kind of file that is, by its name. Not every machine's list knows WebP."""
    if filename.lower().endswith(".webp"):
        return "image/webp"
    kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message; its bytes are in the world's file store."""

    id: str
    channel_id: str
    filename: str
    size: int
    content_type: str
    description: str | None = None
    pixels: tuple[int, int] | None = None
    animated: bool = False

    @property
    def flags(self) -> int:
        """Discord's bits: whether it is covered until somebody looks, and whether it moves."""
        return SPOILER * self.filename.startswith(SPOILER_PREFIX) | ANIMATED * self.animated

    @property
    def path(self) -> str:
        """Where the CDN serves it."""
        return f"/cdn/attachments/{self.channel_id}/{self.id}/{quote(self.filename)}"

    def json(self, address: str, *, ephemeral: bool = False) -> dict[str, Any]:
        """Discord's attachment object; `address` is the server's own."""
        url = address + self.path
        found: dict[str, Any] = {
            "id": self.id, "filename": self.filename, "size": self.size, "url": url, "proxy_url": url,
            "content_type": self.content_type,
        }  # fmt: skip
        if self.description is not None:
            found["description"] = self.description
        if self.pixels is not None:
            found["width"], found["height"] = self.pixels
        if self.flags:
            found["flags"] = self.flags
        if ephemeral:
            found["ephemeral"] = True
        return found


@dataclass(frozen=True, slots=True)
class Emoji:
    """A reaction's emoji: a character, or a custom one with its id."""

    name: str
    id: str | None = None
    animated: bool = False

    def json(self) -> dict[str, Any]:
        """Discord's partial emoji object."""
        found: dict[str, Any] = {"id": self.id, "name": self.name}
        return found | {"animated": True} if self.animated else found

    @property
    def key(self) -> str:
        """What it is known by: a custom one's name can change."""
        return self.name if self.id is None else self.id


def parse_emoji(key: str) -> Emoji:
    """The emoji of a path segment, `👍` or `name:id`."""
    name, _, emoji_id = key.partition(":")
    return Emoji(name, emoji_id or None)


@dataclass(slots=True)
class Reaction:
    """Who reacted with one emoji, in the order in which they did."""

    emoji: Emoji
    user_ids: list[str] = field(default_factory=list)
    burst_ids: list[str] = field(default_factory=list)  # super reactions

    def json(self, me: str) -> dict[str, Any]:
        """Discord's reaction object, as `me` sees it."""
        return {
            "emoji": self.emoji.json(),
            "count": len(self.user_ids) + len(self.burst_ids),
            "count_details": {"normal": len(self.user_ids), "burst": len(self.burst_ids)},
            "burst_colors": [],
            "me": me in self.user_ids,
            "me_burst": me in self.burst_ids,
        }


@dataclass(slots=True)
class Message:
    """A message. `ephemeral_for` is the only member who sees it, `pinged` who was really notified."""

    id: str
    channel_id: str
    author_id: str
    timestamp: str
    type: int = DEFAULT
    content: str = ""
    flags: int = 0
    edited: str | None = None
    mentions: list[str] = field(default_factory=list)
    mention_roles: list[str] = field(default_factory=list)
    mention_everyone: bool = False
    pinged: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    nonce: str | int | None = None
    reply_to: str | None = None
    interaction: dict[str, Any] | None = None  # Discord's interaction metadata
    command: dict[str, Any] | None = None  # Discord's older `interaction` object, of commands only
    by_webhook: bool = False
    ephemeral_for: str | None = None
    dismissed: bool = False  # its owner put it away; only they saw it, so nobody does
    tts: bool = False
    reactions: dict[str, Reaction] = field(default_factory=dict)

    @property
    def loading(self) -> bool:
        """Whether it is a deferred answer that still says "thinking"."""
        return bool(self.flags & LOADING)

    def json(self, guild: Guild, address: str, me: str, referenced: Message | None = None) -> dict[str, Any]:
        """Discord's message object, as the member or bot `me` may see it, with all of its content."""
        shown, inside = embeds.shown(self.embeds, self.attachments, address)
        ephemeral = self.ephemeral_for is not None
        found: dict[str, Any] = {
            "id": self.id,
            "type": self.type,
            "channel_id": self.channel_id,
            "author": guild.members[self.author_id].user.json(),
            "content": self.content,
            "timestamp": self.timestamp,
            "edited_timestamp": self.edited,
            "flags": self.flags,
            "tts": self.tts,
            "pinned": False,
            "mentions": [guild.members[user_id].user.json() for user_id in self.mentions],
            "mention_roles": list(self.mention_roles),
            "mention_everyone": self.mention_everyone,
            "attachments": [
                attachment.json(address, ephemeral=ephemeral)
                for attachment in self.attachments
                if attachment.id not in inside
            ],
            "embeds": shown,
            "components": self.components,
        }
        if self.nonce is not None:
            found["nonce"] = self.nonce
        if self.by_webhook:
            found["application_id"] = found["webhook_id"] = APPLICATION_ID
        if self.interaction is not None:
            found["interaction_metadata"] = self.interaction
        if self.command is not None:
            found["interaction"] = self.command
        if self.reactions:
            found["reactions"] = [reaction.json(me) for reaction in self.reactions.values()]
        if self.reply_to is not None:
            found["message_reference"] = {
                "type": 0, "channel_id": self.channel_id, "message_id": self.reply_to, "guild_id": guild.id,
            }  # fmt: skip
            found["referenced_message"] = None if referenced is None else referenced.json(guild, address, me)
            if found["referenced_message"]:
                found["referenced_message"].pop("referenced_message", None)
        return found


def without_content(message: dict[str, Any]) -> dict[str, Any]:
    """What a bot without the privileged content intent gets of somebody else's message."""
    return message | {"content": "", "embeds": [], "attachments": [], "components": []}
