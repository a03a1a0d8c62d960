"""compose.yaml: read, not run. What it sets exists, and what it must not tell everybody it asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bot.settings import BotSettings
from generation.host.settings import HostSettings

COMPOSE: dict[str, Any] = yaml.safe_load((Path(__file__).parent.parent / "compose.yaml").read_text())
NOT_OURS = {"RAY_AUTH_MODE", "RAY_AUTH_TOKEN"}  # Ray's own


def environment(service: str) -> dict[str, str]:
    found: dict[str, str] = COMPOSE["services"][service]["environment"]
    return found


def test_bot_and_host_are_set_by_settings_that_they_have() -> None:
    assert set(environment("bot")) <= {name.upper() for name in BotSettings.model_fields}
    assert set(environment("host")) - NOT_OURS <= {name.upper() for name in HostSettings.model_fields}


def test_no_secret_is_written_down() -> None:
    for service in COMPOSE["services"].values():
        for name, value in service.get("environment", {}).items():
            if "TOKEN" in name or "PASSWORD" in name:
                assert value.startswith("${"), name


def test_only_the_health_page_is_published_and_only_to_this_machine() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:8420:8420"]


def test_all_of_them_see_the_same_data_directory() -> None:
    for name in ("bot", "host", "worker"):
        assert COMPOSE["services"][name]["volumes"] == ["data:/data"]
        assert environment(name)["DATA_DIR"] == "/data"
