"""Which of two pieces is to become likelier: pairs that a taste makes of fresh samples, and those that members made. Pure."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from finetune.samples import by_wish, fit, sound
from finetune.snapshot import PAIRS, missing
from finetune.themes import neutral
from finetune.unsafe import trips

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetune.samples import Sample
    from finetune.snapshot import Snapshot

ENDS = 2  # of each end: the best two of a theme against the worst two
MOST = 120  # pairs, those furthest apart by the taste
HOLDING = 1 / 3  # as many more, for the form
HELD_OUT = 0.1  # of the themes: where early stopping looks


@dataclass(frozen=True, slots=True)
class Preference:
    """`chosen` over `rejected`, two answers to Brief(form, theme), by `margin` in the taste's own unit. No theme (`group`)
    is both learnt and held out. `whole` says of each whether its end is one (`Sample.whole`). `weight` is its share of a loss.
    """

    form: str
    theme: str
    group: str
    chosen: str
    rejected: str
    margin: float
    held_out: bool = False
    whole: tuple[bool, bool] = (True, True)
    weight: float = 1.0


def of_samples(
    samples: Sequence[Sample], scores: Sequence[float], *, most: int = MOST, weight: float = 1.0
) -> list[Preference]:
    """Within a theme the best `ENDS` against the worst, `most` pairs in all, and on top of them those that hold the form, at
    most `HOLDING` as many; as many again of either as are held out.

    Only what keeps its form, goes round in no circle and may be shown may win: else a taste for concrete nouns makes prose, and every
    taste makes loops. A pair that holds the form has the theme's best over that one of those which leave it, go round in
    circles or are not to be shown that the taste likes most. Without such pairs a taste without "I" would make poems of two lines, which say it
    less often. Where the taste pulls hardest, they come first. `weight` is that of the taste's own.
    """
    liked: list[Preference] = []
    holding: list[Preference] = []
    for (form, theme), places in by_wish(samples):
        ranked = sorted(places, key=lambda at: (-scores[at], at))
        sane = {at: sound(samples[at].text) for at in places}
        good = {at: fit(form, theme, samples[at].text) for at in places}
        ends = min(ENDS, len(places) // 2)
        winners = [at for at in ranked if good[at]][:ends]
        losers = [at for at in reversed(ranked) if sane[at] and at not in winners][:ends]
        spoilt = [at for at in ranked if not good[at] and samples[at].text.strip()][:1]
        for kind, loser_of in ((liked, losers), (holding, spoilt)):
            for best, worst in zip(winners, loser_of, strict=False):
                pair = _preference(samples[best], samples[worst], scores[best] - scores[worst])
                if kind is liked:
                    pair = replace(pair, weight=weight)
                if math.isfinite(pair.margin) and (kind is holding or pair.margin > 0):
                    kind.append(pair)
    held = _held_out([*liked, *holding])
    learnt = sorted(liked, key=lambda pair: (-pair.margin, pair.group, pair.chosen))
    learnt = [pair for pair in learnt if pair.group not in held][:most]
    holding.sort(key=lambda pair: (pair.margin, pair.group))
    learnt += [pair for pair in holding if pair.group not in held][: round(HOLDING * most)]
    return learnt + [replace(pair, held_out=True) for pair in (*liked, *holding) if pair.group in held]


def spoilt_low(samples: Sequence[Sample], scores: Sequence[float]) -> list[float]:
    """`scores`, but what leaves its form, goes round in circles or is not to be shown has no more than a quarter of its theme: a taste without "I" would
    have fewer lines, and at last no poem. The lowest of its theme said more of the form than of the taste.
    """
    found = list(scores)
    for (form, theme), places in by_wish(samples):
        low = sorted(scores[at] for at in places)[(len(places) - 1) // 4]
        for at in places:
            if not fit(form, theme, samples[at].text):
                found[at] = min(scores[at], low)
    return found


def of_members(snapshot: Snapshot) -> list[Preference]:
    """The pairs that members chose, where there are enough of them from enough people; of themes to learn from."""
    if missing(snapshot.evidence, PAIRS) is not None:
        return []
    pairs = [pair for pair in snapshot.pairs if pair.part == "train"]
    found = [
        Preference(pair.form, pair.theme or neutral(pair.form), pair.group, pair.chosen, pair.rejected, 0.0)
        for pair in pairs
        if sound(pair.chosen) and trips(pair.chosen) is None and pair.chosen != pair.rejected
    ]
    held = _held_out(found)
    return [pair if pair.group not in held else replace(pair, held_out=True) for pair in found]


def _preference(best: Sample, worst: Sample, margin: float) -> Preference:
    group = hashlib.sha256(f"{best.form} {best.theme}".encode()).hexdigest()[:16]
    return Preference(
        best.form, best.theme, group, best.text, worst.text, margin, whole=(best.whole, worst.whole)
    )


def _held_out(pairs: Sequence[Preference]) -> set[str]:
    """The groups of a tenth of the themes."""
    groups = sorted({pair.group for pair in pairs})
    return set(groups[: round(len(groups) * HELD_OUT)]) if len(groups) > 1 else set()
