"""The engine behind the host, over a server that is well, ill, gone, or lies."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from generation.remote import RemoteEngine
from generation.remote.engine import PATIENCE_S
from generation.wire.events import Artifact, Cancelled, Done, Failed, Preview, Started
from tests.generation.remote.faulty import (
    DONE,
    USAGE,
    WHOLE,
    Faulty,
    again_and_again,
    chunk,
    faulty,
    one_model,
    refuses,
    says,
    strict,
)
from tests.generation.stand import Stand, job, stand

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from generation.wire.jobs import Job
    from tests.generation.remote.faulty import Answer

NOT_WELL = {"error": {"message": "out of luck", "type": "internal", "code": 500}}


@contextlib.asynccontextmanager
async def served(server: Faulty, folder: Path, **how: Any) -> AsyncIterator[Stand]:
    with RemoteEngine(
        server.url, folder, **{"room": 4, "patience_s": 5.0, "back_within_s": 5.0, **how}
    ) as engine:
        async with stand(engine) as host:
            yield host


async def end(host: Stand, asked: Job) -> Any:
    await host.client.put(asked)
    return (await host.all(asked.id))[-1].event


async def artifact(host: Stand, job_id: str) -> Artifact:
    found = (await host.until(job_id, Artifact)).event
    assert isinstance(found, Artifact)
    return found


async def test_an_answer_becomes_previews_and_a_piece_and_is_counted_as_the_server_says(
    tmp_path: Path,
) -> None:
    async with faulty(WHOLE) as server, served(server, tmp_path) as host:
        done = await end(host, job("a"))
        assert isinstance(done, Done)
        assert (done.usage["prompt_tokens"], done.usage["output_tokens"], done.model) == (33, 9, "poet")
        assert await host.text(job("b")) == "Rain on the old roof."
        assert (await artifact(host, "b")).meta["stopped"] == "end"
        asked = server.asked[0]
        assert asked["model"] == "org/poet"
        assert asked["messages"][0]["role"] == "system"
        assert asked["stream"] is True
        assert (asked["max_tokens"], asked["seed"], asked["top_k"], asked["min_p"]) == (12, 7, 0, 0.02)
        assert asked["repetition_penalty"] == asked["repeat_penalty"] == 1.1


async def test_the_key_goes_along_and_is_nowhere_else(tmp_path: Path) -> None:
    async with faulty(WHOLE) as server, served(server, tmp_path, key="sesame") as host:
        with structlog.testing.capture_logs() as logged:
            await end(host, job("a"))
        assert server.keys == ["Bearer sesame"]
        assert "sesame" not in repr(logged) + repr(await host.client.stats())


@pytest.mark.parametrize(
    ("ill", "kind", "said"),
    [
        (refuses(500, NOT_WELL), "engine", "is not well"),
        (refuses(503), "engine", "is not well"),
        (refuses(400, {"error": {"message": "nonsense"}}), "engine", "did not take it"),
        (refuses(401), "engine", "does not let us in"),
        (refuses(307, Location="http://127.0.0.1:1/v1/chat/completions"), "engine", "has moved"),
        (refuses(400, {"error": {"message": "maximum context length is 9"}}), "too_long", "longer than the model"),
        (refuses(400, {"error": {"message": "x", "type": "exceed_context_size_error"}}), "too_long", "longer than"),
        (refuses(200, {"choices": []}), "engine", "is no answer"),
        (says(b'data: {"choices": [{"del\n\n'), "engine", "is no answer"),
        (says(b"data: " + b"[" * 100_000 + b"\n\n"), "engine", "is no answer"),
        (says(b'data: {"choices": [{"delta": {"content": 7}}]}\n\n'), "engine", "is no answer"),
        (says(b"data: 12\n\n"), "engine", "is no answer"),
        (says(b'data: {"error": {"message": "cuda"}}\n\n'), "engine", "stumbled"),
        (says(chunk("Rain"), b'data: {"choices": [{"delta"'), "engine", "stopped in the middle"),
        (says(chunk("Rain")), "engine", "stopped in the middle"),
        (says(chunk("Rain"), DONE), "engine", "stopped in the middle"),
        (says(chunk("Rain"), then="break"), "engine", "cannot be reached"),
        (says(then="break"), "engine", "cannot be reached"),
        (says(b"data: " + b"x" * 2**20), "engine", "far more than was asked"),
        (says(chunk("rain " * 10_000)), "engine", "far more than was asked"),
        (says(chunk("Rain"), chunk(None, "content_filter")), "unsafe", "would not write it"),
        (says(chunk("Rain"), chunk(None, "abort")), "engine", "gave it up"),
        (says(chunk(None, "stop"), DONE), "engine", "wrote nothing"),
    ],
)  # fmt: skip
async def test_an_answer_that_is_none_breaks_its_job_alone(
    tmp_path: Path, ill: Answer, kind: str, said: str
) -> None:
    async def answer(server: Faulty, request: Any) -> Any:
        ill_one = "snow" in server.asked[-1]["messages"][-1]["content"]
        return await (ill if ill_one else WHOLE)(server, request)

    async with faulty(answer) as server, served(server, tmp_path) as host:
        await host.client.put(job("ill", theme="snow"))
        beside = await host.text(job("well"))
        failed = (await host.all("ill"))[-1].event
        assert isinstance(failed, Failed)
        assert failed.kind == kind
        assert said in failed.sentence
        assert failed.sentence.endswith(".")
        assert "\n" not in failed.sentence
        assert beside == await host.text(job("after")) == "Rain on the old roof."


@pytest.mark.parametrize(
    "ill",
    [
        refuses(500),
        refuses(503),
        refuses(429),
        says(then="break"),
        says(b"data: {\n\n"),
        says(chunk(None), DONE),
    ],
)
async def test_what_had_no_text_yet_is_tried_once_more(tmp_path: Path, ill: Answer) -> None:
    async with faulty(ill, WHOLE) as server, served(server, tmp_path) as host:
        assert await host.text(job("a")) == "Rain on the old roof."
        assert len(server.asked) == 2


async def test_what_had_text_is_not_tried_again(tmp_path: Path) -> None:
    async with (
        faulty(says(chunk("Rain"), 0.1, then="break"), WHOLE) as server,
        served(server, tmp_path) as host,
    ):
        assert isinstance(await end(host, job("a")), Failed)
        assert len(server.asked) == 1


async def test_the_whole_text_counts_though_the_stream_breaks_after_it(tmp_path: Path) -> None:
    whole = says(chunk("Rain falls."), chunk(None, "stop"), 0.05, then="break")
    async with faulty(whole) as server, served(server, tmp_path) as host:
        assert await host.text(job("a")) == "Rain falls."


async def test_an_end_without_done_is_an_end_where_a_reason_was_given(tmp_path: Path) -> None:
    told = says(chunk("Rain falls."), chunk(None, "stop"), USAGE)
    async with faulty(told) as server, served(server, tmp_path) as host:
        assert await host.text(job("a")) == "Rain falls."


@pytest.mark.parametrize("silent", [says(then="hang"), again_and_again(b": ping\n\n", 0.01)])
async def test_a_server_that_says_nothing_is_waited_for_so_long_and_no_longer(
    tmp_path: Path, silent: Answer
) -> None:
    async with faulty(silent) as server, served(server, tmp_path, patience_s=0.2) as host:
        failed = await end(host, job("a"))
        assert isinstance(failed, Failed)
        assert "in time" in failed.sentence


async def test_a_server_that_knows_no_end_is_stopped_at_the_limit(tmp_path: Path) -> None:
    async def words(server: Faulty, request: Any) -> Any:
        return await says(*(chunk(f"word{n} ") for n in range(10_000)))(server, request)

    async with faulty(words) as server, served(server, tmp_path) as host:
        done = await end(host, job("a", tokens=20))
        assert isinstance(done, Done)
        assert done.usage["output_tokens"] == 20
        assert (await artifact(host, "a")).meta["stopped"] == "limit"


async def test_a_server_that_runs_in_circles_is_left(tmp_path: Path) -> None:
    circle = again_and_again(chunk("again and ") + chunk("again, "), 0.01)
    async with faulty(circle) as server, served(server, tmp_path) as host:
        assert isinstance(await end(host, job("a", tokens=1000)), Done)
        assert (await artifact(host, "a")).meta["stopped"] == "circle"
        await asyncio.wait_for(server.left.wait(), 5)


async def test_a_cancelled_job_hangs_up_at_once(tmp_path: Path) -> None:
    async with faulty(says(chunk("Rain"), then="hang")) as server, served(server, tmp_path) as host:
        await host.writing(job("a"))
        await host.client.cancel("a")
        await asyncio.wait_for(
            server.left.wait(), PATIENCE_S / 4
        )  # who is not cancelled is heard out for all of it
        assert isinstance((await host.all("a"))[-1].event, Cancelled)


async def test_no_more_are_with_the_server_than_there_is_room_for(tmp_path: Path) -> None:
    async with faulty(says(chunk("Rain"), then="hang")) as server, served(server, tmp_path, room=2) as host:
        for n in range(3):
            await host.client.put(job(f"j{n}"))
        for n in range(2):
            await host.until(f"j{n}", Preview)
        assert len(server.asked) == 2
        await host.client.cancel("j0")
        await host.until("j2", Preview)


async def test_what_a_server_refuses_by_name_is_left_out_and_said_once(tmp_path: Path) -> None:
    unknown = ("top_k", "min_p", "repetition_penalty", "repeat_penalty", "stream_options")
    async with faulty(strict(*unknown)) as server, served(server, tmp_path) as host:
        with structlog.testing.capture_logs() as logged:
            assert await host.text(job("a")) == await host.text(job("b")) == "Rain falls."
        assert len(server.asked) == 3
        said = [entry for entry in logged if entry["event"] == "openai_server_refuses"]
        assert [entry["left_out"] for entry in said] == [",".join(sorted(unknown))]
        assert (await host.client.stats())["engine"]["left_out"] == sorted(unknown)
        assert {"seed", "temperature", "top_p"} <= set(server.asked[-1])


async def test_a_refusal_that_another_try_does_not_heal_teaches_nothing(tmp_path: Path) -> None:
    told = {"error": {"message": "the word seed is not allowed here"}}
    async with (
        faulty(refuses(400, told), refuses(400, told), WHOLE) as server,
        served(server, tmp_path) as host,
    ):
        assert isinstance(await end(host, job("a")), Failed)
        assert await host.text(job("b"))
        assert "seed" in server.asked[-1]


async def test_a_model_without_a_system_turn_is_told_in_the_first_wish(tmp_path: Path) -> None:
    async def gemma(server: Faulty, request: Any) -> Any:
        if server.asked[-1]["messages"][0]["role"] == "system":
            return await refuses(400, {"error": {"message": "System role not supported"}})(server, request)
        return await WHOLE(server, request)

    async with faulty(gemma) as server, served(server, tmp_path) as host:
        assert await host.text(job("a"))
        assert server.asked[-1]["messages"][0]["content"].startswith("You are a poet")


async def test_a_server_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    async with faulty(WHOLE) as first:
        port = int(first.url.rpartition(":")[2])
    with (
        structlog.testing.capture_logs() as logged,
        RemoteEngine(first.url, tmp_path, room=4, back_within_s=0.2) as engine,
    ):
        assert not await asyncio.to_thread(engine.wait_for_the_server, 0.3)
        async with stand(engine) as host:
            for n in range(3):
                await host.client.put(job(f"j{n}"))
            await host.until("j0", Started)
            assert (await host.client.stats())["running"] == 1
            await asyncio.sleep(0.5)  # longer than for one that was there and went away
            async with faulty(WHOLE, port=port):
                for n in range(3):
                    assert isinstance((await host.all(f"j{n}"))[-1].event, Done)
    said = [entry["event"] for entry in logged if entry["event"].startswith("openai_server")]
    assert said == ["openai_server_unreachable", "openai_server_found"]


async def test_a_server_that_goes_away_breaks_what_ran_and_is_waited_for_a_while(tmp_path: Path) -> None:
    async with faulty(WHOLE) as server:
        port = int(server.url.rpartition(":")[2])
        with RemoteEngine(server.url, tmp_path, back_within_s=2.0) as engine:
            async with stand(engine) as host:
                assert await host.text(job("a"))
                assert server.stop is not None
                await server.stop()
                failed = await end(host, job("b"))
                assert isinstance(failed, Failed)
                assert "cannot be reached" in failed.sentence
                async with faulty(WHOLE, port=port):
                    assert await host.text(job("c"))


async def test_what_is_too_long_is_refused_with_the_limit_however_it_comes_to_light(tmp_path: Path) -> None:
    async with faulty(WHOLE) as server, served(server, tmp_path) as host:
        for name in ("before", "after"):
            failed = await end(host, job(name, tokens=5000))
            assert isinstance(failed, Failed)
            assert failed.kind == "too_long"
            assert "2048" in failed.sentence
        assert server.asked == []


async def test_the_prompt_is_counted_by_the_server_where_it_can(tmp_path: Path) -> None:
    async with faulty(WHOLE, tokens=2040) as server:
        with RemoteEngine(server.url, tmp_path) as engine:
            assert await asyncio.to_thread(engine.wait_for_the_server, 5)
            async with stand(engine) as host:
                failed = await end(host, job("a"))
                assert isinstance(failed, Failed)
                assert "2040 tokens to read" in failed.sentence


async def test_one_who_cannot_count_is_not_asked_again_and_again(tmp_path: Path) -> None:
    async with faulty(WHOLE) as server:
        with RemoteEngine(server.url, tmp_path) as engine:
            assert await asyncio.to_thread(engine.wait_for_the_server, 5)
            async with stand(engine) as host:
                for n in range(3):
                    await end(host, job(f"j{n}"))
        assert server.counted == 1


async def test_a_server_with_nothing_to_serve_is_said_once_and_asked_on(tmp_path: Path) -> None:
    async def empty(server: Faulty, request: Any) -> Any:
        server.models = one_model
        return await refuses(200, {"object": "list", "data": []})(server, request)

    async with faulty(WHOLE, models=empty) as server, served(server, tmp_path) as host:
        assert await host.text(job("a"))


async def test_a_model_can_be_named_where_none_is_listed(tmp_path: Path) -> None:
    async with (
        faulty(WHOLE, models=refuses(404)) as server,
        served(server, tmp_path, model="the-one") as host,
    ):
        done = await end(host, job("a"))
        assert isinstance(done, Done)
        assert done.model == server.asked[-1]["model"] == "the-one"
