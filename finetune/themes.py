"""What fresh samples are about: themes that members allowed, and others out of texts that are everybody's. Pure but for reading those.

Themes of members who did not opt in are never asked about again; a server whose members all kept theirs loses nothing but
that its samples are about other things than its poems were.
"""

from __future__ import annotations

import functools
import random
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from finetune.subjects import subject
from finetune.texts import MODERN, plain, records
from generation.forms import form_named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetune.snapshot import Example
    from finetune.texts import Side

Language = Literal["en", "zh"]
TEXTS = {"verse": "poems", "script": "scenes", "story": "stories"}
CHINESE = "tang"
LONGEST = 48  # characters
LEAST_SHARE = 0.1  # of the examples: a form that has less is not asked for, and not served by what is learnt
OWN_SHARE = 0.5  # of the themes, members' own at most
NEUTRAL = "anything at all"  # stands for a theme that its asker kept
NEUTRAL_ZH = "随意"


@dataclass(frozen=True, slots=True)
class Wish:
    """A form and what it is to be about."""

    form: str
    theme: str


class ThemesError(Exception):
    """Nothing can be asked for; the message is one sentence."""


def language(form: str) -> Language:
    """What a piece of it is written in where nobody says."""
    return "zh" if form_named(form).language == "zh" else "en"


def neutral(form: str) -> str:
    """What an example whose theme was kept is taken to be about."""
    return NEUTRAL_ZH if language(form) == "zh" else NEUTRAL


def forms_of(examples: Sequence[Example]) -> dict[str, float]:
    """The forms that `examples` are of, with their shares; none that needs more than a theme, or is hardly there.

    Raises:
        ThemesError: there is none.
    """
    counts = Counter(example.form for example in examples if not form_named(example.form).given)
    whole = counts.total()
    kept = {form: count for form, count in sorted(counts.items()) if count >= LEAST_SHARE * whole}
    if not kept:
        raise ThemesError("None of the pieces that were voted on is of a form that can be written again.")
    total = sum(kept.values())
    return {form: count / total for form, count in kept.items()}


def wishes(examples: Sequence[Example], kind: str, side: Side, count: int, seed: int) -> list[Wish]:
    """`count` wishes, no theme twice in a form, in the shares in which `examples` have forms.

    Of the side "train", own themes are those of examples to learn from; of "val", those of examples that are held out and
    no others, and the public ones are of authors that nobody learns from.
    """
    chance = random.Random(f"{seed} {side}")  # noqa: S311 - no secret
    learnt = {example.group for example in examples if example.part == "train"}
    found: list[Wish] = []
    shares = forms_of(examples)
    for form, share in shares.items():
        wanted = max(1, round(count * share))
        own = sorted(
            {
                example.theme
                for example in examples
                if example.form == form and example.theme
                and ((example.part == "train") if side == "train" else (example.group not in learnt))
            }
        )  # fmt: skip
        own = chance.sample(own, min(len(own), round(wanted * OWN_SHARE)))
        taken = {*own, *(public(kind, language(form), "train") if side == "val" else ())}
        others = [theme for theme in public(kind, language(form), side) if theme not in taken]
        found += [
            Wish(form, theme) for theme in own + chance.sample(others, min(len(others), wanted - len(own)))
        ]
    return chance.sample(found, len(found))


@functools.cache
def public(kind: str, tongue: Language, side: Side) -> tuple[str, ...]:
    """Themes out of one side of the public-domain texts, drawn by rule (`subjects`), the same every time."""
    chance = random.Random(0)  # noqa: S311 - no secret
    found: dict[str, None] = {}
    for record in records(CHINESE if tongue == "zh" else TEXTS[kind], side):
        text = plain(record["text"])
        words = [word for word in record.get("theme", ()) if word in text.casefold()]
        title = "" if kind == "script" else record.get("title") or ""  # a scene's says which of a play it is
        theme = subject(text, words, title, chance) if words and record.get("year", MODERN) >= MODERN else ""
        if len(theme) <= LONGEST and (theme.count(" ") >= 2 or (theme and tongue == "zh")):
            found[theme] = None
    return tuple(found)
