"""Permissions: their names and bits, and what a member may do in a channel.

The names are those of `discord.Permissions`; the algorithm is the one that Discord documents under "Permission
Overwrites": roles, then the overwrite of @everyone, of the roles, of the member.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sandbox.channels import Channel
    from sandbox.people import Guild, Member

BITS = {
    "create_instant_invite": 0, "kick_members": 1, "ban_members": 2, "administrator": 3, "manage_channels": 4,
    "manage_guild": 5, "add_reactions": 6, "view_audit_log": 7, "priority_speaker": 8, "stream": 9,
    "view_channel": 10, "read_messages": 10, "send_messages": 11, "send_tts_messages": 12, "manage_messages": 13,
    "embed_links": 14, "attach_files": 15, "read_message_history": 16, "mention_everyone": 17,
    "use_external_emojis": 18, "external_emojis": 18, "view_guild_insights": 19, "connect": 20, "speak": 21,
    "mute_members": 22, "deafen_members": 23, "move_members": 24, "use_voice_activation": 25,
    "change_nickname": 26, "manage_nicknames": 27, "manage_roles": 28, "manage_permissions": 28,
    "manage_webhooks": 29, "manage_expressions": 30, "use_application_commands": 31, "request_to_speak": 32,
    "manage_events": 33, "manage_threads": 34, "create_public_threads": 35, "create_private_threads": 36,
    "use_external_stickers": 37, "external_stickers": 37, "send_messages_in_threads": 38,
    "use_embedded_activities": 39, "moderate_members": 40, "view_creator_monetization_analytics": 41,
    "use_soundboard": 42, "create_expressions": 43, "create_events": 44, "use_external_sounds": 45,
    "send_voice_messages": 46, "set_voice_channel_status": 48, "send_polls": 49, "create_polls": 49,
    "use_external_apps": 50, "pin_messages": 51, "bypass_slowmode": 52,
}  # fmt: skip

ALL = sum({1 << bit for bit in BITS.values()})


def mask(names: Iterable[str]) -> int:
    """The permissions of those names, as Discord's bit set.

    Raises:
        KeyError: there is no such permission; the key is its name.
    """
    bits = 0
    for name in names:
        bits |= 1 << BITS[name]
    return bits


VIEW_CHANNEL = mask(["view_channel"])
SEND_MESSAGES = mask(["send_messages"])
MANAGE_CHANNELS = mask(["manage_channels"])
MANAGE_MESSAGES = mask(["manage_messages"])
EMBED_LINKS = mask(["embed_links"])
ATTACH_FILES = mask(["attach_files"])
READ_MESSAGE_HISTORY = mask(["read_message_history"])
ADD_REACTIONS = mask(["add_reactions"])
MENTION_EVERYONE = mask(["mention_everyone"])
ADMINISTRATOR = mask(["administrator"])
CREATE_EXPRESSIONS = mask(["create_expressions"])
MANAGE_EXPRESSIONS = mask(["manage_expressions"])
USE_APPLICATION_COMMANDS = mask(["use_application_commands"])

EVERYONE = mask([
    "create_instant_invite", "add_reactions", "stream", "view_channel", "send_messages", "embed_links",
    "attach_files", "read_message_history", "mention_everyone", "use_external_emojis", "connect", "speak",
    "use_voice_activation", "change_nickname", "use_application_commands", "request_to_speak",
    "create_public_threads", "create_private_threads", "use_external_stickers", "send_messages_in_threads",
    "use_embedded_activities", "use_soundboard", "use_external_sounds", "send_voice_messages", "send_polls",
])  # fmt: skip
MODERATOR = mask([
    "kick_members", "ban_members", "manage_channels", "manage_guild", "view_audit_log", "manage_messages",
    "manage_nicknames", "manage_roles", "manage_expressions", "create_expressions", "manage_threads",
    "moderate_members",
])  # fmt: skip
BOT = mask([
    "view_channel", "send_messages", "embed_links", "attach_files", "read_message_history", "add_reactions",
    "use_external_emojis", "use_application_commands", "create_expressions",
])  # fmt: skip
DIRECT = mask([
    "view_channel", "send_messages", "embed_links", "attach_files", "read_message_history", "add_reactions",
    "use_external_emojis", "use_application_commands", "mention_everyone",
])  # fmt: skip


def in_guild(member: Member, guild: Guild) -> int:
    """What a member may do in the guild, channels aside."""
    bits = guild.roles[guild.id].permissions
    for role_id in member.role_ids:
        bits |= guild.roles[role_id].permissions
    return ALL if bits & ADMINISTRATOR or member.user.id == guild.owner_id else bits


def in_channel(member: Member, guild: Guild, channel: Channel) -> int:
    """What a member may do in a channel."""
    if channel.recipient_id is not None:
        return DIRECT
    bits = in_guild(member, guild)
    if bits & ADMINISTRATOR:
        return bits
    bits = _overwritten(bits, channel.overwrites, [guild.id])
    bits = _overwritten(bits, channel.overwrites, member.role_ids)
    bits = _overwritten(bits, channel.overwrites, [member.user.id])
    return bits if bits & VIEW_CHANNEL else 0


def _overwritten(bits: int, overwrites: Mapping[str, tuple[int, int]], targets: Iterable[str]) -> int:
    allow = deny = 0
    for target in targets:
        allowed, denied = overwrites.get(target, (0, 0))
        allow |= allowed
        deny |= denied
    return bits & ~deny | allow
