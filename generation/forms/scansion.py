"""Whether the lines of a text have the syllables and the rhymes of their form. Pure.

Strict: a line counts right and two words rhyme only if they do under every pronunciation that CMUdict lists. What holds
under some is told apart from what does not, and scores between.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from generation.forms.sounds import counts, line_counts, may_rhyme, rhymes, sounds, words_of
from generation.forms.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SOME_READING = 0.8  # what a line or a rhyme is worth that holds under some pronunciation only
_SAME_WORD = 0.4  # and a word that is rhymed with itself


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is amiss, in a sentence, and how much of its part still holds, in [0, 1)."""

    reason: str
    worth: float = 0.0


def lines_of(text: str) -> list[str]:
    """The lines of `text` that are not blank, without spaces at their edges."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def last_word(line: str) -> str:
    """The word that `line` ends on; "" where it has none."""
    return (words_of(line) or [""])[-1]


def scanned(text: str, ranges: Sequence[tuple[int, int]], schemes: Sequence[str] = ("",)) -> Verdict:
    """Hold `text` to a line for each of `ranges` (least and most syllables) and to one of `schemes`.

    A scheme has a letter a line, and lines with one letter rhyme; a full stop there, or nothing, rhymes with nothing.
    The scheme that `text` comes nearest to is the one that is spoken of.
    """
    lines = lines_of(text)
    if len(lines) != len(ranges):
        return Verdict(
            False, _nearness(len(lines), len(ranges)) * 0.5, (count_of_lines(len(lines), str(len(ranges))),)
        )
    uneven = [
        syllable_fault(n, line, *bounds)
        for n, (line, bounds) in enumerate(zip(lines, ranges, strict=True), 1)
    ]
    unrhymed = min((rhyme_faults(lines, scheme) for scheme in schemes), key=lambda faults: sum(1 - fault.worth for fault in faults))  # fmt: skip
    pairs = max(len(_pairs(schemes[0])), 1)
    faults = [fault for fault in uneven if fault is not None]
    lost = (
        sum(1 - fault.worth for fault in faults) / len(lines)
        + sum(1 - fault.worth for fault in unrhymed) / pairs
    )
    faults += unrhymed
    return judged(faults, lost / (2 if any(schemes) else 1))


def judged(faults: Iterable[Fault], lost: float) -> Verdict:
    """A verdict of these faults, by which `lost` is lost: about 1 where nothing of a form is left, more if much is wrong."""
    reasons = tuple(fault.reason for fault in faults)
    return Verdict(not reasons, 1.0 / (1.0 + lost) if reasons else 1.0, reasons)


def syllable_fault(number: int, line: str, least: int, most: int) -> Fault | None:
    """What is amiss with the count of line `number` (from 1), which wants `least` to `most` syllables; None if nothing."""
    totals = line_counts(line)
    wanted = f"{_spelt(least, most)} {'is' if (least, most) == (1, 1) else 'are'} wanted"
    if not totals:
        unknown = next(word for word in words_of(line) if not counts(word))
        return Fault(f"Line {number} has “{unknown}” in it, and I cannot count the syllables of that.")
    if all(least <= total <= most for total in totals):
        return None
    if any(least <= total <= most for total in totals):
        doubted = ", ".join(f"“{word}”" for word in dict.fromkeys(words_of(line)) if len(counts(word)) > 1)
        said = f"depending on how one says {doubted}"
        return Fault(
            f"Line {number} has {_spelt(min(totals), max(totals))} syllables, {said}; {wanted}.",
            _SOME_READING,
        )
    off = min(abs(total - bound) for total in totals for bound in (least, most))
    count = _spelt(min(totals), max(totals))
    return Fault(
        f"Line {number} has {count} syllable{'s' if count != '1' else ''}; {wanted}.", 0.6 / (1 + off)
    )


def rhyme_faults(lines: Sequence[str], scheme: str) -> list[Fault]:
    """What is amiss with the rhymes of `lines`, a letter of `scheme` for each."""
    faults = []
    for i, j in _pairs(scheme):
        a, b = last_word(lines[i]), last_word(lines[j])
        where = f"Lines {i + 1} and {j + 1}"
        if rhymes(a, b):
            continue
        if a.casefold() == b.casefold():
            faults.append(Fault(f"{where} end on the same word (“{a}”).", _SAME_WORD))
        elif unknown := next((word for word in (a, b) if not sounds(word)), ""):
            faults.append(Fault(f"{where} should rhyme, and I do not know how “{unknown}” is said."))
        elif may_rhyme(a, b):
            faults.append(Fault(f"{where} do not surely rhyme (“{a}”, “{b}”).", _SOME_READING))
        else:
            faults.append(Fault(f"{where} do not rhyme (“{a}”, “{b}”)."))
    return faults


def _pairs(scheme: str) -> list[tuple[int, int]]:
    return [(i, j) for i, j in combinations(range(len(scheme)), 2) if scheme[i] == scheme[j] != "."]


def _nearness(has: int, wants: int) -> float:
    return min(has, wants) / max(has, wants, 1)


def count_of_lines(has: int, wanted: str) -> str:
    """The sentence that says how many lines there are and how many are wanted."""
    return f"There {'is' if has == 1 else 'are'} {has} line{'' if has == 1 else 's'}; {wanted} are wanted."


def _spelt(least: int, most: int) -> str:
    if least == most:
        return str(least)
    return f"{least} or {most}" if most == least + 1 else f"{least} to {most}"
