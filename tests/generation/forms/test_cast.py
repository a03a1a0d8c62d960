"""Who speaks in a scene."""

from __future__ import annotations

import pytest

from generation.forms.cast import NAMES, NAMES_ZH, cast_of


@pytest.mark.parametrize(
    ("theme", "cast"),
    [
        ("a waiter and a ghost", ("WAITER", "GHOST")),
        ("a tired waiter and an old ghost in an empty restaurant", ("WAITER", "GHOST")),
        ("Anna and Tom argue over the last slice of pizza", ("ANNA", "TOM")),
        ("my mother and her landlord meet at a funeral", ("MOTHER", "LANDLORD")),
    ],
)
def test_a_theme_that_names_two_people_is_theirs(theme: str, cast: tuple[str, str]) -> None:
    assert cast_of(theme, 1) == cast


@pytest.mark.parametrize(
    "theme", ["two brothers in a stalled elevator", "a dog and a dog", "", "the end of the world"]
)
def test_others_are_two_of_a_list_the_same_for_a_seed(theme: str) -> None:
    drawn = {cast_of(theme, seed) for seed in range(40)}
    assert len(drawn) > 20
    assert all(len(set(cast)) == 2 and set(cast) <= set(NAMES) for cast in drawn)
    assert cast_of(theme, 3) == cast_of(theme, 3)


def test_nobody_drawn_has_a_name_that_is_barred() -> None:
    barred = frozenset(name.casefold() for name in NAMES[:-2])
    assert all(set(cast_of("x", seed, barred=barred)) == set(NAMES[-2:]) for seed in range(10))


def test_chinese_names_are_written_as_cues() -> None:
    first, second = cast_of("雨", 1, chinese=True)
    assert first != second
    assert {first.removeprefix("@"), second.removeprefix("@")} <= set(NAMES_ZH)
