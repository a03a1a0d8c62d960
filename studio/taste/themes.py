"""Themes of our own, for pieces that no member asked for: nobody's words are used to compare two versions."""

from __future__ import annotations

import random

THEMES = (
    "first light in the kitchen", "a bicycle in the rain", "the last bus home", "a letter that was never sent",
    "frost on the allotment", "somebody humming next door", "the smell of cut grass", "a lighthouse in fog",
    "waiting for the kettle", "an old map of the city", "the night before a journey", "moths around a lamp",
    "a drawer full of keys", "wind in the scaffolding", "the library at closing time", "a stone in the shoe",
    "laundry on a roof", "the river after the flood", "a borrowed coat", "two chairs on a balcony",
    "a train that does not stop", "salt on the window", "the dog who knows the way", "an apple kept too long",
    "snow on the playground", "a candle in a power cut", "the neighbour's piano", "a fence between two gardens",
    "the clock in the waiting room", "a kite above the car park", "bread at four in the morning", "a name on a wall",
)  # fmt: skip


def theme(trial_id: str, number: int) -> str:
    """The theme of a trial's pair, counted from 0: in an order of its own, none twice before all were there."""
    order = list(THEMES)
    random.Random(trial_id).shuffle(order)  # noqa: S311 - an order, no secret
    return order[number % len(order)]
