"""The guild, its roles and its members, and how Discord writes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox import permissions

if TYPE_CHECKING:
    from sandbox.emojis import GuildEmoji
    from sandbox.stickers import Sticker

GUILD_ID = "1100000000000000001"
BOT_ID = APPLICATION_ID = "1100000000000000002"
OWNER_ID = "1100000000000000003"  # an account that never speaks, so that nobody here has every permission
MODERATORS_ID = "1100000000000000004"
BOT_ROLE_ID = "1100000000000000005"
JOINED = "2023-04-24T12:00:00.000000+00:00"


@dataclass(frozen=True, slots=True)
class User:
    """An account."""

    id: str
    name: str
    display_name: str
    colour: str
    bot: bool = False

    def json(self) -> dict[str, Any]:
        """Discord's user object."""
        found: dict[str, Any] = {
            "id": self.id,
            "username": self.name,
            "global_name": None if self.bot else self.display_name,
            "avatar": None,
            "discriminator": "0001" if self.bot else "0",
            "public_flags": 0,
            "flags": 0,
            "avatar_decoration_data": None,
            "collectibles": None,
            "primary_guild": None,
        }
        return found | {"bot": True} if self.bot else found


@dataclass(frozen=True, slots=True)
class Member:
    """A user in the guild; `role_ids` are without @everyone."""

    user: User
    role_ids: tuple[str, ...] = ()

    def json(self, *, user: bool = True) -> dict[str, Any]:
        """Discord's member object, with or without the user inside."""
        found: dict[str, Any] = {
            "avatar": None, "avatar_decoration_data": None, "banner": None, "collectibles": None,
            "communication_disabled_until": None, "flags": 0, "joined_at": JOINED, "nick": None,
            "pending": False, "premium_since": None, "roles": list(self.role_ids), "mute": False, "deaf": False,
        }  # fmt: skip
        return found | {"user": self.user.json()} if user else found


@dataclass(frozen=True, slots=True)
class Role:
    """A role. @everyone has the guild's own id."""

    id: str
    name: str
    permissions: int
    position: int
    bot_id: str | None = None

    def json(self) -> dict[str, Any]:
        """Discord's role object."""
        found: dict[str, Any] = {
            "id": self.id,
            "name": self.name,
            "permissions": str(self.permissions),
            "position": self.position,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "managed": self.bot_id is not None,
            "mentionable": False,
            "icon": None,
            "unicode_emoji": None,
            "flags": 0,
        }
        return found | {"tags": {"bot_id": self.bot_id}} if self.bot_id else found


@dataclass(slots=True)
class Guild:
    """The one server there is."""

    id: str
    name: str
    owner_id: str
    roles: dict[str, Role]
    members: dict[str, Member]
    unavailable: bool = False
    bot_away: bool = False  # the bot was removed from it
    emojis: dict[str, GuildEmoji] = field(default_factory=dict)
    stickers: dict[str, Sticker] = field(default_factory=dict)
    _by_name: dict[str, str] = field(default_factory=dict)

    def member(self, name_or_id: str) -> Member | None:
        """A member by id or by name, whatever the case."""
        if not self._by_name:
            self._by_name.update({member.user.name: member.user.id for member in self.members.values()})
        return self.members.get(self._by_name.get(name_or_id.lower(), name_or_id))

    def role(self, name_or_id: str) -> Role | None:
        """A role by id or by name."""
        return self.roles.get(name_or_id) or next(
            (role for role in self.roles.values() if role.name == name_or_id), None
        )

    def add(self, member: Member) -> None:
        """Let somebody in."""
        self.members[member.user.id] = member
        self._by_name.clear()

    def json(self) -> dict[str, Any]:
        """Discord's guild object, without channels and members."""
        return {
            "id": self.id, "name": self.name, "icon": None, "description": None, "home_header": None,
            "splash": None, "discovery_splash": None, "features": [], "banner": None, "owner_id": self.owner_id,
            "application_id": None, "region": "us-west", "afk_channel_id": None, "afk_timeout": 300,
            "system_channel_id": None, "system_channel_flags": 0, "widget_enabled": False,
            "widget_channel_id": None, "verification_level": 0,
            "roles": [role.json() for role in self.roles.values()], "default_message_notifications": 1,
            "mfa_level": 0, "explicit_content_filter": 0, "max_presences": None, "max_members": 25_000_000,
            "max_stage_video_channel_users": 50, "max_video_channel_users": 25, "vanity_url_code": None,
            "premium_tier": 0, "premium_subscription_count": 0, "preferred_locale": "en-US",
            "rules_channel_id": None, "safety_alerts_channel_id": None, "public_updates_channel_id": None,
            "premium_progress_bar_enabled": False, "nsfw": False, "nsfw_level": 0,
            "emojis": [emoji.json() for emoji in self.emojis.values()],
            "stickers": [sticker.json(self) for sticker in self.stickers.values()], "incidents_data": None,
        }  # fmt: skip


def new_guild() -> Guild:
    """Renga Garden: five members, so many as a server needs to have a taste, a moderator and the bot."""
    roles = {
        GUILD_ID: Role(GUILD_ID, "@everyone", permissions.EVERYONE, 0),
        MODERATORS_ID: Role(MODERATORS_ID, "Moderators", permissions.EVERYONE | permissions.MODERATOR, 2),
        BOT_ROLE_ID: Role(BOT_ROLE_ID, "Renga", permissions.BOT, 1, bot_id=BOT_ID),
    }
    members = {
        "1100000000000000011": Member(User("1100000000000000011", "ada", "Ada", "#c2410c")),
        "1100000000000000012": Member(User("1100000000000000012", "bo", "Bo", "#0f766e")),
        "1100000000000000013": Member(User("1100000000000000013", "cy", "Cy", "#6d28d9")),
        "1100000000000000015": Member(User("1100000000000000015", "di", "Di", "#9d174d")),
        "1100000000000000016": Member(User("1100000000000000016", "ed", "Ed", "#3f6212")),
        "1100000000000000014": Member(User("1100000000000000014", "mo", "Mo", "#1d4ed8"), (MODERATORS_ID,)),
        BOT_ID: Member(User(BOT_ID, "renga", "Renga", "#334155", bot=True), (BOT_ROLE_ID,)),
    }
    return Guild(GUILD_ID, "Renga Garden", OWNER_ID, roles, members)
