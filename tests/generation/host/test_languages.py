"""A brief in a language that the model lacks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generation.host.host import GenerationHost
from generation.host.languages import note, refusal, spoken
from generation.wire.errors import Refused
from generation.wire.jobs import Brief
from tests.generation.stand import job

CHINESE = Brief("free verse", "月亮", language="zh")


def test_the_presets_say_what_they_write_and_others_are_asked_for_anything() -> None:
    assert spoken("smollm2") == ("en",)
    assert spoken("gemma3") == ("en", "zh")
    assert spoken("/models/mine") == spoken("openai") == ()
    assert refusal(CHINESE, ()) is None
    assert refusal(Brief("free verse", "осень"), ()) is None


def test_a_chinese_brief_on_an_english_model_is_told_which_writes_it() -> None:
    said = refusal(CHINESE, ("en",))
    assert said == (
        "The model here writes English only; for Chinese, whoever runs this bot can choose Gemma 3 instead"
        " (TEXT_MODEL=gemma3)."
    )
    assert refusal(CHINESE, ("en", "zh")) is None


@pytest.mark.parametrize("theme", ["осень", "秋の夕暮れ", "가을", "خريف"])
def test_a_brief_in_a_language_that_no_preset_writes_is_told_what_they_do(theme: str) -> None:
    assert (
        refusal(Brief("haiku", theme), ("en",))
        == "The model here writes English only; please say it in English."
    )
    said = refusal(Brief("haiku", theme), ("en", "zh"))
    assert said == "The model here writes English and Chinese only; please say it in English or Chinese."


@pytest.mark.parametrize("theme", ["rain", "café", "🎉", "a poem about 雪"])
def test_what_it_writes_is_let_through(theme: str) -> None:
    assert refusal(Brief("haiku", theme), ("en",)) is None


@pytest.mark.parametrize(
    "theme", ["le chat dort sur le laptop", "der Mond über dem Haus und ich", "la luna y el mar del sur"]
)
def test_a_theme_in_another_language_of_our_alphabet_is_said_to_be_answered_in_english(theme: str) -> None:
    assert note(Brief("haiku", theme), ("en",)) == "This is in English, which is what the model here writes."
    assert note(Brief("haiku", theme), ()) is None


@pytest.mark.parametrize(
    "theme", ["rain", "the café on the Rue de la Paix", "a la carte", "Los Angeles at night", "El Niño"]
)
def test_an_english_theme_with_foreign_names_is_english(theme: str) -> None:
    assert note(Brief("haiku", theme), ("en",)) is None


def test_a_host_refuses_it_when_it_is_asked() -> None:
    host = GenerationHost(languages=("en",))
    with pytest.raises(Refused, match="writes English only"):
        host.submit(replace(job("a"), brief=CHINESE))
    assert host.stats()["waiting"] == 0
