"""What happened in the world. The gateway and the people's side each tell it in their own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.channels import Channel
    from sandbox.interactions import Interaction
    from sandbox.messages import Emoji, Message
    from sandbox.people import Role


@dataclass(frozen=True, slots=True)
class MessageCreated:
    """A message, a deferred "thinking" one included."""

    message: Message


@dataclass(frozen=True, slots=True)
class MessageChanged:
    """Its content, files, components or flags."""

    message: Message


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    """Gone for everybody."""

    message: Message


@dataclass(frozen=True, slots=True)
class MessageDismissed:
    """Its owner put an ephemeral message away; Discord tells nobody else."""

    message: Message


@dataclass(frozen=True, slots=True)
class ReactionAdded:
    """By a member or the bot; `burst` is a super reaction."""

    message: Message
    user_id: str
    emoji: Emoji
    burst: bool


@dataclass(frozen=True, slots=True)
class ReactionRemoved:
    """One of one user."""

    message: Message
    user_id: str
    emoji: Emoji
    burst: bool


@dataclass(frozen=True, slots=True)
class ReactionsCleared:
    """All of a message, or all of one emoji."""

    message: Message
    emoji: Emoji | None


@dataclass(frozen=True, slots=True)
class TypingStarted:
    """The bot is writing."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class InteractionCreated:
    """A member invoked something; `payload` is what the bot gets."""

    interaction: Interaction
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class InteractionThinking:
    """The bot deferred."""

    interaction: Interaction


@dataclass(frozen=True, slots=True)
class InteractionFailed:
    """Nobody answered in time."""

    interaction: Interaction


@dataclass(frozen=True, slots=True)
class ModalOpened:
    """The bot answered with a form."""

    interaction: Interaction


@dataclass(frozen=True, slots=True)
class CommandsChanged:
    """Registered, edited or removed."""


@dataclass(frozen=True, slots=True)
class ChannelCreated:
    """A direct channel."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class ChannelChanged:
    """Its overwrites."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class ChannelDeleted:
    """With all that was in it."""

    channel: Channel


@dataclass(frozen=True, slots=True)
class GuildChanged:
    """The bot was removed from it or added to it, or it went away or came back: `what` is the switch."""

    what: str


@dataclass(frozen=True, slots=True)
class RoleChanged:
    """Its permissions."""

    role: Role


@dataclass(frozen=True, slots=True)
class EmojisChanged:
    """One of the guild's own was made, renamed or deleted."""


@dataclass(frozen=True, slots=True)
class StickersChanged:
    """One of the guild's own was made, changed or deleted."""


@dataclass(frozen=True, slots=True)
class BotStatus:
    """Whether the bot has a live session."""

    online: bool


Event = (
    MessageCreated
    | MessageChanged
    | MessageDeleted
    | MessageDismissed
    | ReactionAdded
    | ReactionRemoved
    | ReactionsCleared
    | TypingStarted
    | InteractionCreated
    | InteractionThinking
    | InteractionFailed
    | ModalOpened
    | CommandsChanged
    | ChannelCreated
    | ChannelChanged
    | ChannelDeleted
    | GuildChanged
    | RoleChanged
    | EmojisChanged
    | StickersChanged
    | BotStatus
)
