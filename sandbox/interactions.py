"""Interactions: from a member's command, button or form to the bot's answer, with Discord's two clocks.

The bot must answer within three seconds; its token then works for fifteen minutes. A restart of the sandbox
forgets interactions, not the messages that came of them.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from sandbox import events
from sandbox.commands import MESSAGE
from sandbox.errors import ApiError, unknown
from sandbox.messages import (
    COMMAND,
    EPHEMERAL,
    MESSAGE_COMMAND,
    REPLY,
    SUPPRESS_NOTIFICATIONS,
    Message,
)
from sandbox.people import APPLICATION_ID, BOT_ID

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.channels import Channel
    from sandbox.drafts import Draft
    from sandbox.people import Member
    from sandbox.world import World

ANSWER_WITHIN_S = 3.0
NOBODY_THERE_S = 0.2  # how soon an interaction fails when the bot has no live session
REMEMBERED = 20_000

APPLICATION_COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5


class Answer(Enum):
    """The types of an interaction's callback, by Discord's numbers."""

    PONG = 1
    MESSAGE = 4
    DEFER = 5
    DEFER_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


FITTING = {
    APPLICATION_COMMAND: {Answer.MESSAGE, Answer.DEFER, Answer.MODAL},
    AUTOCOMPLETE: {Answer.CHOICES},
    COMPONENT: {Answer.MESSAGE, Answer.DEFER, Answer.DEFER_UPDATE, Answer.UPDATE, Answer.MODAL},
    MODAL_SUBMIT: {Answer.MESSAGE, Answer.DEFER, Answer.DEFER_UPDATE, Answer.UPDATE},
}


@dataclass(slots=True)
class Interaction:
    """One interaction and what became of it. `source` is the message whose button or form it was."""

    id: str
    token: str
    kind: int
    guild_id: str
    member: Member
    channel: Channel
    data: dict[str, Any]
    asked_at: float  # monotonic seconds
    source: Message | None = None
    parent: Interaction | None = None  # of a submitted form: the interaction that opened it
    answer: Answer | None = None
    failed: bool = False
    original: Message | None = None
    ephemeral: bool = False
    followups: list[str] = field(default_factory=list)
    modal: dict[str, Any] | None = None
    choices: asyncio.Future[list[dict[str, Any]]] | None = None
    timer: asyncio.TimerHandle | None = None

    @property
    def command(self) -> str | None:
        """The command's name, if it was one."""
        return self.data.get("name") if self.kind in {APPLICATION_COMMAND, AUTOCOMPLETE} else None

    def metadata(self) -> dict[str, Any]:
        """Discord's interaction metadata, as messages carry it."""
        found: dict[str, Any] = {
            "id": self.id,
            "type": self.kind,
            "user": self.member.user.json(),
            "authorizing_integration_owners": {"0": "0" if self.channel.direct else self.guild_id},
        }
        if self.kind == APPLICATION_COMMAND:
            found["name"] = self.data["name"]
            found["command_type"] = self.data["type"]
            if "target_id" in self.data:
                found["target_message_id"] = self.data["target_id"]
        elif self.kind == COMPONENT and self.source is not None:
            found["interacted_message_id"] = self.source.id
        elif self.kind == MODAL_SUBMIT and self.parent is not None:
            found["triggering_interaction_metadata"] = self.parent.metadata()
        return found


class Interactions:
    """All interactions that are remembered, and the rules of answering them."""

    def __init__(self, world: World, is_bot_live: Callable[[], bool]) -> None:
        self._world = world
        self._is_bot_live = is_bot_live
        self.by_id: dict[str, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}

    # the member's half

    def create(
        self,
        kind: int,
        member: Member,
        channel: Channel,
        data: dict[str, Any],
        *,
        source: Message | None = None,
        parent: Interaction | None = None,
    ) -> Interaction:
        """A member invokes something; the bot is told and its three seconds begin."""
        world = self._world
        loop = asyncio.get_running_loop()
        made = Interaction(
            world.snowflakes.next(), f"aW50{secrets.token_urlsafe(48)}", kind, world.guild.id, member, channel,
            data, world.monotonic(), source, parent,
        )  # fmt: skip
        if kind == AUTOCOMPLETE:
            made.choices = loop.create_future()
        self._remember(made)
        live = self._is_bot_live()
        made.timer = loop.call_later(ANSWER_WITHIN_S if live else NOBODY_THERE_S, self._time_out, made)
        if live:
            world.tell(events.InteractionCreated(made, self._payload(made)))
        return made

    def _remember(self, made: Interaction) -> None:
        self.by_id[made.id] = made
        self._by_token[made.token] = made
        if len(self.by_id) > REMEMBERED:
            oldest = self.by_id.pop(next(iter(self.by_id)))
            del self._by_token[oldest.token]

    def _time_out(self, interaction: Interaction) -> None:
        interaction.failed = True
        if interaction.choices is not None:  # autocomplete fails in silence
            if not interaction.choices.done():
                interaction.choices.set_result([])
            return
        self._world.tell(events.InteractionFailed(interaction))

    def _payload(self, made: Interaction) -> dict[str, Any]:
        world, channel, member = self._world, made.channel, made.member
        found: dict[str, Any] = {
            "id": made.id,
            "application_id": APPLICATION_ID,
            "type": made.kind,
            "token": made.token,
            "version": 1,
            "data": made.data,
            "channel_id": channel.id,
            "channel": channel.json(world.guild) | {"permissions": str(world.may(member, channel))},
            "app_permissions": str(world.may(world.bot, channel)),
            "locale": "en-US",
            "entitlements": [],
            "entitlement_sku_ids": [],
            "attachment_size_limit": world.switches.attachment_size_limit,
        }
        if channel.direct:
            found |= {"user": member.user.json(), "context": 1, "authorizing_integration_owners": {"0": "0"}}
        else:
            found |= {
                "guild_id": world.guild.id,
                "guild": {"id": world.guild.id, "locale": "en-US", "features": []},
                "guild_locale": "en-US",
                "member": member.json() | {"permissions": str(world.may(member, channel))},
                "context": 0,
                "authorizing_integration_owners": {"0": world.guild.id},
            }
        if made.source is not None:
            found["message"] = made.source.json(world.guild, world.address, BOT_ID)
        return found

    # the bot's half

    def at_callback(self, interaction_id: str, token: str) -> Interaction:
        """The interaction that a callback is for.

        Raises:
            ApiError: it is unknown or too late (10062), or it has been answered (40060).
        """
        found = self.by_id.get(interaction_id)
        if found is None or found.token != token or found.failed:
            raise unknown("interaction", 10062)
        if found.answer is not None:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        return found

    def at_webhook(self, application_id: str, token: str) -> Interaction:
        """The answered interaction whose token this is.

        Raises:
            ApiError: it is unknown or unanswered (10015), or its fifteen minutes are over (50027).
        """
        found = self._by_token.get(token)
        if found is None or application_id != APPLICATION_ID:
            raise unknown("Webhook", 10015)
        if self._world.monotonic() - found.asked_at > self._world.switches.interaction_token_seconds:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        if found.answer is None:
            raise unknown("Webhook", 10015)
        return found

    def by_token(self, token: str) -> Interaction | None:
        """The interaction with this token, whatever its state."""
        return self._by_token.get(token)

    def accept(self, interaction: Interaction, answer: Answer) -> None:
        """Check that this kind of answer fits.

        Raises:
            ApiError: it does not.
        """
        fits = FITTING[interaction.kind]
        if answer not in fits or (
            answer in {Answer.UPDATE, Answer.DEFER_UPDATE} and interaction.source is None
        ):
            raise ApiError(
                400, 50035, "Invalid Form Body",
                errors={"type": {"_errors": [{
                    "code": "INTERACTION_CALLBACK_TYPE_INVALID",
                    "message": f"Callback type {answer.value} does not answer an interaction of type "
                    f"{interaction.kind}",
                }]}},
            )  # fmt: skip

    def settle(self, interaction: Interaction, answer: Answer) -> None:
        """Note that it is answered."""
        interaction.answer = answer
        if interaction.timer is not None:
            interaction.timer.cancel()

    def respond(self, interaction: Interaction, draft: Draft) -> Message:
        """Type 4: a message."""
        self._need_channel(interaction)
        interaction.ephemeral = bool(draft.flags & EPHEMERAL)
        message = self._world.post(
            BOT_ID, interaction.channel, draft, as_message=lambda made: self._mark(interaction, made)
        )
        interaction.original = message
        self.settle(interaction, Answer.MESSAGE)
        return message

    def defer(self, interaction: Interaction, flags: int) -> Message:
        """Type 5: "thinking"."""
        self._need_channel(interaction)
        interaction.ephemeral = bool(flags & EPHEMERAL)

        def mark(made: Message) -> None:
            made.flags |= flags & (EPHEMERAL | SUPPRESS_NOTIFICATIONS)
            self._mark(interaction, made)

        interaction.original = self._world.post_loading(interaction.channel, mark)
        self.settle(interaction, Answer.DEFER)
        self._world.tell(events.InteractionThinking(interaction))
        return interaction.original

    def choose(self, interaction: Interaction, choices: list[dict[str, Any]]) -> None:
        """Type 8: what autocomplete offers."""
        self.settle(interaction, Answer.CHOICES)
        assert interaction.choices is not None
        if not interaction.choices.done():
            interaction.choices.set_result(choices)

    def open_modal(self, interaction: Interaction, modal: dict[str, Any]) -> None:
        """Type 9: a form."""
        interaction.modal = modal
        self.settle(interaction, Answer.MODAL)
        self._world.tell(events.ModalOpened(interaction))

    def follow_up(self, interaction: Interaction, draft: Draft) -> Message:
        """A further message; the first one after a defer fills the deferred message."""
        self._need_channel(interaction)
        original = interaction.original
        if interaction.answer is Answer.DEFER and original is not None and original.loading:
            return self._world.edit(original, draft, first=True)
        ephemeral = bool(draft.flags & EPHEMERAL)

        def mark(made: Message) -> None:
            made.by_webhook = True
            made.interaction = interaction.metadata()
            if original is not None:
                made.interaction["original_response_message_id"] = original.id
                made.type, made.reply_to = REPLY, original.id
            if ephemeral:
                made.flags |= EPHEMERAL
                made.ephemeral_for = interaction.member.user.id

        message = self._world.post(BOT_ID, interaction.channel, draft, as_message=mark)
        interaction.followups.append(message.id)
        return message

    def message(self, interaction: Interaction, message_id: str) -> Message:
        """`@original`, or a message that this token made.

        Raises:
            ApiError: there is none, or it is gone (10008).
        """
        original = interaction.original
        if message_id == "@original":
            message_id = "" if original is None else original.id
        elif message_id not in interaction.followups and (original is None or original.id != message_id):
            raise unknown("Message", 10008)
        found = self._world.messages.get(interaction.channel.id, {}).get(message_id)
        if found is None:
            raise unknown("Message", 10008)
        return found

    def _need_channel(self, interaction: Interaction) -> None:
        if interaction.channel.id not in self._world.channels:
            raise unknown("Channel", 10003)

    @staticmethod
    def _mark(interaction: Interaction, made: Message) -> None:
        made.by_webhook = True
        made.interaction = interaction.metadata()
        if interaction.ephemeral:
            made.flags |= EPHEMERAL
            made.ephemeral_for = interaction.member.user.id
        if interaction.kind == APPLICATION_COMMAND:
            made.type = MESSAGE_COMMAND if interaction.data["type"] == MESSAGE else COMMAND
            made.command = {
                "id": interaction.id, "type": interaction.kind, "name": interaction.data["name"],
                "user": interaction.member.user.json(),
            }  # fmt: skip
        elif interaction.source is not None:
            made.type, made.reply_to = REPLY, interaction.source.id
