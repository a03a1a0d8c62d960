"""Adapters at a server that speaks vLLM's dialect, at one that speaks none, and the terms when one cannot be had."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from generation.wire.events import Done, Failed
from generation.wire.jobs import BASE
from tests.generation.remote.faulty import WHOLE, Faulty, faulty, refuses
from tests.generation.remote.test_engine import artifact, end, served
from tests.generation.stand import job

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from generation.wire.jobs import Job, WhenAdapterIsBad

ONE, TWO = "a1" * 32, "b2" * 32


def adapted(name: str, adapter: str, when_bad: WhenAdapterIsBad = "base") -> Job:
    asked = job(name)
    return dataclasses.replace(
        asked, adapter=adapter, terms=dataclasses.replace(asked.terms, when_adapter_is_bad=when_bad)
    )


async def test_an_adapter_is_loaded_once_by_its_digest_and_answers_as_a_model(tmp_path: Path) -> None:
    (tmp_path / ONE).mkdir()
    (tmp_path / TWO).mkdir()
    async with faulty(WHOLE) as server, served(server, tmp_path) as host:
        for name, adapter in (("a", ONE), ("b", TWO), ("c", ONE)):
            done = await end(host, adapted(name, adapter))
            assert isinstance(done, Done)
            assert (done.model, done.adapter) == ("poet", adapter)
        assert isinstance(await end(host, job("base")), Done)
        assert [asked["model"] for asked in server.asked] == [ONE, TWO, ONE, "org/poet"]
        assert server.loads == [
            {"lora_name": digest, "lora_path": str(tmp_path / digest)} for digest in (ONE, TWO)
        ]


async def test_one_that_the_server_has_already_is_not_loaded(tmp_path: Path) -> None:
    (tmp_path / ONE).mkdir()
    async with faulty(WHOLE, loras={ONE}) as server, served(server, tmp_path) as host:
        done = await end(host, adapted("a", ONE))
        assert isinstance(done, Done)
        assert done.adapter == ONE
        assert server.loads == []


async def test_one_that_was_loaded_behind_our_back_is_used(tmp_path: Path) -> None:
    (tmp_path / ONE).mkdir()
    async with faulty(WHOLE) as server, served(server, tmp_path) as host:
        await end(host, job("first"))
        server.loras.add(ONE)
        done = await end(host, adapted("a", ONE))
        assert isinstance(done, Done)
        assert done.adapter == ONE


async def test_one_that_the_server_forgot_is_loaded_again(tmp_path: Path) -> None:
    (tmp_path / ONE).mkdir()

    async def answer(server: Faulty, request: Any) -> Any:
        known = server.asked[-1]["model"] in {"org/poet", *server.loras}
        return await (WHOLE if known else refuses(404, {"error": {"message": "no such model"}}))(
            server, request
        )

    async with faulty(answer) as server, served(server, tmp_path) as host:
        await end(host, adapted("a", ONE))
        server.loras.clear()
        done = await end(host, adapted("b", ONE))
        assert isinstance(done, Done)
        assert done.adapter == ONE
        assert len(server.loads) == 2


@pytest.mark.parametrize(
    ("adapter", "there", "loading", "said"),
    [
        (ONE, False, True, "not there any more"),
        (ONE, True, False, "cannot use that adapter"),
        ("../../etc", True, True, "not the name of an adapter"),
        ("bad", True, True, "not the name of an adapter"),
    ],
)
async def test_one_that_cannot_be_had_is_answered_as_the_terms_say(
    tmp_path: Path, adapter: str, there: bool, loading: bool, said: str
) -> None:
    if there:
        (tmp_path / ONE).mkdir()
    async with faulty(WHOLE, loading=loading) as server, served(server, tmp_path) as host:
        done = await end(host, adapted("base", adapter))
        assert isinstance(done, Done)
        assert done.adapter is None
        note = (await artifact(host, "base")).meta["note"]
        assert said in note
        failed = await end(host, adapted("fail", adapter, "fail"))
        assert failed == Failed("adapter", note)
        assert [asked["model"] for asked in server.asked] == ["org/poet"]


async def test_one_that_the_server_refuses_is_bad(tmp_path: Path) -> None:
    root = tmp_path / "bad"
    (root / ONE).mkdir(parents=True)
    async with faulty(WHOLE) as server, served(server, root) as host:
        failed = await end(host, adapted("a", ONE, "fail"))
        assert isinstance(failed, Failed)
        assert failed.kind == "adapter"


async def test_a_server_that_is_ill_does_not_make_an_adapter_bad(tmp_path: Path) -> None:
    (tmp_path / ONE).mkdir()
    async with faulty(refuses(500), WHOLE) as server, served(server, tmp_path) as host:
        done = await end(host, adapted("a", ONE, "fail"))
        assert isinstance(done, Done)
        assert done.adapter == ONE


async def test_who_asks_for_the_base_alone_gets_it_and_no_note(tmp_path: Path) -> None:
    async with faulty(WHOLE) as server, served(server, tmp_path) as host:
        done = await end(host, adapted("a", BASE, "fail"))
        assert isinstance(done, Done)
        assert done.adapter is None
        assert "note" not in (await artifact(host, "a")).meta
        assert [asked["model"] for asked in server.asked] == ["org/poet"]
