"""The bot's own account and application, the gateway's address, and application commands."""

from __future__ import annotations

from typing import Any

from sandbox import ratelimits
from sandbox.errors import ApiError, missing_access
from sandbox.people import APPLICATION_ID, GUILD_ID, OWNER_ID, User
from sandbox.rest.calls import Answer, Call, Route

OWNER = User(OWNER_ID, "founder", "Founder", "#000000")


def me(call: Call) -> Answer:
    """`GET /users/@me`."""
    account = call.world.bot.user.json()
    return Answer(200, account | {"mfa_enabled": True, "locale": "en-US", "verified": True, "email": None})


def application(call: Call) -> Answer:
    """`GET /oauth2/applications/@me` and `GET /applications/@me`."""
    bot = call.world.bot.user
    return Answer(200, {
        "id": APPLICATION_ID, "name": bot.display_name, "icon": None, "description": "", "type": None,
        "bot": bot.json(), "bot_public": False, "bot_require_code_grant": False, "verify_key": "0" * 64,
        "flags": 0, "flags_new": "0", "redirect_uris": [], "interactions_endpoint_url": None,
        "role_connections_verification_url": None, "owner": OWNER.json(), "approximate_guild_count": 1,
        "approximate_user_install_count": 0, "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0, "team": None, "eligible_oauth2_scopes": [], "summary": "",
        "integration_types_config": {"0": {"oauth2_install_params": {
            "scopes": ["applications.commands", "bot"], "permissions": "0",
        }}},
    })  # fmt: skip


def gateway(call: Call) -> Answer:
    """`GET /gateway`."""
    return Answer(200, {"url": _gateway(call)})


def gateway_bot(call: Call) -> Answer:
    """`GET /gateway/bot`."""
    return Answer(200, {
        "url": _gateway(call), "shards": 1,
        "session_start_limit": {"total": 1000, "remaining": 999, "reset_after": 86_400_000, "max_concurrency": 1},
    })  # fmt: skip


def commands(call: Call) -> Answer:
    """`GET …/commands`."""
    return Answer(200, [_localised(call, command) for command in call.world.commands.all(_scope(call))])


def command(call: Call) -> Answer:
    """`GET …/commands/{command_id}`."""
    return Answer(200, call.world.commands.get(_scope(call), call.at["command_id"]))


def replace_commands(call: Call) -> Answer:
    """`PUT …/commands`."""
    if not isinstance(call.body, list):
        raise ApiError(400, 50035, "Invalid Form Body")
    return Answer(200, call.world.commands.replace(_scope(call), call.body))


def create_command(call: Call) -> Answer:
    """`POST …/commands`."""
    made, new = call.world.commands.upsert(_scope(call), call.fields)
    return Answer(201 if new else 200, made)


def edit_command(call: Call) -> Answer:
    """`PATCH …/commands/{command_id}`."""
    return Answer(200, call.world.commands.edit(_scope(call), call.at["command_id"], call.fields))


def delete_command(call: Call) -> Answer:
    """`DELETE …/commands/{command_id}`."""
    call.world.commands.delete(_scope(call), call.at["command_id"])
    return Answer()


def _gateway(call: Call) -> str:
    return call.world.address.replace("http", "ws", 1) + "/gateway"


def _scope(call: Call) -> str:
    if call.at["application_id"] != APPLICATION_ID:
        raise missing_access()
    scope = call.at.get("guild_id", "")
    if scope and (scope != GUILD_ID or call.world.guild.bot_away):
        raise missing_access()
    return scope


def _localised(call: Call, found: dict[str, Any]) -> dict[str, Any]:
    if call.query.get("with_localizations") in {"1", "true", "True"}:
        return found
    return {key: value for key, value in found.items() if not key.endswith("_localizations")}


def routes() -> list[Route]:
    """This file's part of the table."""
    found = [
        Route("GET", "/users/@me", me, ratelimits.READ),
        Route("GET", "/oauth2/applications/@me", application, ratelimits.READ),
        Route("GET", "/applications/@me", application, ratelimits.READ),
        Route("GET", "/gateway", gateway, None, token_in_path=True),
        Route("GET", "/gateway/bot", gateway_bot, ratelimits.READ),
    ]
    for base in ("/applications/{application_id}", "/applications/{application_id}/guilds/{guild_id}"):
        found += [
            Route("GET", f"{base}/commands", commands, ratelimits.COMMANDS),
            Route("PUT", f"{base}/commands", replace_commands, ratelimits.COMMANDS),
            Route("POST", f"{base}/commands", create_command, ratelimits.COMMANDS),
            Route("GET", f"{base}/commands/{{command_id}}", command, ratelimits.COMMANDS),
            Route("PATCH", f"{base}/commands/{{command_id}}", edit_command, ratelimits.COMMANDS),
            Route("DELETE", f"{base}/commands/{{command_id}}", delete_command, ratelimits.COMMANDS),
        ]
    return found
