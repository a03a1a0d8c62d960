"""What the bot is told of an event: Discord's dispatches, their intents, and who may not know.

Ephemeral messages are never told; content of others is a privileged intent that no bot has here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox import events, permissions
from sandbox.people import BOT_ID
from sandbox.rest.channels import for_bot

if TYPE_CHECKING:
    from sandbox.channels import Channel
    from sandbox.messages import Emoji, Message
    from sandbox.world import World

GUILDS = 1 << 0
GUILD_MEMBERS = 1 << 1
GUILD_EXPRESSIONS = 1 << 3
GUILD_PRESENCES = 1 << 8
GUILD_MESSAGES = 1 << 9
GUILD_REACTIONS = 1 << 10
GUILD_TYPING = 1 << 11
DIRECT_MESSAGES = 1 << 12
DIRECT_REACTIONS = 1 << 13
DIRECT_TYPING = 1 << 14
MESSAGE_CONTENT = 1 << 15
PRIVILEGED = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT
KNOWN = (1 << 26) - 1


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A dispatch; `intent` 0 is for everybody. `live_only`: never replayed."""

    name: str
    data: dict[str, Any]
    intent: int = 0
    live_only: bool = False


def of(world: World, event: events.Event) -> Dispatch | None:
    """The dispatch for an event, or None where a bot hears nothing of it."""
    match event:
        case events.InteractionCreated(payload=payload):
            return Dispatch("INTERACTION_CREATE", payload, live_only=True)
        case events.GuildChanged(what=what):
            return _guild(world, what)
        case events.RoleChanged(role):
            return Dispatch("GUILD_ROLE_UPDATE", {"guild_id": world.guild.id, "role": role.json()}, GUILDS)
        case events.EmojisChanged():
            return _expressions(world, "emojis")
        case events.StickersChanged():
            return _expressions(world, "stickers")
        case events.ChannelCreated(channel):
            return Dispatch("CHANNEL_CREATE", channel.json(world.guild))
        case events.ChannelChanged(channel):
            return Dispatch("CHANNEL_UPDATE", channel.json(world.guild), GUILDS)
        case events.ChannelDeleted(channel):
            return Dispatch("CHANNEL_DELETE", channel.json(world.guild), GUILDS)
        case (
            events.MessageCreated(message) | events.MessageChanged(message) | events.MessageDeleted(message)
            | events.ReactionAdded(message=message) | events.ReactionRemoved(message=message)
            | events.ReactionsCleared(message=message)
        ):  # fmt: skip
            if message.ephemeral_for is not None or not _visible(world, message):
                return None
            return _of_message(world, event, message)
        case events.TypingStarted(channel):
            return _typing(world, channel)
        case _:
            return None


def guild_create(world: World, *, joined: bool = False) -> dict[str, Any]:
    """GUILD_CREATE's data; without privileged intents the only member in it is the bot.

    A guild that the bot has just joined says nothing of being available.
    """
    guild = world.guild
    return guild.json() | ({} if joined else {"unavailable": False}) | {
        "joined_at": world.bot.json()["joined_at"], "large": False,
        "member_count": len(guild.members), "members": [world.bot.json()], "presences": [], "voice_states": [],
        "channels": [channel.json(guild) for channel in world.channels.values() if not channel.direct],
        "threads": [], "stage_instances": [], "guild_scheduled_events": [], "soundboard_sounds": [],
    }  # fmt: skip


def _visible(world: World, message: Message) -> bool:
    if world.guild.bot_away or world.guild.unavailable:
        return False
    channel = world.channels.get(message.channel_id)
    return channel is not None and bool(world.may(world.bot, channel) & permissions.VIEW_CHANNEL)


def _of_message(world: World, event: events.Event, message: Message) -> Dispatch | None:
    channel = world.channels[message.channel_id]
    about_messages = DIRECT_MESSAGES if channel.direct else GUILD_MESSAGES
    about_reactions = DIRECT_REACTIONS if channel.direct else GUILD_REACTIONS
    place = _place(world, channel)
    match event:
        case events.MessageCreated() | events.MessageChanged():
            name = "MESSAGE_CREATE" if isinstance(event, events.MessageCreated) else "MESSAGE_UPDATE"
            data = for_bot(world, message) | place
            if not channel.direct:
                data["member"] = world.guild.members[message.author_id].json(user=False)
            return Dispatch(name, data, about_messages)
        case events.MessageDeleted():
            return Dispatch("MESSAGE_DELETE", {"id": message.id, **place}, about_messages)
        case events.ReactionAdded(user_id=user_id, emoji=emoji, burst=burst):
            data = _reaction(place, message, emoji) | {
                "user_id": user_id, "type": int(burst), "burst": burst, "message_author_id": message.author_id,
            }  # fmt: skip
            if not channel.direct:
                data["member"] = world.guild.members[user_id].json()
            return Dispatch("MESSAGE_REACTION_ADD", data, about_reactions)
        case events.ReactionRemoved(user_id=user_id, emoji=emoji, burst=burst):
            data = _reaction(place, message, emoji) | {"user_id": user_id, "type": int(burst), "burst": burst}
            return Dispatch("MESSAGE_REACTION_REMOVE", data, about_reactions)
        case events.ReactionsCleared(emoji=emoji):
            data = {"message_id": message.id, **place}
            if emoji is None:
                return Dispatch("MESSAGE_REACTION_REMOVE_ALL", data, about_reactions)
            return Dispatch("MESSAGE_REACTION_REMOVE_EMOJI", data | {"emoji": emoji.json()}, about_reactions)
        case _:
            return None


def _place(world: World, channel: Channel) -> dict[str, Any]:
    found: dict[str, Any] = {"channel_id": channel.id, "channel_type": 1 if channel.direct else 0}
    return found if channel.direct else found | {"guild_id": world.guild.id}


def _reaction(place: dict[str, Any], message: Message, emoji: Emoji) -> dict[str, Any]:
    return {"message_id": message.id, "emoji": emoji.json(), **place}


def _typing(world: World, channel: Channel) -> Dispatch:
    data = {"channel_id": channel.id, "user_id": BOT_ID, "timestamp": int(world.now())}
    if channel.direct:
        return Dispatch("TYPING_START", data, DIRECT_TYPING)
    data |= {"guild_id": world.guild.id, "member": world.bot.json()}
    return Dispatch("TYPING_START", data, GUILD_TYPING)


def _expressions(world: World, kind: str) -> Dispatch:
    """All of them, as each such dispatch tells."""
    data = {"guild_id": world.guild.id, kind: world.guild.json()[kind]}
    return Dispatch(f"GUILD_{kind.upper()}_UPDATE", data, GUILD_EXPRESSIONS)


def _guild(world: World, what: str) -> Dispatch:
    match what:
        case "remove":
            return Dispatch("GUILD_DELETE", {"id": world.guild.id}, GUILDS)
        case "unavailable":
            return Dispatch("GUILD_DELETE", {"id": world.guild.id, "unavailable": True}, GUILDS)
        case _:
            return Dispatch("GUILD_CREATE", guild_create(world, joined=what == "add"), GUILDS)
