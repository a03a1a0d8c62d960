"""What a member typed becomes a `Brief`, or one sentence that says what is wrong with it.

`asked` reads a wish as people put it (`generation.forms.wish`); `validated` takes parts that are already apart. Whether
the form can be held to it is asked of the form's own plan.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import TYPE_CHECKING

from generation.forms import FORMS, forms_of
from generation.forms.errors import InvalidBriefError
from generation.forms.sounds import counts
from generation.forms.wish import script_of, understand
from generation.forms.wish.musts import bare, unique
from generation.wire.jobs import GIVEN_LIMIT, MUST_LIMIT, MUST_WORD_LIMIT, SEEDS, WISH_LIMIT, Brief

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generation.forms.form import Form, FormKind
    from generation.wire.jobs import Language, Length, Move

THEME_LIMIT = 300
TONE_LIMIT = 60
TYPED_LIMIT = 600  # what is said of form, words and mood beside a theme takes room too
LENGTHS: tuple[Length, ...] = ("short", "medium", "long")
PLURAL: dict[FormKind, str] = {"verse": "poems", "script": "scripts", "story": "stories"}
DEFAULT_FORM: dict[FormKind, str] = {"verse": "free verse", "script": "scene", "story": "short story"}

_SPACES = re.compile(r"\s+")
_BETWEEN_WORDS = re.compile(r"[,;，、；]|\s+(?:and|&)\s+")
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


def asked(
    kind: FormKind, typed: str, *, form: str = "", tone: str = "", length: str = "", must: str = "", line: str = ""
) -> Brief:  # fmt: skip
    """The brief of a wish as it was typed; options that are not empty win over what is read in it.

    Raises:
        InvalidBriefError: it cannot be made; the sentence says why.
    """
    typed = _theme(typed, TYPED_LIMIT)
    chosen = called(form, kind).name if form else ""
    found = understand(typed, kind, chosen)
    return validated(
        chosen or found.form or DEFAULT_FORM[kind], found.theme, tone or found.tone[:TONE_LIMIT],
        length or found.length, kind=kind, must=listed(must) or found.must, given=line or found.given,
        language=found.language,
    )  # fmt: skip


def validated(
    form: str, theme: str, tone: str = "", length: str = "medium", *, kind: str | None = None, move: Move = "new",
    source: str = "", must: Iterable[str] = (), given: str = "", language: Language = "", wish: str = "",
) -> Brief:  # fmt: skip
    """A brief whose every part can be made; `kind` restricts the forms to one command's.

    Raises:
        InvalidBriefError: it cannot; the sentence says why.
    """
    theme, tone = _theme(theme, THEME_LIMIT), _within(tone, TONE_LIMIT, "tone")
    chosen = called(form, kind)
    brief = Brief(
        form=chosen.name, theme=theme, tone=tone, length=_length(length), move=move, source=source, must=_must(must),
        given=_given(given, chosen), language=_language(language or _of(theme), chosen),
        wish=_within(wish, WISH_LIMIT, "wish").rstrip(". "),
    )  # fmt: skip
    if move == "adjust" and not brief.wish:
        raise InvalidBriefError("Say in a few words what should change.")
    _held(chosen, brief)
    return brief


def validated_seed(seed: int) -> int:
    """`seed`, if it is one.

    Raises:
        InvalidBriefError: it is negative or too large.
    """
    if not 0 <= seed < SEEDS:
        raise InvalidBriefError(f"A seed is a whole number from 0 to {SEEDS - 1}.")
    return seed


def warm() -> None:
    """Read the pronunciations that words are counted by, and make the patterns that wishes are read by.

    Both take half a second, which nobody should wait for.
    """
    counts("a")
    for kind in DEFAULT_FORM:
        understand("a", kind)


def listed(typed: str) -> tuple[str, ...]:
    """The words of a list with commas, each without quotes, in order."""
    return unique([bare(word) for word in _BETWEEN_WORDS.split(clean(typed))])


def _theme(typed: str, limit: int) -> str:
    theme = clean(typed[: limit * 40])
    if not any(unicodedata.category(char)[0] in "LNPS" for char in theme):
        raise InvalidBriefError("A theme is needed: say in a few words what it should be about.")
    if len(theme) > limit:
        raise InvalidBriefError(f"That theme is too long; {THEME_LIMIT} characters at most.")
    return theme


def _within(typed: str, limit: int, what: str) -> str:
    text = clean(typed[: limit * 40])
    if len(text) > limit:
        raise InvalidBriefError(f"That {what} is too long; {limit} characters at most.")
    return text


def called(typed: str, kind: str | None = None) -> Form:
    """The form of that name or alias, among those of a kind.

    Raises:
        InvalidBriefError: there is none; the sentence names the nearest, or all.
    """
    name = clean(typed).casefold()
    forms = list(FORMS.values()) if kind is None else list(forms_of(kind))
    found = next((form for form in FORMS.values() if name == form.name or name in form.aliases), None)
    if found in forms:
        return found
    names = [form.name for form in forms]
    if found is not None:
        raise InvalidBriefError(
            f"“{name}” is a form of {PLURAL[found.kind]}, which have a command of their own; here there are {', '.join(names)}."
        )
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


def _must(words: Iterable[str]) -> tuple[str, ...]:
    found = unique([clean(word[: MUST_WORD_LIMIT * 40]) for word in words])
    if len(found) > MUST_LIMIT:
        raise InvalidBriefError(
            f"At most {MUST_LIMIT} words to include can be kept; choose the ones that matter."
        )
    for word in found:
        if len(word) > MUST_WORD_LIMIT:
            raise InvalidBriefError(
                f"“{word[:20]}…” is too long a word to include; {MUST_WORD_LIMIT} characters at most."
            )
        if not any(char.isalpha() for char in word):
            raise InvalidBriefError(f"“{word}” is no word that could be included.")
    return found


def _given(typed: str, form: Form) -> str:
    given = _within(typed, GIVEN_LIMIT, "line")
    if given and not form.given:
        takers = ", ".join(each.name for each in FORMS.values() if each.given)
        raise InvalidBriefError(
            f"{_an(form.name).capitalize()} is not built on a line or a word; these are: {takers}."
        )
    if form.given == "word" and not given:
        raise InvalidBriefError(
            f"{_an(form.name).capitalize()} needs the word that its lines spell; give it as `line`."
        )
    if form.given == "line" and not given:
        raise InvalidBriefError(
            f"{_an(form.name).capitalize()} needs the line that it is built on; give it as `line`."
        )
    return given


def _of(theme: str) -> Language:
    return "zh" if script_of(theme) == "han" else ""


def _language(language: Language, form: Form) -> Language:
    """The language to write in: what is written in one alone decides it.

    Raises:
        InvalidBriefError: the form is not written in it.
    """
    if form.language == "zh":
        return "zh"
    if language == "zh" and not form.ask_zh:
        others = ", ".join(each.name for each in forms_of(form.kind) if each.ask_zh)
        raise InvalidBriefError(
            f"{_an(form.name).capitalize()} is written in English here; in Chinese there are: {others}."
        )
    return language


def _held(form: Form, brief: Brief) -> None:
    """See that a decoder can be held to the form and to what the brief asks for beside it.

    Raises:
        InvalidBriefError: it cannot.
    """
    for held in (form.plan, form.structure):
        if held is not None:
            held(brief, 0)


def _an(name: str) -> str:
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}"


__all__ = [
    "DEFAULT_FORM",
    "InvalidBriefError",
    "asked",
    "called",
    "clean",
    "listed",
    "validated",
    "validated_seed",
    "warm",
]
