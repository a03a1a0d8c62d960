"""The recognition test: can a person who sees a picture alone tell what it is from three others of its group?

`python -m bench.picture.quiz make FOLDER --seed S` paints 100 seen stickers and writes
    FOLDER/reader/           all that a reader may see: 001.png … at 256 px, sheets of ten numbered pictures, and
                             questions.jsonl: {"number": 1, "choices": ["owl", "fox", "bear", "ant"]}
    FOLDER/answers.jsonl     all that a reader may not see
`python -m bench.picture.quiz mark FOLDER GIVEN` reads a reader's {"number": 1, "answer": "fox"} a line, and tells the
score of each group and of all with its 95 % interval. `--real` makes the same test of the real pictures, which says
what a reader can reach; `--keep` writes the marks to bench/results/picture_quiz.json.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from bench.jsonl import read_rows, write_rows
from bench.picture.painted import painted
from bench.picture.questions import Answer, Mark, Question, asked, marked
from bench.picture.real import RealPictures
from bench.picture.samples import samples
from bench.picture.sheet import Cell, sheet
from bench.picture.views import on_white
from bench.report import Target, report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.picture.painted import Paints

SHOWN_AT = 256  # px
A_SHEET, COLUMNS = 10, 5
READER, QUESTIONS, ANSWERS, ABOUT = "reader", "questions.jsonl", "answers.jsonl", "about.json"


def make(folder: Path, seed: int, model: Paints | None, real: RealPictures) -> int:
    """Write a test of what `model` paints, or of the real pictures where it is None. How many pictures it has.

    Raises:
        FileExistsError: the folder has a test already.
    """
    questions, answers = asked(samples(["seen"]), real.shown, seed)
    if model is None:
        pictures = [real.image(answer.id) for answer in answers]
    else:
        made = painted(model, [answer.caption for answer in answers], [answer.seed for answer in answers])
        pictures = [Image.fromarray(picture) for picture in made]
    reader = folder / READER
    reader.mkdir(parents=True)
    shown = [on_white(one).resize((SHOWN_AT, SHOWN_AT), Image.Resampling.LANCZOS) for one in pictures]
    for number, picture in enumerate(shown, 1):
        picture.save(reader / f"{number:03}.png")
    for start in range(0, len(shown), A_SHEET):
        cells = [
            Cell((one,), str(number)) for number, one in enumerate(shown[start : start + A_SHEET], start + 1)
        ]
        sheet(cells, COLUMNS, SHOWN_AT, lines=1).save(reader / f"sheet_{start // A_SHEET + 1:02}.png")
    write_rows(reader / QUESTIONS, (asdict(question) for question in questions))
    write_rows(folder / ANSWERS, (asdict(answer) for answer in answers))
    of = {"real": True} if model is None else {"real": False, "weights": model.name, "digest": model.digest}
    (folder / ABOUT).write_text(json.dumps({**of, "seed": seed}) + "\n")
    return len(shown)


def mark(folder: Path, given: Path) -> dict[str, Mark]:
    """The marks of what a reader gave.

    Raises:
        ValueError: an answer that cannot be one, or two to one picture.
    """
    questions = [
        Question(row["number"], tuple(row["choices"])) for row in read_rows(folder / READER / QUESTIONS)
    ]
    answers = [Answer(**row) for row in read_rows(folder / ANSWERS)]
    names: dict[int, str] = {}
    for row in read_rows(given):
        if row["number"] in names:
            raise ValueError(f"Picture {row['number']} is answered twice.")
        names[row["number"]] = row["answer"]
    return marked(questions, answers, names)


def told(marks: dict[str, Mark]) -> dict[str, Any]:
    """Marks as rows for a report."""
    return {
        name: {"right": one.right, "of": one.of, "share": round(one.share, 3),
               "interval_95": [round(end, 3) for end in one.interval]}
        for name, one in marks.items()
    }  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    making = verbs.add_parser("make", help="paint the pictures and write the questions")
    making.add_argument("folder", type=Path)
    making.add_argument("--seed", type=int, required=True)
    which = making.add_mutually_exclusive_group()
    which.add_argument("--weights", type=Path, help="a folder of weights, such as a checkpoint's")
    which.add_argument("--real", action="store_true", help="the real pictures in place of made ones")
    marking = verbs.add_parser("mark", help="score a reader's answers")
    marking.add_argument("folder", type=Path)
    marking.add_argument("given", type=Path)
    marking.add_argument("--json", action="store_true", help="print one JSON object")
    marking.add_argument("--keep", action="store_true", help="write it to bench/results/picture_quiz.json")
    told_ = parser.parse_args(arguments)
    if told_.verb == "make":
        model = None if told_.real else _model(told_.weights)
        print(make(told_.folder, told_.seed, model, RealPictures()), "pictures")
        return
    marks = mark(told_.folder, told_.given)
    about = json.loads((told_.folder / ABOUT).read_text())
    target = Target("recognised_seen", round(marks["all"].share, 3), ">=", 0.80)
    details = {"test": about, "marks": told(marks), "given": read_rows(told_.given)}
    report("picture_quiz", [target], details, as_json=told_.json, full=told_.keep)
    if not told_.json:
        for name, one in marks.items():
            low, high = one.interval
            print(f"      {name:20} {one.right:3} of {one.of:3}  {one.share:.2f}  ({low:.2f} to {high:.2f})")


def _model(weights: Path | None) -> Paints:
    from generation.gan.pictures import PictureModel
    from generation.gan.weights import WEIGHTS

    return PictureModel.load(weights or WEIGHTS)


if __name__ == "__main__":
    main()
