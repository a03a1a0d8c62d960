"""What is taken off a piece, and where one that was stopped ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.forms.ending import at_an_end
from generation.forms.tidy import tidy


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Here is a poem about rain:\n\nRain falls.", "Rain falls."),
        ("Sure! Here's a haiku for you:\nRain falls.", "Rain falls."),
        ("Title: Rain\n\nRain falls.", "Rain falls."),
        ("# Rain\n\nRain falls.", "Rain falls."),
        ("**Rain**\n\nRain falls.", "Rain falls."),
        ('"Rain falls."', "Rain falls."),
        ("“Rain falls.”", "Rain falls."),
        ('"No," she said, "it rains."', '"No," she said, "it rains."'),
        ("Rain   \n\n\n\nfalls. \n", "Rain\n\nfalls."),
        ("Rain **falls** now", "Rain falls now"),
        ("\r\nRain\r\nfalls", "Rain\nfalls"),
        ("", ""),
    ],
)
def test_what_is_around_a_piece_is_taken_off(said: str, kept: str) -> None:
    assert tidy(said) == kept


@pytest.mark.parametrize(
    "piece",
    [
        "Here is where the river ends\nand where the sea begins.",
        "Here is the sea.\nIt sings.",
        "Of course the sea.\nOf course the rain.",
        "Poem of salt.\nPoem of stone.",
        "Story of my life,\nyou are too short.",
        "INT. KITCHEN - NIGHT\n\nMARA\nNo.",
        "Name: Tomas Reed\nAge: 58",
        "The moon is up.\n\nThe tide is out.",
    ],
)
def test_a_piece_that_only_looks_like_a_preamble_is_left_alone(piece: str) -> None:
    assert tidy(piece) == piece


@given(st.text(st.sampled_from('ab "“”*#\n:.!Heretil'), max_size=60))
def test_tidying_only_takes_away(said: str) -> None:
    kept = tidy(said)
    assert len(kept) <= len(said)
    assert kept == kept.strip()
    assert "\n\n\n" not in kept


@pytest.mark.parametrize(
    ("text", "kind", "kept"),
    [
        ("One line.\nTwo lines\nThree li", "verse", "One line.\nTwo lines"),
        ("One line.\nTwo lines.", "verse", "One line.\nTwo lines."),
        ("She came. She saw. She w", "story", "She came. She saw."),
        (
            "She came.\nShe saw everything that was there",
            "story",
            "She came.\nShe saw everything that was there",
        ),
        ('"Go," she said. "Now." He w', "story", '"Go," she said. "Now."'),
        ("No end at all", "story", "No end at all"),
        ("它下雨了。它又", "story", "它下雨了。它又"),
        ("", "verse", ""),
    ],
)
def test_a_piece_that_was_stopped_ends_at_a_line_or_a_sentence(text: str, kind: str, kept: str) -> None:
    assert at_an_end(text, kind) == kept


@given(st.text(st.sampled_from("ab .!\n"), max_size=80), st.sampled_from(["verse", "story"]))
def test_an_ending_takes_at_most_half(text: str, kind: str) -> None:
    kept = at_an_end(text, kind)
    assert text.startswith(kept)
    assert 2 * len(kept) >= len(text.rstrip())
