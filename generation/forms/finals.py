"""How Chinese characters rhyme, and their tones, by pypinyin; Simplified and Traditional alike. Pure, torch-free.

Modern Mandarin, in the fourteen groups of rhymes of the *Zhonghua xinyun* (中华新韵, 2005): -an, -ian, -uan and -üan rhyme.
Many old poems rhyme in Middle Chinese only; this does not know it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
Tone = Literal["平", "仄", ""]

# the finals of each group, as pypinyin writes them (v for ü; a bare consonant has the vowel of 支)
_GROUPS = {
    "麻": "a ia ua", "波": "o e uo", "皆": "ie ve ue ê", "开": "ai uai", "微": "ei ui uei", "豪": "ao iao", "尤": "ou iu iou",
    "寒": "an ian uan van", "文": "en in un uen vn", "唐": "ang iang uang", "庚": "eng ing ueng ong iong", "齐": "i v er",
    "姑": "u",
}  # fmt: skip
_GROUP_OF = {final: group for group, finals in _GROUPS.items() for final in finals.split()}
_BUZZED = re.compile(r"(?:[zcs]h?|r)i")  # zhi, chi, shi, ri, zi, ci, si: their i is another vowel
_LEVEL = "12"


@lru_cache(maxsize=30_000)
def readings(char: str) -> tuple[tuple[str, Tone], ...]:
    """The group of rhymes and the tone class of each reading of one character, the usual one first; () if it has none."""
    from pypinyin import Style, pinyin  # here: its dictionaries take half a second to read
    from pypinyin.contrib.tone_convert import to_finals

    if not HAN.fullmatch(char):
        return ()
    syllables = pinyin(char, style=Style.TONE3, heteronym=True, neutral_tone_with_five=True)[0]
    found: list[tuple[str, Tone]] = []
    for syllable in syllables:
        bare = syllable.rstrip("12345")
        group = "支" if _BUZZED.fullmatch(bare) else _GROUP_OF.get(to_finals(bare, strict=True), "")
        if group:
            found.append((group, "平" if syllable[-1] in _LEVEL else "仄"))
    return tuple(dict.fromkeys(found))


def rhyme_group(char: str) -> str:
    """The group of the usual reading; "" for what is no character or has no reading."""
    read = readings(char)
    return read[0][0] if read else ""


def tone(char: str) -> Tone:
    """平 (level: the first and second tone) or 仄 (oblique) of the usual reading; "" for what has none."""
    read = readings(char)
    return read[0][1] if read else ""


def may_rhyme(a: str, b: str) -> bool:
    """Whether two characters have readings of one group; a character and itself do not rhyme."""
    return a != b and bool({group for group, _ in readings(a)} & {group for group, _ in readings(b)})


def rhymes(a: str, b: str) -> bool:
    """Whether the usual readings of two different characters are of one group."""
    return a != b and rhyme_group(a) == rhyme_group(b) != ""
