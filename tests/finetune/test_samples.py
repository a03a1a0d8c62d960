"""Fresh samples: what is asked of an engine, and a file that a kill leaves usable."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest

from finetune.samples import (
    FREE,
    HELD,
    LEAST,
    Sample,
    SamplesError,
    _append,
    _asked,
    _portions,
    _read,
    given,
    jobs,
    planned,
    sound,
)
from finetune.snapshot import Example
from finetune.themes import ThemesError, Wish, forms_of, public, wishes

if TYPE_CHECKING:
    from pathlib import Path

    from finetune.snapshot import Part

PIECE = Sample("free verse", "a gate", 1, "Three\nshort\nlines", None)


def example(n: int, form: str, theme: str | None, group: int, part: Part = "train") -> Example:
    return Example(f"{n:032x}", form, "x", theme, f"{group:016x}", 0.9, 0.8, 3, 20000, part)


def test_what_is_written_freely_is_one_job_of_many_and_what_is_searched_is_many_of_one() -> None:
    found = jobs(planned([Wish("free verse", "a gate"), Wish("haiku", "a gate")]), None, 1)
    assert [(job.form, job.sampling.n) for job in found] == [("free verse", FREE)] + [("haiku", 1)] * HELD
    assert {(job.terms.priority, job.terms.when_adapter_is_bad, job.adapter) for job in found} == {
        (-100, "fail", "base")
    }
    assert len({job.seed for job in found}) == 1 + HELD
    # a wish gets the same seeds whatever else is wished for, so that two sides answer it alike
    assert [job.seed for job in jobs([(Wish("haiku", "a gate"), HELD)], "d" * 64, 1)] == [
        job.seed for job in found[1:]
    ]


def test_what_is_searched_is_paid_for_out_of_a_budget_but_never_less_than_can_be_learnt_from() -> None:
    haiku = planned([Wish("haiku", f"a gate {n}") for n in range(64)])
    assert LEAST < len(haiku) < 64
    assert {each for _, each in haiku} == {HELD}
    sonnets = planned([Wish("sonnet", f"a gate {n}") for n in range(64)])
    assert [each for _, each in sonnets] == [2] * LEAST
    assert len(planned([Wish("free verse", f"a gate {n}") for n in range(64)])) == 64
    assert planned([Wish("haiku", "a gate"), Wish("free verse", "a gate")], 1 / 8) == [
        (Wish("haiku", "a gate"), 1), (Wish("free verse", "a gate"), 2),
    ]  # fmt: skip


def test_portions_are_few_and_of_about_one_size_and_together_all_that_is_planned() -> None:
    freely = [(Wish("free verse", f"a gate {n}"), 16) for n in range(48)]
    assert [len(portion) for portion in _portions(freely)] == [16, 16, 16]
    assert [len(portion) for portion in _portions(freely[:24])] == [12, 12]
    assert _portions([(wish, 6) for wish, _ in freely[:24]]) == [[(wish, 6) for wish, _ in freely[:24]]]
    searched = [(Wish("haiku", f"a gate {n}"), 4) for n in range(20)]
    mixed = freely[:5] + searched + freely[5:]
    found = _portions(mixed)
    assert [one for portion in found for one in portion] == mixed
    assert len(found) == 5
    assert _portions([]) == []


def test_half_a_portion_is_cut_off_and_made_again(tmp_path: Path) -> None:
    file = tmp_path / "samples.jsonl"
    asked = ["a", "b", "c"]
    assert _read(file, asked) == []
    _append(file, "a", [PIECE])
    first = file.read_bytes()
    _append(file, "b", [])
    whole = file.read_bytes()
    with file.open("ab") as broken:
        broken.write(json.dumps({"asked": "c", "made": [asdict(PIECE)]}).encode()[:40])
    assert _read(file, asked) == [[PIECE], []]
    assert file.read_bytes() == whole
    assert _read(file, ["a", "c"]) == [[PIECE]]  # what follows answers something else
    assert file.read_bytes() == first


def test_samples_of_another_plan_are_made_anew(tmp_path: Path) -> None:
    file = tmp_path / "samples.jsonl"
    file.write_text(json.dumps([asdict(PIECE)]) + "\n")  # as an older version kept them
    assert _read(file, ["a"]) == []
    assert file.read_bytes() == b""
    gates, doors = ([(Wish("free verse", f"a {what}"), 6)] for what in ("gate", "door"))
    names = [
        _asked(jobs(*arguments))
        for arguments in ((gates, None, 1), (gates, None, 2), (doors, None, 1), (gates + doors, None, 1), (gates, "d" * 64, 1))
    ]  # fmt: skip
    assert len(set(names)) == len(names)


def test_given_samples_have_to_be_of_what_serves(tmp_path: Path) -> None:
    file = tmp_path / "given.jsonl"
    file.write_text(json.dumps(asdict(PIECE)) + "\n")
    _append(file, "a", [PIECE])
    assert given(file, None) == [PIECE, PIECE]
    with pytest.raises(SamplesError, match="were made with the model alone, not with what serves"):
        given(file, "d" * 64)
    for strange in (
        "",
        "nonsense",
        '{"form": 1}',
        json.dumps({**asdict(PIECE), "form": "ode"}),
        "[[]]",
        "3",
        '{"made": 3}',
    ):
        file.write_text(strange)
        with pytest.raises(SamplesError, match="holds no samples"):
            given(file, None)


def test_a_text_that_says_the_same_again_is_not_sound() -> None:
    assert sound("The gate is open.\nA hen walks out\ninto the light.")
    assert not sound("the sea the sea\nthe sea the sea\nthe sea the sea")
    assert not sound(" \n")


def test_forms_that_are_hardly_there_or_need_more_than_a_theme_are_not_asked_for() -> None:
    examples = [example(n, "haiku", None, n) for n in range(19)]
    examples += [example(19, "tanka", None, 19)] + [
        example(20 + n, "acrostic", None, 20 + n) for n in range(9)
    ]
    assert forms_of(examples) == {"haiku": 1.0}
    with pytest.raises(ThemesError, match="can be written again"):
        forms_of(examples[20:])


def test_only_themes_that_members_allowed_are_asked_about_again_and_none_is_learnt_and_held_out() -> None:
    examples = [example(n, "free verse", f"our own {n}", n) for n in range(6)]
    examples += [example(9, "free verse", None, 9), example(10, "free verse", "held out", 10, "themes")]
    examples += [example(11, "free verse", "our own 1", 1, "newest")]
    learnt, asked = (wishes(examples, "verse", side, 20, 1) for side in ("train", "val"))
    assert len(learnt) == len({wish.theme for wish in learnt}) == len(asked) == 20
    own = {f"our own {n}" for n in range(6)}
    assert own < {wish.theme for wish in learnt}
    assert {wish.theme for wish in asked} & (own | {"held out"}) == {"held out"}
    assert not {wish.theme for wish in asked} & set(public("verse", "en", "train"))
    assert learnt == wishes(examples, "verse", "train", 20, 1) != wishes(examples, "verse", "train", 20, 2)
