"""A guild's own emoji: the records, and the rules by which they are made, renamed and deleted.

The limits and codes are Discord's at boost level 0. Who may do it is decided in `rest/`. Pictures are kept as they
came: Discord would scale them to 128 pixels.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox import animations, pictures
from sandbox.errors import ApiError, bad_length, invalid_asset, invalid_form, required, unknown
from sandbox.messages import Emoji, parse_emoji

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.people import Guild, User

SLOTS = 50  # for stills, and as many for what moves
BYTES = 256 * 1024
LOW, HIGH = 2, 32
NAME = re.compile(r"\w+", re.ASCII)
DATA_URI = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,(.*)", re.DOTALL)


@dataclass(slots=True)
class GuildEmoji:
    """An emoji of the guild; its picture is in the world's file store. `role_ids`: who may use it, empty for all."""

    id: str
    name: str
    creator_id: str
    animated: bool
    content_type: str
    role_ids: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Where the CDN serves it."""
        return f"/cdn/emojis/{self.id}.{'gif' if self.animated else 'png'}"

    def json(self, creator: User | None = None) -> dict[str, Any]:
        """Discord's emoji object, with its creator where one is given."""
        found: dict[str, Any] = {
            "id": self.id, "name": self.name, "roles": list(self.role_ids), "require_colons": True,
            "managed": False, "animated": self.animated, "available": True,
        }  # fmt: skip
        return found if creator is None else found | {"user": creator.json()}


class Emojis:
    """All of the guild's. `changed` is called after each change."""

    def __init__(
        self, guild: Guild, files: dict[str, bytes], new_id: Callable[[], str], changed: Callable[[], None]
    ) -> None:
        self._guild = guild
        self._files = files
        self._new_id = new_id
        self._changed = changed

    def get(self, emoji_id: str) -> GuildEmoji:
        """The emoji with this id.

        Raises:
            ApiError: there is none (10014).
        """
        found = self._guild.emojis.get(emoji_id)
        if found is None:
            raise unknown("Emoji", 10014)
        return found

    def named(self, name: str) -> GuildEmoji | None:
        """The first of that name."""
        return next((kept for kept in self._guild.emojis.values() if kept.name == name), None)

    def read(self, key: str) -> Emoji:
        """The emoji of a path segment, `👍` or `name:id`; one of the guild under the name that it has now."""
        named = parse_emoji(key)
        kept = self._guild.emojis.get(named.id or "")
        return named if kept is None else Emoji(kept.name, kept.id, kept.animated)

    def exists(self, emoji: Emoji) -> bool:
        """Whether anybody here could react with it: a character, or one of the guild's own."""
        return emoji.id is None or emoji.id in self._guild.emojis

    def create(self, creator_id: str, body: dict[str, Any]) -> GuildEmoji:
        """A new one, from `name`, `image` and `roles`.

        Raises:
            ApiError: a field breaks a rule (50035), the picture cannot be read (50046), or all slots are taken
                (30008; 30018 for what moves).
        """
        name = _name(body)
        data, moves = _picture(body.get("image"))
        role_ids = self._roles(body)
        if sum(kept.animated is moves for kept in self._guild.emojis.values()) >= SLOTS:
            kind, code = ("animated emojis", 30018) if moves else ("emojis", 30008)
            raise ApiError(400, code, f"Maximum number of {kind} reached ({SLOTS})")
        made = GuildEmoji(self._new_id(), name, creator_id, moves, pictures.kind(data) or "", role_ids)
        self._guild.emojis[made.id] = made
        self._files[made.id] = data
        self._changed()
        return made

    def edit(self, emoji: GuildEmoji, body: dict[str, Any]) -> None:
        """Rename it, or change who may use it.

        Raises:
            ApiError: a field breaks a rule (50035).
        """
        name = _name(body) if "name" in body else emoji.name
        role_ids = self._roles(body) if "roles" in body else emoji.role_ids
        emoji.name, emoji.role_ids = name, role_ids
        self._changed()

    def delete(self, emoji: GuildEmoji) -> None:
        """Remove it and its picture."""
        del self._guild.emojis[emoji.id]
        self._files.pop(emoji.id, None)
        self._changed()

    def _roles(self, body: dict[str, Any]) -> tuple[str, ...]:
        role_ids = tuple(str(role_id) for role_id in body.get("roles") or [])
        if any(role_id not in self._guild.roles for role_id in role_ids):
            raise unknown("Role", 10011)
        return role_ids


def _name(body: dict[str, Any]) -> str:
    name = body.get("name")
    if name is None:
        raise required("name")
    if not isinstance(name, str):
        raise invalid_form("name", "BASE_TYPE_BAD_TYPE", "Could not interpret the value as string.")
    if not LOW <= len(name) <= HIGH:
        raise bad_length("name", LOW, HIGH)
    if NAME.fullmatch(name) is None:
        raise invalid_form("name", "STRING_TYPE_REGEX", "String value did not match validation regex.")
    return name


def _picture(image: Any) -> tuple[bytes, bool]:
    """The bytes of a data URI, and whether they move. An APNG is taken, and stands still, as on Discord."""
    if not image:
        raise required("image")
    match = DATA_URI.fullmatch(image) if isinstance(image, str) else None
    if match is None:
        raise invalid_form("image", "IMAGE_INVALID", "Invalid image data")
    try:
        data = base64.b64decode(match[1], validate=True)
    except binascii.Error:
        raise invalid_form("image", "IMAGE_INVALID", "Invalid image data") from None
    if len(data) > BYTES:
        raise invalid_form("image", "BINARY_TYPE_MAX_SIZE", "File cannot be larger than 256.0 kb.")
    played = animations.played(data)
    if played is None:
        raise invalid_asset()
    return data, played.moves and pictures.kind(data) != "image/png"
