"""`python -m bot check`: a server that speaks OpenAI's API and what it lists, weights for pictures, or the one thing wrong."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.check import Problem, _model, learning_to_do, model_to_serve, pictures_to_serve
from bot.settings import BotSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


def settings(url: str | None, **more: str) -> BotSettings:
    return BotSettings(_env_file=None, text_model="openai", openai_url=url, **more)


@pytest.fixture
async def server() -> AsyncIterator[str]:
    async def models(request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != "Bearer sesame":
            raise web.HTTPUnauthorized
        return web.json_response({"data": [{"id": "poet"}, {"id": "writer"}]})

    app = web.Application()
    app.router.add_get("/v1/models", models)
    app.router.add_get("/else/v1/models", lambda _: web.Response(text="hello"))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_server_that_lists_the_model_is_well(server: str) -> None:
    assert await _model(settings(server, openai_api_key="sesame")) == f"poet at {server}"
    assert "writer" in await _model(settings(f"{server}/v1", openai_api_key="sesame", openai_model="writer"))


async def test_what_is_wrong_with_it_is_one_sentence(server: str) -> None:
    wrong = [
        (settings(server), "OPENAI_API_KEY was refused"),
        (settings(server, openai_api_key="sesame", openai_model="painter"), "painter is not among those"),
        (settings(f"{server}/nowhere"), "answered 404"),
        (settings(f"{server}/else"), "does not speak OpenAI's API"),
        (settings("http://127.0.0.1:1"), "cannot be reached"),
        (settings(None), "OPENAI_URL is needed"),
    ]
    for given, said in wrong:
        with pytest.raises(Problem, match=said):
            await _model(given)


def test_the_bot_starts_though_the_server_is_not_there_yet() -> None:
    assert model_to_serve(settings("http://127.0.0.1:1")) == "the server at http://127.0.0.1:1"


def test_what_pictures_would_be_made_with_is_said() -> None:
    said = {
        "turned off": BotSettings(_env_file=None, picture_model="none"),
        "renga, installed": BotSettings(_env_file=None),
        "the stand-in, for tests": BotSettings(_env_file=None, text_model="fake"),
        "by the generation host at http://10.0.0.7:8500": BotSettings(
            _env_file=None, generation_url="http://10.0.0.7:8500", picture_model="/no/such/place"
        ),
    }
    for answer, given in said.items():
        assert pictures_to_serve(given) == answer


def test_weights_of_one_s_own_must_be_there_and_be_those_of_their_manifest(tmp_path: Path) -> None:
    given = BotSettings(_env_file=None, picture_model=str(tmp_path))
    with pytest.raises(Problem, match="are not there"):
        pictures_to_serve(given)
    (tmp_path / "painter.safetensors").write_bytes(b"numbers")
    for manifest in ("[]", "{}", "{"):
        (tmp_path / "manifest.json").write_text(manifest)
        with pytest.raises(Problem, match="are not there"):
            pictures_to_serve(given)
    (tmp_path / "manifest.json").write_text(json.dumps({"digest": hashlib.sha256(b"other").hexdigest()}))
    with pytest.raises(Problem, match="are not those that their manifest describes"):
        pictures_to_serve(given)
    told = {"digest": hashlib.sha256(b"numbers").hexdigest()}
    (tmp_path / "manifest.json").write_text(json.dumps(told))
    assert pictures_to_serve(given) == str(tmp_path)
    named = "painter-0123456789abcdef.safetensors"  # as a training names them
    (tmp_path / "painter.safetensors").rename(tmp_path / named)
    (tmp_path / "manifest.json").write_text(json.dumps(told | {"tensors": named}))
    assert pictures_to_serve(given) == str(tmp_path)


def test_where_a_taste_would_be_learnt_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {
        where: learning_to_do(BotSettings(_env_file=None, training=where, ray_address="auto"))
        for where in ("on", "off", "cluster")
    }
    assert "cannot be trained here" in learning_to_do(settings(None))
    assert told["on"].startswith("on this machine")
    assert told["off"].startswith("off (TRAINING)")
    assert "cluster at auto (RAY_ADDRESS)" in told["cluster"]
    with pytest.raises(Problem, match="TRAINING=cluster needs RAY_ADDRESS"):
        learning_to_do(BotSettings(_env_file=None, training="cluster"))
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(Problem, match=r"pip install 'renga\[cluster\]'"):
        learning_to_do(BotSettings(_env_file=None, training="cluster"))
