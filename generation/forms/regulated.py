"""Regulated verse (近体诗): what the four classical Chinese forms share: lines of five or seven characters, one rhyme, tones.

The even lines rhyme, and the first may; two even lines never end on one character. How tones alternate is a pattern that
a decoder is drawn towards, and no part of whether a poem keeps its form: few poems keep it throughout.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from generation.forms.errors import InvalidBriefError
from generation.forms.finals import HAN, may_rhyme, readings
from generation.forms.plan import Line, Plan
from generation.forms.scansion import Fault, count_of_lines, judged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief

_BREAK = re.compile(r"[\n，。！？；、,.!?;]+")
_QUIET = re.compile(r"[\s\u3000“”‘’「」『』《》（）()—…·：:\-\"']")
# the four kinds of line: how it begins and how it ends (平 level, 仄 oblique, 中 either)
_FIVE = {"A": "中仄平平仄", "B": "平平仄仄平", "C": "中平平仄仄", "D": "中仄仄平平"}
_SEVEN = {"A": "中平中仄平平仄", "B": "中仄平平仄仄平", "C": "中仄中平平仄仄", "D": "中平中仄仄平平"}
# their order, by whether the first line rhymes and how it begins
_ORDERS = {(False, 0): "ABCD", (False, 1): "CDAB", (True, 0): "DBCD", (True, 1): "BDAB"}


def verses_of(text: str) -> list[str]:
    """The lines of a Chinese poem, however it is laid out: what stands between its stops and line breaks, without marks."""
    return [line for part in _BREAK.split(text) if (line := _QUIET.sub("", part))]


def regulated_plan(brief: Brief, seed: int, lines: int, size: int, name: str) -> Plan:
    """`lines` lines of `size` characters; the seed picks one of the tonal patterns, and whether the first line rhymes.

    Raises:
        InvalidBriefError: a word to include is not Chinese, or no line has room for it.
    """
    first = seed % 2 == (1 if size == 5 else 0)  # of seven characters most poems rhyme at once
    order = _ORDERS[first, seed // 2 % 2]
    order += "ABCD" * (lines // 4 - 1) if order.endswith("CD") else "CDAB" * (lines // 4 - 1)
    kinds = _FIVE if size == 5 else _SEVEN
    held = _held(brief.must, lines, size, seed, name)
    return Plan(
        "han",
        tuple(
            Line(size, size, "a" if n % 2 or (n == 0 and first) else "", must=held[n]) for n in range(lines)
        ),
        capitals=False,
        final_stop=True,
        tones=tuple(kinds[kind] for kind in order),
    )


def regulated_check(text: str, lines: int, size: int) -> Verdict:
    """Whether `text` has `lines` lines of `size` characters, the even ones on one rhyme and on different characters."""
    found = verses_of(text)
    faults = []
    if len(found) != lines:
        faults.append(Fault(count_of_lines(len(found), str(lines)), 0.2))
    for n, line in enumerate(found, 1):
        if any(not HAN.fullmatch(char) for char in line):
            faults.append(Fault(f"Line {n} has more than Chinese characters in it (“{line[:20]}”)."))
        elif len(line) != size:
            faults.append(Fault(f"Line {n} has {len(line)} characters; {size} are wanted.", 0.5))
    faults += _unrhymed([line[-1] for line in found[1::2]])
    return judged(faults, sum(1 - fault.worth for fault in faults) / lines)


def _unrhymed(ends: Sequence[str]) -> list[Fault]:
    """What is amiss with the rhymes of the even lines: there is a reading of each so that all are of one group."""
    groups = [{group for group, _ in readings(char)} for char in ends]
    faults = []
    if unknown := [char for char, group in zip(ends, groups, strict=True) if not group]:
        return [Fault(f"I do not know how “{unknown[0]}” is read, so it rhymes with nothing.")]
    for n, char in enumerate(ends):
        if char in ends[:n]:
            faults.append(Fault(f"Lines {2 * ends.index(char) + 2} and {2 * n + 2} end on the same character (“{char}”).", 0.4))  # fmt: skip
        elif not may_rhyme(ends[0], char) and n:
            faults.append(Fault(f"Lines 2 and {2 * n + 2} do not rhyme (“{ends[0]}”, “{char}”)."))
    if not faults and len(groups) > 1 and not set.intersection(*groups):
        faults.append(Fault(f"The even lines do not all rhyme with each other ({'、'.join(ends)}).", 0.5))
    return faults


def _held(must: Sequence[str], lines: int, size: int, seed: int, name: str) -> list[tuple[str, ...]]:
    """The words to include, each in a line with room; lines that rhyme keep their last character free."""
    held: list[tuple[str, ...]] = [() for _ in range(lines)]
    for word in must:
        if not all(HAN.fullmatch(char) for char in word):
            raise InvalidBriefError(
                f"“{word}” is not written in Chinese characters, and {name} holds no others."
            )
        if len(word) > size - 1:
            raise InvalidBriefError(
                f"“{word}” has {len(word)} characters, and no line of {name} has room for it."
            )
    for n, word in enumerate(sorted(must, key=len, reverse=True)):
        for k in range(lines):
            at = (seed + n + k) % lines
            if sum(map(len, held[at])) + len(word) <= size - 1:
                held[at] = (*held[at], word)
                break
        else:
            raise InvalidBriefError(
                f"No poem of {lines} lines has room for all of those words; ask for fewer."
            )
    return held
