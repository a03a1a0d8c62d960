"""The blind reading: are our pieces better than a plain search's on the base without an adapter?

`python -m bench.forms.reading make FOLDER --seed S` takes 50 pairs of haiku and 50 of limericks from the pieces of
bench/results/forms.json (or of another result, `--pieces`) and writes
    FOLDER/reader/           all that a reader may see: pairs.md to read, and pairs.jsonl, the same
    FOLDER/answers.jsonl     all that a reader may not see
`python -m bench.forms.reading mark FOLDER GIVEN --reader WHO` reads a reader's {"number": 1, "better": "A"} a line (A, B,
or = where neither is) and tells the share that preferred ours, with its 95 % interval; `--keep` writes it to
bench/results/forms_reading.json, from where `python -m bench.forms` takes `preferred_over_prototype`.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.forms.briefs import ENGLISH
from bench.forms.pairs import PAIRS, Hidden, Pair, Preferred, marked, paired
from bench.jsonl import read_rows, write_rows
from bench.report import RESULTS, Target, report

if TYPE_CHECKING:
    from collections.abc import Sequence

ASKED_OF = ("haiku", "limerick")  # what the target is over
OURS, PROTOTYPE = "starter", "search"
READER, PAIRS_FILE, PAGE, ANSWERS, ABOUT = "reader", "pairs.jsonl", "pairs.md", "answers.jsonl", "about.json"


def make(folder: Path, result: Path, forms: Sequence[str], seed: int, count: int = PAIRS) -> int:
    """Write a reading of `count` pairs a form. How many pairs it has.

    Raises:
        FileExistsError: the folder has a reading already.
        ValueError: the result has too few pieces of a form.
    """
    kept = json.loads(result.read_text(encoding="utf-8"))
    pieces = kept["details"]["pieces"]
    if missing := [name for name in forms if not {OURS, PROTOTYPE} <= set(pieces.get(name, {}))]:
        raise ValueError(f"{result} has not both arms of {missing[0]}.")
    pairs, hidden = paired(
        {name: (pieces[name][OURS], pieces[name][PROTOTYPE]) for name in forms}, seed, count
    )
    reader = folder / READER
    reader.mkdir(parents=True)
    write_rows(reader / PAIRS_FILE, (asdict(pair) for pair in pairs))
    (reader / PAGE).write_text(page(pairs), encoding="utf-8")
    write_rows(folder / ANSWERS, (asdict(one) for one in hidden))
    about = {"forms": list(forms), "seed": seed, "pairs": count, "pieces_of_commit": kept["commit"]}
    (folder / ABOUT).write_text(json.dumps({**about, "version": kept["details"]["version"]}) + "\n")
    return len(pairs)


def page(pairs: Sequence[Pair]) -> str:
    """The pairs as a page to read."""
    parts = [
        "# Which is better, A or B?\n\nAs a piece for the brief: would you smile, would you keep it? = is neither.\n"
    ]
    for pair in pairs:
        a, b = (text.replace("```", "'''") for text in (pair.a, pair.b))
        parts.append(f"## {pair.number}. {pair.brief}\n\nA\n\n```text\n{a}\n```\n\nB\n\n```text\n{b}\n```\n")
    return "\n".join(parts)


def mark(folder: Path, given: Path) -> dict[str, Preferred]:
    """What a reader's answers come to.

    Raises:
        ValueError: an answer that cannot be one, or two to one pair, or none.
    """
    hidden = [Hidden(**row) for row in read_rows(folder / ANSWERS)]
    answers: dict[int, str] = {}
    for row in read_rows(given):
        if row["number"] in answers:
            raise ValueError(f"Pair {row['number']} is answered twice.")
        answers[row["number"]] = row["better"]
    return marked(hidden, answers)


def told(found: dict[str, Preferred]) -> dict[str, Any]:
    """Marks as rows for a report."""
    return {
        name: {"wins": one.wins, "neither": one.neither, "of": one.of, "share": round(one.share, 3),
               "interval_95": [round(end, 3) for end in one.interval]}
        for name, one in found.items()
    }  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    making = verbs.add_parser("make", help="draw the pairs and write them without their labels")
    making.add_argument("folder", type=Path)
    making.add_argument("--seed", type=int, required=True)
    making.add_argument(
        "--pieces", type=Path, default=RESULTS / "forms.json", help="another result to take them from"
    )
    making.add_argument(
        "--form", choices=list(ENGLISH), action="append", help="forms in place of haiku and limerick"
    )
    marking = verbs.add_parser("mark", help="count a reader's answers")
    marking.add_argument("folder", type=Path)
    marking.add_argument("given", type=Path)
    marking.add_argument("--reader", required=True, help="who read, in a few words")
    marking.add_argument("--json", action="store_true", help="print one JSON object")
    marking.add_argument("--keep", action="store_true", help="write it to bench/results/forms_reading.json")
    told_ = parser.parse_args(arguments)
    if told_.verb == "make":
        print(make(told_.folder, told_.pieces, told_.form or ASKED_OF, told_.seed), "pairs")
        return
    found = mark(told_.folder, told_.given)
    about = json.loads((told_.folder / ABOUT).read_text())
    if told_.keep and sorted(about["forms"]) != sorted(ASKED_OF):
        parser.error(f"What is kept is a reading of {' and '.join(ASKED_OF)}.")
    target = Target("preferred_over_prototype", round(found["all"].share, 3), ">=", 0.60)
    hidden, given = read_rows(told_.folder / ANSWERS), read_rows(told_.given)
    details = {
        "reading": about,
        "reader": told_.reader,
        "marks": told(found),
        "hidden": hidden,
        "given": given,
    }
    report("forms_reading", [target], details, as_json=told_.json, full=told_.keep)
    if not told_.json:
        for name, one in found.items():
            low, high = one.interval
            print(
                f"      {name:12} {one.wins:3} and {one.neither:2} halves of {one.of:3}  {one.share:.2f}  ({low:.2f} to {high:.2f})"
            )


if __name__ == "__main__":
    main()
