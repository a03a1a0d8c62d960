"""A variation that is the same piece again."""

from __future__ import annotations

import pytest

from generation.forms import verdict
from generation.forms.copied import copied
from generation.wire.jobs import Brief

PIECE = "The last train of the night,\nA lone, unmarked car lay still.\nFor years it has been gone."
OTHER = "A lone, unmarked car lay still!\nThe rails are cold and long,\nand nobody gets on."


@pytest.mark.parametrize("move", ["vary", "shorter", "warmer", "adjust"])
def test_most_of_its_lines_again_is_a_copy_and_is_said(move: str) -> None:
    brief = Brief("free verse", "the last train", move=move, source=PIECE, wish="rain")  # type: ignore[arg-type]
    assert copied(brief, PIECE.upper())
    assert copied(brief, PIECE.partition("\n")[0])
    assert not copied(brief, OTHER)
    assert not copied(brief, "")
    assert "Most of it is the piece before, word for word." in verdict(brief, PIECE).reasons


def test_what_goes_on_and_what_is_new_copies_nothing() -> None:
    assert not copied(Brief("free verse", "the last train", move="continue", source=PIECE), PIECE)
    assert not copied(Brief("free verse", "the last train"), PIECE)
