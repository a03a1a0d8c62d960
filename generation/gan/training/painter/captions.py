"""Words for a painting: true phrases in many orders, as a person might ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from generation.gan.training.painter.media import WORDS

if TYPE_CHECKING:
    from generation.gan.training.painter.painting import Painting

# names that are a thing in the plural or a manner: "abstract dots in ocean blues", never "a dots painting"
LOOSE = frozenset(
    {
        "circles", "dots", "stripes", "waves", "arcs", "facets", "flowing lines", "brush strokes",
        "concentric circles", "cut-outs", "abstract flowers",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Captions:
    en: tuple[str, ...]  # five or six, none twice
    zh: tuple[str, ...]  # three


def captions(painting: Painting, seed: int | None = None) -> Captions:
    """Captions of a painting; another seed shuffles the phrases otherwise (None: the painting's own seed)."""
    rng = np.random.default_rng([painting.seed if seed is None else seed, 1])
    subject, phrase = painting.subject, painting.palette.phrase
    medium, medium_zh = WORDS[painting.medium]
    colours = " and ".join(painting.colours[:2])
    facts = _facts(painting)

    def some(count: int, but: str = "") -> str:
        """`count` phrases, any but that one."""
        shuffled = [facts[i] for i in rng.permutation(len(facts)).tolist()]
        return ", ".join([fact for fact in shuffled if fact != but][:count])

    def one(phrases: tuple[str, ...]) -> str:
        return phrases[int(rng.integers(len(phrases)))]

    main, family = one(subject.what), subject.family
    named = f"{_with_article(family)} painting in {phrase}"
    if family in LOOSE:
        named = f"{family if family.startswith('abstract') else f'abstract {family}'} in {phrase}"
    en = (
        f"an abstract painting, {phrase}, {subject.what[0]}, {one(subject.mood)}",
        f"an abstract painting, {some(4)}",
        named,
        f"{medium}, {main}, {colours}, {one(subject.mood)}",
        f"abstract art with {main}, {some(3, main)}",
        f"{one(subject.mood)} abstract art, {phrase}, {family}",
    )
    palette_zh = painting.palette.zh
    zh = (
        f"一幅抽象画，{palette_zh}，{subject.zh_what}，{subject.zh_mood}",
        f"{subject.zh}，{palette_zh}，{medium_zh}",
        f"抽象画，{subject.zh_what}",
    )
    return Captions(tuple(dict.fromkeys(en)), zh)


def _facts(painting: Painting) -> list[str]:
    subject = painting.subject
    facts = [painting.palette.phrase, *subject.what[:3], subject.mood[0]]
    facts += [f"{' and '.join(painting.colours[:2])} tones", WORDS[painting.medium][0]]
    if painting.temperature != "balanced":
        facts.append(f"{painting.temperature} colours")
    if painting.tone != "medium":
        facts.append(painting.tone)
    return facts + [fact for fact in (painting.contrast, painting.density) if fact]


def _with_article(name: str) -> str:
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
