"""Channels and their messages, by the bot's own token."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox import drafts, events, mentions, permissions, ratelimits
from sandbox.errors import ApiError, invalid_form, missing_permissions
from sandbox.messages import Message, without_content
from sandbox.people import BOT_ID
from sandbox.rest.calls import Answer, Call, Route

if TYPE_CHECKING:
    from sandbox.drafts import Draft
    from sandbox.world import World

REPLY_WITHOUT_HISTORY = 160002


def channel(call: Call) -> Answer:
    """`GET /channels/{channel_id}`."""
    return Answer(200, call.channel().json(call.world.guild))


def delete_channel(call: Call) -> Answer:
    """`DELETE /channels/{channel_id}`."""
    found = call.channel(permissions.MANAGE_CHANNELS)
    shown = found.json(call.world.guild)
    call.world.delete_channel(found)
    return Answer(200, shown)


def history(call: Call) -> Answer:
    """`GET /channels/{channel_id}/messages`."""
    found = call.channel()
    limit = call.number("limit", 50, 1, 100)
    asked = [name for name in ("around", "before", "after") if name in call.query]
    if len(asked) > 1:
        raise invalid_form("around", "BASE_TYPE_EXCLUSIVE", "around, before and after are mutually exclusive")
    if not call.world.may(call.world.bot, found) & permissions.READ_MESSAGE_HISTORY:
        return Answer(200, [])
    seen = [message for message in call.world.messages[found.id].values() if message.ephemeral_for is None]
    seen.sort(key=lambda message: int(message.id))
    at = call.number(asked[0], 0, 0, 2**63) if asked else 0
    match asked:
        case ["before"]:
            seen = [message for message in seen if int(message.id) < at][-limit:]
        case ["after"]:
            seen = [message for message in seen if int(message.id) > at][:limit]
        case ["around"]:
            older = [message for message in seen if int(message.id) <= at][-(limit // 2 + 1) :]
            newer = [message for message in seen if int(message.id) > at][: limit - len(older)]
            seen = older + newer
        case _:
            seen = seen[-limit:]
    return Answer(200, [for_bot(call.world, message) for message in reversed(seen)])


def message(call: Call) -> Answer:
    """`GET /channels/{channel_id}/messages/{message_id}`."""
    found = call.message(call.channel(permissions.READ_MESSAGE_HISTORY))
    return Answer(200, for_bot(call.world, found))


def post(call: Call) -> Answer:
    """`POST /channels/{channel_id}/messages`."""
    found = call.channel(permissions.SEND_MESSAGES)
    draft = drafts.read(call.fields, call.uploads, mentions.BY_BOT)
    bits = call.world.may(call.world.bot, found)
    if draft.uploads and not bits & permissions.ATTACH_FILES:
        raise missing_permissions()
    if draft.reply_to is not None and not bits & permissions.READ_MESSAGE_HISTORY:
        raise ApiError(400, REPLY_WITHOUT_HISTORY, "Cannot reply without permission to read message history")
    made = call.world.post(BOT_ID, found, _without_embeds(draft, bits))
    return Answer(200, for_bot(call.world, made))


def edit(call: Call) -> Answer:
    """`PATCH /channels/{channel_id}/messages/{message_id}`."""
    place = call.channel()
    found = call.message(place)
    if found.author_id != BOT_ID:
        raise ApiError(403, 50005, "Cannot edit a message authored by another user")
    draft = drafts.read(call.fields, call.uploads, mentions.BY_BOT)
    bits = call.world.may(call.world.bot, place)
    if draft.uploads and not bits & permissions.ATTACH_FILES:
        raise missing_permissions()
    return Answer(200, for_bot(call.world, call.world.edit(found, _without_embeds(draft, bits))))


def delete(call: Call) -> Answer:
    """`DELETE /channels/{channel_id}/messages/{message_id}`."""
    place = call.channel()
    found = call.message(place)
    if found.author_id != BOT_ID and not call.world.may(call.world.bot, place) & permissions.MANAGE_MESSAGES:
        raise missing_permissions()
    call.world.delete(found)
    return Answer()


def typing(call: Call) -> Answer:
    """`POST /channels/{channel_id}/typing`."""
    call.world.tell(events.TypingStarted(call.channel(permissions.SEND_MESSAGES)))
    return Answer()


def for_bot(world: World, found: Message) -> dict[str, Any]:
    """A message as the bot gets it: no content of others, unless they mention it or write to it directly."""
    shown = world.json(found, BOT_ID)
    open_to_bot = (
        found.author_id == BOT_ID or BOT_ID in found.mentions or world.channels[found.channel_id].direct
    )
    return shown if open_to_bot else without_content(shown)


def _without_embeds(draft: Draft, bits: int) -> Draft:
    """Discord drops the embeds of an author who may not embed links."""
    if draft.embeds and not bits & permissions.EMBED_LINKS:
        return replace(draft, embeds=[])
    return draft


def routes() -> list[Route]:
    """This file's part of the table."""
    base = "/channels/{channel_id}"
    return [
        Route("GET", base, channel, ratelimits.READ),
        Route("DELETE", base, delete_channel, ratelimits.READ),
        Route("GET", f"{base}/messages", history, ratelimits.HISTORY),
        Route("POST", f"{base}/messages", post, ratelimits.SEND),
        Route("GET", f"{base}/messages/{{message_id}}", message, ratelimits.HISTORY),
        Route("PATCH", f"{base}/messages/{{message_id}}", edit, ratelimits.EDIT),
        Route("DELETE", f"{base}/messages/{{message_id}}", delete, ratelimits.DELETE),
        Route("POST", f"{base}/typing", typing, ratelimits.TYPING),
    ]
