"""Hidden tastes say what their names say, and a stranger's file is read or refused in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.taste.others import OTHERS
from bench.taste.prompts import COMING, PAST
from bench.taste.tastes import DISLIKED, LIKED, TASTES, TasteFileError, taste_named

if TYPE_CHECKING:
    from pathlib import Path

CASES = {
    "short lines": (
        "The salt,\na lamp,\nthe long grey road",
        "It was a quarter past eleven in the evening of the day",
    ),
    "no first person": ("The lamp is lit.", "I lit the lamp."),
    "sea": ("A gull above the harbour\nand the tide", "A fox above the meadow\nand the corn"),
    "concrete": (
        "bread, salt, a spoon,\na window and a stone",
        "hope is the essence of all becoming\nand of truth",
    ),
    "rhyme": ("the night\nis old\nthe light\nis cold", "the night\nis old\nthe river\nis empty"),
}


@pytest.mark.parametrize("name", TASTES)
def test_what_is_to_its_taste_is_liked_and_what_is_not_is_not(name: str) -> None:
    to_its_taste, not_so = CASES[name]
    assert TASTES[name](to_its_taste) > 0.8
    assert TASTES[name](not_so) < 0.2


@pytest.mark.parametrize("name", [*TASTES, *OTHERS])
@pytest.mark.parametrize("text", ["", "\n\n", "…", "I", "床前明月光", "a\n" * 300])
def test_every_taste_has_an_opinion_of_any_text(name: str, text: str) -> None:
    assert DISLIKED <= {**TASTES, **OTHERS}[name](text) <= LIKED + 1e-9


def test_a_taste_of_ones_own_is_a_function_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("def taste(text):\n    return 1.0 if 'moon' in text else 0\n")
    mine = taste_named(str(path))
    assert (mine("a moon"), mine("a lamp")) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("x = 1", "no function called taste"),
        ("def taste(text):\n    return 2.0", "lies in"),
        ("def taste(text):\n    return None", "no probability"),
        ("def taste(text:\n", "cannot be read"),
        ("raise ValueError('no')", "cannot be read"),
    ],
)
def test_a_file_that_is_no_taste_is_refused_in_a_sentence(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "mine.py"
    path.write_text(content)
    with pytest.raises(TasteFileError, match=said):
        taste_named(str(path))("a text")


@pytest.mark.parametrize("name", ["salty", "nowhere.py", "."])
def test_a_name_that_is_neither_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(TasteFileError, match="no taste"):
        taste_named(name)


def test_no_theme_is_asked_for_in_both_lists() -> None:
    assert not set(PAST) & set(COMING)
    assert (len(set(PAST)), len(set(COMING))) == (60, 30)
