"""Which of two pieces is to become likelier: pairs that a taste makes of fresh samples, and those that members made. Pure."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from finetune.samples import by_wish, kept, sound
from finetune.snapshot import PAIRS, missing
from finetune.themes import neutral

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetune.samples import Sample
    from finetune.snapshot import Snapshot

ENDS = 2  # of each end: the best two of a theme against the worst two
MOST = 120  # pairs, those furthest apart by the taste
HELD_OUT = 0.1  # of the themes: where early stopping looks


@dataclass(frozen=True, slots=True)
class Preference:
    """`chosen` over `rejected`, two answers to Brief(form, theme), by `margin` in the taste's own unit. No theme (`group`)
    is both learnt and held out. `whole` says of each whether its end is one (`Sample.whole`).
    """

    form: str
    theme: str
    group: str
    chosen: str
    rejected: str
    margin: float
    held_out: bool = False
    whole: tuple[bool, bool] = (True, True)


def of_samples(samples: Sequence[Sample], scores: Sequence[float], *, most: int = MOST) -> list[Preference]:
    """Within a theme the best `ENDS` against the worst, `most` pairs in all and as many again as are held out.

    Only what keeps its form and goes round in no circle may win: else a taste for concrete nouns makes prose, and every
    taste makes loops. What leaves its form or goes round in circles loses to anything, but one of it a theme is enough: the
    rest of the pairs are for the taste. If nothing lost for its form, a taste without "I" would make poems of two lines,
    which say it less often.
    """
    found = []
    for (form, theme), places in by_wish(samples):
        ranked = sorted(places, key=lambda at: (-scores[at], at))
        texts = {at: samples[at].text for at in places}
        sane = {at: sound(texts[at]) for at in places}
        fit = {at: sane[at] and kept(form, theme, texts[at]) for at in places}
        ends = min(ENDS, len(places) // 2)
        winners = [at for at in ranked if fit[at]][:ends]
        spoilt = [at for at in reversed(ranked) if not fit[at] and texts[at].strip()][:1]
        losers = spoilt + [at for at in reversed(ranked) if sane[at] and at not in (*spoilt, *winners)]
        group = hashlib.sha256(f"{form} {theme}".encode()).hexdigest()[:16]
        for best, worst in zip(winners, losers[:ends], strict=False):
            # what is spoilt is as far away as the theme's last, wherever the taste has it
            below = scores[ranked[-1]] if worst in spoilt else scores[worst]
            margin = scores[best] - below
            if texts[best] != texts[worst] and math.isfinite(margin) and (margin > 0 or worst in spoilt):
                whole = samples[best].whole, samples[worst].whole
                found.append(Preference(form, theme, group, texts[best], texts[worst], margin, whole=whole))
    learnt, held = _parted(found)
    learnt.sort(key=lambda pair: (-pair.margin, pair.group, pair.chosen))
    return learnt[:most] + held


def of_members(snapshot: Snapshot) -> list[Preference]:
    """The pairs that members chose, where there are enough of them from enough people; of themes to learn from."""
    if missing(snapshot.evidence, PAIRS) is not None:
        return []
    pairs = [pair for pair in snapshot.pairs if pair.part == "train"]
    found = [
        Preference(pair.form, pair.theme or neutral(pair.form), pair.group, pair.chosen, pair.rejected, 0.0)
        for pair in pairs
        if sound(pair.chosen) and pair.chosen != pair.rejected
    ]
    learnt, held = _parted(found)
    return learnt + held


def _parted(pairs: Sequence[Preference]) -> tuple[list[Preference], list[Preference]]:
    """Those to learn from, and those of a tenth of the themes."""
    groups = sorted({pair.group for pair in pairs})
    held = set(groups[: round(len(groups) * HELD_OUT)]) if len(groups) > 1 else set()
    learnt = [pair for pair in pairs if pair.group not in held]
    return learnt, [replace(pair, held_out=True) for pair in pairs if pair.group in held]
