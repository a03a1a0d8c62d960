"""A brief in a language that the model lacks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generation.host.host import GenerationHost
from generation.host.languages import refusal, spoken
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


def test_a_host_refuses_it_when_it_is_asked() -> None:
    host = GenerationHost(languages=("en",))
    with pytest.raises(Refused, match="writes English only"):
        host.submit(replace(job("a"), brief=CHINESE))
    assert host.stats()["waiting"] == 0
