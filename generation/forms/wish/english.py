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
SHORT = ("tiny", "micro", "microfiction", "micro fiction", "flash fiction", "two minute")

_ASKING = (
    r"(?:(?:hi|hey|hello|please|now|ok|okay)[ ,!]+)*"
    r"(?:(?:can|could|would|will) (?:you|we|i) (?:please )?|i(?:'d| would) (?:like|love) |i (?:want|need) |let'?s )?(?:to )?"
    r"(?:(?:please )?(?:write|make|compose|create|do|give|tell|draft|pen|have|try|craft|get)"
    r"(?: (?:me|us|up))?(?: (?:it|this) as)? )?"
)
_POLITE = re.compile(
    r"(?:(?:hi|hey|hello|please|ok|okay)[ ,!]+)*(?:can|could|would|will) (?:you|we|i) ", re.IGNORECASE
)
_ARTICLE = r"(?:(?:a|an|some|one|another|the)(?: nice| good| new)? )?"
_LINKS = (
    r"(?:about|on|for|to|where|in which|in praise of|inspired by|based on|regarding|titled|called|entitled|"
    r"out of|from|that begins with)"
)
_CAST = re.compile(
    r"(?:for |with )?(?:two|three|2|3) (?:characters|people|persons|voices|speakers|actors)", re.IGNORECASE
)
_THANKS = re.compile(r"[\s,.!-]*\b(?:please|pls|thanks|thank you|thx)[\s.!]*$", re.IGNORECASE)
_SCHEME = re.compile(
    r"[\s,;(]+(?:(?:in|with|rhymed|rhyming) )?(?:abab|aabb|abba|abcb|aabba)(?: rhymes?)?(?: scheme)?\)?\s*$",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(r"[\s,(]*\bin (english|chinese|mandarin)\b\)?", re.IGNORECASE)
_FEELING = re.compile(
    r"[\s,;.(]+(?:(?:and )?(?:make|keep) it|(?:and )?it should be|(?:the )?(?:tone|mood)(?: is|:)?|in an?) +"
    r"(?P<mood>[\w' -]{3,60}?)(?: in (?:tone|mood))?(?: (?:tone|mood|voice|style))?\s*\)?\s*$",
    re.IGNORECASE,
)
_IN_A_TONE = re.compile(r" (?:tone|mood|voice|style)\s*\)?\s*$", re.IGNORECASE)
_EDGES = " \t,;:.-–—()"


def understand(typed: str, kind: FormKind | None, form: str) -> Understood:
    """An English wish (or one in no script at all) taken apart."""
    language: Language = ""
    if _POLITE.match(typed):
        typed = typed.rstrip("?! ")
    if found := _LANGUAGE.search(typed):
        language = "en" if found[1].lower() == "english" else "zh"
        typed = typed[: found.start()] + typed[found.end() :]
    rest, spelled = find_spelled(typed)
    rest, line, named_line = find_given_line(rest)
    rest, must = find_musts(rest)
    rest = _THANKS.sub("", rest)
    rest, scheme = _cut(_SCHEME, rest)
    rest, tones = _feelings(rest)
    names = named(kind, SAID)
    rest, asked, more = _request(rest, names)
    tones, length = [*more.tones, *tones], more.length
    rest, later = _feelings(rest)
    form = form or asked or ("acrostic" if spelled and "acrostic" in names else "")
    form = form or ("found line" if named_line and "found line" in names else "")
    form = form or ("quatrain" if scheme and "quatrain" in names else "")
    found_ = Understood(
        theme=_tidy(rest), form=form, tone=", ".join(dict.fromkeys([*tones, *later])), length=length, must=must,
        language=language,
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


class _More:
    """What a request said beside its form."""

    __slots__ = ("length", "tones")

    def __init__(self) -> None:
        self.length = ""
        self.tones: list[str] = []

    def take(self, words: str) -> None:
        """Take in what stood before or after the form's name."""
        for word in re.findall(r"[\w'-]+", words):
            low = word.lower()
            if low in MOODS:
                self.tones.append(low)
            elif low in LENGTHS:
                self.length = LENGTHS[low]


def _request(text: str, names: dict[str, str]) -> tuple[str, str, _More]:
    """The subject, the form asked for ("" none) and the rest of what the request says."""
    more = _More()
    spoken = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    plain = "|".join(re.escape(word) for word in sorted({*MOODS, *LENGTHS}, key=len, reverse=True))
    words = rf"(?P<before>(?:(?:very |really |quite )?(?:{plain})(?:,? and |, | ))*)"
    noun = rf"(?P<noun>{spoken})s?(?: poem| form)?(?P<after>(?: (?:{plain}))*)(?: please)?"
    head = re.compile(
        rf"^(?P<ask>{_ASKING}{_ARTICLE}){words}{noun}"
        rf"(?:\s*(?P<aside>,[^,:]{{3,40}})?\s*(?P<colon>[:;,]|\s[-–—])\s*|\s+(?P<link>{_LINKS}|of)\s+)(?P<rest>\S.*)$",
        re.IGNORECASE | re.DOTALL,
    )
    if (found := head.match(text)) and not _literal(found):
        rest = found["rest"]
        if found["aside"]:
            rest = _aside(found, names, more) + rest
        elif found["colon"] == "," and (cast := _CAST.match(rest)):
            rest = rest[cast.end() :].lstrip(_EDGES)
        rest = re.sub(r"^about\s+", "", rest, flags=re.IGNORECASE)
        return _asked(found, rest, names, more)
    tail = re.compile(
        rf"^(?P<rest>.+?)(?:\s*[,:(]\s*|\s+[-–—]\s*|\s+(?:as|in|like) (?:the form of )?)"
        rf"(?P<ask>{_ARTICLE}){words}{noun}\)?$",
        re.IGNORECASE | re.DOTALL,
    )
    if found := tail.match(text):
        return _asked(found, found["rest"], names, more)
    alone = re.compile(rf"^(?P<ask>{_ASKING}{_ARTICLE}){words}{noun}$", re.IGNORECASE)
    if found := alone.match(text):
        return _asked(found, "", names, more)
    asking = re.match(rf"^{_ASKING}(?:about|on)\s+(?P<rest>\S.*)$", text, re.IGNORECASE | re.DOTALL)
    return (asking["rest"] if asking else text), "", more


def _literal(found: re.Match[str]) -> bool:
    """Whether the form's name belongs to the subject: "story of my life", "the scene of the crime"."""
    ask = found["ask"].strip().lower()
    if found["link"] and found["link"].lower() == "of":
        return ask in ("", "the")
    return ask == "the" and found["link"] is not None


def _aside(found: re.Match[str], names: dict[str, str], more: _More) -> str:
    """What stands between a form and the colon after it is how it should be; else it belongs to the subject."""
    said = found["aside"].strip(_EDGES)
    if said.lower() in names or _CAST.fullmatch(said):
        return ""
    if found["colon"] != ":":
        return f"{said}{found['colon']} "
    more.tones.append(said)
    return ""


def _asked(found: re.Match[str], rest: str, names: dict[str, str], more: _More) -> tuple[str, str, _More]:
    noun, before = found["noun"].lower(), found["before"].rstrip()
    first, _, last = before.rpartition(" ")
    if (whole := f"{last} {noun}".lower()) in names:  # "short" of a short story is no length
        noun, before = whole, first
    more.take(before)
    more.take(found["after"])
    if noun.startswith(SHORT):
        more.length = "short"
    if noun.startswith("bedtime"):
        more.tones.append("gentle")
    form = names[noun]
    if not form and (aside := found.groupdict().get("aside")):
        form = names.get(aside.strip(_EDGES).lower(), "")
    return rest, form, more


def _feelings(text: str) -> tuple[str, list[str]]:
    """`text` without the moods at its end, and those: ", warm and funny", ", make it sad", "in a gentle tone"."""
    tones: list[str] = []
    while True:
        found = _FEELING.search(text)
        if found and (_all_moods(found["mood"]) or _IN_A_TONE.search(found[0])):
            tones.insert(0, found["mood"].strip())
            text = text[: found.start()]
            continue
        before, comma, last = text.rpartition(",")
        if not comma or not before.strip() or not _all_moods(last):
            return text, tones
        tones.insert(0, re.sub(r"^\s*(?:and|but)\s+", "", last).strip(_EDGES))
        text = before


def _all_moods(words: str) -> bool:
    said = [word for word in re.findall(r"[\w'-]+", words.lower()) if word not in _WEAK]
    return bool(said) and all(word in MOODS for word in said)


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


def _tidy(text: str) -> str:
    text = re.sub(r"\s+([,.;])", r"\1", re.sub(r"\s{2,}", " ", text)).strip()
    text = text.rstrip(",;:-–— ").lstrip(",;:–— ")
    return text[:-1] if text.endswith(".") and not text.endswith("..") else text
