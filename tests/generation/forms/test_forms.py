"""The registry, and what a model is told."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys

import pytest

import generation.forms
from generation.forms import FORMS, MODULES, form_named, forms_of
from generation.forms.form import Form
from generation.forms.prompts import SOURCE_TAIL, turns
from generation.wire.jobs import Brief


def test_every_file_of_a_form_is_in_the_tuple() -> None:
    files = {
        found.name: importlib.import_module(f"generation.forms.{found.name}")
        for found in pkgutil.iter_modules(generation.forms.__path__)
    }
    forms = {name for name, module in files.items() if isinstance(vars(module).get("FORM"), Form)}
    assert {module.__name__.rpartition(".")[2] for module in MODULES} == forms


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_a_form_is_whole(form: generation.forms.form.Form) -> None:
    assert form_named(form.name) is form
    assert form in forms_of(form.kind)
    assert form.title
    assert not form.description.endswith(".")
    assert len(form.description) <= 100  # what Discord shows of a choice
    assert set(form.tokens) == {"short", "medium", "long"}
    assert 0 < form.tokens["short"] <= form.tokens["medium"] <= form.tokens["long"]
    assert not form.ask.endswith(".")


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_a_form_is_held_by_a_plan_or_by_a_grammar_and_says_in_which_language(form: Form) -> None:
    assert (form.plan is None) != (form.structure is None)
    assert form.samples >= 1
    assert form.language in ("en", "zh", "any")
    assert bool(form.ask_zh) == (form.language != "en")


def test_naming_the_forms_reads_no_dictionary() -> None:
    code = (
        "import sys, generation.forms; from generation.forms.sounds import _dictionary as read;"
        "assert not {'pypinyin', 'torch'} & set(sys.modules); assert read.cache_info().currsize == 0"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("kind", ["verse", "script", "story"])
def test_every_command_has_forms(kind: str) -> None:
    assert len(forms_of(kind)) >= 3


@pytest.mark.parametrize("name", list(FORMS))
def test_a_new_piece_is_asked_for_with_its_theme_and_tone_last(name: str) -> None:
    said = turns(Brief(name, "an old boat", "wistful"))
    assert said[0].role == "system"
    assert said[-1].role == "user"
    assert "an old boat" in said[-1].text
    assert "wistful" in said[-1].text
    assert [turn.role for turn in said[1:]] == ["user", "assistant"] * (len(said) // 2 - 1) + ["user"]


@pytest.mark.parametrize("move", ["vary", "continue", "shorter", "warmer", "adjust"])
@pytest.mark.parametrize("name", list(FORMS))
def test_a_vary_and_a_continue_carry_the_end_of_the_piece_they_start_from(name: str, move: str) -> None:
    source = "beginning " + "x" * 5000 + " end"
    said = turns(Brief(name, "an old boat", move=move, source=source))
    assert said[-2].role == "assistant"
    assert said[-2].text == source[-SOURCE_TAIL:]
    assert said[-1].role == "user"


def test_an_adjustment_says_what_should_change_and_which_words_stay() -> None:
    brief = Brief("haiku", "rain", move="adjust", source="a\nb\nc", must=("hum",), wish="less rain, more cat")
    assert "changed like this: less rain, more cat." in turns(brief)[-1].text
    assert '"hum"' in turns(brief)[-1].text


@pytest.mark.parametrize("move", ["new", "vary", "continue", "shorter", "warmer", "adjust"])
def test_what_is_written_in_chinese_is_asked_for_in_chinese(move: str) -> None:
    said = turns(
        Brief("free verse", "月亮", "温暖", move=move, source="山", must=("雨",), language="zh", wish="短些")
    )
    assert not any(char.isascii() and char.isalpha() for turn in said for char in turn.text)
