"""What is told of a picture beside its pixels: `Artifact.meta`, with a sentence for those who cannot see it.

What a member typed is not in the sentence where the network did not understand it: nobody knows then what is shown.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from generation.gan.network import is_painting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.gan.network import Understood
    from generation.wire.jobs import Spot


def of_a_spot(spot: Spot, understood: Understood) -> dict[str, Any]:
    """The meta of a picture at one spot."""
    return _meta([understood], _alone(understood, spot.style), asdict(spot))


def of_a_mixture(ends: Sequence[Understood], share: float) -> dict[str, Any]:
    """The meta of a picture on the way from the first of two to the second: `share` of it is the second's.

    One that stands at an end is told as what it is there.
    """
    if share in (0.0, 1.0):
        end = ends[int(share)]
        return _meta([end], _alone(end))
    first, second = map(_shown, ends)
    return _meta(ends, f"A mixture, {1 - share:.0%} {first} and {share:.0%} {second}.")


def of_a_morph(ends: Sequence[Understood]) -> dict[str, Any]:
    """The meta of a moving picture between two: what is understood of it is one text an end."""
    first, second = map(_shown, ends)
    meta = _meta(ends, f"A moving picture: {first} turns into {second} and back again.")
    return {**meta, "understood": [" · ".join(end.words) for end in ends]}


def _meta(several: Sequence[Understood], alt: str, spot: dict[str, Any] | None = None) -> dict[str, Any]:
    nearest = dict.fromkeys(name for one in several for name in one.nearest)
    left_out = list(dict.fromkeys(word for one in several for word in one.left_out))
    return {
        "spot": None if spot is None else {**spot, "away": list(spot["away"])},
        "understood": list(dict.fromkeys(word for one in several for word in one.words)),
        "outside": any(one.outside for one in several),
        "nearest": list(nearest)[:3],
        "alt": alt,
        **({"note": _without(left_out)} if left_out else {}),
    }


def _alone(understood: Understood, style: str = "") -> str:
    sort = "An abstract painting" if is_painting(understood) else "A sticker" if style else "A picture"
    return f"{sort}: {_shown(understood)}."


def _without(words: Sequence[str]) -> str:
    told = [f"“{word}”" for word in words]
    several = f"{', '.join(told[:-1])} and {told[-1]} were" if len(told) > 1 else f"{told[0]} was"
    return f"An abstract painting does not show everything: {several} left out."


def _shown(understood: Understood) -> str:
    words = understood.words[1:] if is_painting(understood) else understood.words
    return ", ".join(words) or "something without a name"
