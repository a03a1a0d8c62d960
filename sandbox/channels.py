"""Channels: text channels of the guild, and the bot's direct ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.people import GUILD_ID

if TYPE_CHECKING:
    from sandbox.people import Guild


@dataclass(slots=True)
class Channel:
    """A place for messages. `overwrites`: the id of a role or member -> (allowed, denied) bits."""

    id: str
    name: str
    position: int = 0
    recipient_id: str | None = None  # set: a direct channel between this member and the bot
    overwrites: dict[str, tuple[int, int]] = field(default_factory=dict)
    last_message_id: str | None = None

    @property
    def direct(self) -> bool:
        """Whether only one member and the bot see it."""
        return self.recipient_id is not None

    def json(self, guild: Guild) -> dict[str, Any]:
        """Discord's channel object."""
        if self.recipient_id is not None:
            recipient = guild.members[self.recipient_id].user
            return {
                "id": self.id, "type": 1, "last_message_id": self.last_message_id, "flags": 0,
                "recipients": [recipient.json()],
            }  # fmt: skip
        return {
            "id": self.id, "type": 0, "last_message_id": self.last_message_id, "flags": 0,
            "last_pin_timestamp": None, "guild_id": guild.id, "name": self.name, "parent_id": None,
            "rate_limit_per_user": 0, "topic": None, "position": self.position,
            "permission_overwrites": [
                {"id": target, "type": 0 if target in guild.roles else 1, "allow": str(allow), "deny": str(deny)}
                for target, (allow, deny) in self.overwrites.items()
            ],
            "nsfw": False,
        }  # fmt: skip


def new_channels() -> dict[str, Channel]:
    """The channels of a new world."""
    return {
        f"{GUILD_ID[:-3]}{position:03}": Channel(f"{GUILD_ID[:-3]}{position:03}", name, position - 101)
        for position, name in enumerate(("poems", "stories", "quiet"), start=101)
    }
