"""The guild's own emoji and stickers, by the bot's own token.

Making one takes Create Expressions, and counts against an hourly limit of the guild that no header tells of. Changing
or deleting one's own takes Create or Manage Expressions, anybody else's Manage Expressions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox import permissions, ratelimits
from sandbox.errors import missing_permissions
from sandbox.people import BOT_ID
from sandbox.rest.calls import Answer, Call, Route

if TYPE_CHECKING:
    from sandbox.emojis import GuildEmoji
    from sandbox.people import User
    from sandbox.stickers import Sticker

ANY = permissions.CREATE_EXPRESSIONS | permissions.MANAGE_EXPRESSIONS
FILE = "file"  # the field of a sticker's picture


def emojis(call: Call) -> Answer:
    """`GET /guilds/{guild_id}/emojis`."""
    kept = call.guild().emojis.values()
    return Answer(200, [emoji.json(_creator(call, emoji)) for emoji in kept])


def emoji(call: Call) -> Answer:
    """`GET /guilds/{guild_id}/emojis/{emoji_id}`."""
    found = _emoji(call)
    return Answer(200, found.json(_creator(call, found)))


def create_emoji(call: Call) -> Answer:
    """`POST /guilds/{guild_id}/emojis`."""
    _need(call, permissions.CREATE_EXPRESSIONS)
    made = call.world.emojis.create(BOT_ID, call.fields)
    return Answer(201, made.json(call.world.bot.user))


def edit_emoji(call: Call) -> Answer:
    """`PATCH /guilds/{guild_id}/emojis/{emoji_id}`."""
    found = _emoji(call)
    _need_for(call, found)
    call.world.emojis.edit(found, call.fields)
    return Answer(200, found.json(_creator(call, found)))


def delete_emoji(call: Call) -> Answer:
    """`DELETE /guilds/{guild_id}/emojis/{emoji_id}`."""
    found = _emoji(call)
    _need_for(call, found)
    call.world.emojis.delete(found)
    return Answer()


def stickers(call: Call) -> Answer:
    """`GET /guilds/{guild_id}/stickers`."""
    guild = call.guild()
    return Answer(200, [kept.json(guild, _creator(call, kept)) for kept in guild.stickers.values()])


def sticker(call: Call) -> Answer:
    """`GET /guilds/{guild_id}/stickers/{sticker_id}`."""
    found = _sticker(call)
    return Answer(200, found.json(call.world.guild, _creator(call, found)))


def create_sticker(call: Call) -> Answer:
    """`POST /guilds/{guild_id}/stickers`: a multipart form."""
    _need(call, permissions.CREATE_EXPRESSIONS)
    data = next((upload.data for upload in call.uploads if upload.field == FILE), None)
    made = call.world.stickers.create(BOT_ID, call.fields, data)
    return Answer(201, made.json(call.world.guild, call.world.bot.user))


def edit_sticker(call: Call) -> Answer:
    """`PATCH /guilds/{guild_id}/stickers/{sticker_id}`."""
    found = _sticker(call)
    _need_for(call, found)
    call.world.stickers.edit(found, call.fields)
    return Answer(200, found.json(call.world.guild, _creator(call, found)))


def delete_sticker(call: Call) -> Answer:
    """`DELETE /guilds/{guild_id}/stickers/{sticker_id}`."""
    found = _sticker(call)
    _need_for(call, found)
    call.world.stickers.delete(found)
    return Answer()


def _emoji(call: Call) -> GuildEmoji:
    call.guild()
    return call.world.emojis.get(call.at["emoji_id"])


def _sticker(call: Call) -> Sticker:
    call.guild()
    return call.world.stickers.get(call.at["sticker_id"])


def _bits(call: Call) -> int:
    return permissions.in_guild(call.world.bot, call.guild())


def _need(call: Call, needs: int) -> None:
    if not _bits(call) & needs:
        raise missing_permissions()


def _need_for(call: Call, found: GuildEmoji | Sticker) -> None:
    _need(call, ANY if found.creator_id == BOT_ID else permissions.MANAGE_EXPRESSIONS)


def _creator(call: Call, found: GuildEmoji | Sticker) -> User | None:
    """Who made it is told only to whoever may make or manage such things."""
    return call.world.guild.members[found.creator_id].user if _bits(call) & ANY else None


def routes() -> list[Route]:
    """This file's part of the table."""
    made = []
    for kind, base, handlers, shared in (
        ("emoji_id", "/guilds/{guild_id}/emojis", (emojis, create_emoji, emoji, edit_emoji, delete_emoji),
         ratelimits.EMOJIS_MADE),
        ("sticker_id", "/guilds/{guild_id}/stickers",
         (stickers, create_sticker, sticker, edit_sticker, delete_sticker), ratelimits.STICKERS_MADE),
    ):  # fmt: skip
        every, create, one, edit, delete = handlers
        made += [
            Route("GET", base, every, ratelimits.READ),
            Route("POST", base, create, ratelimits.EXPRESSIONS, shared=shared),
            Route("GET", f"{base}/{{{kind}}}", one, ratelimits.READ),
            Route("PATCH", f"{base}/{{{kind}}}", edit, ratelimits.EXPRESSIONS),
            Route("DELETE", f"{base}/{{{kind}}}", delete, ratelimits.EXPRESSIONS),
        ]
    return made
