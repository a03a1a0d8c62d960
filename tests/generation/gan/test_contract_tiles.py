"""The contract, kept by the picture engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from generation.gan.engine import PICTURE_TOKENS, ROOM, PictureEngine
from generation.gan.tiles import Tiles
from generation.wire.events import Artifact, Done, Failed, Preview, Queued, Started
from generation.wire.jobs import Spot
from tests.generation.contract import EngineContract
from tests.generation.stand import job, picture_job, stand

if TYPE_CHECKING:
    from generation.host.engine import Engine
    from generation.wire.jobs import Job
    from tests.generation.stand import Stand


class TestPictureEngine(EngineContract):
    ROOM = ROOM

    @pytest.fixture
    def engine(self) -> Engine:
        return PictureEngine(Tiles(pause_s=0.1))

    def job(self, name: str, theme: str = "a fox", *, tokens: int = 12, form: str = "", **wishes: Any) -> Job:
        """A morph where something large is wanted. Its thirteen frames take more than a second."""
        if tokens >= self.LONG // 4:
            return picture_job(name, theme, move="morph", **wishes)
        seed = wishes.get("seed", 7)
        return picture_job(name, spots=(Spot(theme, form, seed),), **wishes)

    async def begin(self, host: Stand, begun: Job) -> None:
        await host.client.put(begun)
        await host.until(begun.id, Started)

    async def make(self, host: Stand, made: Job) -> str:
        return " ".join(data.hex() for data in await host.bytes(made))

    def foreign(self, name: str) -> Job:
        return job(name)

    async def test_a_job_waits_starts_grows_and_is_done(self, engine: Engine) -> None:
        """Nothing is told while it grows: a picture is there or is not."""
        async with stand(engine) as host:
            await host.client.put(picture_job("a", count=3))
            told = [numbered.event for numbered in await host.all("a")]
            kinds = [type(event) for event in told if not isinstance(event, Queued)]
            assert kinds == [Started, Artifact, Artifact, Artifact, Done]
            assert not any(isinstance(event, Preview) for event in told)
            done = told[-1]
            assert isinstance(done, Done)
            assert (done.seed, done.model, done.adapter) == (7, "tiles", None)
            assert (done.usage["prompt_tokens"], done.usage["output_tokens"]) == (0, 3 * PICTURE_TOKENS)

    async def test_one_who_left_in_the_middle_comes_back_to_the_rest(self, engine: Engine) -> None:
        async with stand(engine) as host:
            await host.client.put(self.job("a", tokens=self.LONG))
            seen = (await host.until("a", Started)).n
            rest = await host.all("a", seen)
            assert [type(numbered.event) for numbered in rest] == [Artifact, Done]

    async def test_what_can_never_be_made_is_refused_with_a_sentence(self, engine: Engine) -> None:
        async with stand(engine) as host:
            await host.client.put(self.job("style", form="epic in hexameters"))
            failed = (await host.all("style"))[-1].event
            assert isinstance(failed, Failed)
            assert failed.kind == "invalid"
            assert "epic in hexameters" in failed.sentence
            assert host.engine.started == []
