"""Members, roles and channels that a member chose in an option or a select: their ids, and Discord's `resolved`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox import components, invocations, permissions
from sandbox.errors import ControlError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.people import Member
    from sandbox.world import World

MEMBERS, ROLES, CHANNELS = "users", "roles", "channels"
OPTIONS = {
    invocations.MEMBER: (MEMBERS,),
    invocations.CHANNEL: (CHANNELS,),
    invocations.ROLE: (ROLES,),
    invocations.MENTIONABLE: (MEMBERS, ROLES),
}
SELECTS = {5: (MEMBERS,), 6: (ROLES,), 7: (MEMBERS, ROLES), 8: (CHANNELS,)}


class Choices:
    """Collects what is chosen. `member` is who chooses: a channel is resolved with their permissions."""

    def __init__(self, world: World, member: Member) -> None:
        self._world = world
        self._member = member
        self.resolved: dict[str, dict[str, Any]] = {}

    def in_options(self, options: Iterable[dict[str, Any]]) -> None:
        """Put ids in the place of names, in sub-commands too.

        Raises:
            ControlError: there is nothing of that name.
        """
        for option in options:
            if kinds := OPTIONS.get(option["type"]):
                option["value"] = self._choose(option["name"], kinds, option["value"])
            self.in_options(option.get("options", []))

    def in_select(self, item: dict[str, Any], values: Any) -> list[str]:
        """The values of a select.

        Raises:
            ControlError: there are too few or too many, or one is not offered.
        """
        chosen = [str(value) for value in values or []]
        low, high = item["min_values"], item["max_values"]
        if not low <= len(chosen) <= high:
            raise ControlError(422, f"Choose between {low} and {high} values.")
        if kinds := SELECTS.get(item["type"]):
            return [self._choose(item.get("placeholder", "The select"), kinds, value) for value in chosen]
        assert item["type"] == components.SELECT
        offered = {option["value"] for option in item["options"]}
        if unknown := [value for value in chosen if value not in offered]:
            raise ControlError(422, f"The select does not offer {', '.join(unknown)}.")
        return chosen

    def _choose(self, where: str, kinds: tuple[str, ...], value: str) -> str:
        for kind in kinds:
            found = {MEMBERS: self._user, ROLES: self._role, CHANNELS: self._channel}[kind](value)
            if found is not None:
                return found
        wanted = " or ".join(kind.removesuffix("s") for kind in kinds).replace("user", "member")
        raise ControlError(422, f"{where}: there is no {wanted} {value!r}.")

    def _user(self, value: str) -> str | None:
        found = self._world.guild.member(value)
        if found is None:
            return None
        bits = permissions.in_guild(found, self._world.guild)
        self.resolved.setdefault("users", {})[found.user.id] = found.user.json()
        self.resolved.setdefault("members", {})[found.user.id] = found.json(user=False) | {
            "permissions": str(bits)
        }
        return found.user.id

    def _role(self, value: str) -> str | None:
        for role in self._world.guild.roles.values():
            if value in {role.id, role.name}:
                self.resolved.setdefault("roles", {})[role.id] = role.json()
                return role.id
        return None

    def _channel(self, value: str) -> str | None:
        for channel in self._world.channels.values():
            bits = self._world.may(self._member, channel)
            if not channel.direct and value in {channel.id, channel.name} and bits & permissions.VIEW_CHANNEL:
                shown = channel.json(self._world.guild) | {"permissions": str(bits)}
                self.resolved.setdefault("channels", {})[channel.id] = shown
                return channel.id
        return None
