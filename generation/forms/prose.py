"""Prose: what is asked of every tale, and the grammar of its paragraphs. Pure, torch-free.

Length, an end and no going round in circles can be told by looking. Sense cannot; it is not looked for here.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from generation.forms.repetition import degenerate
from generation.forms.scansion import Fault, lines_of
from generation.forms.structure import Option, Step, kind_of, length_of, stopped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from generation.forms.form import Example
    from generation.forms.structure import Gap
    from generation.wire.jobs import Brief

PARAGRAPH = 90  # words of one that is written, at most
LEAST_LEFT = 12  # words without which no paragraph is begun
FOREIGN = 16  # letters of another script, that may stand in a tale
SLACK = 0.3  # of a length, that a text may miss
# how a turn announces itself, at the beginning of a paragraph
TURNS = (
    "But ", "Then ", "Until ", "One day", "One night", "One morning", "One evening", "That night", "That day", "When ",
    "Suddenly", "Instead", "Yet ", "And then ", "This time", "Only ", "Still, ",
)  # fmt: skip
TURNS_ZH = (
    "但",
    "可是",
    "然而",
    "突然",
    "忽然",
    "直到",
    "有一天",
    "那天",
    "一天",
    "后来",
    "這時",
    "这时",
    "就在",
)
_TURN = re.compile(
    r"\b(?:this time|that day|but|then|until|till|when|suddenly|instead|yet|however|one (?:day|night|morning|evening)|at last|that (?:night|day|"
    r"evening)|only|still|though|so that)\b|" + "|".join(TURNS_ZH),
    re.IGNORECASE,
)
_STOP = re.compile(r"[.!?…。！？]+[\"'”’)\]」』]*")
_MARKS = ("#", "*", "_", "|", "<", ">", "[", "]", "{", "}", "---")
_NOT_FIRST = "0123456789—–-"  # other marks are no beginning of a sentence anyway


def sentences_of(text: str) -> list[str]:
    """The sentences of `text`, each with its stop; what is only begun at the end is none."""
    ends = [stop.end() for stop in _STOP.finditer(text)]
    found = [text[begin:end].strip() for begin, end in pairwise([0, *ends])]
    return [sentence for sentence in found if length_of(sentence)]


def turns(text: str) -> bool:
    """Whether something after the first sentence, and before the last, says that things change: but, until, one day."""
    inner = sentences_of(text)[1:]
    return any(_TURN.search(sentence) for sentence in inner)


def mixed(text: str) -> bool:
    """Whether more than `FOREIGN` letters are of another script than most are. Kana go with Chinese characters; Latin goes with all."""
    scripts = Counter(
        unicodedata.name(char, "?").split(" ")[0].split("-")[0] for char in text if char.isalpha()
    )
    for kana in ("HIRAGANA", "KATAKANA"):
        scripts["CJK"] += scripts.pop(kana, 0)
    main = max(scripts, key=scripts.__getitem__, default="")
    return sum(count for script, count in scripts.items() if script not in (main, "LATIN")) > FOREIGN


def prose_faults(text: str, least: int, most: int) -> list[Fault]:
    """What is amiss with a text that should be whole, and of `least` to `most` words, with some slack."""
    faults = [Fault(reason, 0.2) for reason in degenerate(text)]
    size = length_of(text)
    if not least * (1 - SLACK) <= size <= most * (1 + SLACK):
        near = min(size, most) / max(size, least)
        faults.append(Fault(f"It has {size} words; {least} to {most} are wanted.", 0.8 * near))
    if mixed(text):
        faults.append(Fault("It goes over into another script.", 0.2))
    if not stopped(text.rstrip()):
        faults.append(Fault("It breaks off in the middle of a sentence.", 0.5))
    return faults


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """A tale that is being written in paragraphs of whole sentences; `Paragraphs(least, most)` is an empty page.

    `least` and `most` bound its words. With `turn`, a paragraph in the middle begins as a turn does; with `close`, the last
    one has so many words at most. No paragraph is written twice.
    """

    least: int
    most: int
    turn: bool = False
    close: int = PARAGRAPH
    chinese: bool = False
    words: int = 0
    since_turn: int = -1  # paragraphs after the turn; -1 before it
    written: frozenset[str] = field(default=frozenset())

    @property
    def step(self) -> Step | None:
        """What may come next; None where the tale is over."""
        left = self.most - self.words
        gap: Gap = "yes" if self.words else "no"
        if not self.words:
            return Step((self._paragraph(min(PARAGRAPH, max(LEAST_LEFT, left // 3))),))
        turned = not self.turn or self.since_turn >= 0
        closed = self.since_turn >= 1 if self.turn else True
        may_end = self.words >= self.least and turned and closed
        if left < LEAST_LEFT and turned and closed:
            return None
        room = max(LEAST_LEFT, min(PARAGRAPH, left))
        if turned:
            near_end = self.words + PARAGRAPH // 2 >= self.least
            return Step((self._paragraph(min(room, self.close) if near_end else room),), gap, may_end)
        turn = self._paragraph(max(LEAST_LEFT, min(room, 2 * left // 3)), TURNS_ZH if self.chinese else TURNS)
        if self.words >= self.most // 2:
            return Step((turn,), gap)
        return Step((turn, self._paragraph(max(LEAST_LEFT, min(room, left // 3)))), gap)

    def after(self, line: str) -> Paragraphs:
        """The tale when the paragraph `line` was written.

        Raises:
            ValueError: that paragraph may not come here.
        """
        kind = kind_of(self.step, line)
        since = 0 if kind == "turn" else self.since_turn + (self.since_turn >= 0)
        return replace(
            self,
            words=self.words + length_of(line),
            since_turn=since,
            written=self.written | {line.casefold()},
        )

    def _paragraph(self, most: int, begins: tuple[str, ...] = ()) -> Option:
        return Option(
            "turn" if begins else "paragraph", 3, most, begins, sentence=True, stop=True, without=_MARKS, not_first=_NOT_FIRST,
            taken=self.written,
        )  # fmt: skip


def paragraphs(
    brief: Brief, words: Mapping[str, tuple[int, int]], shown: Sequence[Example], *, turn: bool = False,
    close: int = PARAGRAPH,
) -> Paragraphs:  # fmt: skip
    """An empty page for a brief, whose length has so many words; where it goes on, it need not turn once more.

    No paragraph is one of the earlier piece, or one that a model was `shown`.
    """
    least, most = words[brief.length]
    goes_on = brief.move == "continue"
    told = [*(example.text for example in shown), brief.source if goes_on else ""]
    written = frozenset(line.casefold() for text in told for line in lines_of(text))
    return Paragraphs(least, most, turn and not goes_on, close, brief.language == "zh", written=written)
