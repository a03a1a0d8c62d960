"""Pieces of the public domain against the checkers: what people wrote keeps its form, or nearly, and its half does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generation.forms import verdict
from generation.wire.jobs import Brief

POEMS = json.loads((Path(__file__).parent / "poems.json").read_text(encoding="utf-8"))
# a reading under which Lear's rhymes of a word with itself, Shakespeare's old rhymes and Du Fu's are whole
NEAR = 0.8


@pytest.mark.parametrize("poem", POEMS, ids=[f"{n} {poem['form']}" for n, poem in enumerate(POEMS)])
def test_what_people_wrote_keeps_its_form_or_nearly(poem: dict[str, str]) -> None:
    said = verdict(Brief(poem["form"], "x"), poem["text"])
    assert said.kept is poem["kept"], said.reasons
    assert said.score >= (1.0 if said.kept else NEAR)


@pytest.mark.parametrize("form", sorted({poem["form"] for poem in POEMS}))
def test_most_are_kept_strictly(form: str) -> None:
    kept = [poem["kept"] for poem in POEMS if poem["form"] == form]
    assert sum(kept) / len(kept) >= 0.5


COUNTED = [poem for poem in POEMS if poem["form"] not in ("free verse", "fable", "scene")]


@pytest.mark.parametrize("poem", COUNTED, ids=[f"{n} {poem['form']}" for n, poem in enumerate(COUNTED)])
def test_without_its_last_word_no_counted_form_is_kept(poem: dict[str, str]) -> None:
    text = poem["text"].rstrip(".!?。")
    chinese = poem["form"] in ("wujue", "qijue", "wulü", "qilü")
    shorter = text[:-1] if chinese else text.rsplit(" ", 1)[0]
    assert not verdict(Brief(poem["form"], "x"), shorter).kept


def test_a_piece_keeps_no_other_counted_form() -> None:
    forms = (
        "haiku",
        "tanka",
        "limerick",
        "couplet",
        "quatrain",
        "sonnet",
        "ballad",
        "wujue",
        "qijue",
        "wulü",
        "qilü",
    )
    for poem in COUNTED:
        others = [
            form for form in forms if form != poem["form"] and verdict(Brief(form, "x"), poem["text"]).kept
        ]
        assert others == [], (poem["form"], others)
