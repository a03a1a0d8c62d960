"""A row by hand: what ends it, and what is left of its text then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from generation.lm.row import Row
from tests.generation.stand import job

if TYPE_CHECKING:
    from generation.lm.row import Stopped

END = 0
WORDS = {1: "the ", 2: "rain ", 3: "### ", 4: "ends.\n"}


class Words:
    """Stands in for a tokenizer: a token is a word."""

    def text(self, ids: list[int]) -> str:
        return "".join(WORDS.get(token, f"w{token} ") for token in ids if token != END)


def written(tokens: list[int], *, ends: tuple[str, ...] = (), limit: int = 50) -> tuple[Row, Stopped | None]:
    row = Row(job("a"), 0, [9], limit, torch.Generator(), None, ends)
    words: Any = Words()
    for token in tokens:
        if (stopped := row.take(token, frozenset({END}), words)) is not None:
            return row, stopped
    return row, None


def test_the_model_ends_it() -> None:
    row, stopped = written([1, 2, 4, END, 1])
    assert (row.text, stopped, len(row.made)) == ("the rain ends.", "end", 4)


@pytest.mark.parametrize("before", range(1, 9))
def test_a_stop_text_is_never_part_of_it_wherever_the_end_comes(before: int) -> None:
    """Also where the model ends between two looks at the text."""
    row, stopped = written([*range(10, 10 + before), 3, 2, END], ends=("###",))
    assert stopped == "stop"
    assert "###" not in row.text
    assert row.text.endswith(f"w{9 + before}")


def test_a_bound_ends_it_at_a_whole_sentence() -> None:
    row, stopped = written([1, 2, 4, 1, 2], limit=4)
    assert (row.text, stopped) == ("the rain ends.", "limit")


def test_going_in_circles_ends_it() -> None:
    _, stopped = written([1, 2, 20] * 20)
    assert stopped == "circle"
