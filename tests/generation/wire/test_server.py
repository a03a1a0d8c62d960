"""The answering end, over real sockets: what it refuses, and how little a bad client can hold."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest
from aiohttp import web

from generation.host.fake import FakeEngine
from generation.host.turns import TURN_S
from generation.wire import client as client_module
from generation.wire import server as server_module
from generation.wire.client import GenerationClient
from generation.wire.errors import BadAnswer, Unreachable
from generation.wire.events import Done, Preview, Started
from generation.wire.turns import Turn
from tests.generation.stand import job, stand


async def test_without_the_token_nothing_is_answered() -> None:
    async with stand(FakeEngine(), token="secret") as host:
        assert (await host.client.stats())["ready"] in (True, False)
        for headers in (
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": "secret"},
            {"Authorization": "Bearer \udcff"},
        ):
            for method, path in (
                ("GET", "/v1/stats"),
                ("PUT", "/v1/jobs/a"),
                ("GET", "/v1/artifacts/x"),
                ("GET", "/"),
            ):
                async with host.session.request(method, host.url + path, headers=headers) as answer:
                    assert answer.status == 401
        with pytest.raises(BadAnswer, match="401"):
            await GenerationClient(host.url, host.session).stats()


async def test_a_trainer_has_every_turn_of_an_idle_host_and_none_while_a_piece_is_made() -> None:
    async with stand(FakeEngine(tokens_per_s=20.0)) as host:
        assert await host.client.turn() == await host.client.turn() == Turn(True, TURN_S)
        await host.client.put(job("a", tokens=40))
        assert await host.client.turn() == Turn(False, TURN_S)
        await host.client.cancel("a")
        assert (await host.client.turn()).granted


@pytest.mark.parametrize(
    "answer",
    ["[]", "{}", '{"granted": 1, "s": 2}', '{"granted": true, "s": true}', '{"granted": true, "s": 0}', '{"granted": true, "s": 61}'],
)  # fmt: skip
async def test_a_turn_that_is_none_is_a_bad_answer(answer: str) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(text=answer, content_type="application/json")

    runner, url = await serving(handler)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(BadAnswer):
            await GenerationClient(url, session).turn()
    await runner.cleanup()


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/v1/jobs/a", b"not json", 400),
        ("PUT", "/v1/jobs/a", b"[" * 100_000, 400),
        ("PUT", "/v1/jobs/a", b"\xff\xfe", 400),
        ("PUT", "/v1/jobs/a", b"[]", 400),
        ("PUT", "/v1/jobs/b", json.dumps(job("a").to_json()).encode(), 400),
        ("PUT", "/v1/jobs/a", b"x" * 300_000, 413),
        ("PUT", "/v1/jobs/" + "x" * 65, b"{}", 400),
        ("GET", "/v1/jobs/nobody/events", b"", 404),
        ("GET", "/v1/jobs/nobody/events?after=-1", b"", 400),
        ("GET", "/v1/jobs/nobody/events?after=x", b"", 400),
        ("GET", "/v1/jobs/nobody/events?after=9999999999999", b"", 400),
        ("POST", "/v1/jobs/nobody/ack", b"", 404),
        ("DELETE", "/v1/jobs/nobody", b"", 404),
        ("GET", "/v1/artifacts/nothing", b"", 404),
    ],
)
async def test_a_bad_request_gets_its_status_and_a_sentence(
    method: str, path: str, body: bytes, status: int
) -> None:
    async with (
        stand(FakeEngine()) as host,
        host.session.request(method, host.url + path, data=body or None) as answer,
    ):
        assert answer.status == status
        assert (await answer.json())["error"].endswith(".")


async def test_new_is_201_and_known_is_200() -> None:
    async with stand(FakeEngine()) as host:
        for status in (201, 200):
            async with host.session.put(f"{host.url}/v1/jobs/a", json=job("a").to_json()) as answer:
                assert answer.status == status


async def test_a_silent_stream_has_a_pulse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "HEARTBEAT_S", 0.05)
    async with stand(FakeEngine(tokens_per_s=1.0)) as host:
        await host.client.put(job("a", tokens=3))
        async with host.session.get(f"{host.url}/v1/jobs/a/events") as answer:
            lines = [await answer.content.readline() for _ in range(6)]
        assert b"\n" in lines
        await host.client.cancel("a")


@pytest.mark.slow
async def test_a_reader_that_stalls_misses_previews_and_costs_the_host_nothing() -> None:
    """Each preview here is far larger than what sockets buffer in all, so its writer must wait."""

    class Wordy(FakeEngine):
        def step(self):
            return [
                type(found)(found.job_id, 0, found.text + "x" * 500_000, found.tokens)
                if hasattr(found, "tokens")
                else found
                for found in super().step()
            ]

    async with stand(Wordy(tokens_per_s=30.0)) as host:
        await host.client.put(job("a", tokens=90))
        port = int(host.url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(b"GET /v1/jobs/a/events HTTP/1.0\r\n\r\n")
        seen = 0
        async for numbered in host.client.events("a"):
            seen += isinstance(numbered.event, Preview)
            kept = [n for n in host.host.events("a", 0) if isinstance(n.event, Preview)]
            assert len(kept) <= 1
        assert seen >= 8
        late = await reader.read()
        assert 1 <= late.count(b'"event":"preview"') < seen
        assert late.count(b'"event":"done"') == 1
        writer.close()
        await writer.wait_closed()


async def test_nobody_there_is_unreachable() -> None:
    async with aiohttp.ClientSession() as session:
        nobody = GenerationClient("http://127.0.0.1:9", session)
        with pytest.raises(Unreachable):
            await nobody.put(job("a"))
        with pytest.raises(Unreachable):
            await nobody.stats()
        with pytest.raises(Unreachable):
            [_ async for _ in nobody.events("a")]


async def serving(handler) -> tuple[web.AppRunner, str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


async def test_a_stream_that_breaks_is_unreachable_and_a_stream_that_falls_silent_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client_module, "SILENT_FOR_S", 0.1)

    async def handler(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(request)
        await stream.write(b'{"n":1,"event":"started"}\n')
        if "silent" in request.path:
            await asyncio.sleep(5)
        assert request.transport is not None
        request.transport.abort()
        return stream

    runner, url = await serving(handler)
    async with aiohttp.ClientSession() as session:
        for name in ("broken", "silent"):
            stream = GenerationClient(url, session).events(name)
            assert (await anext(stream)).event == Started()
            with pytest.raises(Unreachable):
                await anext(stream)
    await runner.cleanup()


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"n":1,"event":"exploded"}\n'])
async def test_an_answer_that_is_not_in_the_vocabulary_is_a_bad_answer(body: bytes) -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=body)

    runner, url = await serving(handler)
    async with aiohttp.ClientSession() as session:
        host = GenerationClient(url, session)
        with pytest.raises(BadAnswer):
            [_ async for _ in host.events("a")]
        with pytest.raises(BadAnswer):
            await host.artifact("0" * 64)
        if body != b'{"n":1,"event":"exploded"}\n':
            with pytest.raises(BadAnswer):
                await host.stats()
    await runner.cleanup()


async def test_a_full_or_conflicting_answer_without_its_words_is_a_bad_answer() -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.json_response({}, status=int(request.path.rpartition("-")[2]))

    runner, url = await serving(handler)
    async with aiohttp.ClientSession() as session:
        for status in (409, 429, 422, 500):
            with pytest.raises(BadAnswer):
                await GenerationClient(url, session).put(job(f"a-{status}"))
    await runner.cleanup()


async def test_a_job_is_done_for_one_who_only_then_looks() -> None:
    async with stand(FakeEngine()) as host:
        await host.client.put(job("a"))
        assert isinstance((await host.all("a"))[-1].event, Done)
        assert [type(n.event).__name__ for n in await host.all("a")][-2:] == ["Artifact", "Done"]
