"""In which languages the model of texts writes, where that is known, and what is said of a brief in another.

It is known of the presets. Of a model directory and of a remote server it is not, so that they are asked for anything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from generation.forms.wish import script_of

if TYPE_CHECKING:
    from generation.wire.jobs import Brief, Language

# Small words that only stand in sentences of other languages of our alphabet, and those that show a sentence to be English
_ELSEWHERE = {
    "le", "les", "des", "une", "est", "dans", "sur", "avec", "pour", "et", "qui", "que", "du", "mon", "ma",
    "sont", "der", "das", "und", "ist", "nicht", "ein", "eine", "mit", "auf", "von", "für", "ich", "mein", "el",
    "los", "las", "una", "en", "por", "para", "del", "mi", "è", "il", "gli", "di", "che", "della", "nel", "mio",
    "la", "um", "uma", "não", "do", "da", "meu", "het", "een", "van", "voor", "op", "niet", "och", "som", "att",
    "på", "det", "den", "är", "nie", "się",
}  # fmt: skip
_HERE = {
    "the", "a", "an", "of", "and", "in", "on", "with", "to", "for", "my", "is", "are", "that", "who", "about",
    "at", "from", "by", "it",
}  # fmt: skip
_ENOUGH = 2  # of them, and none of ours

SPOKEN: dict[str, tuple[Language, ...]] = {"smollm2": ("en",), "gemma3": ("en", "zh")}
NAMES: dict[Language, str] = {"en": "English", "zh": "Chinese"}


def spoken(text_model: str) -> tuple[Language, ...]:
    """The languages of the model that the setting `TEXT_MODEL` names; () where they are not known."""
    return SPOKEN.get(text_model, ())


def refusal(brief: Brief, languages: tuple[Language, ...]) -> str | None:
    """The sentence for the member, where a model that writes `languages` cannot write what is asked for; else None."""
    if not languages or brief.language in languages:
        return None
    known = " and ".join(NAMES[language] for language in languages)
    if brief.language == "zh":
        return (
            f"The model here writes {known} only; for Chinese, whoever runs this bot can choose Gemma 3 instead"
            " (TEXT_MODEL=gemma3)."
        )
    if script_of(brief.theme) == "other":
        return f"The model here writes {known} only; please say it in {known.replace(' and ', ' or ')}."
    return None


def note(brief: Brief, languages: tuple[Language, ...]) -> str | None:
    """The sentence under a piece whose theme is in another language of our alphabet: it was taken as English."""
    if not languages or brief.language == "zh":
        return None
    words = set(re.findall(r"[^\W\d_]+", brief.theme.lower()))
    if words & _HERE or len(words & _ELSEWHERE) < _ENOUGH:
        return None
    return "This is in English, which is what the model here writes."
