"""How a wish is put in English: a request, a form, a separator, the subject, and clauses at its end.

The patterns were read off briefs as people type them. Each takes its clause away and leaves the rest as it was typed.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from generation.forms import FORMS
from generation.forms.wish.moods import LENGTHS, MOODS
from generation.forms.wish.musts import find_given_line, find_musts, find_spelled
from generation.forms.wish.request import find_request
from generation.forms.wish.understood import Understood, named

if TYPE_CHECKING:
    from generation.forms.form import FormKind
    from generation.wire.jobs import Language

# What people say who do not name a form, or name it otherwise; "" is no form in particular.
SAID = {
    "5-7-5": "haiku", "575": "haiku", "5 7 5": "haiku",
    "two rhyming lines": "couplet", "two lines": "couplet", "2 lines": "couplet", "rhyming couplet": "couplet",
    "four lines": "quatrain", "4 lines": "quatrain", "four rhyming lines": "quatrain", "little verse": "quatrain",
    "rhyming poem": "quatrain", "rhyme": "quatrain", "something that rhymes": "quatrain", "verse": "quatrain",
    "poem that rhymes": "quatrain", "shakespearean sonnet": "sonnet", "folk ballad": "ballad", "song": "ballad",
    "no rhymes": "free verse", "without rhymes": "free verse", "vers libre": "free verse", "poem": "", "poetry": "",
    "something": "", "linked verse": "renga", "script": "scene", "screenplay": "scene", "screenplay scene": "scene",
    "fountain script": "scene", "play": "scene", "dialogue": "scene", "comic sketch": "sketch", "comedy sketch": "sketch",
    "soliloquy": "monologue", "story": "short story", "tale": "short story", "micro fiction": "short story",
    "microfiction": "short story", "flash fiction": "short story", "two minute story": "short story",
    "bedtime story": "short story", "pitch": "logline", "tagline": "logline", "character": "character sheet",
}  # fmt: skip

_THANKS = re.compile(r"[\s,.!-]*\b(?:please|pls|thanks|thank you|thx)[\s.!]*$", re.IGNORECASE)
_SCHEME = re.compile(
    r"[\s,;(]+(?:(?:in|with|rhymed|rhyming) )?(?:abab|aabb|abba|abcb|aabba)(?: rhymes?)?(?: scheme)?\)?\s*$",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"(?:(?:hi|hey|hello|please|ok|okay)[ ,!]+)*(?:can|could|would|will) (?:you|we|i) ", re.IGNORECASE
)
_LANGUAGE = re.compile(r"[\s,(]*\bin (english|chinese|mandarin)\b\)?", re.IGNORECASE)
_FEELING = re.compile(
    r"[\s,;.(]+(?:(?:and )?(?:make|keep) it|(?:and )?it should be|(?:the )?(?:tone|mood)(?: is|:)?|in an?) +"
    r"(?P<mood>[\w' -]{3,60}?)(?: in (?:tone|mood))?(?: (?:tone|mood|voice|style))?\s*\)?[\s.!]*$",
    re.IGNORECASE,
)
_STYLE = re.compile(
    r"(?:^|[\s,;(]+)in the (?:style|manner|voice|spirit) of (?P<whom>[^,.;:()]{2,40}?)"
    r"(?=\s*(?:[,.;:)]|$)|\s+(?:about|on|for)\s)\)?",
    re.IGNORECASE,
)
_ACROSTIC = re.compile(r"(?:\S+ ){0,4}?acrostic(?: poem)? ([A-Z]{2,})$")
_IN_A_TONE = re.compile(r" (?:tone|mood|voice|style)\s*\)?\s*$", re.IGNORECASE)
_EDGES = " \t,;:.-–—()"


def understand(typed: str, kind: FormKind | None, form: str) -> Understood:
    """An English wish (or one in no script at all) taken apart."""
    language: Language = ""
    if _POLITE.match(typed):
        typed = re.sub(r"[?!]+(?=\s|$)", ".", typed)
    if found := _LANGUAGE.search(typed):
        language = "en" if found[1].lower() == "english" else "zh"
        typed = typed[: found.start()] + typed[found.end() :]
    rest, spelled = find_spelled(typed)
    rest, line, named_line = find_given_line(rest)
    rest, must = find_musts(rest)
    rest = _THANKS.sub("", _balanced(rest))
    rest, scheme = _cut(_SCHEME, rest)
    rest, tones, length = _feelings(rest)
    names = named(kind, SAID)
    if "acrostic" in names and not spelled and (loud := _ACROSTIC.match(rest)):
        spelled, rest = loud[1], f"acrostic: {loud[1]}"
    request = find_request(rest, names)
    rest, later, later_length = _feelings(request.rest)
    tones = [*request.tones, *tones, *later]
    form = form or request.form or ("acrostic" if spelled and "acrostic" in names else "")
    form = form or ("found line" if named_line and "found line" in names else "")
    form = form or ("quatrain" if scheme and "quatrain" in names else "")
    found_ = Understood(
        theme=_tidy(rest), form=form, tone=", ".join(dict.fromkeys(tones)),
        length=request.length or length or later_length, must=must, language=language,
    )  # fmt: skip
    return _with_given(found_, spelled, line)


def moods_of(text: str) -> str:
    """The moods that an instruction names ("make it funnier, and warm"), or ""."""
    words = re.findall(r"[a-z]+", text.lower())
    return ", ".join(dict.fromkeys(MOODS[word] for word in words if word in MOODS))


def _with_given(found: Understood, spelled: str, line: str) -> Understood:
    """`found` with what its form is built on: said outright, or else its subject."""
    given = FORMS[found.form].given if found.form in FORMS else ""
    if given == "word":
        word = spelled or _word_in(found.theme) or (found.must[0] if len(found.must) == 1 else "")
        return replace(found.on(found.theme or word), given=word)
    if given == "line":
        return replace(found.on(found.theme or line), given=line or found.theme)
    if line:  # a form that is built on none: the words stay where they were said
        return found.on(f"{found.theme} “{line}”".strip())
    return found.on(found.theme or spelled)


def _word_in(theme: str) -> str:
    """The word that a subject offers to be spelled: itself where it is one, or the one in capitals."""
    words = re.findall(r"[^\W\d_]+", theme)
    if len(words) == 1:
        return str(words[0])
    loud = [word for word in words if word.isupper() and len(word) > 1]
    return loud[0] if len(loud) == 1 else ""


def _feelings(text: str) -> tuple[str, list[str], str]:
    """`text` without how it should be, at its end, and that: moods, and a length.

    So are taken ", warm and funny", ", make it sad", "in a gentle tone", "in the style of Issa", ", sweet and short".
    """
    tones: list[str] = []
    if found := _STYLE.search(text):
        tones.append(f"like {found['whom'].strip()}")
        text = f"{text[: found.start()]} {text[found.end() :]}".strip(" ,")
    length = ""
    while True:
        found = _FEELING.search(text)
        if found and (_all_moods(found["mood"]) or _IN_A_TONE.search(found[0])):
            said, text = found["mood"].strip(), text[: found.start()]
        else:
            before, comma, last = text.rpartition(",")
            if not comma or not before.strip() or not _all_moods(last):
                return text, tones, length
            said, text = re.sub(r"^\s*(?:and|but)\s+", "", last).strip(_EDGES), before
        words = re.findall(r"[\w'-]+", said.lower())
        length = next((LENGTHS[word] for word in words if word in LENGTHS), length)
        if moods := [word for word in words if word in MOODS]:
            tones.insert(
                0,
                said
                if len(moods) == len([word for word in words if word not in _WEAK])
                else ", ".join(moods),
            )
        elif not length:
            tones.insert(0, said)


def _all_moods(words: str) -> bool:
    said = [word for word in re.findall(r"[\w'-]+", words.lower()) if word not in _WEAK]
    return bool(said) and all(word in MOODS or word in LENGTHS for word in said)


_WEAK = {
    "and",
    "but",
    "a",
    "bit",
    "little",
    "very",
    "quite",
    "rather",
    "more",
    "please",
    "or",
    "really",
    "so",
    "not",
    "too",
}


def _cut(pattern: re.Pattern[str], text: str) -> tuple[str, bool]:
    found = pattern.search(text)
    return (text, False) if found is None else (text[: found.start()], True)


def _balanced(text: str) -> str:
    """`text` without parentheses where the other one went with a clause."""
    return text if text.count("(") == text.count(")") else text.replace("(", "").replace(")", "")


def _tidy(text: str) -> str:
    text = re.sub(r"\s+([,.;])", r"\1", re.sub(r"\s{2,}", " ", text)).strip()
    text = re.sub(r"^about\s+", "", _balanced(text).rstrip(",;:-–— ").lstrip(",;:–— "))
    return text[:-1] if text.endswith(".") and not text.endswith("..") else text
