"""A head learns what is there to be learnt, says when there is nothing, and is the same each time."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import torch

from finetune.features import Features
from finetune.head import HeadError, fit, learnt, main, written
from finetune.snapshot import Evidence, Example, Snapshot, write
from generation.taste.directory import digest_of, load, manifest_of
from generation.taste.reader import BLOCKS, Reader
from tests.finetune import small

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

torch.set_num_threads(1)  # a second thread that waits for a busy core costs more than it brings

BASE = "ab" * 32
WIDTHS = dict.fromkeys(BLOCKS, 12)


def example(n: int, liked: float, theme: str, text: str = "") -> Example:
    name = hashlib.sha256(str(n).encode()).hexdigest()[:32]
    group = hashlib.sha256(theme.encode()).hexdigest()[:16]
    return Example(
        name,
        "free verse",
        text or f"a text of {n}",
        None,
        group,
        liked,
        abs(2 * liked - 1),
        3,
        20_000,
        "train",
    )


def problem(count: int = 120, noise: float = 0.5) -> tuple[list[Example], dict[str, Tensor]]:
    """Pieces that are liked where one number of `topics` is high; all other numbers are chance."""
    generator = torch.Generator().manual_seed(5)
    numbers = {block: torch.randn(count, width, generator=generator) for block, width in WIDTHS.items()}
    hint = numbers["topics"][:, 3] + noise * torch.randn(count, generator=generator)
    liked = torch.sigmoid(3 * hint).clamp(0.02, 0.98).tolist()
    return [example(n, liked[n], f"theme {n % 20}") for n in range(count)], numbers


def test_it_finds_what_is_liked_and_foretells_it_for_themes_that_it_never_saw() -> None:
    examples, numbers = problem()
    found = fit(examples, numbers, 1, "verse", BASE)
    assert found.auc > 0.8
    assert "topics" in found.head.blocks
    weights = found.head.weights["topics"].abs()
    assert int(weights.argmax()) == 3
    assert found.tried


def test_of_votes_that_mean_nothing_it_foretells_nothing() -> None:
    examples, numbers = problem()
    shuffled = {
        block: some[torch.randperm(120, generator=torch.Generator().manual_seed(1))]
        for block, some in numbers.items()
    }
    assert fit(examples, shuffled, 1, "verse", BASE).auc < 0.62


def test_the_same_evidence_gives_the_same_head() -> None:
    examples, numbers = problem()
    one, other = (fit(examples, numbers, 1, "verse", BASE).head for _ in range(2))
    assert digest_of(one) == digest_of(other)


def test_what_a_moderator_flagged_pulls_more_than_a_vote() -> None:
    examples, numbers = problem()
    best = max(range(120), key=lambda n: examples[n].liked)
    flagged = replace(examples[best], liked=0.0, confidence=1.0, flagged=True)
    before = fit(examples, numbers, 1, "verse", BASE).head.score(numbers)[best]
    after = fit([flagged if n == best else one for n, one in enumerate(examples)], numbers, 1, "verse", BASE)
    assert after.head.score(numbers)[best] < before


@pytest.mark.parametrize("liked", [0.9, 0.1])
def test_votes_that_all_say_the_same_are_told_of(liked: float) -> None:
    examples, numbers = problem()
    with pytest.raises(HeadError, match="All votes say the same"):
        fit([replace(one, liked=liked) for one in examples], numbers, 1, "verse", BASE)


def test_one_theme_cannot_be_held_out() -> None:
    examples, numbers = problem()
    with pytest.raises(HeadError, match="fewer than 3 themes"):
        fit([replace(one, group="0" * 16) for one in examples], numbers, 1, "verse", BASE)


def test_of_nothing_there_is_no_head() -> None:
    with pytest.raises(HeadError, match="All votes say the same"):
        fit([], {block: torch.zeros(0, 12) for block in BLOCKS}, 1, "verse", BASE)


def snapshot(root: Path, base: str, evidence: Evidence | None = None) -> Snapshot:
    """Poems of long words are liked, of short ones are not."""
    words = {True: "remembering cathedral watercolours", False: "a dim old cat sat in"}
    examples = [
        example(
            n,
            0.95 if n % 2 else 0.05,
            f"theme {n % 10}",
            f"{words[bool(n % 2)]}\nwas the number {n}\nof them",
        )
        for n in range(60)
    ]
    counted = evidence or Evidence(30, 30, 6, 54.0)
    return write(root, kind="verse", base=base, made_at=1.0, evidence=counted, examples=examples)


class Twin(Reader):
    """A reader over the small model, without the sentence encoder: its numbers for lines and words are chance's."""

    def __call__(self, texts, blocks=BLOCKS):  # type: ignore[no-untyped-def]
        here = [block for block in blocks if block not in ("lines", "topics")]
        found = super().__call__(texts, here)
        for block in ("lines", "topics"):
            if block in blocks:
                found[block] = torch.zeros(len(texts), self.widths[block])
        return found


def test_a_snapshot_becomes_a_head_on_disk_with_what_there_is_to_tell(tmp_path: Path) -> None:
    model = small.loaded(small.save(tmp_path / "model"))
    reader = Twin(model)
    made = snapshot(tmp_path / "snapshots", reader.base)
    fitted = learnt(made, Features(reader), 1)
    directory = written(tmp_path / "heads", fitted, made, reader, 1, 0.5)
    head = load(tmp_path / "heads", directory.name, reader.base, reader.widths)
    scores = head.score(reader(["remembering watercolours\nwas it", "a cat sat\nin it"], head.blocks))
    assert scores[0] > scores[1]
    told = manifest_of(tmp_path / "heads", directory.name, reader.widths)
    assert told["snapshot"] == made.digest
    assert told["auc"] == round(fitted.auc, 4) >= 0.6
    assert (told["liked"], told["disliked"], told["voters"]) == (30, 30, 6)


def told(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    """What the command says instead of a head."""
    monkeypatch.setattr(sys, "argv", ["head", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return str(ended.value.code)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        (Evidence(31, 7, 4, 80.0), "31 liked, 7 disliked, 4 voters; 10, 10 and 5 are needed"),
        (Evidence(60, 60, 1, 80.0), "1 voter"),
    ],
)
def test_the_command_says_what_is_missing_and_loads_no_model_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, evidence: Evidence, said: str
) -> None:
    made = snapshot(tmp_path / "snapshots", BASE, evidence)
    directory, heads = tmp_path / "snapshots" / made.digest, tmp_path / "heads"
    assert said in told(monkeypatch, str(directory), str(heads), "--base", "nowhere")
    assert not heads.exists()


def test_a_snapshot_that_was_edited_by_hand_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = snapshot(tmp_path, BASE)
    path = tmp_path / made.digest / "examples.jsonl"
    path.write_text(path.read_text().replace("0.95", "0.94"))
    assert "changed after it was written" in told(monkeypatch, str(path.parent), str(tmp_path / "heads"))


def test_a_snapshot_of_another_base_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = small.save(tmp_path / "model")
    made = snapshot(tmp_path / "snapshots", BASE)
    directory = str(tmp_path / "snapshots" / made.digest)
    said = told(
        monkeypatch,
        directory,
        str(tmp_path / "heads"),
        "--base",
        str(model),
        "--data-dir",
        str(tmp_path / "data"),
    )
    assert said == "The snapshot was made for another base model."
