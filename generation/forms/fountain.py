"""Fountain, the plain text of screenplays: the grammar of one scene, and how a scene is read. Pure, torch-free.

A scene is a heading (INT. KITCHEN - NIGHT), then action, cues in capitals and under each cue what is said. Those of its cast
speak (`cast.py`), nobody twice in a row, no speech is said again, and it ends when enough was said: `Scene` is the state machine that
holds a decoder to that (see `generation.forms.structure` for how); what it lets through, `fountain-parser` reads as the same
lines. Parentheticals, transitions, notes and emphasis may be read, but are not written here.

    first line     a heading                             (no blank line before)
    heading     →  action | cue                          (a blank line before, here and below)
    action      →  cue
    cue         →  speech                                (no blank line before)
    speech      →  cue | action | the end, from `least` speeches on; only the end after `most`

In Chinese a cue begins with @, since its characters have no capitals.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import fountain_parser
from fountain_parser.ast import Character, SceneHeading

from generation.forms.cast import PEOPLE, cast_of
from generation.forms.repetition import degenerate
from generation.forms.scansion import Fault, judged, lines_of
from generation.forms.structure import Option, Step, kind_of, length_of, stopped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fountain_parser.ast import Screenplay

    from generation.forms.form import Example
    from generation.forms.verdicts import Verdict
    from generation.wire.jobs import Brief

SPEAKERS = 3  # at most
SPEECH = 45  # words of one that is written, at most
SHORTEST = 6  # words without which no speech is begun
REFRAIN = 2  # times that a speech may be said
LEAST_SPEECHES = 4  # that pass
_MARKS = ("/*", "*/", "[[", "]]", "*", "_", "#", "=", ">", "<", "~", "@", "^", "{", "}", "|", "TO:")
_NOT_FIRST = ".,;:!?-–—()[]'\"”’/&0123456789…"
_PLACES = ("INT. ", "EXT. ")
Kind = Literal["", "heading", "action", "cue", "speech"]


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene that is being written; `Scene(cast, least, most)` is an empty page. `least` and `most` bound its speeches.

    `said` are lines that may not come again, in small letters. `cast` are those who speak, two at least: nobody else does.
    """

    cast: tuple[str, ...]
    least: int = 6
    most: int = 14
    last: Kind = ""
    speeches: int = 0
    speaker: str = ""
    said: frozenset[str] = field(default=frozenset())

    @property
    def step(self) -> Step | None:
        """What may come next; None where the scene is over."""
        match self.last:
            case "":
                return Step((_heading(),))
            case "heading":
                return Step((self._action(), self._cue()), "yes")
            case "action":
                return Step((self._cue(),), "yes")
            case "cue":
                return Step((_speech(self.said),))
        if self.speeches >= self.most:
            return None
        return Step((self._cue(), self._action()), "yes", self.speeches >= self.least)

    def after(self, line: str) -> Scene:
        """The scene when `line` was written.

        Raises:
            ValueError: that line may not come here.
        """
        kind = kind_of(self.step, line)
        said = self.said | {line.casefold()}
        if kind == "cue":
            return replace(self, last="cue", speaker=line)
        if kind == "speech":
            return replace(self, last="speech", speeches=self.speeches + 1, said=said)
        if kind == "action":
            return replace(self, last="action", said=said)
        return replace(self, last="heading")

    def _heading(self) -> Option:
        return Option(
            "heading", 2, 9, _PLACES, capitals=True, without=(*_MARKS, ":", "?", "!", "(", ")", '"')
        )

    def _action(self) -> Option:
        return Option(
            "action",
            3,
            40,
            sentence=True,
            stop=True,
            quiet=True,
            without=(*_MARKS, *_PLACES),
            not_first=_NOT_FIRST,
            taken=self.said,
        )

    def _cue(self) -> Option:
        return Option("cue", whole=tuple(name for name in self.cast if name != self.speaker))


@dataclass(frozen=True, slots=True)
class Monologue:
    """A monologue that is being written: a heading, one cue, and under it lines of speech; `least` to `most` words in all.

    `name` is whose cue it is.
    """

    least: int
    most: int
    name: str
    lines: int = 0
    words: int = 0
    said: frozenset[str] = field(default=frozenset())

    @property
    def step(self) -> Step | None:
        """What may come next; None where all was said."""
        if self.lines == 0:
            return Step((_heading(),))
        if self.lines == 1:
            return Step((Option("cue", whole=(self.name,)),), "yes")
        left = self.most - self.words
        if left < SHORTEST:
            return None
        return Step((_speech(self.said, min(SPEECH, left)),), "no", self.words >= self.least)

    def after(self, line: str) -> Monologue:
        """The monologue when `line` was written.

        Raises:
            ValueError: that line may not come here.
        """
        said = kind_of(self.step, line) == "speech"
        return replace(
            self, lines=self.lines + 1, words=self.words + length_of(line),
            said=self.said | {line.casefold()} if said else self.said,
        )  # fmt: skip


def scene_for(
    brief: Brief, seed: int, speeches: Mapping[str, tuple[int, int]], shown: Sequence[Example] = ()
) -> Scene:
    """An empty page for `brief`, whose length has so many speeches; where it goes on, the page after its source.

    There the same people speak, not the last of them first, and nothing that was said is said again. Nor is what a model
    was `shown` to see what is meant; it would copy its people and their lines.
    """
    least, most = speeches[brief.length]
    told = frozenset(line.casefold() for example in shown for line in lines_of(example.text))
    chinese = brief.language == "zh"
    drawn = cast_of(brief.theme, seed, chinese=chinese, barred=told)
    scene = Scene(drawn, least, most, said=told)
    if brief.move != "continue":
        return scene
    names = [element.name for element in screenplay(brief.source).elements if isinstance(element, Character)]
    latest = list(dict.fromkeys(reversed(names)))[:SPEAKERS]
    spoke = tuple(f"@{name}" if chinese else name for name in reversed(latest))
    said = frozenset(line.casefold() for line in lines_of(brief.source))
    cast = (*spoke, *(name for name in drawn if name not in spoke))[: max(PEOPLE, len(spoke))]
    return replace(
        scene, last="speech" if spoke else "heading", cast=cast, speaker=spoke[-1] if spoke else "", said=said
    )


def monologue_for(brief: Brief, seed: int, words: Mapping[str, tuple[int, int]]) -> Monologue:
    """An empty page for `brief`, whose length has so many words; where it goes on, the same person's next cue."""
    least, most = words[brief.length]
    chinese = brief.language == "zh"
    names = screenplay(brief.source).character_names if brief.move == "continue" else []
    if not names:
        return Monologue(least, most, cast_of("", seed, chinese=chinese)[0])
    said = frozenset(line.casefold() for line in lines_of(brief.source))
    return Monologue(least, most, f"@{names[0]}" if chinese else names[0], lines=1, said=said)


def _heading() -> Option:
    return Option("heading", 2, 9, _PLACES, capitals=True, without=(*_MARKS, ":", "?", "!", "(", ")", '"'))


def _speech(said: frozenset[str], most: int = SPEECH) -> Option:
    return Option(
        "speech",
        1,
        most,
        sentence=True,
        stop=True,
        without=(*_MARKS, *_PLACES),
        not_first=_NOT_FIRST,
        taken=said,
    )


def screenplay(text: str) -> Screenplay:
    """`text` as fountain-parser reads it; it reads any."""
    return fountain_parser.parse(text)


def scene_verdict(text: str) -> Verdict:
    """Whether `text` is one scene: a heading first, two people who speak four times at least, a whole end, no loop."""
    read = screenplay(text)
    blocks = read.dialogue_blocks
    speakers = {block.character.name for block in blocks if block.spoken_text}
    spoken = sum(1 for block in blocks if block.spoken_text)
    names = set(read.character_names)
    said = [line for line in lines_of(text) if line.lstrip("@") not in names and not line.startswith("(")]
    faults = [Fault(reason, 0.2) for reason in degenerate("\n".join(said), REFRAIN)]
    if not read.elements or not isinstance(read.elements[0], SceneHeading) or read.title_page:
        faults.append(Fault("It does not begin with a heading such as INT. KITCHEN - NIGHT.", 0.4))
    if len(speakers) < 2:
        faults.append(
            Fault(
                f"{'Nobody speaks' if not speakers else 'One person speaks'}; two are wanted at least.",
                0.2 * len(speakers),
            )
        )
    elif spoken < LEAST_SPEECHES:
        faults.append(Fault(f"{spoken} speeches are few; {LEAST_SPEECHES} are wanted at least.", 0.6))
    if silent := [block.character.name for block in blocks if not block.spoken_text]:
        faults.append(Fault(f"{silent[0]} has a cue and says nothing.", 0.6))
    if (
        text.strip()
        and not stopped(text.rstrip().rstrip("-—–"))
        and not text.rstrip().endswith(("-", "—", "–"))
    ):
        faults.append(Fault("It breaks off in the middle of a sentence.", 0.7))
    return judged(faults, sum(1 - fault.worth for fault in faults) / 2)
