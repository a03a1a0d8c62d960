"""The one truth: guild, channels, messages, files, reactions. Every change happens here and is told as an event.

It knows nothing of HTTP, sockets or permissions of requests; the interactions' life is in `interactions.py`, the
commands' in `commands.py`, the guild's own emoji and stickers in `emojis.py` and `stickers.py`. Everything runs on one event loop, so no change is ever seen half done.
"""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox import animations, channels, events, mentions, people, permissions, pictures
from sandbox.commands import Commands
from sandbox.emojis import Emojis
from sandbox.errors import ApiError, ControlError, invalid_form
from sandbox.messages import EPHEMERAL, LOADING, REPLY, Attachment, Message, Reaction, content_type
from sandbox.people import BOT_ID
from sandbox.snowflake import Snowflakes, iso
from sandbox.stickers import Stickers
from sandbox.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.channels import Channel
    from sandbox.drafts import Draft, Upload
    from sandbox.messages import Emoji
    from sandbox.people import Member, Role

NONCE_REMEMBERED_S = 300.0
REACTION_EMOJI = 20


NAME = re.compile(r"[a-z0-9_.]{2,32}")


class World:
    """All there is. `clock` is Discord's wall clock, before the switch that skews it; `monotonic` measures."""

    def __init__(
        self, clock: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.switches = Switches()
        self.monotonic = monotonic
        self._clock = clock
        self.snowflakes = Snowflakes(self.now)
        self.address = ""  # of the server, once it listens
        self.guild = people.new_guild()
        self.channels: dict[str, Channel] = channels.new_channels()
        self.messages: dict[str, dict[str, Message]] = {channel_id: {} for channel_id in self.channels}
        self.files: dict[str, bytes] = {}
        self.emojis = Emojis(
            self.guild, self.files, self.snowflakes.next, lambda: self.tell(events.EmojisChanged())
        )
        self.stickers = Stickers(
            self.guild, self.files, self.snowflakes.next, lambda: self.tell(events.StickersChanged())
        )
        self.commands = Commands(self.snowflakes.next, lambda: self.tell(events.CommandsChanged()))
        self._nonces: dict[tuple[str, str, str], tuple[float, Message]] = {}
        self._listeners: list[Callable[[events.Event], None]] = []

    def now(self) -> float:
        """Discord's time, in seconds since 1970."""
        return self._clock() + self.switches.clock_skew_seconds

    def listen(self, listener: Callable[[events.Event], None]) -> None:
        """Tell `listener` everything that happens, as it happens."""
        self._listeners.append(listener)

    def tell(self, event: events.Event) -> None:
        """Tell all listeners."""
        for listener in self._listeners:
            listener(event)

    # who may see what

    @property
    def bot(self) -> Member:
        """The bot's membership."""
        return self.guild.members[BOT_ID]

    def add_member(self, name: str) -> Member:
        """Let somebody in, or find who has that name already.

        Raises:
            ControlError: it is no name.
        """
        if not NAME.fullmatch(name):
            raise ControlError(422, "A member's name is 2 to 32 small letters, digits, dots or underscores.")
        member = self.guild.member(name)
        if member is None:
            member = people.Member(people.User(self.snowflakes.next(), name, name.capitalize(), "#475569"))
            self.guild.add(member)
        return member

    def may(self, member: Member, channel: Channel) -> int:
        """What a member may do in a channel, as permission bits."""
        if channel.direct:
            return permissions.DIRECT if member.user.id in {channel.recipient_id, BOT_ID} else 0
        return permissions.in_channel(member, self.guild, channel)

    def sees(self, member: Member, message: Message) -> bool:
        """Whether a member can see a message."""
        channel = self.channels.get(message.channel_id)
        if channel is None or message.dismissed or not self.may(member, channel) & permissions.VIEW_CHANNEL:
            return False
        return message.ephemeral_for is None or message.ephemeral_for == member.user.id

    def json(self, message: Message, me: str) -> dict[str, Any]:
        """Discord's message object as the user `me` sees it, with the message it replies to."""
        referenced = None
        if message.reply_to is not None:
            referenced = self.messages.get(message.channel_id, {}).get(message.reply_to)
        return message.json(self.guild, self.address, me, referenced)

    # messages

    def find(self, message_id: str) -> Message | None:
        """A message of any channel."""
        for kept in self.messages.values():
            if message_id in kept:
                return kept[message_id]
        return None

    def post(
        self,
        author_id: str,
        channel: Channel,
        draft: Draft,
        *,
        as_message: Callable[[Message], None] | None = None,
    ) -> Message:
        """Make a message, or return the one that an enforced nonce already made.

        `as_message` completes the record (its type, its interaction) before anybody hears of it.

        Raises:
            ApiError: it would be empty, or replies to nothing.
        """
        key = (channel.id, author_id, str(draft.nonce))
        if draft.nonce is not None and draft.enforce_nonce and (made := self._made_before(key)):
            return made
        if draft.says_nothing:
            raise ApiError(400, 50006, "Cannot send an empty message")
        message = self._blank(author_id, channel)
        message.nonce, message.tts = draft.nonce, draft.tts
        if draft.reply_to is not None:
            self._reply(message, draft)
        if as_message is not None:
            as_message(message)
        self._fill(message, draft)
        self._notify(message, draft)
        self._keep(message)
        if draft.nonce is not None and draft.enforce_nonce:
            self._nonces[key] = (self.monotonic(), message)
        self.tell(events.MessageCreated(message))
        return message

    def post_loading(self, channel: Channel, as_message: Callable[[Message], None]) -> Message:
        """The "thinking" message of a deferred answer."""
        message = self._blank(BOT_ID, channel)
        message.flags |= LOADING
        as_message(message)
        self._keep(message)
        self.tell(events.MessageCreated(message))
        return message

    def edit(self, message: Message, draft: Draft, *, first: bool = False) -> Message:
        """Change what the draft names. `first`: it fills a deferred answer, as a follow-up does, and notifies.

        Raises:
            ApiError: nothing would be left of it, or it keeps a file that it does not have.
        """
        content = message.content if draft.content is None else draft.content
        rows = message.components if draft.components is None else draft.components
        shown = message.embeds if draft.embeds is None else draft.embeds
        files = self._attachments(message, draft)
        if not (content or rows or shown or files):
            raise ApiError(400, 50006, "Cannot send an empty message")
        was_loading = message.loading
        for gone in set(message.attachments) - set(files):
            self.files.pop(gone.id, None)
        self._fill(message, draft, files)
        message.flags &= ~LOADING
        if first:
            self._notify(message, draft)
        else:
            message.mentions = self._mentions(message, draft).users
        if not was_loading:
            message.edited = iso(self.now())
        self.tell(events.MessageChanged(message))
        return message

    def delete(self, message: Message) -> None:
        """Remove a message and its files."""
        self.messages[message.channel_id].pop(message.id, None)
        for attachment in message.attachments:
            self.files.pop(attachment.id, None)
        self.tell(events.MessageDeleted(message))

    def dismiss(self, message: Message) -> None:
        """Its owner puts an ephemeral message away; the bot can go on editing it."""
        message.dismissed = True
        self.tell(events.MessageDismissed(message))

    def _made_before(self, key: tuple[str, str, str]) -> Message | None:
        horizon = self.monotonic() - NONCE_REMEMBERED_S
        for old in [found for found, (when, _) in self._nonces.items() if when < horizon]:
            del self._nonces[old]
        made = self._nonces.get(key)
        return made[1] if made and made[1].id in self.messages.get(made[1].channel_id, {}) else None

    def _blank(self, author_id: str, channel: Channel) -> Message:
        return Message(self.snowflakes.next(), channel.id, author_id, iso(self.now()))

    def _keep(self, message: Message) -> None:
        self.messages[message.channel_id][message.id] = message
        self.channels[message.channel_id].last_message_id = message.id

    def _reply(self, message: Message, draft: Draft) -> None:
        assert draft.reply_to is not None
        if draft.reply_to in self.messages[message.channel_id]:
            message.reply_to, message.type = draft.reply_to, REPLY
        elif draft.reply_must_exist:
            raise invalid_form("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")

    def _fill(self, message: Message, draft: Draft, files: list[Attachment] | None = None) -> None:
        if draft.content is not None:
            message.content = draft.content
        if draft.embeds is not None:
            message.embeds = draft.embeds
        if draft.components is not None:
            message.components = draft.components
        message.flags |= draft.flags & ~EPHEMERAL  # who sees it was decided when it was made
        message.attachments = self._attachments(message, draft) if files is None else files

    def _attachments(self, message: Message, draft: Draft) -> list[Attachment]:
        """The files a message has after this draft: what it lists of the old ones, then what it uploads."""
        if draft.attachments is None:
            return message.attachments + [self._attachment(message, upload, None) for upload in draft.uploads]
        uploads = {upload.key: upload for upload in draft.uploads}
        had = {attachment.id: attachment for attachment in message.attachments}
        listed = {str(found.get("id")): found for found in draft.attachments}
        for key in listed:
            if key not in uploads and key not in had:
                raise invalid_form("attachments", "ATTACHMENT_NOT_FOUND", f"There is no attachment {key}")
        kept = [had[key] for key in listed if key in had and key not in uploads]
        fresh = [
            self._attachment(message, uploads.pop(key), found.get("description"))
            for key, found in listed.items()
            if key in uploads
        ]
        return kept + fresh + [self._attachment(message, upload, None) for upload in uploads.values()]

    def _attachment(self, message: Message, upload: Upload, description: str | None) -> Attachment:
        made = Attachment(
            self.snowflakes.next(), message.channel_id, upload.filename, len(upload.data),
            content_type(upload.filename), description, pictures.size(upload.data),
            animated=(played := animations.played(upload.data)) is not None and played.moves,
        )  # fmt: skip
        self.files[made.id] = upload.data
        return made

    def _mentions(self, message: Message, draft: Draft) -> mentions.Mentions:
        channel = self.channels[message.channel_id]
        replied = self.messages[channel.id].get(message.reply_to or "")
        author = self.guild.members[message.author_id]
        return mentions.find(
            message.content,
            draft.allowed,
            members={
                member.user.id: member.role_ids
                for member in self.guild.members.values()
                if self.may(member, channel) & permissions.VIEW_CHANNEL
                and message.ephemeral_for in {None, member.user.id}
            },
            mentionable=frozenset(),
            may_mention_all=bool(self.may(author, channel) & permissions.MENTION_EVERYONE),
            author=message.author_id,
            replied_to=None if replied is None else replied.author_id,
        )

    def _notify(self, message: Message, draft: Draft) -> None:
        found = self._mentions(message, draft)
        message.mentions, message.mention_roles = found.users, found.roles
        message.mention_everyone, message.pinged = found.everyone, found.pinged

    # reactions

    def react(self, message: Message, user_id: str, emoji: Emoji, *, burst: bool = False) -> None:
        """Add a reaction; one that is there already changes nothing.

        Raises:
            ApiError: the message has as many different ones as it can.
        """
        reaction = message.reactions.get(emoji.key)
        if reaction is None:
            if len(message.reactions) >= REACTION_EMOJI:
                raise ApiError(403, 30010, "Maximum number of reactions reached (20)")
            reaction = message.reactions[emoji.key] = Reaction(emoji)
        who = reaction.burst_ids if burst else reaction.user_ids
        if user_id not in who:
            who.append(user_id)
            self.tell(events.ReactionAdded(message, user_id, emoji, burst))

    def unreact(self, message: Message, user_id: str, emoji: Emoji) -> bool:
        """Take a reaction back. Whether there was one."""
        reaction = message.reactions.get(emoji.key)
        if reaction is None:
            return False
        for burst, who in ((False, reaction.user_ids), (True, reaction.burst_ids)):
            if user_id in who:
                who.remove(user_id)
                if not reaction.user_ids and not reaction.burst_ids:
                    del message.reactions[emoji.key]
                self.tell(events.ReactionRemoved(message, user_id, emoji, burst))
                return True
        return False

    def clear_reactions(self, message: Message, emoji: Emoji | None = None) -> None:
        """Remove all reactions, or all of one emoji."""
        if emoji is None:
            message.reactions.clear()
        else:
            message.reactions.pop(emoji.key, None)
        self.tell(events.ReactionsCleared(message, emoji))

    # channels

    def direct(self, member_id: str) -> Channel:
        """The direct channel between a member and the bot, made when it is first wanted."""
        for channel in self.channels.values():
            if channel.recipient_id == member_id:
                return channel
        channel = channels.Channel(self.snowflakes.next(), "direct", recipient_id=member_id)
        self.channels[channel.id] = channel
        self.messages[channel.id] = {}
        self.tell(events.ChannelCreated(channel))
        return channel

    def delete_channel(self, channel: Channel) -> None:
        """Remove a channel and all that was in it."""
        del self.channels[channel.id]
        for message in self.messages.pop(channel.id).values():
            for attachment in message.attachments:
                self.files.pop(attachment.id, None)
        self.tell(events.ChannelDeleted(channel))

    def permit(self, role: Role, bits: int) -> Role:
        """Give a role these permissions, and no others."""
        changed = self.guild.roles[role.id] = replace(role, permissions=bits)
        self.tell(events.RoleChanged(changed))
        return changed

    def switch_guild(self, what: str) -> None:
        """Remove the bot from the guild, add it, or let the guild be away or back."""
        if what in {"remove", "add"}:
            self.guild.bot_away = what == "remove"
        else:
            self.guild.unavailable = what == "unavailable"
        self.tell(events.GuildChanged(what))
