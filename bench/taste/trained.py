"""The arms that change the model: `python -m finetune.train`, as an operator would run it, and what its adapter writes.

`ours` are pairs that the head makes; `sft` learns what was liked, `kto` what was liked and what was not. What is trained on is
read from disk, and what is measured is written by an engine that loads the adapter as a host would. A run is kept in its
folder as long as the code that learns is the same, and gone on with where it was stopped. Fresh samples of the base are made by the first run of `ours`, and are every taste's.
"""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bench.forms.kept import version
from bench.report import tell
from bench.taste.arms import drafts
from bench.taste.samples import engine, made
from finetune import report as reports

if TYPE_CHECKING:
    from bench.taste.arms import Drafts
    from bench.taste.learning import Learnt
    from finetune.report import Report
    from generation.lm.load import LoadedModel

ROOT = Path(__file__).resolve().parent.parent.parent
Arm = Literal["sft", "kto", "ours"]
OBJECTIVES: dict[Arm, str] = {"sft": "sft", "kto": "kto", "ours": "dpo"}
LEARNT_BY = ("finetune", "generation/lm", "generation/taste")  # a change to these begins a run anew
SAMPLES, SECONDS = "samples.jsonl", "samples_seconds.json"


class UntrainedError(Exception):
    """A training that ended without a report; the message is what it said."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A run's report, the drafts of its adapter for each held-out theme (None: none may serve), and the minutes that it took, those
    of the samples that it shares among them.
    """

    report: Report
    drafts: Drafts | None
    minutes: float

    @property
    def broken(self) -> list[str]:
        """The gates that it failed and that nobody can waive."""
        return list(self.report.broken)


def trained(
    folder: Path, learnt: Learnt, arm: Arm, model: LoadedModel, data_dir: Path, seed: int, *, firsts: bool
) -> Trained:  # fmt: skip
    """Run one arm in a folder of its own under `folder`, or take what it came to before. With `firsts` each answer has its first
    draft alone: a quarter of the writing, and nothing for a head to pick of.

    Raises:
        UntrainedError: it came to nothing.
    """
    by = version(ROOT, LEARNT_BY)
    run = folder / "runs" / f"{learnt.snapshot.digest[:16]}-{learnt.directory.name[:8]}-{arm}-{seed}-{by}"
    if not (run / reports.JSON).exists():
        tell(f"training: {arm}")
        _train(folder, run, learnt, arm, data_dir, seed)
    report = reports.load(run / reports.JSON)
    found = None
    if report.adapter is not None:
        load = functools.cache(lambda: engine(model, run / "adapters"))
        if firsts:
            found = drafts(made(run, "firsts", load, report.adapter), of=1)
        else:
            found = drafts(made(run, "coming", load, report.adapter))
    seconds = dict(report.seconds)
    if arm == "ours":
        seconds["samples"] = json.loads((folder / SECONDS).read_text())
    return Trained(report, found, sum(seconds.values()) / 60)


def _train(folder: Path, run: Path, learnt: Learnt, arm: Arm, data_dir: Path, seed: int) -> None:
    command = [
        sys.executable, "-m", "finetune.train", str(folder / "snapshots" / learnt.snapshot.digest), str(run),
        "--objective", OBJECTIVES[arm], "--data-dir", str(data_dir), "--seed", str(seed),
        "--progress", "json",
    ]  # fmt: skip
    if arm == "ours":
        command += ["--head", str(learnt.directory)]
        if (folder / SAMPLES).exists():
            command += ["--samples", str(folder / SAMPLES)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if ran.returncode or not (run / reports.JSON).exists():
        raise UntrainedError((ran.stderr.strip().splitlines() or ["It said nothing."])[-1])
    if arm == "ours" and not (folder / SAMPLES).exists():
        (folder / SECONDS).write_text(json.dumps(reports.load(run / reports.JSON).seconds["samples"]))
        shutil.copyfile(run / SAMPLES, folder / SAMPLES)
