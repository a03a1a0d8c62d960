"""How pictures are timed, on a network without weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from bench.picture.speed import job, made, parts, speed, timed, wishes
from generation.gan.engine import PictureEngine
from generation.gan.tiles import Tiles, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

NAMES = [f"thing {letter}" for letter in "abcdefghijklmnopqrst"]


class Counted(Tiles):
    """Keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[tuple[str, str]] = []
        self.placed: list[int] = []

    def understand(self, theme: str, style: str) -> Words:
        self.read.append((theme, style))
        return super().understand(theme, style)

    def place(self, caption: str, seeds: Sequence[Sequence[int]]) -> np.ndarray:
        self.placed.append(len(seeds))
        return super().place(caption, seeds)


def test_no_wish_comes_twice_and_there_are_enough_of_them() -> None:
    found = list(wishes(NAMES))
    assert len(found) == len(set(found)) == 20 * 11
    assert found == list(wishes(reversed(NAMES))) != sorted(found)


def test_what_is_timed_are_files_of_pictures() -> None:
    files = made(PictureEngine(Tiles()), [job("a", "a fox", "flat", 4), job("b", "an owl", "3d", 1)])
    assert len(files) == len(set(files)) == 5
    assert all(data.startswith(b"\x89PNG") for data in files)


def test_a_wish_that_fails_is_not_timed() -> None:
    with pytest.raises(RuntimeError, match=r"\.$"):
        made(PictureEngine(Tiles()), [job("a", "...", "flat", 1)])


def test_a_round_is_so_manyjobs_of_so_many_pictures() -> None:
    network = Counted()
    assert len(timed(network, wishes(NAMES), jobs=4, count=4, rounds=2)) == 2
    assert network.placed == [4] * (4 * (3 + 2))
    assert len(set(network.read)) == len(network.read)


def test_a_pause_in_painting_is_found_in_painting() -> None:
    found = parts(Tiles(pause_s=0.004), wishes(NAMES), rounds=3)
    assert found["paint"] >= 4
    assert found["paint_16_each"] >= 4
    assert set(found) == {"read", "place", "paint", "write", "paint_16_each"}


def test_every_figure_is_told_and_threads_are_left_as_they_were() -> None:
    network, before = Counted(), torch.get_num_threads()
    found = speed(network, NAMES, quick=True)
    assert torch.get_num_threads() == before
    assert len(set(network.read)) == len(network.read)
    for name in ("picture_ms", "picture_ms_of_16", "grid_of_4_ms"):
        for threads in ("1_thread", "all_threads"):
            assert 0 < found[f"{name}_{threads}"]["best"] <= found[f"{name}_{threads}"]["median"]
    assert found["grid_of_4_ms"]["median"] > 0
