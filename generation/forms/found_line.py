"""Found line: a quatrain that grows out of a line of yours, which it begins or ends with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms.errors import InvalidBriefError
from generation.forms.form import Example, Form
from generation.forms.placing import placed, size_of
from generation.forms.plan import Line, Plan
from generation.forms.scansion import (
    Fault,
    count_of_lines,
    judged,
    last_word,
    lines_of,
    rhyme_faults,
    syllable_fault,
)
from generation.forms.sounds import partners, sounds, words_of

if TYPE_CHECKING:
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief

SCHEMES = ("abab", "aabb")
LEAST, MOST = 2, 14  # words
SHORTEST, LONGEST = 5, 14  # syllables
SPREAD = 1  # how far the other lines may be from its length, in syllables, as written
PASSES = 4  # and to pass
PARTNERS = 5  # words that rhyme with its last one, at least


def found(given: str) -> int:
    """The syllables of the line to find.

    Raises:
        InvalidBriefError: it is too long or too short, cannot be counted, or nothing rhymes with its last word.
    """
    words = words_of(given)
    if not LEAST <= len(words) <= MOST:
        raise InvalidBriefError(f"A line to find has {LEAST} to {MOST} words; that one has {len(words)}.")
    size = size_of(given)
    if not SHORTEST <= size <= LONGEST:
        raise InvalidBriefError(f"A line to find has {SHORTEST} to {LONGEST} syllables; that one has {size}.")
    last = words[-1]
    if not sounds(last):
        raise InvalidBriefError(f"I do not know how “{last}” is said, so nothing can rhyme with it; end the line on another word.")  # fmt: skip
    if partners(last, PARTNERS) < PARTNERS:
        raise InvalidBriefError(f"Nothing surely rhymes with “{last}”; end the line on another word.")
    return size


def plan(brief: Brief, seed: int) -> Plan:
    """Four lines of one length, give or take a syllable; the given one is the first, or the last where half the seed is odd.

    An odd seed rhymes them a a b b.
    """
    size = found(brief.given)
    scheme = SCHEMES[seed % 2]
    at = 3 if seed // 2 % 2 else 0
    lines = [
        Line(size, size, rhyme, text=brief.given.strip(), ends_with=last_word(brief.given)) if n == at
        else Line(max(4, size - SPREAD), size + SPREAD, rhyme, ("01" * LONGEST)[: size + SPREAD])
        for n, rhyme in enumerate(scheme)
    ]  # fmt: skip
    return Plan("latin", placed(lines, brief.must, seed, "this poem"), capitals=True, final_stop=True)


def check(text: str, brief: Brief) -> Verdict:
    """Four lines that rhyme a b a b or a a b b, the given line one of them, the others near it in length."""
    size = found(brief.given)
    lines = lines_of(text)
    faults = []
    if len(lines) != len(SCHEMES[0]):
        faults.append(Fault(count_of_lines(len(lines), str(len(SCHEMES[0]))), 0.3))
    else:
        unrhymed = min((rhyme_faults(lines, scheme) for scheme in SCHEMES), key=len)
        faults += unrhymed
    same = [n for n, line in enumerate(lines, 1) if _bare(line) == _bare(brief.given)]
    if not same:
        faults.append(Fault("The line that was given is not in it."))
    for n, line in enumerate(lines, 1):
        if n not in same and (fault := syllable_fault(n, line, max(2, size - PASSES), size + PASSES)):
            faults.append(fault)
    return judged(faults, sum(1 - fault.worth for fault in faults) / 4)


def _bare(line: str) -> list[str]:
    return [word.casefold().replace("’", "'") for word in words_of(line)]


FORM = Form(
    name="found line",
    kind="verse",
    title="Found line",
    description="four lines that grow out of a line of yours",
    ask="a poem of four rhyming lines, one of which is the given line, word for word",
    check=check,
    tokens={"short": 100, "medium": 100, "long": 100},
    examples=(
        Example(
            "the line “nobody came to fix the light”, an old stairwell",
            "Nobody came to fix the light,\nso now we know the stairs by heart:\neleven left and nine to the right,\nand then the place where the floorboards part.",
        ),
    ),
    one_piece=True,
    aliases=("found poem",),
    given="line",
    language="en",
    plan=plan,
)
