"""Answers to interactions: the callback, and the messages that its token can make, read, edit and delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import drafts, mentions, modals, ratelimits
from sandbox.errors import ApiError, bad_length, invalid_form, unknown
from sandbox.interactions import Answer as Kind
from sandbox.messages import EPHEMERAL
from sandbox.people import BOT_ID
from sandbox.rest.calls import Answer, Call, Route

if TYPE_CHECKING:
    from sandbox.interactions import Interaction
    from sandbox.messages import Message

CHOICES, CHOICE = 25, 100
TRUE = {"1", "true", "True"}


def callback(call: Call) -> Answer:
    """`POST /interactions/{interaction_id}/{webhook_token}/callback`."""
    interaction = call.interactions.at_callback(call.at["interaction_id"], call.at["webhook_token"])
    body = call.fields
    try:
        kind = Kind(body.get("type"))
    except ValueError:
        raise invalid_form(
            "type", "BASE_TYPE_CHOICES", "Value must be one of {1, 4, 5, 6, 7, 8, 9}."
        ) from None
    if kind is Kind.PONG:
        raise ApiError(400, 50035, "Invalid Form Body")
    call.interactions.accept(interaction, kind)
    data: dict[str, Any] = body.get("data") or {}
    message = _answer(call, interaction, kind, data)
    if call.query.get("with_response") not in TRUE:
        return Answer()
    return Answer(200, _callback_json(call, interaction, kind, message))


def _answer(call: Call, interaction: Interaction, kind: Kind, data: dict[str, Any]) -> Message | None:
    interactions, world = call.interactions, call.world
    if kind is Kind.MESSAGE:
        return interactions.respond(interaction, drafts.read(data, call.uploads, mentions.BY_INTERACTION))
    if kind is Kind.DEFER:
        return interactions.defer(interaction, data.get("flags") or 0)
    if kind is Kind.CHOICES:
        interactions.choose(interaction, _choices(data))
        return None
    if kind is Kind.MODAL:
        interactions.open_modal(interaction, modals.checked(data))
        return None
    source = interaction.source
    if source is None:  # `accept` has refused it already
        raise invalid_form("type", "BASE_TYPE_CHOICES", "There is no message to update.")
    if kind is Kind.UPDATE:
        draft = drafts.read(data, call.uploads, mentions.BY_INTERACTION)
        if source.id not in world.messages.get(source.channel_id, {}):
            raise unknown("Message", 10008)
        world.edit(source, draft)
    interaction.original = source
    interactions.settle(interaction, kind)
    return source


def follow_up(call: Call) -> Answer:
    """`POST /webhooks/{webhook_id}/{webhook_token}`."""
    interaction = _interaction(call)
    draft = drafts.read(call.fields, call.uploads, mentions.BY_INTERACTION)
    made = call.interactions.follow_up(interaction, draft)
    return Answer(200, call.world.json(made, BOT_ID))


def get(call: Call) -> Answer:
    """`GET /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}`, `@original` too."""
    return Answer(200, call.world.json(_message(call), BOT_ID))


def edit(call: Call) -> Answer:
    """`PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}`, `@original` too."""
    found = _message(call)
    draft = drafts.read(call.fields, call.uploads, mentions.BY_INTERACTION)
    return Answer(200, call.world.json(call.world.edit(found, draft), BOT_ID))


def delete(call: Call) -> Answer:
    """`DELETE /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}`, `@original` too."""
    call.world.delete(_message(call))
    return Answer()


def _interaction(call: Call) -> Interaction:
    return call.interactions.at_webhook(call.at["webhook_id"], call.at["webhook_token"])


def _message(call: Call) -> Message:
    return call.interactions.message(_interaction(call), call.at.get("message_id", "@original"))


def _choices(data: dict[str, Any]) -> list[dict[str, Any]]:
    choices = list(data.get("choices") or [])
    if len(choices) > CHOICES:
        raise bad_length("data.choices", 0, CHOICES)
    for index, choice in enumerate(choices):
        if not 1 <= len(str(choice.get("name") or "")) <= CHOICE:
            raise bad_length(f"data.choices.{index}.name", 1, CHOICE)
        if isinstance(choice.get("value"), str) and not 1 <= len(choice["value"]) <= CHOICE:
            raise bad_length(f"data.choices.{index}.value", 1, CHOICE)
    return choices


def _callback_json(
    call: Call, interaction: Interaction, kind: Kind, message: Message | None
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": interaction.id,
        "type": interaction.kind,
        "channel_id": interaction.channel.id,
    }
    if not interaction.channel.direct:
        found["guild_id"] = call.world.guild.id
    if message is None:
        return {"interaction": found}
    found |= {
        "response_message_id": message.id,
        "response_message_loading": message.loading,
        "response_message_ephemeral": bool(message.flags & EPHEMERAL),
    }
    if kind not in {Kind.MESSAGE, Kind.UPDATE}:
        return {"interaction": found}
    return {
        "interaction": found,
        "resource": {"type": kind.value, "message": call.world.json(message, BOT_ID)},
    }


def routes() -> list[Route]:
    """This file's part of the table."""
    base = "/webhooks/{webhook_id}/{webhook_token}"
    found = [
        Route(
            "POST",
            "/interactions/{interaction_id}/{webhook_token}/callback",
            callback,
            None,
            token_in_path=True,
        ),
        Route("POST", base, follow_up, ratelimits.WEBHOOK_SEND, token_in_path=True),
    ]
    for path in (f"{base}/messages/@original", f"{base}/messages/{{message_id}}"):
        found += [
            Route("GET", path, get, ratelimits.WEBHOOK_OTHER, token_in_path=True),
            Route("PATCH", path, edit, ratelimits.WEBHOOK_EDIT, token_in_path=True),
            Route("DELETE", path, delete, ratelimits.WEBHOOK_OTHER, token_in_path=True),
        ]
    return found
