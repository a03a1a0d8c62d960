"""The recognition test: what is asked, what a reader may see, and how it is marked."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bench.picture import quiz
from bench.picture.questions import Answer, Mark, Question, asked, marked, shares
from bench.picture.real import RealPictures
from bench.picture.samples import samples
from bench.report import RESULTS
from tests.bench.picture.twin import Twin

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def real() -> RealPictures:
    return RealPictures()


@pytest.fixture(scope="module")
def test_folder(real: RealPictures, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quiz") / "first"
    assert quiz.make(folder, 7, Twin(), real) == 100
    return folder


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_groups_get_pictures_by_their_size_and_the_smallest_five() -> None:
    assert shares({"a": 50, "b": 50}, 10, 2) == {"a": 5, "b": 5}
    assert shares({"a": 130, "b": 60, "c": 10}, 20, 4) == {"a": 11, "b": 5, "c": 4}  # 16 left, by 130 to 60
    assert (
        sum(shares({"a": 130, "b": 110, "c": 80, "d": 80, "e": 78, "f": 76, "g": 36, "h": 10}).values())
        == 100
    )


def test_a_question_has_the_right_name_and_three_others_of_its_group(real: RealPictures) -> None:
    questions, answers = asked(samples(["seen"]), real.shown, seed=1)
    of_group = {}
    for one in real.shown.values():
        if one.split == "train":
            of_group.setdefault(one.group, set()).add(one.name)
    assert [question.number for question in questions] == list(range(1, 101))
    for question, answer in zip(questions, answers, strict=True):
        assert len(set(question.choices)) == 4
        assert answer.answer in question.choices
        assert set(question.choices) <= of_group[answer.group]
        assert real.shown[answer.id].name == answer.answer
    assert len({answer.answer for answer in answers}) == 100
    assert min(Counter(answer.group for answer in answers).values()) >= 5
    places = Counter(
        question.choices.index(answer.answer) for question, answer in zip(questions, answers, strict=True)
    )
    assert max(places.values()) < 45


def test_the_same_seed_asks_the_same_and_another_something_else(real: RealPictures) -> None:
    first, again, other = (asked(samples(["seen"]), real.shown, seed)[0] for seed in (1, 1, 2))
    assert first == again != other


def test_a_reader_sees_pictures_and_names_and_no_answer(test_folder: Path) -> None:
    reader = test_folder / "reader"
    names = {path.name for path in reader.iterdir()}
    assert names == {
        "questions.jsonl",
        *(f"{n:03}.png" for n in range(1, 101)),
        *(f"sheet_{n:02}.png" for n in range(1, 11)),
    }
    assert all(set(row) == {"number", "choices"} for row in lines(reader / "questions.jsonl"))
    with Image.open(reader / "042.png") as picture:
        assert picture.size == (256, 256)
        assert picture.info == {}
    assert len(lines(test_folder / "answers.jsonl")) == 100


def test_a_test_is_never_written_over(test_folder: Path, real: RealPictures) -> None:
    before = (test_folder / "answers.jsonl").read_bytes()
    with pytest.raises(FileExistsError):
        quiz.make(test_folder, 8, Twin(), real)
    assert (test_folder / "answers.jsonl").read_bytes() == before


def test_the_real_pictures_are_asked_of_in_the_same_words(
    test_folder: Path, real: RealPictures, tmp_path: Path
) -> None:
    quiz.make(tmp_path / "real", 7, None, real)
    asked_ = [
        (folder / "reader" / "questions.jsonl").read_text() for folder in (test_folder, tmp_path / "real")
    ]
    assert asked_[0] == asked_[1]


def test_right_wrong_and_missing_answers_are_marked_by_group() -> None:
    questions = [Question(n, ("fox", "owl", "ant", "bee")) for n in (1, 2, 3, 4)]
    answers = [Answer(n, "fox", "animals" if n < 4 else "food", "x", "a fox", n) for n in (1, 2, 3, 4)]
    marks = marked(questions, answers, {1: "fox", 2: "owl", 4: "fox"})
    assert marks == {"all": Mark(2, 4), "animals": Mark(1, 3), "food": Mark(1, 1)}


def test_an_answer_that_cannot_be_one_is_refused(test_folder: Path, tmp_path: Path) -> None:
    questions, answers = [Question(1, ("fox", "owl", "ant", "bee"))], [Answer(1, "fox", "a", "x", "a fox", 1)]
    with pytest.raises(ValueError, match="no picture 2"):
        marked(questions, answers, {2: "fox"})
    with pytest.raises(ValueError, match="none of the four"):
        marked(questions, answers, {1: "wolf"})
    first = lines(test_folder / "answers.jsonl")[0]
    row = json.dumps({"number": 1, "answer": first["answer"]})
    (tmp_path / "twice.jsonl").write_text(f"{row}\n{row}\n")
    with pytest.raises(ValueError, match="answered twice"):
        quiz.mark(test_folder, tmp_path / "twice.jsonl")


def test_the_interval_is_wilsons() -> None:
    """80 of 100 by Wilson's formula: (0.7112, 0.8666); none of ten: (0, 0.2775)."""
    assert Mark(80, 100).interval == pytest.approx((0.7112, 0.8666), abs=1e-4)
    assert Mark(0, 10).interval == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert Mark(10, 10).interval == pytest.approx((0.7225, 1.0), abs=1e-4)


def test_marking_tells_the_agreed_object_and_keeps_nothing_unasked(
    test_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in RESULTS.glob("*.json")}
    answers = lines(test_folder / "answers.jsonl")
    given = [{"number": row["number"], "answer": row["answer"]} for row in answers[:90]]
    (tmp_path / "given.jsonl").write_text("".join(json.dumps(row) + "\n" for row in given))
    quiz.main(["mark", str(test_folder), str(tmp_path / "given.jsonl"), "--json"])
    result = json.loads(capsys.readouterr().out)
    assert result["bench"] == "picture_quiz"
    assert result["targets"] == [
        {"name": "recognised_seen", "value": 0.9, "op": ">=", "goal": 0.8, "met": True}
    ]
    assert result["details"]["test"] == {"real": False, "weights": "twin", "digest": "0" * 64, "seed": 7}
    assert result["details"]["marks"]["all"]["of"] == 100
    assert {path: path.read_bytes() for path in RESULTS.glob("*.json")} == before
