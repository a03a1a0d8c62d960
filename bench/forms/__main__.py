"""`python -m bench.forms`: is the writing good? Forms kept, briefs honoured, sense, variety, copies, seconds.

Parts:

- `pieces`: 100 pieces of each form for held-out briefs, in three arms (`making.py`), counted by a second counter, read by
  the model that did not write them, compared with the training data. Made one at a time, or `--at-once` so many, which takes a
  third of the hours, and kept under .renga/bench/forms as long as the code that makes them is the same, so that a run of hours
  can be stopped.
- `speed`: seconds to a finished piece on an idle engine, and sixteen haiku at once.

Whether people like them better than a plain search's is asked apart: `python -m bench.forms.reading`.
"""

from __future__ import annotations

import argparse
import functools
import json
import sys
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from bench.forms.briefs import CHINESE, ENGLISH, PIECES, asked
from bench.forms.judges import JUDGE, Nearness, Reader
from bench.forms.kept import Pieces, Rows, version
from bench.forms.making import ARMS, Arm, job, loaded, made, threads, unheld
from bench.forms.scoring import Piece, Row, Scoring, brief_row, geometric_mean, told, versus
from bench.forms.sheets import page, write
from bench.forms.speed import speed
from bench.report import RESULTS, Target, report, tell
from generation.lm.weights import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.forms.briefs import Asked
    from generation.host.engine import Engine

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = ROOT / ".renga"
KEPT = DATA / "bench" / "forms"
PARTS = ("pieces", "speed")
FORMS_OF = {"smollm2": tuple(ENGLISH), "gemma3": ("haiku", "limerick", "free verse", *CHINESE)}
QUICK_RECORDS = 500  # of the training data
UNUSED = 1_000_000  # a seed that no piece has
QUICK = ("haiku",)
BENCH = {"smollm2": "forms", "gemma3": "forms_gemma3"}
KEPT_GOALS = {
    "smollm2": {
        "haiku": 1.0, "limerick": 1.0, "couplet": 1.0, "quatrain": 1.0, "sonnet": 1.0, "acrostic": 1.0, "scene": 0.98,
    },
    "gemma3": {"jueju": 0.98},
}  # fmt: skip
SPEED_GOALS = {"haiku": 3.5, "limerick": 7.0, "sonnet": 30.0}


@dataclass(frozen=True, slots=True)
class Run:
    """What was asked of the bench."""

    base: str
    forms: tuple[str, ...]
    arms: tuple[Arm, ...]
    parts: tuple[str, ...]
    count: int
    quick: bool
    full: bool
    at_once: int = 1


def run(asked_for: Run) -> tuple[list[Target], dict[str, Any]]:
    """The parts asked for."""
    found: list[Target] = []
    details: dict[str, Any] = {"base": asked_for.base, "threads": threads(), "version": version(ROOT)}
    if asked_for.at_once > 1:
        details["at_once"] = (
            asked_for.at_once
        )  # which is what seconds of pieces say: those of a host that is busy
    engines = Engines(asked_for.base)
    if "pieces" in asked_for.parts:
        pieces = all_pieces(asked_for, details["version"], engines)
        settled, more = judged(asked_for, pieces)
        found += settled
        details |= more
    if "speed" in asked_for.parts:
        tell("timing")
        details["speed"] = timed = speed(engines.held, quick=asked_for.quick)
        if asked_for.base == "smollm2":
            found += [
                Target(f"{name}_median_s", timed[name]["median_s"], "<=", goal)
                for name, goal in SPEED_GOALS.items() if name in timed
            ]  # fmt: skip
            found.append(Target("haiku_16_over_1", timed["haiku_at_once"]["over_one"], "<=", 6))
    return found, details


class Engines:
    """Loaded when they are first wanted: one for plain samples, which knows no plans, and one for all others."""

    def __init__(self, base: str) -> None:
        self._base = base

    @functools.cached_property
    def plain(self) -> Engine:
        with unheld():
            return self._warm("plain")

    @functools.cached_property
    def held(self) -> Engine:
        return self._warm("search")

    def of(self, arm: Arm) -> Engine:
        return self.plain if arm == "plain" else self.held

    def _warm(self, arm: Arm) -> Engine:
        """One that has made a piece, so that what it builds at first is in nobody's seconds."""
        engine = loaded(self._base, DATA)
        made(engine, [job(replace(asked("haiku", 1)[0], seed=UNUSED), arm)])
        return engine


def all_pieces(asked_for: Run, made_by: str, engines: Engines) -> dict[str, dict[Arm, list[Piece]]]:
    """The pieces of each form and arm: those kept, and the others, which are made."""
    kept = Pieces(KEPT / f"{asked_for.base}-{made_by}.jsonl")
    found: dict[str, dict[Arm, list[Piece]]] = {name: {} for name in asked_for.forms}
    for arm in asked_for.arms:
        for name in asked_for.forms:
            wanted = asked(name, asked_for.count)
            missing = [one for one in wanted if kept.get(_key(one, arm, asked_for.at_once)) is None]
            if missing:
                tell(f"{name}, {arm}: making {len(missing)} of {len(wanted)}")
                _make(engines.of(arm), arm, missing, kept, asked_for.at_once)
            pieces = [(one, kept.get(_key(one, arm, asked_for.at_once))) for one in wanted]
            found[name][arm] = [Piece(one, piece) for one, piece in pieces if piece is not None]
    return found


def _key(one: Asked, arm: Arm, at_once: int) -> str:
    """What a piece is kept under; one of a busy host took longer than one that was made alone."""
    return f"{one.key} {arm}" + (f" of {at_once}" if at_once > 1 else "")


def _make(engine: Engine, arm: Arm, missing: Sequence[Asked], kept: Pieces, at_once: int) -> None:
    for first in range(0, len(missing), at_once):
        some = missing[first : first + at_once]
        with unheld() if arm == "plain" else nullcontext():
            pieces = made(engine, [job(one, arm) for one in some])
        for one, piece in zip(some, pieces, strict=True):
            kept.add(_key(one, arm, at_once), piece)


def judged(asked_for: Run, pieces: dict[str, dict[Arm, list[Piece]]]) -> tuple[list[Target], dict[str, Any]]:
    """Figures of every form and arm, every piece, and the pages to read."""
    tell("judging")
    details: dict[str, Any] = {}
    try:
        reader: Reader | None = Reader(JUDGE[asked_for.base], DATA, threads())
    except ModelError as error:
        reader, details["not_judged"] = None, str(error)
    scoring = Scoring(
        reader, Nearness(), Rows(KEPT / "said.jsonl"), records=QUICK_RECORDS if asked_for.quick else None
    )
    details["judge"] = None if reader is None else reader.name
    everything = [piece for arms in pieces.values() for found in arms.values() for piece in found]
    rows = iter(scoring.rows(everything))
    sorted_out: dict[str, dict[Arm, list[Row]]] = {
        name: {arm: [next(rows) for _ in found] for arm, found in arms.items()} for name, arms in pieces.items()
    }  # fmt: skip
    details["forms"] = {
        name: {arm: told(found) for arm, found in arms.items()} for name, arms in sorted_out.items()
    }
    details["over_plain"] = over = {
        name: {arm: versus(arms[arm], arms["plain"]) for arm in arms if arm != "plain"}
        for name, arms in sorted_out.items() if "plain" in arms
    }  # fmt: skip
    details["pieces"] = {
        name: {arm: [brief_row(row) for row in found] for arm, found in arms.items()}
        for name, arms in sorted_out.items()
    }
    folder = RESULTS / "forms" if asked_for.full else KEPT / "sheets"
    shown = 12 if asked_for.full else asked_for.count
    pages = {name: page(name, arms, shown) for name, arms in sorted_out.items()}
    details["sheets"] = write(folder / asked_for.base, pages)
    return settled(asked_for.base, details["forms"], over, sorted_out), details


def settled(
    base: str,
    figures: dict[str, dict[Arm, dict[str, Any]]],
    over: dict[str, dict[Arm, dict[str, Any]]],
    rows: dict[str, dict[Arm, list[Row]]],
) -> list[Target]:
    """The targets of pieces that the forms which were run settle, all of the arm `starter`."""
    found = [
        Target(f"{name}_kept", figures[name]["starter"]["kept"], ">=", goal)
        for name, goal in KEPT_GOALS[base].items() if "starter" in figures.get(name, {})
    ]  # fmt: skip
    ours = [row for arms in rows.values() for row in arms.get("starter", [])]
    english = [row for row in ours if row["near"] is not None]
    if english:
        honoured = sum(row["honoured"] for row in english) / len(english)
        found.append(Target("brief_honoured", round(honoured, 4), ">=", 0.80))
    for name, op, goal in (("perplexity_ratio", "<=", 1.2), ("distinct2_ratio", ">=", 1.0)):
        ratios = [
            arms["starter"][name] for form, arms in over.items() if form in ENGLISH and "starter" in arms
        ]
        known = [ratio for ratio in ratios if ratio]
        if known:
            found.append(Target(name, round(geometric_mean(known), 4), op, goal))
    if ours:
        words = max(row["copy"]["words"] for row in ours)
        found.append(Target("longest_copy_words", words, "<=", 11))
        lines = sum(len(row["example_lines"]) for row in ours)
        found.append(Target("example_lines_copied", lines, "<=", 0))
    return found


def preferred() -> list[Target]:
    """The kept result of the blind reading, where there is one."""
    path = RESULTS / "forms_reading.json"
    if not path.exists():
        return []
    kept = json.loads(path.read_text())["targets"]
    return [Target(one["name"], one["value"], one["op"], one["goal"]) for one in kept]


def table(details: dict[str, Any]) -> str:
    """Every form and arm in one line each."""
    columns = ("kept", "honoured", "distinct2", "self_bleu", "repetitive", "perplexity", "median_s", "tokens")
    lines = [f"{'form':12} {'arm':8}" + "".join(f" {column:>10}" for column in columns) + f" {'copy':>5}"]
    for name, arms in details.get("forms", {}).items():
        for arm, figures in arms.items():
            cells = [figures[column] for column in columns]
            told_ = "".join(f" {'-' if cell is None else cell:>10}" for cell in cells)
            copied = (figures["longest_copy"] or {"words": 0})["words"]
            lines.append(f"{name:12} {arm:8}{told_} {copied:>5}")
    for name, arms in details.get("over_plain", {}).items():
        for arm, ratios in arms.items():
            told_ = ", ".join(f"{key} {value}" for key, value in ratios.items())
            lines.append(f"{name:12} {arm:8} over plain: {told_}")
    return "\n".join(lines)


def main() -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # stdout is the result's
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="under a minute; its figures are never quoted")
    parser.add_argument("--part", choices=PARTS, help="run one part alone")
    parser.add_argument(
        "--form",
        choices=[*ENGLISH, *CHINESE],
        action="append",
        help="this form alone; more than once for several",
    )
    parser.add_argument(
        "--arm", choices=ARMS, action="append", help="this arm alone; more than once for several"
    )
    parser.add_argument("--base", choices=sorted(FORMS_OF), default="smollm2", help="who writes")
    parser.add_argument("--count", type=int, default=PIECES, help="pieces of each form; fewer are never kept")
    parser.add_argument(
        "--at-once", type=int, default=1, help="pieces made beside one another; seconds are a busy host's"
    )
    given = parser.parse_args()
    if not 1 <= given.at_once <= PIECES:
        parser.error(f"--at-once is from 1 to {PIECES}.")
    if not 1 <= given.count <= PIECES:
        parser.error(f"--count is from 1 to {PIECES}.")
    forms = tuple(given.form or (QUICK if given.quick else FORMS_OF[given.base]))
    alone = given.part or given.form or given.arm
    asked_for = Run(
        given.base, forms, tuple(given.arm or ARMS), (given.part,) if given.part else PARTS,
        1 if given.quick else given.count, given.quick,
        full=not (given.quick or alone) and given.count == PIECES, at_once=given.at_once,
    )  # fmt: skip
    targets, details = run(asked_for)
    if asked_for.full and asked_for.base == "smollm2":
        targets += preferred()
    report(BENCH[asked_for.base], targets, details, as_json=given.json, full=asked_for.full)
    if not given.json:
        print(table(details))


if __name__ == "__main__":
    main()
