"""The gateway's sockets: one live session for the one bot, and everything that Discord closes a socket for."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import WSMsgType, web

from sandbox import events
from sandbox.gateway import dispatches
from sandbox.gateway.dispatches import Dispatch
from sandbox.gateway.frames import encoder
from sandbox.gateway.sessions import RESUMABLE_S, Session
from sandbox.people import APPLICATION_ID
from sandbox.rest.pipeline import refusal

if TYPE_CHECKING:
    from sandbox.gateway.frames import Encoder
    from sandbox.records import Records
    from sandbox.world import World

log = structlog.get_logger(__name__)

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME = 0, 1, 2, 3, 4, 6
RECONNECT, MEMBERS, INVALID_SESSION, HELLO, ACK = 7, 8, 9, 10, 11

UNKNOWN_ERROR, UNKNOWN_OP, DECODE, NOT_AUTHENTICATED, BAD_TOKEN, AUTHENTICATED = (
    4000,
    4001,
    4002,
    4003,
    4004,
    4005,
)
RATE_LIMITED, INVALID_INTENTS, DISALLOWED_INTENTS = 4008, 4013, 4014

SENDS, SENDS_PER_S = 120, 60.0
IDENTIFY_WITHIN_S = 30.0
OUTGOING = 20_000  # frames; a client that reads nothing loses its socket
CHUNK = 100
# as long as the nearest gateway takes: discord.py notes when it sent a beat after it was sent, and takes an answer that is
# faster than that for the answer to the beat before, of which it warns
ACK_AFTER_S = 0.01


class Gateway:
    """All sessions. Listens to the world and tells the live session."""

    def __init__(self, world: World, records: Records) -> None:
        self.world = world
        self.records = records
        self._sessions: dict[str, Session] = {}
        self._connections: set[Connection] = set()
        world.listen(self._hear)

    @property
    def live(self) -> Session | None:
        """The session that has a socket, if one has."""
        return next((session for session in self._sessions.values() if session.connection), None)

    def is_live(self) -> bool:
        """Whether a bot is listening."""
        return self.live is not None

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """`GET /gateway`: one socket."""
        made = encoder(request.query.get("compress"))
        if made is None or request.query.get("encoding", "json") != "json":
            log.error("gateway_encoding_refused", query=request.query_string)
            return web.Response(
                status=400, text="The sandbox speaks JSON, plain or in a zlib or zstd stream."
            )
        socket = web.WebSocketResponse(max_msg_size=1 << 20)
        await socket.prepare(request)
        connection = Connection(self, socket, made)
        self._connections.add(connection)
        try:
            await connection.run()
        finally:
            self._connections.discard(connection)
        return socket

    def begin(self, connection: Connection, intents: int) -> Session:
        """A new session; the one there was ends, and its socket is closed for good."""
        for old in list(self._sessions.values()):
            if old.connection is not None:
                log.warning("second_identify", hint="the older bot is disconnected")
                old.connection.close(BAD_TOKEN, "Another bot has identified with this token.")
                old.connection = None
        self._sessions.clear()
        session = Session(intents, connection=connection)
        self._sessions[session.id] = session
        return session

    def find(self, session_id: str) -> Session | None:
        """A session that can be resumed."""
        session = self._sessions.get(session_id)
        if session is None or session.closed_at is None:
            return session
        if self.world.monotonic() - session.closed_at > RESUMABLE_S:
            del self._sessions[session_id]
            return None
        return session

    def end(self, session: Session) -> None:
        """A session that can be resumed no more."""
        self._sessions.pop(session.id, None)

    def drop(self, code: int, *, resumable: bool, reconnect: bool) -> bool:
        """Close the bot's socket, or with `reconnect` ask it to come again. Whether there was one."""
        session = self.live
        if session is None or session.connection is None:
            return False
        if not resumable:
            self.end(session)
        if reconnect:
            session.connection.send({"op": RECONNECT, "d": None, "s": None, "t": None})
        else:
            session.connection.close(code, "dropped by a test")
        return True

    async def close(self) -> None:
        """Send every socket away."""
        for connection in list(self._connections):
            connection.close(1001, "The sandbox is stopping.")
        await asyncio.sleep(0)

    def _hear(self, event: events.Event) -> None:
        if self._sessions and (dispatch := dispatches.of(self.world, event)):
            for session in list(self._sessions.values()):
                session.dispatch(dispatch)


class Connection:
    """One socket, from HELLO to its close."""

    def __init__(self, gateway: Gateway, socket: web.WebSocketResponse, encode: Encoder) -> None:
        self._gateway = gateway
        self._socket = socket
        self._encode = encode
        self._session: Session | None = None
        self._outgoing: asyncio.Queue[dict[str, Any] | tuple[int, str]] = asyncio.Queue(OUTGOING)
        self._received: deque[float] = deque(maxlen=SENDS)
        self._last_beat = 0.0

    def send(self, frame: dict[str, Any]) -> None:
        """Queue a frame."""
        try:
            self._outgoing.put_nowait(frame)
        except asyncio.QueueFull:
            self._detach()

    def close(self, code: int, reason: str) -> None:
        """Close after what is queued; the session is without a socket from now on."""
        self._detach()
        with suppress(asyncio.QueueFull):
            self._outgoing.put_nowait((code, reason))

    async def run(self) -> None:
        """Live until either side closes."""
        interval = self._gateway.world.switches.heartbeat_interval_seconds
        self._last_beat = self._gateway.world.monotonic()
        writer = asyncio.create_task(self._write(), name="gateway-writer")
        watch = asyncio.create_task(self._watch(interval), name="gateway-heartbeat")
        self.send({"op": HELLO, "d": {"heartbeat_interval": int(interval * 1000)}, "s": None, "t": None})
        try:
            async for message in self._socket:
                if message.type not in {WSMsgType.TEXT, WSMsgType.BINARY}:
                    break
                self._receive(message.data)
        finally:
            self._detach()
            watch.cancel()
            writer.cancel()

    async def _write(self) -> None:
        with suppress(ConnectionResetError, RuntimeError):
            while True:
                item = await self._outgoing.get()
                if isinstance(item, tuple):
                    code, reason = item
                    await self._socket.close(code=code, message=reason.encode())
                    return
                encoded = self._encode.encode(item)
                self._gateway.records.gateway("out", item)
                if isinstance(encoded, str):
                    await self._socket.send_str(encoded)
                else:
                    await self._socket.send_bytes(encoded)

    async def _watch(self, interval: float) -> None:
        """Close a client that has stopped beating, or that never identified."""
        world = self._gateway.world
        began = world.monotonic()
        while True:
            await asyncio.sleep(min(interval, IDENTIFY_WITHIN_S) / 4)
            now = world.monotonic()
            if now - self._last_beat > interval * 1.5:
                log.warning("gateway_zombie", silent_s=round(now - self._last_beat, 1))
                self.close(UNKNOWN_ERROR, "No heartbeat arrived.")
                return
            if self._session is None and now - began > IDENTIFY_WITHIN_S:
                self.close(NOT_AUTHENTICATED, "Not identified.")
                return

    def _receive(self, raw: str | bytes) -> None:
        world = self._gateway.world
        now = world.monotonic()
        if len(self._received) == SENDS and now - self._received[0] < SENDS_PER_S:
            self.close(RATE_LIMITED, "More than 120 events in 60 seconds.")
            return
        self._received.append(now)
        try:
            frame = json.loads(raw)
            op, data = frame["op"], frame.get("d")
        except (ValueError, KeyError, TypeError):
            self.close(DECODE, "Not a gateway payload.")
            return
        self._gateway.records.gateway("in", frame)
        match op:
            case 1:
                self._last_beat = now
                ack = {"op": ACK, "d": None, "s": None, "t": None}
                asyncio.get_running_loop().call_later(ACK_AFTER_S, self.send, ack)
            case 2:
                self._identify(data)
            case 6:
                self._resume(data)
            case 3 | 4 if self._session is not None:
                pass  # presence and voice states: nobody here looks at a bot's
            case 8 if self._session is not None:
                self._members(data)
            case 3 | 4 | 8:
                self.close(NOT_AUTHENTICATED, "Identify first.")
            case _:
                self.close(UNKNOWN_OP, f"Op {op} is unknown.")

    def _identify(self, data: dict[str, Any]) -> None:
        if self._session is not None:
            self.close(AUTHENTICATED, "Already identified.")
            return
        if error := refusal(data.get("token")):
            self.close(BAD_TOKEN, error.message[:120])
            return
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~dispatches.KNOWN:
            self.close(INVALID_INTENTS, "Invalid intents.")
            return
        if intents & dispatches.PRIVILEGED:
            self.close(DISALLOWED_INTENTS, "Privileged intents are switched off for this bot.")
            return
        world = self._gateway.world
        self._session = self._gateway.begin(self, intents)
        there = [] if world.guild.bot_away else [{"id": world.guild.id, "unavailable": True}]
        self._session.dispatch(
            Dispatch(
                "READY",
                {
                    "v": 10,
                    "user": world.bot.user.json() | {"mfa_enabled": True, "verified": True, "email": None},
                    "session_id": self._session.id,
                    "session_type": "normal",
                    "resume_gateway_url": world.address.replace("http", "ws", 1) + "/gateway",
                    "guilds": there,
                    "private_channels": [],
                    "relationships": [],
                    "application": {"id": APPLICATION_ID, "flags": 0},
                },
            )
        )
        if there and not world.guild.unavailable:
            self._session.dispatch(
                Dispatch("GUILD_CREATE", dispatches.guild_create(world), dispatches.GUILDS)
            )
        world.tell(events.BotStatus(online=True))

    def _resume(self, data: dict[str, Any]) -> None:
        if error := refusal(data.get("token")):
            self.close(BAD_TOKEN, error.message[:120])
            return
        session = self._gateway.find(str(data.get("session_id")))
        missed = None if session is None else session.missed(int(data.get("seq") or 0))
        if session is None or missed is None:
            self.send({"op": INVALID_SESSION, "d": False, "s": None, "t": None})
            return
        if session.connection is not None and session.connection is not self:
            session.connection.close(UNKNOWN_ERROR, "Resumed elsewhere.")
        session.connection, session.closed_at = self, None
        self._session = session
        for frame in missed:
            self.send(frame)
        session.dispatch(Dispatch("RESUMED", {}))
        self._gateway.world.tell(events.BotStatus(online=True))

    def _members(self, data: dict[str, Any]) -> None:
        """REQUEST_GUILD_MEMBERS, as far as it goes without the privileged intent: by id or by prefix."""
        assert self._session is not None
        members = self._gateway.world.guild.members
        wanted = data.get("user_ids")
        query, limit = str(data.get("query") or ""), int(data.get("limit") or 0)
        if wanted is None and (not query or not 1 <= limit <= CHUNK):
            self.close(DISALLOWED_INTENTS, "The whole list of members is privileged.")
            return
        ids = [str(found) for found in (wanted if isinstance(wanted, list) else [wanted])] if wanted else []
        if wanted is None:
            ids = [found.user.id for found in members.values() if found.user.name.startswith(query.lower())][
                :limit
            ]
        self._session.dispatch(
            Dispatch(
                "GUILD_MEMBERS_CHUNK",
                {
                    "guild_id": self._gateway.world.guild.id,
                    "members": [members[user_id].json() for user_id in ids if user_id in members],
                    "not_found": [user_id for user_id in ids if user_id not in members],
                    "chunk_index": 0,
                    "chunk_count": 1,
                    "nonce": data.get("nonce"),
                },
            )
        )

    def _detach(self) -> None:
        session, self._session = self._session, None
        if session is not None and session.connection is self:
            session.connection = None
            session.closed_at = self._gateway.world.monotonic()
            self._gateway.world.tell(events.BotStatus(online=False))
