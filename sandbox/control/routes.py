"""The people's side over HTTP. Errors are `{"error": sentence}`; the contract is in docs/sandbox.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox import events, permissions
from sandbox.control import views
from sandbox.errors import ControlError
from sandbox.interactions import AUTOCOMPLETE
from sandbox.people import BOT_ID

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sandbox.channels import Channel
    from sandbox.control.deeds import Deeds
    from sandbox.control.feed import Feed
    from sandbox.faults import Faults
    from sandbox.gateway.socket import Gateway
    from sandbox.interactions import Interactions
    from sandbox.people import Member
    from sandbox.records import Records
    from sandbox.world import World

BASE = "/sandbox/v1"
LOOPBACK = {"127.0.0.1", "localhost"}


class Control:
    """The handlers of /sandbox/v1."""

    def __init__(
        self,
        world: World,
        deeds: Deeds,
        interactions: Interactions,
        gateway: Gateway,
        feed: Feed,
        faults: Faults,
        records: Records,
    ) -> None:
        self._world = world
        self._deeds = deeds
        self._interactions = interactions
        self._gateway = gateway
        self._feed = feed
        self._faults = faults
        self._records = records

    def routes(self) -> list[web.RouteDef]:
        """Everything under /sandbox/v1."""
        return [
            web.get(f"{BASE}/state", self._state),
            web.get(f"{BASE}/channels/{{channel}}/messages", self._messages),
            web.get(f"{BASE}/commands", self._commands),
            web.post(f"{BASE}/interactions", self._interact),
            web.get(f"{BASE}/interactions/{{interaction}}", self._interaction),
            web.get(f"{BASE}/modals", self._modals),
            web.post(f"{BASE}/messages", self._write),
            web.get(f"{BASE}/messages/{{message}}", self._message),
            web.delete(f"{BASE}/messages/{{message}}", self._delete),
            web.put(f"{BASE}/messages/{{message}}/reactions/{{emoji}}", self._react),
            web.delete(f"{BASE}/messages/{{message}}/reactions/{{emoji}}", self._unreact),
            web.delete(f"{BASE}/messages/{{message}}/reactions", self._clear),
            web.get(f"{BASE}/events", self._feed.serve),
            web.post(f"{BASE}/faults", self._order_fault),
            web.delete(f"{BASE}/faults", self._clear_faults),
            web.get(f"{BASE}/faults", self._tell_faults),
            web.post(f"{BASE}/members", self._add_member),
            web.post(f"{BASE}/gateway/drop", self._drop),
            web.patch(f"{BASE}/channels/{{channel}}", self._patch_channel),
            web.delete(f"{BASE}/channels/{{channel}}", self._delete_channel),
            web.patch(f"{BASE}/roles/{{role}}", self._patch_role),
            web.post(f"{BASE}/guild", self._guild),
            web.patch(f"{BASE}/settings", self._settings),
            web.get(f"{BASE}/log", self._log),
        ]

    # what is there

    async def _state(self, request: web.Request) -> web.Response:
        found = views.state(self._world, self._me(request), bot_online=self._gateway.is_live())
        return web.json_response(found)

    async def _messages(self, request: web.Request) -> web.Response:
        me = self._me(request)
        channel = self._deeds.channel(request.match_info["channel"], me)
        kept = sorted(self._world.messages[channel.id].values(), key=lambda message: int(message.id))
        return web.json_response(
            [views.message(self._world, found, me) for found in kept if self._world.sees(me, found)]
        )

    async def _commands(self, request: web.Request) -> web.Response:
        direct = request.query.get("channel") == "direct"
        return web.json_response(self._deeds.commands(self._me(request), direct=direct))

    async def _interaction(self, request: web.Request) -> web.Response:
        found = self._interactions.by_id.get(request.match_info["interaction"])
        if found is None:
            raise ControlError(404, f"There was no interaction {request.match_info['interaction']}.")
        return web.json_response(views.interaction(found))

    async def _modals(self, request: web.Request) -> web.Response:
        """The forms that a member was shown, the last one first."""
        return web.json_response([views.modal(found) for found in self._deeds.forms(self._me(request))])

    async def _message(self, request: web.Request) -> web.Response:
        me = self._me(request)
        return web.json_response(
            views.message(self._world, self._deeds.message(request.match_info["message"], me), me)
        )

    async def _log(self, request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        if not after.isdecimal():
            raise ControlError(422, "after is the number of a log entry.")
        return web.Response(body=self._records.json_after(int(after)), content_type="application/json")

    # what members do

    async def _interact(self, request: web.Request) -> web.Response:
        made = self._deeds.interact(await _body(request))
        if made.kind == AUTOCOMPLETE and made.choices is not None:
            return web.json_response({"interaction": made.id, "choices": await made.choices})
        return web.json_response({"interaction": made.id})

    async def _write(self, request: web.Request) -> web.Response:
        body = await _body(request)
        made = self._deeds.write(body)
        return web.json_response(views.message(self._world, made, self._deeds.member(body.get("as"))))

    async def _delete(self, request: web.Request) -> web.Response:
        self._deeds.delete(request.match_info["message"], self._me(request))
        return web.Response(status=204)

    async def _react(self, request: web.Request) -> web.Response:
        at, me = request.match_info, self._me(request)
        self._deeds.react(at["message"], at["emoji"], me, burst=request.query.get("burst") == "true")
        return web.Response(status=204)

    async def _unreact(self, request: web.Request) -> web.Response:
        at = request.match_info
        self._deeds.unreact(at["message"], at["emoji"], self._me(request))
        return web.Response(status=204)

    async def _clear(self, request: web.Request) -> web.Response:
        """A moderator clears all reactions, or with `?emoji=` those of one emoji."""
        self._deeds.clear(request.match_info["message"], request.query.get("emoji"), self._me(request))
        return web.Response(status=204)

    # what tests switch

    async def _order_fault(self, request: web.Request) -> web.Response:
        self._faults.order(await _body(request))
        return web.Response(status=204)

    async def _clear_faults(self, _: web.Request) -> web.Response:
        self._faults.clear()
        return web.Response(status=204)

    async def _tell_faults(self, _: web.Request) -> web.Response:
        return web.json_response({"holding": self._faults.holding})

    async def _add_member(self, request: web.Request) -> web.Response:
        body = await _body(request)
        return web.json_response(self._world.add_member(str(body.get("name", ""))).json())

    async def _drop(self, request: web.Request) -> web.Response:
        body = await _body(request)
        dropped = self._gateway.drop(
            int(body.get("code", 4000)),
            resumable=bool(body.get("resumable", True)),
            reconnect=bool(body.get("reconnect")),
        )
        return web.json_response({"dropped": dropped})

    async def _patch_channel(self, request: web.Request) -> web.Response:
        channel = self._named(request)
        body = await _body(request)
        denied = _mask(body.get("bot_deny"))
        channel.overwrites.pop(BOT_ID, None)
        if denied:
            channel.overwrites[BOT_ID] = (0, denied)
        self._world.tell(events.ChannelChanged(channel))
        return web.json_response(channel.json(self._world.guild))

    async def _patch_role(self, request: web.Request) -> web.Response:
        role = self._world.guild.role(request.match_info["role"])
        if role is None:
            names = ", ".join(found.name for found in self._world.guild.roles.values())
            raise ControlError(404, f"There is no role {request.match_info['role']!r}; there are {names}.")
        body = await _body(request)
        bits = (role.permissions | _mask(body.get("grant"))) & ~_mask(body.get("revoke"))
        return web.json_response(self._world.permit(role, bits).json())

    async def _delete_channel(self, request: web.Request) -> web.Response:
        self._world.delete_channel(self._named(request))
        return web.Response(status=204)

    async def _guild(self, request: web.Request) -> web.Response:
        what = (await _body(request)).get("bot")
        if what not in {"remove", "add", "unavailable", "available"}:
            raise ControlError(422, '"bot" is remove, add, unavailable or available.')
        self._world.switch_guild(what)
        return web.Response(status=204)

    async def _settings(self, request: web.Request) -> web.Response:
        self._world.switches = self._world.switches.patched(await _body(request))
        self._records.on = self._world.switches.log
        return web.json_response(self._world.switches.json())

    def _me(self, request: web.Request) -> Member:
        return self._deeds.member(request.query.get("as"))

    def _named(self, request: web.Request) -> Channel:
        named = request.match_info["channel"]
        for channel in self._world.channels.values():
            if named in {channel.id, channel.name}:
                return channel
        raise ControlError(404, f"There is no channel {named!r}.")


@web.middleware
async def speak_plainly(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turn refusals into `{"error": sentence}`, and refuse pages of other sites."""
    origin = request.headers.get("Origin")
    elsewhere = origin is not None and origin.partition("://")[2] != request.host
    if elsewhere or request.host.partition(":")[0] not in LOOPBACK:
        return web.json_response({"error": "Only the sandbox's own page may speak to it."}, status=403)
    try:
        return await handler(request)
    except ControlError as error:
        return web.json_response({"error": str(error)}, status=error.status)


def _mask(names: Any) -> int:
    try:
        return permissions.mask(names or [])
    except KeyError as error:
        raise ControlError(422, f"There is no permission {error.args[0]!r}.") from None


async def _body(request: web.Request) -> dict[str, Any]:
    if not request.body_exists:
        return {}
    try:
        found = await request.json()
    except ValueError:
        raise ControlError(400, "The body is not JSON.") from None
    if not isinstance(found, dict):
        raise ControlError(400, "The body is not a JSON object.")
    return found
