"""What is asked for: the held-out briefs in turn, in as many turns as it takes. `NOTICE.md` says where they come from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from generation.wire.jobs import Brief

BRIEFS = Path(__file__).with_name("briefs.jsonl")
PIECES = 100
AWAY = (5, 11)  # places along the list at which the two other themes stand

# what a report calls them, and the forms whose briefs they take in turn
ENGLISH: dict[str, tuple[str, ...]] = {
    "haiku": ("haiku",), "limerick": ("limerick",), "couplet": ("couplet",), "quatrain": ("quatrain",),
    "sonnet": ("sonnet",), "acrostic": ("acrostic",), "ballad": ("ballad",), "free verse": ("free verse",),
    "scene": ("scene",), "short story": ("short story",),
}  # fmt: skip
CHINESE: dict[str, tuple[str, ...]] = {"jueju": ("qijue", "wujue"), "lüshi": ("qilü", "wulü")}


@dataclass(frozen=True, slots=True)
class Written:
    """One line of the list: what a member typed, and what it says."""

    id: str
    form: str
    language: Literal["en", "zh"]
    brief: str
    theme: str
    given: str
    must: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One piece to make. `others` are two themes of other briefs for the same form."""

    id: str
    seed: int
    typed: str
    brief: Brief
    others: tuple[str, str]

    @property
    def key(self) -> str:
        return f"{self.id}/{self.seed}"


def listed() -> list[Written]:
    with BRIEFS.open(encoding="utf-8") as lines:
        return [Written(**json.loads(line)) for line in lines]


def asked(name: str, count: int = PIECES) -> list[Asked]:
    """The first `count` pieces of what a report calls `name`; turn after turn, the turn being the seed.

    In every second turn the brief has a word to include.
    """
    language = "en" if name in ENGLISH else "zh"
    forms = (ENGLISH | CHINESE)[name]
    found = [one for one in listed() if one.form in forms and one.language == language]
    pieces = []
    for n in range(count):
        turn, place = divmod(n, len(found))
        one = found[place]
        others = tuple(found[(place + away) % len(found)].theme for away in AWAY)
        brief = Brief(
            form=one.form, theme=one.theme, must=(one.must,) if turn % 2 else (), given=one.given,
            language=one.language,
        )  # fmt: skip
        pieces.append(Asked(one.id, turn, one.brief, brief, (others[0], others[1])))
    return pieces
