"""Words of a plain theme: English ones, single Chinese characters, breaks; and the plain forms of an English word."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Script = Literal["english", "chinese", "other", "break"]

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f"
_TOKEN = re.compile(
    rf"(?P<english>[a-z0-9]+)|(?P<chinese>[{_HAN}])|(?P<other>(?:(?![a-z0-9{_HAN}])[^\W_])+)|(?P<end>[^\w\s'’\-])"
)
_UNSAID = re.compile(r"['’](?:s\b)?|[·・]|(?<=\bmr)\.|(?<=\bmrs)\.|(?<=\bdr)\.")
_VOWELS = frozenset("aeiouy")
_IRREGULAR = {
    "buses": "bus", "gases": "gas", "viruses": "virus", "octopuses": "octopus", "walruses": "walrus", "circuses": "circus",
    "men": "man", "women": "woman", "people": "person", "children": "child", "mice": "mouse", "geese": "goose",
    "teeth": "tooth", "feet": "foot", "wolves": "wolf", "knives": "knife", "leaves": "leaf", "loaves": "loaf",
    "elves": "elf", "wives": "wife", "lives": "life", "halves": "half", "calves": "calf", "shelves": "shelf",
    "scarves": "scarf", "hooves": "hoof", "thieves": "thief", "oxen": "ox", "dice": "die", "cacti": "cactus",
    "octopi": "octopus", "fungi": "fungus", "movies": "movie", "cookies": "cookie", "brownies": "brownie",
    "zombies": "zombie", "selfies": "selfie", "pixies": "pixie", "genies": "genie", "hoodies": "hoodie", "ties": "tie",
    "pies": "pie", "bikes": "bike", "shoes": "shoe", "canoes": "canoe", "toes": "toe", "axes": "axe",
    "eyes": "eye", "waves": "wave", "caves": "cave", "gloves": "glove", "doves": "dove", "olives": "olive",
}  # fmt: skip
_NO_PLURAL = {"rhinoceros", "gas", "lens", "canvas", "christmas", "texas", "atlas", "mars", "yes", "lacrosse"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a Chinese character, or a place where one thought ends ("," and the like)."""

    text: str
    script: Script


def tokens(plain: str) -> list[Token]:
    """`plain`, a text in lower case, as tokens. Accents on Latin letters are dropped."""
    return [
        Token("," if found.lastgroup == "end" else found[0], _script(found.lastgroup))
        for found in _TOKEN.finditer(_UNSAID.sub("", unaccented(plain)))
    ]


def _script(group: str | None) -> Script:
    return "english" if group == "english" else "chinese" if group == "chinese" else "break" if group == "end" else "other"  # fmt: skip


def unaccented(text: str) -> str:
    """`text` with Latin letters bare: "crêpe" is "crepe"; other scripts stay whole."""
    if text.isascii():
        return text
    out = []
    for char in text:
        bare = unicodedata.normalize("NFD", char)
        out.append(bare[0] if bare[0].isascii() else char)
    return "".join(out)


def key(name: str) -> str:
    """A name as it is looked up: "T-Rex" is "t rex", "woman's boot" is "woman boot"."""
    return " ".join(token.text for token in tokens(unicodedata.normalize("NFKC", name).casefold()) if token.script == "english")  # fmt: skip


@lru_cache(4096)
def singular(word: str) -> str:
    """`word` in the singular, as far as its ending tells."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or not word.endswith("s") or word in _NO_PLURAL or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "zzes", "ches", "shes", "oes")):
        return word[:-2]
    return word[:-1]


@lru_cache(4096)
def stems(word: str) -> tuple[str, ...]:
    """The verbs of which `word` may be a form in -ing or -ed, likeliest first."""
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base == word or len(base) < 3 or not _VOWELS & set(base):
            continue
        if base[-1] == base[-2] and base[-1] not in "sle":
            return (base[:-1],)  # running: run
        closed = base[-1] not in _VOWELS | {"w", "x"} and base[-2] in _VOWELS and base[-3] not in _VOWELS
        if closed and len(_syllables(base)) == 1:
            return (base + "e",)  # staring: stare, not star
        return (base, base + "e")
    return ()


def _syllables(word: str) -> list[str]:
    return re.findall(r"[aeiouy]+", word)
