"""What a member typed becomes a `Brief`, or one sentence that says what is wrong with it."""

from __future__ import annotations

import difflib
import re
import unicodedata

from generation.forms import FORMS, forms_of
from generation.forms.errors import InvalidBriefError
from generation.wire.jobs import SEEDS, Brief, Length, Move

THEME_LIMIT = 300
TONE_LIMIT = 60
LENGTHS: tuple[Length, ...] = ("short", "medium", "long")

_SPACES = re.compile(r"\s+")
# joiners that scripts and emoji need stay; everything else that has no shape of its own goes
_JOINERS = {"\u200c", "\u200d"}


def clean(text: str) -> str:
    """`text` on one line, in NFC, without control characters, invisible ones and direction overrides."""
    kept = []
    for char in unicodedata.normalize("NFC", text):
        category = unicodedata.category(char)
        if category in ("Zs", "Zl", "Zp") or char in "\t\n\r\f\v":
            kept.append(" ")
        elif char in _JOINERS or category not in ("Cc", "Cf", "Cs", "Co", "Cn"):
            kept.append(char)
    return _SPACES.sub(" ", "".join(kept)).strip()


def validated(
    form: str, theme: str, tone: str = "", length: str = "medium", *, kind: str | None = None, move: Move = "new",
    source: str = "",
) -> Brief:  # fmt: skip
    """A brief whose every part can be made; `kind` restricts the forms to one command's.

    Raises:
        InvalidBriefError: it cannot; the sentence says why.
    """
    theme, tone = clean(theme[: THEME_LIMIT * 40]), clean(tone[: TONE_LIMIT * 40])
    if not any(unicodedata.category(char)[0] in "LNPS" for char in theme):
        raise InvalidBriefError("A theme is needed: say in a few words what it should be about.")
    if len(theme) > THEME_LIMIT:
        raise InvalidBriefError(f"That theme is too long; {THEME_LIMIT} characters at most.")
    if len(tone) > TONE_LIMIT:
        raise InvalidBriefError(f"That tone is too long; {TONE_LIMIT} characters at most.")
    return Brief(
        form=_form(form, kind), theme=theme, tone=tone, length=_length(length), move=move, source=source
    )


def validated_seed(seed: int) -> int:
    """`seed`, if it is one.

    Raises:
        InvalidBriefError: it is negative or too large.
    """
    if not 0 <= seed < SEEDS:
        raise InvalidBriefError(f"A seed is a whole number from 0 to {SEEDS - 1}.")
    return seed


def _form(typed: str, kind: str | None) -> str:
    name = clean(typed).casefold()
    names = [form.name for form in (FORMS.values() if kind is None else forms_of(kind))]
    if name in names:
        return name
    if near := difflib.get_close_matches(name, names, n=1):
        hint = f"did you mean {near[0]}?"
    else:
        hint = f"there are {', '.join(names)}."
    raise InvalidBriefError(f"I do not know the form “{name[:40]}”; {hint}")


def _length(typed: str) -> Length:
    name = clean(typed).casefold() or "medium"
    for length in LENGTHS:
        if name == length:
            return length
    raise InvalidBriefError("A length is short, medium or long.")


__all__ = ["InvalidBriefError", "clean", "validated", "validated_seed"]
