"""What members do: invoke, press, fill in, write, react, delete; refused in sentences where Discord's client would."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox import components, drafts, invocations, mentions, modals, permissions
from sandbox.commands import CHAT, MESSAGE
from sandbox.control.choices import Choices
from sandbox.errors import ApiError, ControlError
from sandbox.interactions import APPLICATION_COMMAND, AUTOCOMPLETE, COMPONENT, MODAL_SUBMIT, Interaction
from sandbox.messages import Emoji
from sandbox.people import BOT_ID

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.channels import Channel
    from sandbox.interactions import Interactions
    from sandbox.messages import Message
    from sandbox.people import Member
    from sandbox.world import World

OWN_EMOJI = re.compile(r":(\w+):", re.ASCII)
IN_TEXT = re.compile(rf"{mentions.CODE.pattern}|(?<![<\w:]):(\w{{2,32}}):", re.ASCII | re.DOTALL)
DIRECT = "direct"  # the name of a member's direct channel with the bot


class Deeds:
    """Everything a member can do."""

    def __init__(self, world: World, interactions: Interactions) -> None:
        self._world = world
        self._interactions = interactions

    # finding what is named

    def member(self, name_or_id: Any) -> Member:
        """A member by name or id.

        Raises:
            ControlError: there is nobody of that name, or it is the bot.
        """
        found = self._world.guild.member(str(name_or_id)) if name_or_id else None
        if found is None or found.user.bot:
            people = [
                member.user.name for member in self._world.guild.members.values() if not member.user.bot
            ]
            raise ControlError(404, f"There is no member {name_or_id!r}; there are {', '.join(people)}.")
        return found

    def channel(self, name_or_id: Any, member: Member) -> Channel:
        """A channel by name or id that this member sees; "direct" is the one with the bot.

        Raises:
            ControlError: there is none.
        """
        if name_or_id == DIRECT:
            return self._world.direct(member.user.id)
        seen = [
            channel for channel in self._world.channels.values()
            if self._world.may(member, channel) & permissions.VIEW_CHANNEL
        ]  # fmt: skip
        for channel in seen:
            if name_or_id in {channel.id, channel.name}:
                return channel
        names = ", ".join(channel.name for channel in seen)
        raise ControlError(404, f"There is no channel {name_or_id!r}; there are {names}.")

    def message(self, message_id: Any, member: Member) -> Message:
        """A message that this member sees.

        Raises:
            ControlError: there is none.
        """
        found = self._world.find(str(message_id))
        if found is None or not self._world.sees(member, found):
            raise ControlError(404, f"{member.user.display_name} sees no message {message_id}.")
        return found

    def commands(self, member: Member, *, direct: bool = False) -> list[dict[str, Any]]:
        """The commands this member may use."""
        world = self._world
        if world.guild.bot_away:
            return []
        bits = permissions.in_guild(member, world.guild)
        return world.commands.usable(world.guild.id, bits, direct=direct)

    # interactions

    def interact(self, body: Mapping[str, Any]) -> Interaction:
        """Start an interaction from the page's JSON.

        Raises:
            ControlError: Discord's client would not send it.
        """
        member = self.member(body.get("as"))
        match body.get("type"):
            case "command":
                return self._command(member, body, focused=None)
            case "autocomplete":
                return self._command(member, body, focused=str(body.get("focused") or ""))
            case "message_command":
                return self._apply(member, body)
            case "button":
                return self._press(member, body)
            case "modal":
                return self._submit(member, body)
            case kind:
                raise ControlError(
                    422,
                    "An interaction's type is command, autocomplete, message_command, button or modal, "
                    f"not {kind!r}.",
                )

    def _command(self, member: Member, body: Mapping[str, Any], *, focused: str | None) -> Interaction:
        channel = self.channel(body.get("channel"), member)
        command = self._usable(member, channel, str(body.get("name") or ""), CHAT)
        options = invocations.options(command, body.get("options") or {}, focused=focused)
        data = _invoked(command)
        if options:
            data["options"] = options
        choices = Choices(self._world, member)
        choices.in_options(options)
        if choices.resolved:
            data["resolved"] = choices.resolved
        kind = APPLICATION_COMMAND if focused is None else AUTOCOMPLETE
        return self._interactions.create(kind, member, channel, data)

    def _apply(self, member: Member, body: Mapping[str, Any]) -> Interaction:
        """Use a command of a message's menu ("Apps") on that message."""
        message = self.message(body.get("message"), member)
        channel = self._world.channels[message.channel_id]
        command = self._usable(member, channel, str(body.get("name") or ""), MESSAGE)
        shown = message.json(self._world.guild, self._world.address, BOT_ID)
        data = _invoked(command) | {"target_id": message.id, "resolved": {"messages": {message.id: shown}}}
        return self._interactions.create(APPLICATION_COMMAND, member, channel, data)

    def _usable(self, member: Member, channel: Channel, name: str, kind: int) -> dict[str, Any]:
        """The command of that name and kind, where this member may use it here."""
        for command in self.commands(member, direct=channel.direct):
            if (command["name"], command["type"]) == (name, kind):
                break
        else:
            called = f"/{name}" if kind == CHAT else name
            raise ControlError(404, f"There is no command {called} that {member.user.display_name} may use.")
        if not self._world.may(member, channel) & permissions.USE_APPLICATION_COMMANDS:
            raise ControlError(403, f"{member.user.display_name} may not use commands in #{channel.name}.")
        return command

    def _press(self, member: Member, body: Mapping[str, Any]) -> Interaction:
        message = self.message(body.get("message"), member)
        custom_id = str(body.get("custom_id") or "")
        item = components.find(message.components, custom_id)
        if item is None:
            raise ControlError(404, f"That message has no component {custom_id!r}.")
        if item.get("disabled"):
            raise ControlError(422, f"{item.get('label') or custom_id} is disabled.")
        data: dict[str, Any] = {"custom_id": custom_id, "component_type": item["type"], "id": item["id"]}
        if item["type"] in components.SELECTS:
            choices = Choices(self._world, member)
            data["values"] = choices.in_select(item, body.get("values"))
            if choices.resolved:
                data["resolved"] = choices.resolved
        channel = self._world.channels[message.channel_id]
        return self._interactions.create(COMPONENT, member, channel, data, source=message)

    def _submit(self, member: Member, body: Mapping[str, Any]) -> Interaction:
        custom_id = str(body.get("custom_id") or "")
        message_id = body.get("message")
        opened = next(
            (
                found
                for found in self.forms(member)
                if found.modal is not None
                and found.modal["custom_id"] == custom_id
                and (message_id is None or (found.source is not None and found.source.id == str(message_id)))
            ),
            None,
        )
        if opened is None or opened.modal is None:
            raise ControlError(404, f"{member.user.display_name} has no form {custom_id!r} open.")
        data = modals.submission(opened.modal, body.get("fields") or {})
        return self._interactions.create(
            MODAL_SUBMIT, member, opened.channel, data, source=opened.source, parent=opened
        )

    def forms(self, member: Member) -> list[Interaction]:
        """The interactions that opened a form for this member, the last one first."""
        return [
            found
            for found in reversed(self._interactions.by_id.values())
            if found.modal is not None and found.member.user.id == member.user.id
        ]

    # messages

    def write(self, body: Mapping[str, Any]) -> Message:
        """A member says something.

        Raises:
            ControlError: they may not, or it breaks a limit.
        """
        member = self.member(body.get("as"))
        channel = self.channel(body.get("channel"), member)
        if not self._world.may(member, channel) & permissions.SEND_MESSAGES:
            raise ControlError(403, f"{member.user.display_name} may not write in #{channel.name}.")
        reply = {"message_reference": {"message_id": body["reply_to"]}} if body.get("reply_to") else {}
        content = body.get("content")
        if isinstance(content, str):
            content = IN_TEXT.sub(self._typed_emoji, content)
        try:
            draft = drafts.read({"content": content, **reply}, (), mentions.BY_MEMBER)
            return self._world.post(member.user.id, channel, draft)
        except ApiError as error:
            raise ControlError(422, f"{error.message}.") from None

    def delete(self, message_id: str, member: Member) -> None:
        """Delete one's own message, or any as a moderator; put away an ephemeral one.

        Raises:
            ControlError: it is somebody else's.
        """
        message = self.message(message_id, member)
        if message.ephemeral_for is not None:
            self._world.dismiss(message)
            return
        channel = self._world.channels[message.channel_id]
        may_manage = self._world.may(member, channel) & permissions.MANAGE_MESSAGES
        if message.author_id != member.user.id and not may_manage:
            raise ControlError(403, f"{member.user.display_name} may delete only their own messages.")
        self._world.delete(message)

    def react(self, message_id: str, emoji: str, member: Member, *, burst: bool) -> None:
        """Add a reaction.

        Raises:
            ControlError: it cannot be reacted to.
        """
        message = self.message(message_id, member)
        if message.ephemeral_for is not None:
            raise ControlError(422, "Nobody can react to a message that only one member sees.")
        found = self._emoji(emoji)
        if found.key not in message.reactions and not self._world.emojis.exists(found):
            raise ControlError(404, f"There is no emoji {emoji}.")
        try:
            self._world.react(message, member.user.id, found, burst=burst)
        except ApiError as error:
            raise ControlError(422, f"{error.message}.") from None

    def unreact(self, message_id: str, emoji: str, member: Member) -> None:
        """Take one's own reaction back.

        Raises:
            ControlError: there is none.
        """
        if not self._world.unreact(self.message(message_id, member), member.user.id, self._emoji(emoji)):
            raise ControlError(404, f"{member.user.display_name} has not reacted with {emoji}.")

    def clear(self, message_id: str, emoji: str | None, member: Member) -> None:
        """A moderator removes all reactions, or all of one emoji.

        Raises:
            ControlError: it takes Manage Messages.
        """
        message = self.message(message_id, member)
        channel = self._world.channels[message.channel_id]
        if not self._world.may(member, channel) & permissions.MANAGE_MESSAGES:
            raise ControlError(403, f"{member.user.display_name} may not clear reactions.")
        self._world.clear_reactions(message, None if emoji is None else self._emoji(emoji))

    def _emoji(self, text: str) -> Emoji:
        """`👍` or `name:id`; `:name:` is the guild's own of that name."""
        match = OWN_EMOJI.fullmatch(text)
        if match is None:
            return self._world.emojis.read(text)
        kept = self._world.emojis.named(match[1])
        if kept is None:
            raise ControlError(404, f"There is no emoji {text}.")
        return Emoji(kept.name, kept.id, kept.animated)

    def _typed_emoji(self, found: re.Match[str]) -> str:
        """What Discord's client makes of a typed `:name:`; what stands in code is left alone."""
        kept = self._world.emojis.named(found[1]) if found[1] else None
        return found[0] if kept is None else f"<{'a' * kept.animated}:{kept.name}:{kept.id}>"


def _invoked(command: dict[str, Any]) -> dict[str, Any]:
    """What an interaction's data say of the command that was invoked."""
    data = {"id": command["id"], "name": command["name"], "type": command["type"]}
    return data | ({"guild_id": command["guild_id"]} if "guild_id" in command else {})
