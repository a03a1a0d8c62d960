"""What a member typed or pressed becomes a `PictureBrief`, or one sentence that says what is wrong with it. Pure.

What a theme means to the network, and whether it lies outside what it knows, is the host's to say.
"""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from generation.forms.brief import InvalidBriefError, clean, validated_seed
from generation.forms.pictures import STYLES
from generation.wire.jobs import AWAY_LIMIT, PICTURES_LIMIT, STEPS_LEAST, STEPS_LIMIT, PictureBrief, Spot

if TYPE_CHECKING:
    from generation.wire.jobs import PictureMove

THEME_LIMIT = 200  # characters; a sentence encoder reads no more
USUAL_COUNT = 4
USUAL_STEPS = 5


def new(theme: str, style: str = "", count: int = USUAL_COUNT, *, seed: int) -> PictureBrief:
    """`count` pictures of a theme, with the seeds from `seed` on.

    Raises:
        InvalidBriefError: it cannot be made; the sentence says why.
    """
    return validated(PictureBrief("new", (Spot(theme, style, seed),), count))


def vary(spot: Spot | None) -> PictureBrief:
    """Pictures a step away from one.

    Raises:
        InvalidBriefError: it lies between two others, or has come as far from its first as it can.
    """
    if spot is None:
        raise InvalidBriefError(
            "This picture lies between two others and cannot be varied; vary one of those."
        )
    return validated(PictureBrief("vary", (spot,), USUAL_COUNT))


def mix(first: Spot, second: Spot, steps: int = USUAL_STEPS) -> PictureBrief:
    """`steps` pictures from the first spot to the second, both among them.

    Raises:
        InvalidBriefError: it cannot be made; the sentence says why.
    """
    return validated(PictureBrief("mix", (first, second), steps))


def morph(first: Spot, second: Spot) -> PictureBrief:
    """One moving picture between two spots, there and back.

    Raises:
        InvalidBriefError: it cannot be made; the sentence says why.
    """
    return validated(PictureBrief("morph", (first, second)))


def again(brief: PictureBrief, seed: int) -> PictureBrief:
    """The same wish answered anew: from other seeds, except that what is varied stays what it is."""
    if brief.move == "vary":
        return brief
    return replace(brief, spots=tuple(replace(spot, seed=seed, away=()) for spot in brief.spots))


def validated(brief: PictureBrief) -> PictureBrief:
    """`brief` with its words cleaned, if every part of it can be made.

    Raises:
        InvalidBriefError: it cannot; the sentence says why.
    """
    spots = tuple(_spot(spot, brief.move) for spot in brief.spots)
    assert len(spots) == (2 if brief.move in ("mix", "morph") else 1)
    if brief.move == "mix" and not STEPS_LEAST <= brief.count <= STEPS_LIMIT:
        raise InvalidBriefError(f"A mix has {STEPS_LEAST} to {STEPS_LIMIT} steps.")
    if brief.move in ("new", "vary") and not 1 <= brief.count <= PICTURES_LIMIT:
        raise InvalidBriefError(f"I make 1 to {PICTURES_LIMIT} pictures at a time.")
    return replace(brief, spots=spots, count=1 if brief.move == "morph" else brief.count)


def _spot(spot: Spot, move: PictureMove) -> Spot:
    theme = clean(spot.theme[: THEME_LIMIT * 40])
    # symbols count: an emoji is a theme
    if not any(unicodedata.category(char)[0] in "LNS" for char in theme):
        raise InvalidBriefError("A theme is needed: say in a few words what should be shown.")
    if len(theme) > THEME_LIMIT:
        raise InvalidBriefError(f"That theme is too long; {THEME_LIMIT} characters at most.")
    validated_seed(spot.seed)
    for seed in spot.away:
        validated_seed(seed)
    if len(spot.away) + (move == "vary") > AWAY_LIMIT:
        raise InvalidBriefError(
            f"This has been varied {AWAY_LIMIT} times in a row; begin from a new picture."
        )
    return replace(spot, theme=theme, style=_style(spot.style))


def _style(typed: str) -> str:
    name = clean(typed).casefold()
    if not name or name in STYLES:
        return name
    titles = {style.title.casefold(): style.name for style in STYLES.values()}
    if name in titles:
        return titles[name]
    if near := difflib.get_close_matches(name, [*STYLES, *titles], n=1):
        hint = f"did you mean {near[0]}?"
    else:
        hint = f"there are {', '.join(STYLES)}."
    raise InvalidBriefError(f"I do not know the style “{name[:40]}”; {hint}")
