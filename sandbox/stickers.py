"""A guild's own stickers: the records, and the rules by which they are made, changed and deleted.

The limits and codes are Discord's at boost level 0; Lottie needs a verified guild and is refused. A picture of
another size than 320 by 320 pixels is refused too, where Discord is said to take smaller ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox import animations, pictures
from sandbox.errors import ApiError, bad_length, invalid_asset, invalid_form, required, too_long, unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.people import Guild, User

SLOTS = 5
BYTES = 512 * 1024
SIDE = 320  # pixels
FRAMES, SECONDS = 1000, 5.0
NAME, DESCRIPTION, TAGS = (2, 30), (2, 100), 200

PNG, APNG, GIF = 1, 2, 4  # Discord's numbers of formats
GUILD = 2  # the type of a guild's own


@dataclass(slots=True)
class Sticker:
    """A sticker of the guild; its picture is in the world's file store."""

    id: str
    name: str
    description: str
    tags: str
    creator_id: str
    format: int

    @property
    def path(self) -> str:
        """Where the CDN serves it."""
        return f"/cdn/stickers/{self.id}.{'gif' if self.format == GIF else 'png'}"

    @property
    def content_type(self) -> str:
        """What its picture is."""
        return "image/gif" if self.format == GIF else "image/png"

    def json(self, guild: Guild, creator: User | None = None) -> dict[str, Any]:
        """Discord's sticker object, with its creator where one is given."""
        found: dict[str, Any] = {
            "id": self.id, "name": self.name, "description": self.description, "tags": self.tags, "type": GUILD,
            "format_type": self.format, "available": True, "guild_id": guild.id,
        }  # fmt: skip
        return found if creator is None else found | {"user": creator.json()}


class Stickers:
    """All of the guild's. `changed` is called after each change."""

    def __init__(
        self, guild: Guild, files: dict[str, bytes], new_id: Callable[[], str], changed: Callable[[], None]
    ) -> None:
        self._guild = guild
        self._files = files
        self._new_id = new_id
        self._changed = changed

    def get(self, sticker_id: str) -> Sticker:
        """The sticker with this id.

        Raises:
            ApiError: there is none (10060).
        """
        found = self._guild.stickers.get(sticker_id)
        if found is None:
            raise unknown("Sticker", 10060)
        return found

    def create(self, creator_id: str, body: dict[str, Any], data: bytes | None) -> Sticker:
        """A new one, from `name`, `description`, `tags` and the bytes of its file.

        Raises:
            ApiError: a field breaks a rule (50035), the file is too large (50045), no fitting picture (50046) or
                plays too long (170004, 170007), or all slots are taken (30039).
        """
        for key in ("name", "tags"):
            if not body.get(key):
                raise required(key)
        if "description" not in body:  # which may be empty; Discord's own answer
            raise ApiError(
                400, 0, "The browser (or proxy) sent a request that this server could not understand."
            )
        name, description, tags = _name(body), _description(body), _tags(body)
        if data is None:
            raise required("file")
        made = Sticker(self._new_id(), name, description, tags, creator_id, _format(data))
        if len(self._guild.stickers) >= SLOTS:
            raise ApiError(400, 30039, f"Maximum number of stickers reached ({SLOTS})")
        self._guild.stickers[made.id] = made
        self._files[made.id] = data
        self._changed()
        return made

    def edit(self, sticker: Sticker, body: dict[str, Any]) -> None:
        """Change its name, description or tags.

        Raises:
            ApiError: a field breaks a rule (50035).
        """
        name = _name(body) if "name" in body else sticker.name
        description = _description(body) if "description" in body else sticker.description
        tags = _tags(body) if "tags" in body else sticker.tags
        sticker.name, sticker.description, sticker.tags = name, description, tags
        self._changed()

    def delete(self, sticker: Sticker) -> None:
        """Remove it and its picture."""
        del self._guild.stickers[sticker.id]
        self._files.pop(sticker.id, None)
        self._changed()


def _name(body: dict[str, Any]) -> str:
    name = _text(body, "name")
    if not NAME[0] <= len(name) <= NAME[1]:
        raise bad_length("name", *NAME)
    return name


def _description(body: dict[str, Any]) -> str:
    description = _text(body, "description")
    if description and not DESCRIPTION[0] <= len(description) <= DESCRIPTION[1]:
        raise bad_length("description", *DESCRIPTION)
    return description


def _tags(body: dict[str, Any]) -> str:
    tags = _text(body, "tags")
    if not tags:
        raise required("tags")
    if len(tags) > TAGS:
        raise too_long("tags", TAGS)
    return tags


def _text(body: dict[str, Any], key: str) -> str:
    value = body[key]
    if value is not None and not isinstance(value, str):
        raise invalid_form(key, "BASE_TYPE_BAD_TYPE", "Could not interpret the value as string.")
    return (value or "").strip()


def _format(data: bytes) -> int:
    if len(data) > BYTES:
        raise ApiError(400, 50045, f"Asset exceeds maximum size: {BYTES}")
    played = animations.played(data)
    if played is None or pictures.size(data) != (SIDE, SIDE):
        raise invalid_asset()
    if played.frames > FRAMES:
        raise ApiError(400, 170004, f"Sticker frame count exceeds maximum of {FRAMES} frames")
    if played.seconds > SECONDS:
        raise ApiError(400, 170007, f"Sticker animation duration exceeds maximum of {SECONDS:g} seconds")
    match pictures.kind(data):
        case "image/png":
            return APNG if played.moves else PNG
        case "image/gif":
            return GIF
        case _:
            raise invalid_asset()
