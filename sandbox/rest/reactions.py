"""Reactions, by the bot's own token."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox import permissions, ratelimits
from sandbox.errors import missing_permissions, unknown
from sandbox.people import BOT_ID
from sandbox.rest.calls import Answer, Call, Route

if TYPE_CHECKING:
    from sandbox.messages import Emoji, Message

UNICODE = re.compile(r"[^\x00-\x2f\x3a-\x7f]")  # keycaps begin with a digit


def add(call: Call) -> Answer:
    """`PUT …/reactions/{emoji}/@me`."""
    emoji = _emoji(call)
    channel = call.channel(permissions.READ_MESSAGE_HISTORY)
    found = call.message(channel)
    if emoji.key not in found.reactions:
        if not call.world.may(call.world.bot, channel) & permissions.ADD_REACTIONS:
            raise missing_permissions()
        if not call.world.emojis.exists(emoji):
            raise unknown("Emoji", 10014)
    call.world.react(found, BOT_ID, emoji)
    return Answer()


def remove_own(call: Call) -> Answer:
    """`DELETE …/reactions/{emoji}/@me`."""
    call.world.unreact(call.message(call.channel(permissions.READ_MESSAGE_HISTORY)), BOT_ID, _emoji(call))
    return Answer()


def remove_user(call: Call) -> Answer:
    """`DELETE …/reactions/{emoji}/{user_id}`."""
    call.world.unreact(
        call.message(call.channel(permissions.MANAGE_MESSAGES)), call.at["user_id"], _emoji(call)
    )
    return Answer()


def remove_emoji(call: Call) -> Answer:
    """`DELETE …/reactions/{emoji}`."""
    call.world.clear_reactions(call.message(call.channel(permissions.MANAGE_MESSAGES)), _emoji(call))
    return Answer()


def remove_all(call: Call) -> Answer:
    """`DELETE …/reactions`."""
    call.world.clear_reactions(call.message(call.channel(permissions.MANAGE_MESSAGES)))
    return Answer()


def users(call: Call) -> Answer:
    """`GET …/reactions/{emoji}`: by id, after `after`; `type` 1 is super reactions."""
    found: Message = call.message(call.channel(permissions.READ_MESSAGE_HISTORY))
    limit = call.number("limit", 25, 1, 100)
    after = call.number("after", 0, 0, 2**63)
    reaction = found.reactions.get(_emoji(call).key)
    if reaction is None:
        return Answer(200, [])
    who = reaction.burst_ids if call.number("type", 0, 0, 1) else reaction.user_ids
    page = sorted((user_id for user_id in who if int(user_id) > after), key=int)[:limit]
    return Answer(200, [call.world.guild.members[user_id].user.json() for user_id in page])


def _emoji(call: Call) -> Emoji:
    emoji = call.world.emojis.read(call.at["emoji_name"])
    if emoji.id is None and UNICODE.search(emoji.name) is None:
        raise unknown("Emoji", 10014)
    return emoji


def routes() -> list[Route]:
    """This file's part of the table."""
    base = "/channels/{channel_id}/messages/{message_id}/reactions"
    return [
        Route("DELETE", base, remove_all, ratelimits.REACT),
        Route("GET", f"{base}/{{emoji_name}}", users, ratelimits.REACTIONS_READ),
        Route("DELETE", f"{base}/{{emoji_name}}", remove_emoji, ratelimits.REACT),
        Route("PUT", f"{base}/{{emoji_name}}/@me", add, ratelimits.REACT),
        Route("DELETE", f"{base}/{{emoji_name}}/@me", remove_own, ratelimits.REACT),
        Route("DELETE", f"{base}/{{emoji_name}}/{{user_id}}", remove_user, ratelimits.REACT),
    ]
