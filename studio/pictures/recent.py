"""Earlier pictures as starting points: offered while a member types, and found again from what was chosen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation.wire.jobs import Spot
from studio.errors import Refusal
from studio.store import pictures

if TYPE_CHECKING:
    from studio.store import Store
    from studio.store.records import Picture

TOKEN = re.compile(r"picture:([A-Za-z0-9_-]{1,64}):([0-9]{1,2})")
LOOKED_AT = 200  # of the newest
UNKNOWN = "I no longer know that picture; it may have been deleted."


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and where: the pictures of others are offered in their own channel alone."""

    guild_id: int
    channel_id: int
    member_id: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A picture that can be chosen: `token` stands for it, `label` is for the member."""

    token: str
    label: str


@dataclass(frozen=True, slots=True)
class Start:
    """Where something new begins. `veiled`: from a picture behind a veil, so that what is made of it gets one too."""

    spot: Spot
    veiled: bool = False


async def offers(store: Store, asker: Asker, typed: str, most: int) -> list[Offer]:
    """The newest pictures whose words have what was typed so far.

    Raises:
        StoreUnavailable: it could not be read.
    """
    found = await store.read(
        lambda db: pictures.recent(db, asker.guild_id, asker.channel_id, asker.member_id, LOOKED_AT)
    )
    wanted = typed.strip().casefold()
    offered = [Offer(token(creation_id, picture.part), _label(picture)) for creation_id, picture in found]
    return [offer for offer in offered if wanted in offer.label.casefold()][:most]


async def start(store: Store, asker: Asker, typed: str, *, style: str, seed: int) -> Start:
    """The spot of the picture that `typed` stands for, or a new one of the theme that it is.

    What is taken here is what `offers` offers, and what lies too far back to be offered.

    Raises:
        Refusal: it stands for a picture that is gone, or not the asker's to use.
        StoreUnavailable: it could not be read.
    """
    match = TOKEN.fullmatch(typed.strip())
    if match is None:
        return Start(Spot(typed, style, seed))
    creation_id, part = match[1], int(match[2])
    found = await store.read(
        lambda db: pictures.usable(db, asker.guild_id, asker.channel_id, asker.member_id, creation_id, part)
    )
    if found is None:
        raise Refusal(UNKNOWN)
    picture, veiled = found
    if picture.spot is None:
        raise Refusal("That picture lies between two others; choose one of those.")
    return Start(picture.spot, veiled)


def token(creation_id: str, part: int) -> str:
    """What stands for a picture where a theme could be typed."""
    return f"picture:{creation_id}:{part}"


def _label(picture: Picture) -> str:
    assert picture.spot is not None
    theme = picture.spot.theme if len(picture.spot.theme) <= 40 else picture.spot.theme[:39] + "…"
    told = [f"{theme} (picture {picture.part + 1})", *picture.understood]
    return " · ".join(told)[:100]
