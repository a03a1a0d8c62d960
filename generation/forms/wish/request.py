"""The request at the head or the tail of an English wish: "write me a funny haiku about …", "… - haiku please"."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from generation.forms.wish.moods import LENGTHS, MOODS

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORT = ("tiny", "micro", "microfiction", "micro fiction", "flash fiction", "two minute")
# Names that are words for other things too: "story of my life", "scene of the crime", "the play"
LITERAL = {
    "story",
    "song",
    "scene",
    "tale",
    "play",
    "script",
    "dialogue",
    "poem",
    "verse",
    "rhyme",
    "something",
    "character",
}
PLAIN = {
    "haiku",
    "tanka",
    "limerick",
    "sonnet",
    "couplet",
    "quatrain",
}  # which are nothing else, wherever they stand

ASKING = (
    r"(?:(?:hi|hey|hello|please|now|ok|okay)[ ,!]+)*"
    r"(?:(?:can|could|would|will) (?:you|we|i) (?:please )?|i(?:'d| would) (?:like|love) |(?:i )?(?:want|need) |let'?s )?"
    r"(?:to )?"
    r"(?:(?:please )?(?:write|make|compose|create|do|give|tell|draft|pen|have|try|craft|get)"
    r"(?: (?:me|us|up))?(?: (?:it|this) as)? )?"
)
_ARTICLE = r"(?:(?:a|an|some|one|another|the|two|three|four|2|3|4|a few)(?: nice| good| new)? )?"
_LINKS = (
    r"(?:about|on|for|to|where|in which|in praise of|inspired by|based on|regarding|re:?|titled|called|entitled|between|by|"
    r"out of|from|that begins with|that|which|whose|with|using)"
)
_SAYING = {"that", "which", "whose", "with", "using"}  # more of a subject, behind a name that is nothing else
_CAST = re.compile(
    r"(?:for |with )?(?:two|three|2|3) (?:characters|people|persons|voices|speakers|actors)", re.IGNORECASE
)
_HOW = re.IGNORECASE | re.DOTALL
_LAST = re.compile(
    r"(?!(?:the|a|an|my|your|our|his|her|their|no|this|that)\b)(?P<rest>\S+(?: \S+){0,5}) "
    rf"(?P<noun>{'|'.join(sorted(PLAIN))})",
    _HOW,
)
_ASKED = re.compile(rf"{ASKING}(?:about|on)\s+(?P<rest>\S.*)", _HOW)
_EDGES = " \t,;:.-–—()"
_WORDY = 150  # words: what is shorter is short, and up to twice that it is as usual


@dataclass(slots=True)
class Request:
    """What a wish asks for: `rest` is its subject, `form` the name of one ("" none)."""

    rest: str
    form: str = ""
    length: str = ""
    tones: list[str] = field(default_factory=list)

    def take(self, words: str) -> None:
        """Take in what stood before or after the form's name."""
        if counted := re.search(r"(\d+)[ -]words?\b", words):
            self.length = (
                "short"
                if int(counted[1]) <= _WORDY
                else "medium"
                if int(counted[1]) <= 2 * _WORDY
                else "long"
            )
        for word in re.findall(r"[\w'-]+", words):
            low = word.lower()
            if low in MOODS:
                self.tones.append(low)
            elif low in LENGTHS:
                self.length = LENGTHS[low]


def find_request(text: str, names: Mapping[str, str]) -> Request:
    """`text` taken apart; `names` are what people call the forms, in lower case, with the form that each means."""
    patterns = _patterns(tuple(names))
    if (found := patterns.head.fullmatch(text)) and not _literal(found):
        return _from_head(found, names)
    if found := patterns.tail.fullmatch(text):
        return _asked(found, found["rest"], names)
    if found := patterns.alone.fullmatch(text):
        return _asked(found, "", names)
    if (found := _LAST.fullmatch(text)) and found["noun"].lower() in names:
        return Request(found["rest"], names[found["noun"].lower()])
    if found := _ASKED.fullmatch(text):
        return Request(found["rest"])
    return Request(text)


class _Patterns(NamedTuple):
    """A request before the subject, after it, and without one."""

    head: re.Pattern[str]
    tail: re.Pattern[str]
    alone: re.Pattern[str]


@functools.cache
def _patterns(names: tuple[str, ...]) -> _Patterns:
    """The patterns for what a command's forms are called; they take a while to make, so once."""
    spoken = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    plain = "|".join(re.escape(word) for word in sorted({*MOODS, *LENGTHS}, key=len, reverse=True))
    words = rf"(?P<before>(?:\d{{2,4}}[ -]words? )?(?:(?:very |really |quite )?(?:{plain})(?:,? and |, | ))*)"
    noun = rf"(?P<noun>{spoken})s?(?: poem| form)?(?P<after>(?: (?:{plain}))*)(?: please)?"
    head = (
        rf"(?P<ask>{ASKING}{_ARTICLE}){words}(?P<extra>[a-z-]+ )??{noun}"
        rf"(?:\s*(?P<aside>,[^,:]{{3,40}})?\s*(?P<colon>[:;,]|\s[-–—(]|[.!](?=\s+(?:it (?:should|must) be )?about\s))\s*"
        rf"|\s+(?P<link>{_LINKS}|of)\s+)(?P<rest>\S.*)"
    )
    tail = (
        rf"(?P<rest>.+?)(?:\s*[,:(]\s*|\s+[-–—]\s*|\s+(?:as|in|like) (?:the form of )?)"
        rf"(?P<ask>{_ARTICLE}){words}{noun}\)?"
    )
    alone = rf"(?P<ask>{ASKING}{_ARTICLE}){words}{noun}"
    return _Patterns(*(re.compile(pattern, _HOW) for pattern in (head, tail, alone)))


def _literal(found: re.Match[str]) -> bool:
    """Whether the form's name belongs to the subject: "story of my life", "the scene of the crime"."""
    ask, noun, link = found["ask"].strip().lower(), found["noun"].lower(), (found["link"] or "").lower()
    if found["extra"] and (
        noun not in PLAIN or ask.endswith("the") or found["extra"].strip().lower() in _OWN
    ):
        return True
    if link in _SAYING and noun not in PLAIN:
        return True
    if link in ("of", "by"):
        return ask == "the" or (not ask and noun in LITERAL)
    return ask == "the" and bool(link)


_OWN = {"my", "your", "our", "his", "her", "their", "this", "that", "no", "and", "or", "about", "of"}


def _from_head(found: re.Match[str], names: Mapping[str, str]) -> Request:
    rest = found["rest"]
    request = _asked(found, rest, names)
    if found["aside"]:
        rest = _aside(found, names, request) + rest
    elif found["colon"] == "," and (cast := _CAST.match(rest)):
        rest = rest[cast.end() :].lstrip(_EDGES)
    rest = re.sub(r"^(?:it (?:should|must) be )?about\s+", "", rest, flags=re.IGNORECASE)
    if extra := (found["extra"] or "").strip():
        rest = f"{extra} for {rest}" if found["link"] == "for" else f"{rest}, {extra}"
    request.rest = rest
    return request


def _aside(found: re.Match[str], names: Mapping[str, str], request: Request) -> str:
    """What stands between a form and the colon after it is how it should be; else it belongs to the subject."""
    said = found["aside"].strip(_EDGES)
    if said.lower() in names or _CAST.fullmatch(said):
        return ""
    if found["colon"] != ":" and not found["rest"].lower().startswith("about "):
        return f"{said}{found['colon']} "
    request.tones.append(said)
    return ""


def _asked(found: re.Match[str], rest: str, names: Mapping[str, str]) -> Request:
    request = Request(rest)
    noun, before = found["noun"].lower(), found["before"].rstrip()
    first, _, last = before.rpartition(" ")
    if (whole := f"{last} {noun}".lower()) in names:  # "short" of a short story is no length
        noun, before = whole, first
    request.take(before)
    request.take(found["after"])
    if noun.startswith(SHORT):
        request.length = "short"
    if noun.startswith("bedtime"):
        request.tones.append("gentle")
    request.form = names[noun]
    if not request.form and (aside := found.groupdict().get("aside")):
        request.form = names.get(aside.strip(_EDGES).lower(), "")
    return request
