"""What starters learn from: strict where a form is strict, of its time, in the words that serve it, no author on two sides."""

from __future__ import annotations

import random
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from bench.forms.briefs import listed
from finetune.kinds import KINDS
from finetune.light import light
from finetune.pieces import Piece, capped
from finetune.subjects import subject
from finetune.texts import ARCHAIC, plain, records
from finetune.tokens import Answers
from finetune.verse import OLD_MEN, verse
from generation.forms import FORMS, form_named
from generation.forms.prompts import turns
from generation.wire.jobs import Brief
from tests.finetune.small import loaded, pieces, save

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def learnt() -> list[Piece]:
    return verse("train")


@pytest.mark.parametrize("name", ["poems", "scenes", "stories", "tang"])
def test_no_author_is_on_two_sides_and_every_text_says_where_it_is_from(name: str) -> None:
    both = [records(name, side) for side in ("train", "val")]
    assert all(both)
    authors = [{record["author"] for record in side if record["author"] != "Unknown"} for side in both]
    assert not authors[0] & authors[1]
    assert all(record["text"] and (name == "tang" or record["source"]) for side in both for record in side)


def test_verse_that_a_checker_counts_passes_it_strictly(learnt: list[Piece]) -> None:
    for piece in learnt:
        if piece.form in ("haiku", "couplet", "quatrain"):
            assert form_named(piece.form).check(piece.text, piece.brief(random.Random(0))).kept
    counts = Counter(piece.form for piece in learnt)
    assert counts["haiku"] > 500
    assert counts["quatrain"] > 500


def test_light_verse_misses_its_form_by_how_a_word_is_said_at_the_most_and_comes_once() -> None:
    both = {side: light(side) for side in ("train", "val")}
    every = [piece for pieces in both.values() for piece in pieces]
    for piece in every:
        verdict = form_named(piece.form).check(piece.text, piece.brief(random.Random(0)))
        assert all("not surely rhyme" in why or "depending on how" in why for why in verdict.reasons), (
            piece.text
        )
    assert len({re.sub(r"\W+", " ", piece.text.casefold()) for piece in every}) == len(every)
    assert Counter(piece.form for piece in both["train"])["limerick"] > 200
    assert Counter(piece.form for piece in both["val"])["limerick"] > 10


@pytest.mark.parametrize("form", ["limerick", "couplet", "quatrain"])
def test_light_verse_begins_its_lines_as_the_search_does(form: str) -> None:
    # from lines that began small a model learnt that a line which begins with a capital begins with "I"
    begins = [
        line.lstrip("“")[0]
        for piece in light("train")
        if piece.form == form
        for line in piece.text.split("\n")
    ]
    assert all(letter.isupper() for letter in begins)
    plan = form_named(form).plan
    assert plan is not None
    assert plan(Brief(form=form, theme="rain"), 0).capitals


def test_light_verse_answers_the_theme_that_it_was_written_for_and_no_brief_of_the_bench() -> None:
    every = light("train") + light("val")
    asked = {piece.brief(random.Random(n)).theme for n in range(3) for piece in every}
    assert asked == {re.sub(r"[\d“”\"]+", "", piece.title.lower()) for piece in every}
    assert not asked & {written.theme.casefold() for written in listed()}


def test_verse_is_of_a_diction_that_people_speak_and_not_all_of_it_begins_with_an_old_man(
    learnt: list[Piece],
) -> None:
    assert not [piece.text for piece in learnt if ARCHAIC.search(piece.text)]
    assert ARCHAIC.search("And 'tis the morn")
    old_men = [piece for piece in learnt if piece.text.startswith("There was")]
    assert 0 < len([piece for piece in old_men if piece.form == "limerick"]) <= OLD_MEN


def test_no_author_has_more_than_a_share() -> None:
    many = [Piece(str(n), "haiku", "x", "Lear" if n % 2 else "Teasdale", ()) for n in range(20)]
    assert Counter(piece.author for piece in capped(many, 3)) == {"Lear": 3, "Teasdale": 3}


def test_a_theme_is_a_phrase_of_the_piece_or_its_title_or_two_of_its_words() -> None:
    text = "The snow lies deep on the roof of the barn\nand the black crow walks alone"
    found = {subject(text, ("snow", "crow", "barn"), "Winter Morning", random.Random(n)) for n in range(60)}
    assert {"winter morning", "the black crow", "the snow"} <= found
    assert "the roof of the barn" in found or "the barn" in found
    assert any(" and " in theme for theme in found)
    assert subject("moss", (), "", random.Random(0)) == "a moment"
    assert subject("床前明月光", ("月", "霜"), "静夜思", random.Random(3)) in {"静夜思", "月、霜", "霜、月"}


def test_typography_is_made_plain() -> None:
    assert plain("the sea—the  sky \n— gone") == "the sea - the sky\ngone"


def test_a_kind_serves_forms_that_there_are() -> None:
    assert {form for kind in KINDS.values() for form in kind.serves} <= set(FORMS)


def test_a_piece_is_learnt_after_the_prompt_that_serves_it_and_ends_where_the_engine_stops(
    tmp_path: Path,
) -> None:
    model = loaded(save(tmp_path / "model"))
    piece = pieces()[0]
    made = Answers(model).tokens(piece, random.Random(1), bare=0)
    assert list(made.prompt) == model.chat.ids(turns(piece.brief(random.Random(1))))
    assert made.answer[-1] in model.stops
    assert model.chat.text(made.answer) == piece.text
    bare = Answers(model).tokens(piece, random.Random(1), bare=1)
    assert len(bare.prompt) < len(made.prompt)
    broken_off = Answers(model).tokens(
        Piece("x", "haiku", "moss", "a", (), whole=False), random.Random(1), bare=0
    )
    assert model.chat.text(broken_off.answer) == "moss"
    assert broken_off.answer[-1] not in model.stops
