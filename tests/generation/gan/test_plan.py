"""What a picture's job comes to: which seeds, which ways, in which order."""

from __future__ import annotations

import itertools

import pytest

from generation.gan.plan import MORPH_FRAMES, plan, there_and_back
from generation.wire.jobs import SEEDS, PictureBrief, Spot

FOX = Spot("a fox", "flat", 5, (8,))
APPLE = Spot("a blue apple", seed=6)


def test_new_pictures_have_the_seeds_from_the_spots_own_on() -> None:
    made = plan(PictureBrief("new", (FOX,), 3), seed=99)
    assert made.places == (FOX, Spot("a fox", "flat", 6, (8,)), Spot("a fox", "flat", 7, (8,)))
    assert (made.pictures, made.between) == (3, False)


def test_after_the_last_seed_comes_the_first() -> None:
    made = plan(PictureBrief("new", (Spot("a fox", seed=SEEDS - 1),), 2), seed=0)
    assert [spot.seed for spot in made.places] == [SEEDS - 1, 0]
    varied = plan(PictureBrief("vary", (FOX,), 2), seed=SEEDS - 1)
    assert [spot.away for spot in varied.places] == [(8, SEEDS - 1), (8, 0)]


def test_variations_each_take_a_step_of_their_own_from_the_same_spot() -> None:
    made = plan(PictureBrief("vary", (FOX,), 2), seed=40)
    assert made.places == (Spot("a fox", "flat", 5, (8, 40)), Spot("a fox", "flat", 5, (8, 41)))


def test_the_first_variation_of_a_spot_can_be_asked_for_again_as_a_new_picture() -> None:
    (varied,) = plan(PictureBrief("vary", (FOX,)), seed=40).places
    assert plan(PictureBrief("new", (varied,)), seed=0).places == (varied,)


@pytest.mark.parametrize("steps", [2, 3, 9])
def test_a_mix_goes_from_one_end_to_the_other_in_even_steps(steps: int) -> None:
    made = plan(PictureBrief("mix", (FOX, APPLE), steps), seed=0)
    assert made.places == (FOX, APPLE)
    assert made.pictures == steps
    assert (made.shares[0], made.shares[-1]) == (0.0, 1.0)
    gaps = {round(b - a, 9) for a, b in itertools.pairwise(made.shares)}
    assert len(gaps) == 1


def test_a_morph_begins_and_ends_slowly_and_never_turns_back_on_its_way() -> None:
    shares = plan(PictureBrief("morph", (FOX, APPLE)), seed=0).shares
    assert len(shares) == MORPH_FRAMES
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    gaps = [b - a for a, b in itertools.pairwise(shares)]
    assert min(gaps) > 0
    assert gaps[0] == pytest.approx(gaps[-1]) == min(gaps)


def test_there_and_back_shows_each_end_once_and_all_else_twice() -> None:
    assert there_and_back(4) == [0, 1, 2, 3, 2, 1]
    order = there_and_back(MORPH_FRAMES)
    assert len(order) == 24
    assert abs(order[-1] - order[0]) == 1  # it goes on where it ended
