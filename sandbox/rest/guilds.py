"""The guild, its members, roles and channels, users, and direct channels."""

from __future__ import annotations

from sandbox import permissions, ratelimits
from sandbox.errors import ApiError, missing_access, unknown
from sandbox.rest.calls import Answer, Call, Route


def guild(call: Call) -> Answer:
    """`GET /guilds/{guild_id}`."""
    found = call.guild()
    counts = {
        "approximate_member_count": len(found.members),
        "approximate_presence_count": len(found.members),
    }
    return Answer(200, found.json() | (counts if call.query.get("with_counts") in {"1", "true"} else {}))


def my_guilds(call: Call) -> Answer:
    """`GET /users/@me/guilds`."""
    found = call.world.guild
    if found.bot_away:
        return Answer(200, [])
    return Answer(200, [{
        "id": found.id, "name": found.name, "icon": None, "banner": None, "owner": False,
        "permissions": str(permissions.in_guild(call.world.bot, found)), "features": [],
    }])  # fmt: skip


def channels(call: Call) -> Answer:
    """`GET /guilds/{guild_id}/channels`."""
    found = call.guild()
    return Answer(
        200, [channel.json(found) for channel in call.world.channels.values() if not channel.direct]
    )


def roles(call: Call) -> Answer:
    """`GET /guilds/{guild_id}/roles`."""
    return Answer(200, [role.json() for role in call.guild().roles.values()])


def role(call: Call) -> Answer:
    """`GET /guilds/{guild_id}/roles/{role_id}`."""
    found = call.guild().roles.get(call.at["role_id"])
    if found is None:
        raise unknown("Role", 10011)
    return Answer(200, found.json())


def member(call: Call) -> Answer:
    """`GET /guilds/{guild_id}/members/{user_id}`."""
    found = call.guild().members.get(call.at["user_id"])
    if found is None:
        raise unknown("Member", 10007)
    return Answer(200, found.json())


def members(call: Call) -> Answer:
    """`GET /guilds/{guild_id}/members` needs a privileged intent, which no bot has here."""
    call.guild()
    raise missing_access()


def user(call: Call) -> Answer:
    """`GET /users/{user_id}`."""
    found = call.world.guild.members.get(call.at["user_id"])
    if found is None:
        raise unknown("User", 10013)
    return Answer(200, found.user.json())


def open_direct(call: Call) -> Answer:
    """`POST /users/@me/channels`."""
    found = call.world.guild.members.get(str(call.fields.get("recipient_id")))
    if found is None or found.user.bot:
        raise ApiError(400, 50033, "Invalid Recipient(s)")
    return Answer(200, call.world.direct(found.user.id).json(call.world.guild))


def routes() -> list[Route]:
    """This file's part of the table."""
    return [
        Route("GET", "/guilds/{guild_id}", guild, ratelimits.READ),
        Route("GET", "/guilds/{guild_id}/channels", channels, ratelimits.READ),
        Route("GET", "/guilds/{guild_id}/roles", roles, ratelimits.READ),
        Route("GET", "/guilds/{guild_id}/roles/{role_id}", role, ratelimits.READ),
        Route("GET", "/guilds/{guild_id}/members", members, ratelimits.READ),
        Route("GET", "/guilds/{guild_id}/members/{user_id}", member, ratelimits.READ),
        Route("GET", "/users/@me/guilds", my_guilds, ratelimits.READ),
        Route("POST", "/users/@me/channels", open_direct, ratelimits.READ),
        Route("GET", "/users/{user_id}", user, ratelimits.READ),
    ]
