"""A theme as typed, down to words: Discord's markup, mentions, links and pictures of words taken away or spelled out.

What comes out is lower case, NFKC, on one line; emoji have become names, between commas.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINK = re.compile(r"<?(?:https?|ftp|discord)://\S+|www\.\S+", re.IGNORECASE)
_MENTION = re.compile(r"<(?:@[!&]?|#|/[^<>:]{1,100}:|t:)-?\d+(?::\w)?>|@(?:everyone|here)\b")
_CUSTOM_EMOJI = re.compile(r"<a?:(\w{2,32}):\d+>")
_SHORTCODE = re.compile(r":([a-z0-9_+]{2,40}):")
_MARKUP = re.compile(r"[*_~`|>#\\]+")
_SPACES = re.compile(r"\s+")
_VARIATION = ("\ufe0f", "\u20e3")  # drawn in colour, and drawn as a key
_SKIN = range(0x1F3FB, 0x1F400)
_GENDER = re.compile("\u200d[\u2640\u2642]")
_NEUTRAL = str.maketrans(
    "\U0001f468\U0001f469", "\U0001f9d1" * 2
)  # a man's and a woman's trades, as a person's
_LONGEST_EMOJI = 8  # code points


def plain(theme: str, emoji: Mapping[str, str]) -> str:
    """`theme` as words. `emoji`: what each emoji that is known is called, without variation selectors."""
    text = _MENTION.sub(" , ", _LINK.sub(" , ", theme))
    text = _CUSTOM_EMOJI.sub(lambda found: f" , {found[1].replace('_', ' ')} , ", text)
    text = _SHORTCODE.sub(lambda found: f" , {found[1].replace('_', ' ')} , ", text.casefold())
    text = unicodedata.normalize("NFKC", _spelled(text, emoji)).casefold()
    kinds = ((char, unicodedata.category(char)) for char in text)
    text = "".join(" " if kind in ("Cc", "Cs", "Co", "Cn") else char for char, kind in kinds if kind != "Cf")
    return _SPACES.sub(" ", _MARKUP.sub(" ", text)).strip()


def _spelled(text: str, emoji: Mapping[str, str]) -> str:
    """`text` with every emoji named: by the longest one known, else by Unicode's name for it."""
    text = "".join(char for char in text if char not in _VARIATION and ord(char) not in _SKIN)
    out, at = [], 0
    while at < len(text):
        if text[at].isascii() or unicodedata.category(text[at])[0] in "LMNZ":
            out.append(text[at])
            at += 1
            continue
        for size in range(min(_LONGEST_EMOJI, len(text) - at), 0, -1):
            drawn = text[at : at + size]
            name = emoji.get(drawn) or emoji.get(_GENDER.sub("", drawn).translate(_NEUTRAL))
            if name is not None:
                out.append(f" , {name} , ")
                at += size
                break
        else:
            if unicodedata.category(text[at]) == "So" and ord(text[at]) >= 0x2600:
                named = unicodedata.name(text[at], "")
                out.append(" , " if "REGIONAL INDICATOR" in named else f" , {named.casefold()} , ")
            else:
                out.append(text[at])
            at += 1
    return "".join(out)
