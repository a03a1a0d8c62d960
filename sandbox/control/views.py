"""What a member sees: themselves, the room, messages with who was pinged, and events in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import events, modals, permissions
from sandbox.people import MODERATORS_ID

if TYPE_CHECKING:
    from sandbox.channels import Channel
    from sandbox.interactions import Interaction
    from sandbox.messages import Message
    from sandbox.people import Member
    from sandbox.world import World

EMOJI = ["👍", "👎", "❤️", "😂", "😮", "😢", "🎉", "🔥", "✨", "🙏", "🌸", "🍂"]
FAILED = "The application did not respond"


def person(member: Member) -> dict[str, Any]:
    """A member, as the page lists them."""
    user = member.user
    return {
        "id": user.id, "name": user.name, "display_name": user.display_name, "colour": user.colour,
        "moderator": MODERATORS_ID in member.role_ids, "bot": user.bot,
    }  # fmt: skip


def state(world: World, member: Member, *, bot_online: bool) -> dict[str, Any]:
    """Everything but messages and commands."""
    return {
        "me": person(member),
        "members": [person(found) for found in world.guild.members.values()],
        "guild": {"id": world.guild.id, "name": world.guild.name},
        "channels": [{"id": channel.id, "name": channel.name} for channel in channels(world, member)],
        "bot_online": bot_online,
        "emoji": EMOJI,
        **expressions(world),
    }


def expressions(world: World) -> dict[str, Any]:
    """The guild's own emoji and stickers, with where their pictures are."""
    guild = world.guild
    return {
        "own_emoji": [kept.json() | {"url": world.address + kept.path} for kept in guild.emojis.values()],
        "stickers": [
            kept.json(guild) | {"url": world.address + kept.path} for kept in guild.stickers.values()
        ],
    }


def channels(world: World, member: Member) -> list[Channel]:
    """The channels a member sees."""
    return [
        channel for channel in world.channels.values()
        if world.may(member, channel) & permissions.VIEW_CHANNEL
    ]  # fmt: skip


def message(world: World, found: Message, member: Member) -> dict[str, Any]:
    """A message as the member sees it."""
    me = member.user.id
    return world.json(found, me) | {
        "ephemeral_for": found.ephemeral_for,
        "reactions": [reaction.json(me) for reaction in found.reactions.values()],
        "pinged": list(found.pinged),
    }


def modal(interaction: Interaction) -> dict[str, Any]:
    """A form that was opened."""
    assert interaction.modal is not None
    return {
        "interaction": interaction.id,
        "channel_id": interaction.channel.id,
        "custom_id": interaction.modal["custom_id"],
        "title": interaction.modal["title"],
        "fields": modals.fields(interaction.modal),
        "message": None if interaction.source is None else interaction.source.id,
    }


def interaction(found: Interaction) -> dict[str, Any]:
    """What became of an interaction."""
    made = [found.original.id] if found.original is not None else []
    status = "failed" if found.failed else "waiting" if found.answer is None else "answered"
    if status == "answered" and found.original is not None and found.original.loading:
        status = "thinking"
    return {
        "interaction": found.id,
        "state": status,
        "messages": made + found.followups,
        "modal": None if found.modal is None else modal(found),
    }


def event(world: World, happened: events.Event, member: Member) -> dict[str, Any] | None:
    """An event in the page's words, or None where it is not for this member."""
    match happened:
        case events.MessageCreated(found) if world.sees(member, found):
            return {"type": "message_create", "data": message(world, found, member)}
        case events.MessageChanged(found) if world.sees(member, found):
            return {"type": "message_update", "data": message(world, found, member)}
        case events.MessageDeleted(found) | events.MessageDismissed(found):
            if found.ephemeral_for not in {None, member.user.id}:
                return None
            return {"type": "message_delete", "data": {"id": found.id, "channel_id": found.channel_id}}
        case (
            events.ReactionAdded(message=found) | events.ReactionRemoved(message=found)
            | events.ReactionsCleared(message=found)
        ) if world.sees(member, found):  # fmt: skip
            return _reaction(happened, found, member)
        case events.ModalOpened(opened) if opened.member.user.id == member.user.id:
            return {"type": "modal_open", "data": modal(opened)}
        case events.InteractionFailed(asked) | events.InteractionThinking(asked):
            return _interaction(happened, asked, member)
        case events.BotStatus(online):
            return {"type": "bot_status", "data": {"online": online}}
        case events.EmojisChanged() | events.StickersChanged():
            return {"type": "expressions_changed", "data": expressions(world)}
        case events.CommandsChanged() | events.GuildChanged() | events.RoleChanged():
            return {"type": "commands_changed", "data": {}}
        case events.ChannelDeleted(channel):
            return {"type": "channel_delete", "data": {"id": channel.id}}
        case _:
            return None


def _reaction(happened: events.Event, found: Message, member: Member) -> dict[str, Any]:
    data: dict[str, Any] = {
        "message_id": found.id,
        "channel_id": found.channel_id,
        "reactions": [reaction.json(member.user.id) for reaction in found.reactions.values()],
    }
    match happened:
        case events.ReactionAdded(user_id=user_id, emoji=emoji, burst=burst):
            return {
                "type": "reaction_add",
                "data": data | {"user_id": user_id, "emoji": emoji.json(), "burst": burst},
            }
        case events.ReactionRemoved(user_id=user_id, emoji=emoji, burst=burst):
            return {
                "type": "reaction_remove",
                "data": data | {"user_id": user_id, "emoji": emoji.json(), "burst": burst},
            }
        case events.ReactionsCleared(emoji=emoji):
            return {
                "type": "reaction_clear",
                "data": data | {"emoji": None if emoji is None else emoji.json()},
            }
    raise AssertionError(happened)


def _interaction(happened: events.Event, asked: Interaction, member: Member) -> dict[str, Any] | None:
    if asked.member.user.id != member.user.id:
        return None
    data: dict[str, Any] = {"interaction": asked.id, "channel_id": asked.channel.id, "command": asked.command}
    data["message"] = None if asked.source is None else asked.source.id
    if isinstance(happened, events.InteractionFailed):
        return {"type": "interaction_failed", "data": data | {"text": FAILED}}
    return {"type": "interaction_thinking", "data": data}
