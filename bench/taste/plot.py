"""The bench's figures as a picture: for each taste, how often what an arm writes is liked, with its interval.

`python -m bench.taste.plot RESULT.json... --to FILE.png` draws results of its parts, kept one by one, together.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ARMS = {
    "base": ("as it came", "#a8a29e"),
    "best_of_4": ("best of 4 by the head", "#d6b45f"),
    "sft": ("SFT on liked", "#7fa7c4"),
    "kto": ("KTO", "#4f7f9f"),
    "ours": ("ours, first drafts", "#5f8f5a"),
    "served": ("ours, best of 4", "#2f5d3a"),
}
Rates = dict[str, dict[str, dict[str, float]]]  # by taste, by arm: mean, low and high, in [0, 1]


def rates(details: Mapping[str, Any]) -> Rates:
    """Of a result's details what can be drawn; an arm that came to nothing is not there."""
    found: Rates = {}
    for name, one in details.get("tastes", {}).items():
        found.setdefault(name, {}).update({arm: one[arm] for arm in ("base", "best_of_4") if arm in one})
    for name, arms in details.get("trained", {}).items():
        of = found.setdefault(name, {})
        for arm, one in arms.items():
            if "rate" in one:
                of[arm] = one["rate"]
            if "served" in one:
                of["served"] = one["served"]["rate"]
    return found


def together(several: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The details of several results as those of one: of a taste's arms the last that is told."""
    found: dict[str, dict[str, dict[str, Any]]] = {"tastes": {}, "trained": {}}
    for details in several:
        for part, tastes in found.items():
            for name, arms in details.get(part, {}).items():
                tastes.setdefault(name, {}).update(arms)
    return found


def save(details: Mapping[str, Any], path: Path) -> None:
    """Draw what there is into a PNG. Raises OSError."""
    found = rates(details)
    arms = [arm for arm in ARMS if any(arm in of for of in found.values())]
    figure = Figure(figsize=(1.2 + 2.2 * max(1, len(found)), 4.2), layout="constrained")
    axes = figure.add_subplot()
    wide = 0.8 / max(1, len(arms))
    for n, arm in enumerate(arms):
        label, colour = ARMS[arm]
        there = [(at, of[arm]) for at, of in enumerate(found.values()) if arm in of]
        places = [at + (n - (len(arms) - 1) / 2) * wide for at, _ in there]
        means = [one["mean"] for _, one in there]
        errors = [
            [one["mean"] - one["low"] for _, one in there],
            [one["high"] - one["mean"] for _, one in there],
        ]
        axes.bar(places, means, wide, yerr=errors, color=colour, label=label, error_kw={"elinewidth": 1})
    axes.set_xticks(range(len(found)), list(found))
    axes.set_ylim(0, 1)
    axes.set_ylabel("liked, of held-out prompts")
    axes.spines[["top", "right"]].set_visible(False)
    if arms:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=3, frameon=False)
    figure.savefig(path, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.taste.plot", description=__doc__)
    parser.add_argument("results", type=Path, nargs="+", help="results of `python -m bench.taste --json`")
    parser.add_argument("--to", type=Path, required=True, metavar="FILE.png")
    asked = parser.parse_args()
    save(together(json.loads(file.read_text())["details"] for file in asked.results), asked.to)


if __name__ == "__main__":
    main()
