"""Names of emoji and stickers: checked, and suggested from what a picture shows. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from generation.forms.brief import clean
from studio.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

EMOJI_NAME = re.compile(r"[A-Za-z0-9_]{2,32}")
EMOJI_LEAST, EMOJI_MOST = 2, 32
STICKER_LEAST, STICKER_MOST = 2, 30
DESCRIPTION_LEAST, DESCRIPTION_MOST = 2, 100
TAG_MOST = 12  # code points: the longest families of emoji
USUAL_TAG = "🎨"
WITHOUT_WORDS = "picture"

# Small on purpose: moderators see every name in the audit log, and this keeps out what nobody has to think about.
_RUDE = """
anus arse arsehole ass asshole bastard bitch bollocks boner boob boobs chink clit cock coon cum cunt dick dildo dyke fag
faggot gook hitler hoe jizz kike kkk nazi nude nudes paki penis piss poof porn prick pussy rape rapist retard retarded
shit slut spic tits tranny twat vagina wank wanker whore
"""
RUDE_WORDS = frozenset(_RUDE.split())
RUDE_PARTS = (
    "fuck",
    "nigg",
    "cunt",
    "faggot",
    "asshole",
    "bitch",
    "shithe",
    "bullshit",
    "傻逼",
    "操你",
    "妈的",
    "鸡巴",
    "婊子",
)
_LOOKS_LIKE = str.maketrans("013457$@!", "oieastsai")


def emoji_name(typed: str, taken: Collection[str], words: Sequence[str]) -> str:
    """The name that was typed, or one from `words` where none was; `taken` are the server's.

    Raises:
        Refusal: it cannot be an emoji's; the sentence says why, and offers one.
    """
    name = typed.strip().strip(":") or suggestion(words, taken)
    if not EMOJI_NAME.fullmatch(name):
        raise Refusal(
            f"An emoji's name is {EMOJI_LEAST} to {EMOJI_MOST} letters (a to z), digits or underscores; "
            f"how about {suggestion(words, taken)}?"
        )
    _polite(name, suggestion(words, taken))
    if name.casefold() in {other.casefold() for other in taken}:
        raise Refusal(
            f"This server has an emoji named {name} already; how about {suggestion(words, taken, name)}?"
        )
    return name


def sticker_name(typed: str, taken: Collection[str], words: Sequence[str]) -> str:
    """As `emoji_name`, by a sticker's rules: 2 to 30 characters of any sort.

    Raises:
        Refusal: it cannot be a sticker's; the sentence says why, and offers one.
    """
    name = clean(typed) or suggestion(words, taken, most=STICKER_MOST)
    offered = suggestion(words, taken, most=STICKER_MOST)
    if not STICKER_LEAST <= len(name) <= STICKER_MOST:
        raise Refusal(
            f"A sticker's name has {STICKER_LEAST} to {STICKER_MOST} characters; how about {offered}?"
        )
    _polite(name, offered)
    if name.casefold() in {other.casefold() for other in taken}:
        raise Refusal(f"This server has a sticker of that name already; how about {offered}?")
    return name


def tag_emoji(typed: str) -> str:
    """The one emoji that a sticker is found by; `USUAL_TAG` where none was typed.

    Raises:
        Refusal: it is no emoji.
    """
    tag = typed.strip() or USUAL_TAG
    symbols = [char for char in tag if unicodedata.category(char) in ("So", "Sk")]
    keycap = "\u20e3" in tag
    others = [char for char in tag if unicodedata.category(char)[0] in "LPZC" and char != "\u200d"]
    if len(tag) > TAG_MOST or not (symbols or keycap) or (others and not keycap):
        raise Refusal("A sticker is found by one emoji, for example 🦊; type just that.")
    return tag


def description(alt: str) -> str:
    """A sticker's description from a picture's alt text: 2 to 100 characters, or none."""
    text = clean(alt)
    if len(text) > DESCRIPTION_MOST:
        text = text[: DESCRIPTION_MOST - 1].rpartition(" ")[0].rstrip(" ,;") + "…"
    return text if len(text) >= DESCRIPTION_LEAST else ""


def suggestion(words: Sequence[str], taken: Collection[str], typed: str = "", most: int = EMOJI_MOST) -> str:
    """A free and valid name, from `typed` or else the first two of `words`, with a number where it is taken."""
    stem = typed or "_".join(part for word in words[:2] if (part := _plain(word)))
    if len(stem) < EMOJI_LEAST or _is_rude(stem):
        stem = WITHOUT_WORDS
    names = {name.casefold() for name in taken}
    stem = stem[:most].rstrip("_")
    if stem.casefold() not in names:
        return stem
    number = 2
    while f"{stem[: most - 4]}_{number}".casefold() in names:
        number += 1
    return f"{stem[: most - 4]}_{number}"


def _plain(word: str) -> str:
    """`word` in the letters that an emoji's name may have; accents go, other scripts too."""
    bare = unicodedata.normalize("NFKD", word.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", bare).strip("_")


def _polite(name: str, offered: str) -> None:
    if _is_rude(name):
        raise Refusal(f"I would rather not use that name; how about {offered}?")


def _is_rude(name: str) -> bool:
    plain = name.casefold()
    for text in (plain, plain.translate(_LOOKS_LIKE)):
        words = re.split(r"[\W_]+", text)
        if not RUDE_WORDS.isdisjoint(words) or "".join(words) in RUDE_WORDS:
            return True
        if any(part in "".join(words) for part in RUDE_PARTS):
            return True
    return False
