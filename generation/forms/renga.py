"""Renga: linked verse, by several hands: three lines of 5-7-5, answered by two of 7-7, answered by 5-7-5, and on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.forms.form import Example, Form
from generation.forms.placing import placed
from generation.forms.plan import Line, Plan
from generation.forms.repetition import plain
from generation.forms.scansion import lines_of, scanned
from generation.forms.verdicts import Verdict

if TYPE_CHECKING:
    from generation.wire.jobs import Brief

LONG: tuple[int, ...] = (5, 7, 5)
SHORT: tuple[int, ...] = (7, 7)
VERSES = {"short": 1, "medium": 2, "long": 4}  # of a chain that begins


def verses(brief: Brief) -> list[tuple[int, ...]]:
    """The verses to write: one that answers the last of the chain so far (`source`), else the beginning of a chain."""
    if brief.move == "continue":
        return [LONG if answers_short(brief.source) else SHORT]
    if brief.source:  # the same chain again: as many lines, from the same verse on
        size = len(lines_of(brief.source))
        begins_short = size % 5 == len(SHORT)
        chain = [SHORT if (n % 2 == 0) is begins_short else LONG for n in range(max(1, round(size / 2.5)))]
        return chain[:1] if brief.move == "shorter" else chain
    return [LONG if n % 2 == 0 else SHORT for n in range(VERSES[brief.length])]


def answers_short(source: str) -> bool:
    """Whether the chain so far ends on a verse of two lines, so that one of three comes next."""
    stanzas = [stanza for stanza in source.strip().split("\n\n") if stanza.strip()]
    return not stanzas or len(lines_of(stanzas[-1])) == len(SHORT)


def plan(brief: Brief, seed: int) -> Plan:
    """The lines of each verse, written small and without a stop, a space between verses."""
    wanted = verses(brief)
    lines = [Line(count, count) for verse in wanted for count in verse]
    breaks = tuple(sum(map(len, wanted[: n + 1])) for n in range(len(wanted) - 1))
    return Plan(
        "latin",
        placed(lines, brief.must, seed, "this renga"),
        capitals=False,
        final_stop=False,
        breaks=breaks,
    )


def check(text: str, brief: Brief) -> Verdict:
    """Verses of 5-7-5 and 7-7 in turn, beginning with the one that answers the verse before, of which no line is said again."""
    verdict = scanned(text, [(count, count) for verse in verses(brief) for count in verse])
    if brief.move != "continue":
        return verdict
    before = {plain(line) for line in lines_of(brief.source)}
    again = [line for line in lines_of(text) if plain(line) in before]
    if not again:
        return verdict
    reasons = tuple(f"“{line}” was said in the verse before." for line in again)
    return Verdict(False, verdict.score * 0.7, (*verdict.reasons, *reasons))


FORM = Form(
    name="renga",
    kind="verse",
    title="Renga",
    description="linked verse: 5-7-5, answered by 7-7, and on; continue it in turns",
    ask="a verse of a renga, the linked poem of several poets: verses of three lines and of two in turn, each answering the one before with a new image",
    check=check,
    tokens={"short": 50, "medium": 90, "long": 180},
    examples=(
        Example(
            "the end of a market day",
            "crates of bruised apples\nthe last stall folds its awning\na dog waits its turn\n\nsomewhere high above the square\nsomeone practises one scale",
        ),
    ),
    one_piece=True,
    aliases=("linked verse", "renku", "连歌", "連歌"),
    language="en",
    plan=plan,
)
