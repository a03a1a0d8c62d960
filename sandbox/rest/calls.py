"""A request to the API as its handlers see it, their answer, and the table of routes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox import permissions
from sandbox.errors import ApiError, invalid_form, missing_access, missing_permissions, unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.channels import Channel
    from sandbox.drafts import Upload
    from sandbox.interactions import Interactions
    from sandbox.messages import Message
    from sandbox.people import Guild
    from sandbox.ratelimits import Limit
    from sandbox.world import World


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and JSON; None is no body at all."""

    status: int = 204
    json: Any = None


@dataclass(frozen=True, slots=True)
class Call:
    """One request of the bot."""

    world: World
    interactions: Interactions
    at: Mapping[str, str]  # the path's parameters
    query: Mapping[str, str]
    body: Any
    uploads: tuple[Upload, ...]

    @property
    def fields(self) -> dict[str, Any]:
        """The body, where it must be an object.

        Raises:
            ApiError: it is something else.
        """
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            raise ApiError(400, 50035, "Invalid Form Body")
        return self.body

    def guild(self) -> Guild:
        """The guild of the path.

        Raises:
            ApiError: there is no such guild, or the bot is not in it (10004).
        """
        found = self.world.guild
        if self.at["guild_id"] != found.id or found.bot_away:
            raise unknown("Guild", 10004)
        return found

    def channel(self, needs: int = 0) -> Channel:
        """The channel of the path, where the bot may do what it needs.

        Raises:
            ApiError: it is unknown (10003), hidden (50001), or something is not allowed (50013).
        """
        world = self.world
        channel = world.channels.get(self.at["channel_id"])
        if channel is None:
            raise unknown("Channel", 10003)
        if not channel.direct and world.guild.bot_away:
            raise missing_access()
        bits = world.may(world.bot, channel)
        if not bits & permissions.VIEW_CHANNEL:
            raise missing_access()
        if bits & needs != needs:
            raise missing_permissions()
        return channel

    def message(self, channel: Channel) -> Message:
        """The message of the path; an ephemeral one is unknown to the bot's own token.

        Raises:
            ApiError: there is none (10008).
        """
        found = self.world.messages[channel.id].get(self.at["message_id"])
        if found is None or found.ephemeral_for is not None:
            raise unknown("Message", 10008)
        return found

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A number of the query.

        Raises:
            ApiError: it is none, or out of bounds.
        """
        text = self.query.get(name, str(default))
        if not text.lstrip("-").isdecimal():
            raise invalid_form(name, "NUMBER_TYPE_COERCE", f'Value "{text}" is not int.')
        if not low <= int(text) <= high:
            raise invalid_form(name, "NUMBER_TYPE_RANGE", f"Value should be between {low} and {high}.")
        return int(text)


@dataclass(frozen=True, slots=True)
class Route:
    """A method and path template with its handler and rate limit."""

    method: str
    path: str
    handle: Callable[[Call], Answer]
    limit: Limit | None
    shared: Limit | None = None  # beside the other, and told by no header before it bites
    token_in_path: bool = False  # needs no bot token, and is exempt from the limit over all

    def major(self, at: Mapping[str, str]) -> str:
        """What besides the limit's name keeps buckets apart."""
        return "/".join(
            at[name] for name in ("channel_id", "guild_id", "webhook_id", "webhook_token") if name in at
        )
