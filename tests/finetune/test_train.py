"""The recipe of a taste with a small model: to the same adapter whether it was killed or not, and no adapter where gates refuse."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch

from finetune import measured, reach, recipe
from finetune.gates import Written
from finetune.learning import STATE
from finetune.lessons import Lesson
from finetune.network import TrainedNetwork
from finetune.recipe import PAIRS, REFERENCES, Recipe, TrainingError
from finetune.report import JSON, PNG, Gate, load
from finetune.samples import Sample, SamplesError, brief
from finetune.snapshot import Evidence, Snapshot, write
from finetune.state import StateError
from finetune.teaching import log_probabilities
from finetune.tokens import Answers
from finetune.train import _alone, _asked, enough, threads_of
from generation.adapters import load as adapter_of
from tests.finetune.small import loaded, save
from tests.finetune.tasting import RECIPE, trained

if TYPE_CHECKING:
    from pathlib import Path

    from finetune.report import Report
    from generation.lm.load import LoadedModel

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(tmp_path_factory.mktemp("taste") / "model")


@pytest.fixture(scope="module")
def model(small: Path) -> LoadedModel:
    return loaded(small)


@pytest.fixture(scope="module")
def whole(model: LoadedModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a training that nobody disturbed."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    trained(folder, model)
    return folder


@pytest.fixture
def unjudged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is measured: that costs more than all the rest, and other tests look at it."""
    monkeypatch.setattr(
        recipe,
        "_judged",
        lambda _recipe, _of, place, _pairs, told: replace(
            told, share=place.share, adapter=place.contest.digest
        ),
    )


def candidate(folder: Path) -> str:
    """The digest of what was trained, whether it may serve or not."""
    (found,) = (folder / "candidate").iterdir()
    return found.name


@pytest.mark.usefixtures("unjudged")
@pytest.mark.parametrize(
    ("used", "share"),
    [((1.0,), 1.0), ((1.25, 0.9), 0.72), ((40.0, 1.0), 0.5), ((1.5, 1.5, 3.0), 0.36)],
)
def test_a_candidate_that_went_too_far_comes_back_along_its_way(
    used: tuple[float, ...], share: float, model: LoadedModel, whole: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    found = iter(used)
    monkeypatch.setattr(reach, "used_up", lambda _: next(found))
    one_piece = (Sample("free verse", "frost", 1, "a kettle\na gull\na door", None),)
    monkeypatch.setattr(reach, "written", lambda *_: Written(one_piece, one_piece, 0.0))
    trained(tmp_path / "run", model)
    assert next(found, None) is None
    assert load(tmp_path / "run" / JSON).share == pytest.approx(share)
    stands_at(share, tmp_path / "run", whole, model)


def stands_at(share: float, folder: Path, whole: Path, model: LoadedModel) -> None:
    """The candidate in `folder` is that share of the way."""
    one, other = (
        adapter_of(each / "candidate", candidate(each), model.base).modules for each in (folder, whole)
    )
    share /= load(whole / JSON).share
    for name, pair in one.items():  # which begins with a B of nought
        torch.testing.assert_close(pair.b.float(), share * other[name].b.float(), rtol=1e-2, atol=1e-6)


@pytest.mark.usefixtures("unjudged")
@pytest.mark.parametrize(
    ("used", "then", "share"),
    [
        ((0.1, 0.9), "frost frost", 1.5),
        ((0.75, 1.0), "frost frost", 1.2),
        ((0.1, 0.3, 0.8), "frost frost", 2.25),  # and on again
        ((0.1, 0.6, 1.1), "frost frost", 1.5),
        ((0.1, 1.1, 0.9), "frost frost", 1.4),  # further than it may: to a place between
        ((0.1, 3.1, 0.9), "frost frost", 1.25),
        ((0.1, 1.1, 1.1), "frost frost", 1.0),
        ((0.1, 0.9), "a gull and a kettle in the rain", 1.0),  # and no better
        ((0.1, 0.9), "they deserve to die", 1.0),
        ((0.8,), "", 1.0),
        ((1.5, 0.1), "frost frost", 0.6),  # who came back stays
    ],
)
def test_a_candidate_that_gates_leave_room_goes_on_where_it_is_liked_better(
    used: tuple[float, ...], then: str, share: float, model: LoadedModel, whole: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    found, said = iter(used), iter(("a frost on the mill door", then, "frost"))
    monkeypatch.setattr(reach, "used_up", lambda _: next(found))

    def written(*_: object) -> Written:
        piece = Sample("free verse", "frost", 1, next(said), None)
        return Written((piece,), (piece,), 0.0)

    monkeypatch.setattr(reach, "written", written)
    shutil.copytree(whole, tmp_path / "run", ignore=shutil.ignore_patterns("adapters", "report.*"))
    trained(tmp_path / "run", model)
    assert next(found, None) is None
    assert load(tmp_path / "run" / JSON).share == pytest.approx(share)
    stands_at(share, tmp_path / "run", whole, model)


@pytest.mark.parametrize(
    ("broken", "share", "served"),
    [
        ((("safety",), ()), 0.5, True),
        ((("safety",), ("safety",)), 0.5, False),  # once
        ((("form", "safety"),), 1.0, False),
        (((),), 1.0, True),
    ],
)
def test_a_candidate_that_is_refused_for_safety_alone_comes_halfway_back_and_is_measured_again(
    broken: tuple[tuple[str, ...], ...], share: float, served: bool, model: LoadedModel, whole: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    verdicts = iter(broken)
    piece = (Sample("free verse", "frost", 1, "a kettle\na gull\na door", None),)
    monkeypatch.setattr(reach, "written", lambda *_: Written(piece, piece, 0.0))
    monkeypatch.setattr(reach, "used_up", lambda _: reach.ROOM_LEFT)

    def judged(_recipe: Recipe, _of: object, place: reach.Place, _pairs: object, told: Report) -> Report:
        failed = tuple(Gate(name, 1.0, 0.0, 0.0, False, False, name) for name in next(verdicts))
        return replace(
            told, share=place.share, gates=failed, adapter=None if failed else place.contest.digest
        )

    monkeypatch.setattr(recipe, "_judged", judged)
    shutil.copytree(whole, tmp_path / "run", ignore=shutil.ignore_patterns("adapters", "report.*"))
    trained(tmp_path / "run", model)
    assert next(verdicts, None) is None
    told = load(tmp_path / "run" / JSON)
    assert told.share == share
    assert (told.adapter == candidate(tmp_path / "run")) == served
    assert (tmp_path / "run" / "adapters").exists() == served
    stands_at(share, tmp_path / "run", whole, model)


@pytest.mark.parametrize(
    ("broken", "share", "served"),
    [
        ((("perplexity",), ()), 1.5, True),
        ((("perplexity", "safety"), ("copying",), ()), 1.0, True),
        ((("perplexity",),) * 3, 1.0, False),
        ((("perplexity",), ("perplexity",), ("safety",), ()), 0.5, True),
    ],
)
def test_a_candidate_that_went_on_and_is_refused_stands_where_it_came_from(
    broken: tuple[tuple[str, ...], ...], share: float, served: bool, model: LoadedModel, whole: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    verdicts, used, said = (
        iter(broken),
        iter((0.1, 0.3, 0.8, 0.0)),
        iter(("a frost on the mill door", "frost frost", "frost", "a")),
    )
    monkeypatch.setattr(reach, "used_up", lambda _: next(used))

    def written(*_: object) -> Written:
        piece = Sample("free verse", "frost", 1, next(said), None)
        return Written((piece,), (piece,), 0.0)

    def judged(_recipe: Recipe, _of: object, place: reach.Place, _pairs: object, told: Report) -> Report:
        failed = tuple(Gate(name, 1.0, 0.0, 0.0, False, False, name) for name in next(verdicts))
        assert place.contest.digest == candidate(tmp_path / "run")  # what is measured is what there is
        return replace(
            told, share=place.share, gates=failed, adapter=None if failed else place.contest.digest
        )

    monkeypatch.setattr(reach, "written", written)
    monkeypatch.setattr(recipe, "_judged", judged)
    shutil.copytree(whole, tmp_path / "run", ignore=shutil.ignore_patterns("adapters", "report.*"))
    trained(tmp_path / "run", model)
    assert next(verdicts, None) is None
    told = load(tmp_path / "run" / JSON)
    assert told.share == pytest.approx(share)
    assert (told.adapter == candidate(tmp_path / "run")) == served
    stands_at(share, tmp_path / "run", whole, model)


def test_a_candidate_that_wrote_nothing_is_refused_in_a_sentence(
    model: LoadedModel, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "written", lambda *_: Written((), (), 0.0))
    shutil.copytree(whole, tmp_path / "run", ignore=shutil.ignore_patterns("adapters", "report.*"))
    with pytest.raises(SamplesError, match="wrote nothing"):
        trained(tmp_path / "run", model)


@pytest.mark.parametrize(
    ("unsafe", "wishes", "said"),
    [
        (("provoked",), 1, "were asked again where it did: 0 of 32, before 0."),
        (("provoked", "again"), 1, "were asked again where it did: 1 of 32, before 0."),
        (("provoked",) * 5, 0, "of provoked ones 5, before 0; at most 0.5%, and no more that were provoked."),
    ],
)
def test_what_a_candidate_says_once_both_sides_are_asked_again(
    unsafe: tuple[str, ...], wishes: int, said: str, model: LoadedModel, whole: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    write = measured._pieces

    def written(*asked: Any) -> tuple[list[Sample], list[Sample]]:
        before, after = write(*asked)
        count = unsafe.count(asked[2].split("-")[0])
        return before, [
            replace(one, text="they deserve to die") if n < count * 2 and n % 2 == 0 else one
            for n, one in enumerate(after)
        ]

    monkeypatch.setattr(measured, "_pieces", written)
    shutil.copytree(whole, tmp_path / "run", ignore=shutil.ignore_patterns("adapters", "report.*"))
    (gate,) = (gate for gate in trained(tmp_path / "run", model).gates if gate.name == "safety")
    assert gate.sentence.endswith(said)
    sides = sorted((tmp_path / "run").glob("again-*.jsonl"))
    assert len(sides) == wishes * 2
    first, *more = (
        [one for line in file.read_text().splitlines() for one in json.loads(line)["made"]]
        for file in [tmp_path / "run" / "provoked-before-base.jsonl", *sides]
    )
    for side in more:
        assert len(side) == measured.AGAIN
        assert not {one["seed"] for one in side} & {one["seed"] for one in first}


@pytest.mark.usefixtures("unjudged")
def test_a_run_that_was_killed_while_a_candidate_was_deleted_goes_on(
    model: LoadedModel, whole: Path, tmp_path: Path
) -> None:
    shutil.copytree(whole, tmp_path / "run", ignore=shutil.ignore_patterns("adapters", "report.*"))
    (tmp_path / "run" / "candidate" / candidate(whole) / "manifest.json").unlink()
    (tmp_path / "run" / "candidate" / ("0" * 64)).mkdir()  # one that had gone further
    assert trained(tmp_path / "run", model).adapter == candidate(whole) == candidate(tmp_path / "run")


def test_a_run_goes_on_with_as_many_threads_as_it_began_with_unless_others_are_asked_for(
    tmp_path: Path,
) -> None:
    assert threads_of(tmp_path, 3) == 3
    assert threads_of(tmp_path, 0) == 3
    assert threads_of(tmp_path, 2) == 2
    assert threads_of(tmp_path, 0) == 2
    (tmp_path / "threads").write_text("some")
    assert threads_of(tmp_path, 0) == torch.get_num_threads() == threads_of(tmp_path, 0)


def test_it_learns_the_taste_and_its_report_says_so(whole: Path, model: LoadedModel) -> None:
    report = load(whole / JSON)
    assert report.steps > 8
    assert report.held_out_losses[-1].loss < report.held_out_losses[0].loss
    assert {gate.name for gate in report.gates} >= {
        "perplexity",
        "degeneration",
        "copying",
        "form",
        "safety",
        "taste",
    }
    assert 0.1 < report.told <= 1.0  # newlines and spaces between words are tokens too
    assert (whole / recipe.STATES).exists()
    assert report.serves == ("free verse",)
    assert report.samples[0].before != report.samples[0].after
    assert (whole / PNG).read_bytes()[:4] == b"\x89PNG"
    assert list((whole / "plots").iterdir())
    # of two poems it now prefers the shorter by more than before, a word for a word
    answers = Answers(model)
    pairs = json.loads((whole / PAIRS).read_text())["pairs"]
    held = [pair for pair in pairs if pair["held_out"]]
    networks = TrainedNetwork(model, rank=16, alpha=32), TrainedNetwork(model, rank=16, alpha=32)
    networks[1].take(adapter_of(whole / "candidate", candidate(whole), model.base))
    moved = []
    for network in networks:
        lessons = [
            Lesson(
                n,
                tuple(
                    answers.served(brief("free verse", pair["theme"]), pair[side])
                    for side in ("chosen", "rejected")
                ),
            )
            for n, pair in enumerate(held)
        ]
        found = log_probabilities(network, lessons, 2048).values()
        moved.append(sum(chosen - rejected for chosen, rejected in found))
    assert moved[1] > moved[0]


@pytest.mark.parametrize(("passed", "waivable"), [(True, False), (False, True), (False, False)])
def test_it_gets_its_name_unless_a_gate_refuses_that_nobody_can_waive(
    whole: Path,
    model: LoadedModel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    passed: bool,
    waivable: bool,
) -> None:
    gate = Gate("form", 0.5, 0.9, 0.87, passed, waivable, "Half of its pieces keep their form.")
    monkeypatch.setattr(
        recipe, "gates", lambda _figures: (gate,)
    )  # what a network of two layers writes passes none
    shutil.copytree(whole, tmp_path / "run", ignore=shutil.ignore_patterns("adapters", "report.*"))
    report = trained(tmp_path / "run", model)
    assert load(tmp_path / "run" / JSON) == report
    if not passed and not waivable:
        assert (report.verdict, report.adapter) == ("refused", None)
        assert not (tmp_path / "run" / "adapters").exists()
        return
    assert report.verdict == ("passed" if passed else "waivable")
    assert report.adapter == candidate(whole)
    assert adapter_of(tmp_path / "run" / "adapters", report.adapter, model.base).rank == 16
    told = json.loads((tmp_path / "run" / "adapters" / report.adapter / "manifest.json").read_text())
    assert (told["snapshot"], told["parent"], told["serves"]) == (report.snapshot, None, ["free verse"])
    assert told["metrics"] == {"form": [0.5, 0.9]}
    assert told["training"]["recipe"]["seed"] == RECIPE.seed


@pytest.mark.usefixtures("unjudged")
def test_killed_and_begun_again_it_comes_to_the_same_adapter(
    small: Path, whole: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    cut = subprocess.Popen(
        [sys.executable, "-m", "tests.finetune.tasting", small, folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )  # fmt: skip
    while not (folder / STATE).exists():  # saved before each step: a later one is under way
        assert cut.poll() is None
        time.sleep(0.01)
    cut.send_signal(signal.SIGKILL)
    cut.wait()
    assert not (folder / JSON).exists()
    trained(folder, loaded(small))
    assert candidate(folder) == candidate(whole)


@pytest.mark.usefixtures("unjudged")
def test_what_is_over_is_not_done_again(whole: Path, model: LoadedModel, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(whole, folder)
    kept = {name: (folder / name).stat().st_mtime_ns for name in (STATE, PAIRS, REFERENCES)}
    trained(folder, model)
    assert {name: (folder / name).stat().st_mtime_ns for name in kept} == kept
    assert candidate(folder) == candidate(whole)


@pytest.mark.usefixtures("unjudged")
@pytest.mark.parametrize(("objective", "epochs"), [("sft", 2), ("kto", 8)])
def test_liked_pieces_and_labels_are_learnt_from_without_a_head(
    model: LoadedModel, tmp_path: Path, objective: str, epochs: int
) -> None:
    report = trained(tmp_path / "run", model, replace(RECIPE, objective=objective, epochs=epochs))
    first, *later = report.held_out_losses
    assert min(point.loss for point in later) < first.loss
    assert adapter_of(tmp_path / "run" / "adapters", str(report.adapter), model.base).rank == 16


def test_a_folder_of_another_training_is_not_gone_on_with(whole: Path, model: LoadedModel) -> None:
    with pytest.raises(TrainingError, match="holds another training"):
        trained(whole, model, replace(RECIPE, seed=4))
    with pytest.raises(StateError, match="holds another training"):
        trained(whole, model, replace(RECIPE, objective="sft"))


def test_two_at_once_in_one_folder_are_one_too_many(tmp_path: Path) -> None:
    with (
        _alone(tmp_path),
        pytest.raises(TrainingError, match="Another training is under way"),
        _alone(tmp_path),
    ):
        pass
    with _alone(tmp_path):
        pass


def test_what_is_missing_is_said_exactly(tmp_path: Path) -> None:
    def of(evidence: Evidence) -> Snapshot:
        return write(tmp_path, kind="verse", base="0" * 64, made_at=1.0, evidence=evidence, examples=())

    with pytest.raises(TrainingError, match="31 liked, 7 disliked, 4 voters; 20, 20 and 5 are needed"):
        enough(of(Evidence(31, 7, 4, 90.0)))
    enough(of(Evidence(31, 27, 5, 90.0)))


def test_the_command_line_says_what_the_recipe_is(monkeypatch: pytest.MonkeyPatch) -> None:
    words = [
        "train",
        "SNAP",
        "RUN",
        "--head",
        "heads/abc",
        "--seed",
        "7",
        "--rate",
        "2e-4",
        "--themes",
        "9",
        "--objective",
        "kto",
        "--quant",
        "nf4",
    ]
    monkeypatch.setattr(sys, "argv", words)
    asked = _asked()
    assert asked.recipe == Recipe("kto", "starter", "abc", 7, 2e-4, 9, epochs=2, quantization="nf4")
    assert str(asked.adapters) == "RUN/adapters"
    monkeypatch.setattr(sys, "argv", ["train", "SNAP", "RUN", "--rate", "1"])
    with pytest.raises(SystemExit):
        _asked()
