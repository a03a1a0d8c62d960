"""What is told of a picture beside its pixels."""

from __future__ import annotations

import json
from dataclasses import replace

from generation.gan import told
from generation.gan.tiles import Words
from generation.wire.jobs import Spot

FOX = Words("a red fox, flat", ("fox", "red", "flat"), outside=False, nearest=())
WAVES = Words("abstract waves", ("abstract", "waves", "oil"), outside=False, nearest=())
ENNUI = Words("ennui", (), outside=True, nearest=("moon", "rain", "cat"))


def test_a_picture_says_where_it_lies_and_what_it_shows() -> None:
    meta = told.of_a_spot(Spot("a red fox", "flat", 5, (8, 9)), FOX)
    assert json.loads(json.dumps(meta)) == meta == {
        "spot": {"theme": "a red fox", "style": "flat", "seed": 5, "away": [8, 9]},
        "understood": ["fox", "red", "flat"],
        "outside": False,
        "nearest": [],
        "alt": "A sticker: fox, red, flat.",
    }  # fmt: skip


def test_a_painting_is_called_one() -> None:
    assert told.of_a_spot(Spot("waves", "oil"), WAVES)["alt"] == "An abstract painting: waves, oil."
    assert told.of_a_spot(Spot("waves"), WAVES)["alt"] == "An abstract painting: waves, oil."
    assert told.of_a_spot(Spot("a fox"), FOX)["alt"] == "A picture: fox, red, flat."


def test_what_nobody_understood_is_not_said_to_be_shown() -> None:
    meta = told.of_a_spot(Spot("ennui"), ENNUI)
    assert (meta["outside"], meta["nearest"]) == (True, ["moon", "rain", "cat"])
    assert meta["alt"] == "A picture: something without a name."


def test_a_mixture_says_how_much_of_each_is_in_it_and_has_no_spot() -> None:
    meta = told.of_a_mixture((FOX, ENNUI), 0.25)
    assert meta["spot"] is None
    assert meta["understood"] == ["fox", "red", "flat"]
    assert meta["outside"]
    assert meta["alt"] == "A mixture, 75% fox, red, flat and 25% something without a name."


def test_the_ends_of_a_mixture_are_told_as_what_they_are() -> None:
    first, last = (told.of_a_mixture((FOX, WAVES), share) for share in (0.0, 1.0))
    assert (first["alt"], first["understood"]) == ("A picture: fox, red, flat.", ["fox", "red", "flat"])
    assert (last["alt"], last["understood"]) == (
        "An abstract painting: waves, oil.", ["abstract", "waves", "oil"],
    )  # fmt: skip
    assert not told.of_a_mixture((FOX, ENNUI), 0.0)["outside"]


def test_words_that_both_ends_have_are_told_once() -> None:
    dusk = Words("abstract dusk", ("abstract", "sunset colours", "oil"), outside=False, nearest=())
    meta = told.of_a_mixture((WAVES, dusk), 0.5)
    assert meta["understood"] == ["abstract", "waves", "oil", "sunset colours"]


def test_a_moving_picture_says_what_turns_into_what() -> None:
    meta = told.of_a_morph((FOX, WAVES))
    assert meta["alt"] == "A moving picture: fox, red, flat turns into waves, oil and back again."
    assert (meta["spot"], meta["understood"]) == (None, ["fox · red · flat", "abstract · waves · oil"])


def test_what_a_painting_leaves_out_of_a_theme_is_said() -> None:
    forest = Words(
        "forest", ("abstract", "forest greens"), outside=False, nearest=(), left_out=("fox", "owl")
    )
    note = "An abstract painting does not show everything: “fox” and “owl” were left out."
    for meta in (
        told.of_a_spot(Spot("a fox and an owl in a forest", "oil"), forest),
        told.of_a_mixture((WAVES, forest), 1.0),
        told.of_a_mixture((WAVES, forest), 0.5),
        told.of_a_morph((WAVES, forest)),
    ):
        assert meta["note"] == note
    assert "note" not in told.of_a_mixture((WAVES, forest), 0.0)
    one = told.of_a_spot(Spot("a fox in a forest", "oil"), replace(forest, left_out=("fox",)))
    assert one["note"] == "An abstract painting does not show everything: “fox” was left out."
