"""Settings: every name is in .env.example, and a bad value gets one sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import EXAMPLES, BotSettings, SettingsError, read_settings
from generation.host.settings import HostSettings

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(autouse=True)
def _away_from_the_operators_own_env(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_env_example_names_every_setting_of_every_process_and_no_other() -> None:
    named = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    known = {name.upper() for cls in (BotSettings, HostSettings) for name in cls.model_fields}
    assert named == known


def test_every_setting_has_an_example_to_show() -> None:
    assert set(EXAMPLES) == {name.upper() for name in BotSettings.model_fields}


def test_env_example_is_itself_a_valid_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in BotSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    settings = BotSettings(_env_file=ROOT / ".env.example")
    assert settings == BotSettings(_env_file=None)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("WEB_PORT", "99999", "WEB_PORT is '99999', but"),
        ("WEB_PORT", "eighty", "WEB_PORT is 'eighty', but"),
        ("DISCORD_API_URL", "discord.com", "must be an address that begins with http"),
        ("DISCORD_GATEWAY_URL", "https://gateway", "must be an address that begins with ws"),
        ("DATABASE_URL", "mysql://x", "it must begin with sqlite:// or postgresql://"),
        ("GENERATION_URL", "http://host:port", "it is not an address"),
        ("ALLOWED_GUILDS", "12, my server", "digits only"),
        ("OPENAI_URL", "http://me:sesame@there", "OPENAI_URL cannot be used: it must be an address alone"),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL is 'LOUD', but"),
        ("TRAINING", "sometimes", "TRAINING is 'sometimes', but"),
    ],
)
def test_a_bad_value_gets_one_sentence_with_its_name_and_an_example(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        read_settings()
    sentence = str(caught.value)
    assert said in sentence
    assert f"for example: {name}=" in sentence
    assert "\n" not in sentence


def test_guilds_are_read_as_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_GUILDS", "12, 34,")
    assert read_settings().allowed_guilds == {12, 34}


@pytest.mark.parametrize(
    ("value", "learns", "where"),
    [
        ("on", "smollm2", "on"), ("1", "smollm2", "on"), ("True", "smollm2", "on"), ("off", None, "off"), ("no", None, "off"),
        ("Cluster", "smollm2", "cluster"), ("", "smollm2", "on"),
    ],
)  # fmt: skip
def test_learning_is_here_elsewhere_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch, value: str, learns: str | None, where: str
) -> None:
    monkeypatch.setenv("TRAINING", value)
    settings = read_settings()
    assert (settings.learns, settings.training) == (learns, where)
