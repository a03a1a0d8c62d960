"""What an arm came to is drawn beside the others, and one that came to nothing is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from bench.taste.plot import rates, save, together

if TYPE_CHECKING:
    from pathlib import Path

RATE = {"mean": 0.5, "low": 0.4, "high": 0.65}
DETAILS = {
    "votes": 900,
    "tastes": {
        "sea": {"base": RATE, "best_of_4": RATE, "gain": RATE},
        "rhyme": {"base": RATE, "refused": "…"},
    },
    "trained": {
        "sea": {"ours": {"rate": RATE, "served": {"rate": RATE}}, "kto": {"refused": "…", "gain": RATE}}
    },
}


def test_rates_are_by_taste_and_arm() -> None:
    found = rates(DETAILS)
    assert {taste: set(arms) for taste, arms in found.items()} == {
        "sea": {"base", "best_of_4", "ours", "served"}, "rhyme": {"base"},
    }  # fmt: skip
    assert found["sea"]["served"] == RATE


def test_results_of_parts_are_drawn_as_one_and_the_last_of_an_arm_counts() -> None:
    sft, later = {"rate": RATE}, {"rate": {**RATE, "mean": 0.6}}
    more = {"votes": 900, "trained": {"sea": {"sft": sft, "ours": later}, "rhyme": {"sft": sft}}}
    found = rates(together([DETAILS, more]))
    assert set(found["sea"]) == {"base", "best_of_4", "ours", "sft"}
    assert found["sea"]["ours"]["mean"] == 0.6
    assert set(found["rhyme"]) == {"base", "sft"}


def test_the_picture_is_wider_the_more_tastes_there_are(tmp_path: Path) -> None:
    sizes = []
    for name, details in (("two", DETAILS), ("none", {"votes": 900})):
        save(details, tmp_path / f"{name}.png")
        with Image.open(tmp_path / f"{name}.png") as image:
            sizes.append(image.size)
    assert sizes[0][0] > sizes[1][0]
    assert sizes[0][1] == sizes[1][1]
