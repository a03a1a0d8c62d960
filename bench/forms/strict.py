"""Whether a text keeps its form, counted again: nothing of `generation.forms` is read here.

Each counter takes the text and what the form is built on, and gives "" where it is kept in every reading, else one
sentence. What the forms are, in figures, is written in `docs/writing.md`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fountain_parser import parse
from pypinyin import Style, lazy_pinyin

from bench.forms.cmu import line_counts, scheme_fault, words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_HAN = re.compile(r"[\u3400-\u9fff]")
_CLAUSE = re.compile(r"[，。！？；、,.!?;\s]+")
# the fourteen rhymes of modern Chinese (中华新韵), by final
_GROUPS = (
    "a ia ua", "o e uo", "ie ve ue", "ai uai", "ei ui uei", "ao iao", "ou iu iou", "an ian uan van",
    "en in un vn uen", "ang iang uang", "eng ing ueng ong iong", "i v er", "u",
)  # fmt: skip
_GROUP = {final: n for n, finals in enumerate(_GROUPS) for final in finals.split()}
_BUZZED = len(_GROUPS)  # the i of zhi, chi, shi, ri, zi, ci, si: a rhyme of its own
_BUZZING = re.compile(r"(?:[zcs]h?|r)i$")


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _counted(lines: Sequence[str], bounds: Sequence[tuple[int, int]]) -> str:
    """Nothing where every line has as many syllables as `bounds` say, in every reading."""
    if len(lines) != len(bounds):
        return f"It has {len(lines)} lines, not {len(bounds)}."
    for number, (line, (least, most)) in enumerate(zip(lines, bounds, strict=True), 1):
        counts = line_counts(line)
        if re.search(r"\d", line):
            return f"Line {number} has digits."
        if min(counts) < least or max(counts) > most:
            told = " or ".join(str(count) for count in sorted(counts))
            return f"Line {number} has {told} syllables, not {least}{'' if least == most else f' to {most}'}."
    return ""


def haiku(text: str, given: str = "") -> str:  # noqa: ARG001 - every counter is called alike
    return _counted(lines_of(text), [(5, 5), (7, 7), (5, 5)])


def limerick(text: str, given: str = "") -> str:  # noqa: ARG001
    lines = lines_of(text)
    return _counted(lines, [(7, 10), (7, 10), (5, 7), (5, 7), (7, 10)]) or scheme_fault(lines, "aabba")


def couplet(text: str, given: str = "") -> str:  # noqa: ARG001
    lines = lines_of(text)
    if fault := _counted(lines, [(6, 14)] * 2):
        return fault
    lengths = [line_counts(line) for line in lines]
    if max(map(max, lengths)) - min(map(min, lengths)) > 2:
        return "One line is longer than the other by more than two syllables."
    return scheme_fault(lines, "aa")


def quatrain(text: str, given: str = "") -> str:  # noqa: ARG001
    lines = lines_of(text)
    fault = _counted(lines, [(5, 13)] * 4)
    return fault or min((scheme_fault(lines, scheme) for scheme in ("aabb", "abab", "abba")), key=bool)


def sonnet(text: str, given: str = "") -> str:  # noqa: ARG001
    lines = lines_of(text)
    return _counted(lines, [(9, 11)] * 14) or scheme_fault(lines, "ababcdcdefefgg")


def acrostic(text: str, given: str) -> str:
    lines = lines_of(text)
    spelt = "".join(next((char for char in line if char.isalpha()), "?") for line in lines)
    if spelt.casefold() != given.casefold():
        return f"It spells {spelt}."
    return next((f"A line has one word: {line}" for line in lines if len(words(line)) < 2), "")


def ballad(text: str, given: str = "") -> str:  # noqa: ARG001
    lines = lines_of(text)
    if len(lines) < 8 or len(lines) % 4:
        return f"It has {len(lines)} lines, not stanzas of four."
    for start in range(0, len(lines), 4):
        stanza = lines[start : start + 4]
        if fault := _counted(stanza, [(7, 9), (5, 7), (7, 9), (5, 7)]) or scheme_fault(stanza, ".a.a"):
            return f"Stanza {start // 4 + 1}: {fault}"
    return ""


def free_verse(text: str, given: str = "") -> str:  # noqa: ARG001
    lines = lines_of(text)
    if len(lines) < 3:
        return f"It has {len(lines)} lines."
    if long := next((line for line in lines if len(line) > 90), ""):
        return f"A line is a paragraph: {long[:40]}…"
    bare = [" ".join(words(line)) or line for line in lines]
    if len(set(bare)) < 0.8 * len(bare):
        return "Lines come again and again."
    return ""


def scene(text: str, given: str = "") -> str:  # noqa: ARG001
    script = parse(text)
    scenes = script.scenes
    if not scenes or scenes[0].heading is None:
        return "It does not begin with a heading."
    if len(script.character_names) < 2:
        return f"{len(script.character_names)} speak."
    blocks = script.dialogue_blocks
    if len(blocks) < 3:
        return f"It has {len(blocks)} speeches."
    if silent := next((block.character.name for block in blocks if not block.spoken_text.strip()), ""):
        return f"A cue has nothing to say: {silent}."
    said = [block.spoken_text for block in blocks]
    return "Speeches come again and again." if len(set(said)) < 0.7 * len(said) else ""


def chinese(lines: int, characters: int) -> Callable[[str, str], str]:
    """The counter of regulated verse: so many lines of so many characters, even ones rhyming in a level tone."""

    def count(text: str, given: str = "") -> str:  # noqa: ARG001
        found = [one for one in _CLAUSE.split(text) if one]
        if len(found) != lines:
            return f"It has {len(found)} lines, not {lines}."
        for number, line in enumerate(found, 1):
            if len(line) != characters or len(_HAN.findall(line)) != characters:
                return f"Line {number} is not {characters} characters: {line[:20]}"
        common = set.intersection(*(_rhymes(line) for line in found[1::2]))
        if not common:
            return (
                f"The even lines do not rhyme in a level tone: {' '.join(line[-1] for line in found[1::2])}."
            )
        last = [line[-1] for line in found[1::2]]
        return "A rhyme is a character again." if len(set(last)) < len(last) else ""

    return count


def _rhymes(line: str) -> set[int]:
    """The rhymes of a line's last character in level tones: as pypinyin reads it in the line, and as it does alone."""
    found = set()
    for text in (line, line[-1]):
        final = lazy_pinyin(text, style=Style.FINALS_TONE3, neutral_tone_with_five=True)[-1]
        buzzed = _BUZZING.fullmatch(lazy_pinyin(text, style=Style.NORMAL)[-1])
        if final[-1] in "12":
            found.add(_BUZZED if buzzed else _GROUP.get(final[:-1], -1))
    return found - {-1}


STRICT: dict[str, Callable[[str, str], str]] = {
    "haiku": haiku, "limerick": limerick, "couplet": couplet, "quatrain": quatrain, "sonnet": sonnet,
    "acrostic": acrostic, "ballad": ballad, "free verse": free_verse, "scene": scene,
    "wujue": chinese(4, 5), "qijue": chinese(4, 7), "wulü": chinese(8, 5), "qilü": chinese(8, 7),
}  # fmt: skip
