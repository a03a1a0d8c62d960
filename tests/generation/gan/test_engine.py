"""The picture engine over tiles: what shares a pass, how long a step gets, what comes out."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from generation.gan.engine import BATCH, PICTURE_TOKENS, ROOM, STEP_S, PictureEngine
from generation.gan.tiles import Tiles
from generation.host.engine import Broken, Cost, Finished, Grew, RefusedError
from generation.wire.jobs import PictureBrief, Spot, Terms
from tests.generation.stand import picture_job

if TYPE_CHECKING:
    from generation.host.engine import Progress
    from generation.wire.jobs import Job


class Timed(Tiles):
    """Tiles that take time on a clock of their own: so many seconds for a theme, so many for a picture."""

    def __init__(self, theme_s: float = 0.0, picture_s: float = 0.0) -> None:
        super().__init__()
        self.now = 0.0
        self.theme_s, self.picture_s = theme_s, picture_s
        self.passes: list[int] = []

    def clock(self) -> float:
        return self.now

    def understand(self, theme: str, style: str) -> Any:
        self.now += self.theme_s
        if theme == "trouble":
            raise ZeroDivisionError
        return super().understand(theme, style)

    def paint(self, styles: Any) -> Any:
        self.now += self.picture_s * len(styles)
        self.passes.append(len(styles))
        return super().paint(styles)


def finished(engine: PictureEngine, *jobs: Job) -> dict[str, Progress]:
    """Start all, step until nothing is left; each job's ending."""
    for job in jobs:
        assert engine.fits(job)
        engine.start(job)
    endings: dict[str, Progress] = {}
    while engine.stats()["running"]:
        for found in engine.step():
            if not isinstance(found, Grew):
                assert found.job_id not in endings
                endings[found.job_id] = found
    return endings


def made(engine: PictureEngine, job: Job) -> Finished:
    ending = finished(engine, job)[job.id]
    assert isinstance(ending, Finished)
    return ending


def datas(ending: Progress) -> list[bytes]:
    assert isinstance(ending, Finished)
    return [output.data for output in ending.outputs]


def picture(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))


@pytest.fixture
def engine() -> PictureEngine:
    return PictureEngine(Tiles())


def test_a_grid_is_as_many_stills_each_with_a_spot_that_gives_it_again(engine: PictureEngine) -> None:
    grid = made(engine, picture_job("grid", count=4))
    assert (grid.prompt_tokens, grid.output_tokens, grid.model) == (0, 4 * PICTURE_TOKENS, "tiles")
    assert [output.mime for output in grid.outputs] == ["image/png"] * 4
    assert len({output.data for output in grid.outputs}) == 4
    for n, output in enumerate(grid.outputs):
        spot = Spot(**{**output.meta["spot"], "away": tuple(output.meta["spot"]["away"])})
        assert spot.seed == 7 + n
        again = made(engine, picture_job(f"again{n}", spots=(spot,), seed=99))
        assert datas(again) == [output.data]


def test_a_variation_can_be_had_again_and_varied_in_turn(engine: PictureEngine) -> None:
    varied = made(engine, picture_job("vary", move="vary", count=2, seed=40))
    first, second = varied.outputs
    assert (first.meta["spot"]["away"], second.meta["spot"]["away"]) == ([40], [41])
    spot = Spot("a fox", seed=40, away=(41,))
    assert datas(made(engine, picture_job("same", spots=(spot,)))) == [second.data]
    further = made(engine, picture_job("further", move="vary", spots=(spot,), seed=3))
    assert further.outputs[0].meta["spot"]["away"] == [41, 3]


def test_a_seed_gives_the_same_picture_alone_and_in_any_company() -> None:
    alone = datas(made(PictureEngine(Tiles()), picture_job("a", count=4)))
    crowd = [picture_job(f"o{n}", theme="snow", count=1 + n % 4, seed=n) for n in range(ROOM - 1)]
    for others in (crowd, crowd[:1]):
        assert datas(finished(PictureEngine(Tiles()), *others, picture_job("a", count=4))["a"]) == alone


def test_a_mix_begins_at_the_first_and_ends_at_the_second(engine: PictureEngine) -> None:
    fox, apple = Spot("a fox", seed=1), Spot("a blue apple", seed=2)
    mixed = datas(made(engine, picture_job("mix", move="mix", spots=(fox, apple), count=5)))
    assert len(mixed) == 5
    assert mixed[0] == datas(made(engine, picture_job("fox", spots=(fox,))))[0]
    assert mixed[-1] == datas(made(engine, picture_job("apple", spots=(apple,))))[0]
    ends = picture(mixed[0]).astype(float), picture(mixed[-1]).astype(float)
    half = (ends[0] + ends[1]) / 2
    assert abs(picture(mixed[2]) - half)[40:].max() <= 1


def test_a_morph_is_one_small_endless_picture_there_and_back(engine: PictureEngine) -> None:
    morph = made(engine, picture_job("morph", move="morph"))
    (output,) = morph.outputs
    assert output.mime == "image/webp"
    assert len(output.data) < 500_000
    assert output.meta["spot"] is None
    assert output.meta["alt"].startswith("A moving picture: ")
    image = Image.open(io.BytesIO(output.data))
    assert (image.size, image.n_frames, image.info["loop"]) == ((256, 256), 24, 0)
    assert morph.output_tokens == 13 * PICTURE_TOKENS  # on the way back nothing is made


def test_what_is_charged_on_the_way_is_what_was_said_before(engine: PictureEngine) -> None:
    for move, count, pictures in (("new", 3, 3), ("vary", 2, 2), ("mix", 5, 5), ("morph", 1, 13)):
        job = picture_job(move, move=move, count=count)
        assert engine.cost(job) == Cost(0, pictures * PICTURE_TOKENS)
        engine.start(job)
        spent = 0
        while engine.stats()["running"]:
            spent += sum(found.tokens for found in engine.step() if isinstance(found, Grew))
        assert spent == pictures * PICTURE_TOKENS


def test_pictures_of_different_people_are_made_in_one_pass() -> None:
    network = Timed()
    engine = PictureEngine(network, clock=network.clock)
    finished(engine, picture_job("first"))  # from which it knows how long one takes
    finished(engine, *(picture_job(f"j{n}", count=2, seed=n) for n in range(3)))
    assert network.passes == [1, 6]


def test_a_pass_is_never_larger_than_the_most() -> None:
    network = Timed()
    engine = PictureEngine(network, clock=network.clock)
    finished(engine, *(picture_job(f"j{n}", count=4, seed=n) for n in range(ROOM)))
    assert max(network.passes) == BATCH
    assert sum(network.passes) == 4 * ROOM


@pytest.mark.parametrize("picture_s", [0.001, 0.012, 0.015, 0.035])
def test_a_step_keeps_to_its_time_once_it_knows_how_long_things_take(picture_s: float) -> None:
    network = Timed(theme_s=0.01, picture_s=picture_s)
    engine = PictureEngine(network, clock=network.clock)
    finished(engine, picture_job("first"))
    for n in range(ROOM):
        engine.start(picture_job(f"j{n}", move="morph", seed=n))
    while engine.stats()["running"]:
        began = network.now
        engine.step()
        assert network.now - began <= STEP_S + 1e-9


def test_what_takes_longer_than_a_step_goes_on_bite_by_bite() -> None:
    network = Timed(picture_s=3 * STEP_S)
    engine = PictureEngine(network, clock=network.clock)
    engine.start(picture_job("slow", count=4))
    began = network.now
    engine.step()
    assert network.now - began <= 3 * STEP_S + 1e-9
    finished(engine)
    assert network.passes[0] == 1


@pytest.mark.parametrize(("picture_s", "passes"), [(0.012, [2, 2]), (0.03, [2, 2]), (0.001, [4])])
def test_a_pass_is_as_large_as_the_network_likes_it(picture_s: float, passes: list[int]) -> None:
    network = Timed(picture_s=picture_s)
    network.together = 2
    engine = PictureEngine(network, clock=network.clock)
    finished(engine, picture_job("first", count=2))
    network.passes.clear()
    finished(engine, picture_job("grid", count=4))
    assert network.passes == passes


@pytest.mark.parametrize("picture_s", [0.009, 0.012, 0.019])
def test_a_step_keeps_to_its_time_where_a_pass_makes_several(picture_s: float) -> None:
    network = Timed(theme_s=0.01, picture_s=picture_s)
    network.together = 2
    engine = PictureEngine(network, clock=network.clock)
    finished(engine, picture_job("first", count=2))
    for n in range(ROOM):
        engine.start(picture_job(f"j{n}", move="mix", count=2 + n, seed=n))
    while engine.stats()["running"]:
        began = network.now
        engine.step()
        assert network.now - began <= STEP_S + 1e-9


def test_an_abstract_painting_has_no_ground_to_see_through(engine: PictureEngine) -> None:
    (sticker,) = datas(made(engine, picture_job("sticker", theme="a fox")))
    (painting,) = datas(made(engine, picture_job("painting", theme="abstract waves")))
    assert picture(sticker)[0, 0, 3] == 0
    assert set(picture(painting)[..., 3].flat) == {255}
    assert picture(painting)[0, 0].tolist() == [255] * 4


def test_a_small_job_does_not_wait_for_a_large_one() -> None:
    network = Timed(picture_s=0.035)  # one picture a step
    engine = PictureEngine(network, clock=network.clock)
    engine.start(picture_job("large", move="morph"))
    engine.step()
    engine.start(picture_job("small"))
    steps = 0
    while not any(isinstance(found, Finished) and found.job_id == "small" for found in engine.step()):
        steps += 1
    assert steps <= 4
    assert engine.stats()["running"] == 1


@pytest.mark.parametrize("theme", ["лиса", "🦊", "..."])
def test_what_cannot_be_read_is_told_in_a_sentence_and_the_others_go_on(
    engine: PictureEngine, theme: str
) -> None:
    endings = finished(engine, picture_job("bad", theme=theme), picture_job("good"))
    bad = endings["bad"]
    assert isinstance(bad, Broken)
    assert bad.kind == "invalid"
    assert theme not in bad.sentence
    assert isinstance(endings["good"], Finished)


def test_a_theme_that_breaks_the_reader_breaks_nobody_else() -> None:
    endings = finished(PictureEngine(Timed()), picture_job("bad", theme="trouble"), picture_job("good"))
    bad = endings["bad"]
    assert isinstance(bad, Broken)
    assert bad.kind == "engine"
    assert isinstance(endings["good"], Finished)


class Failing(Timed):
    """Paints one pass, of one picture, then no more."""

    def paint(self, styles: Any) -> Any:
        if self.passes:
            raise RuntimeError("no memory for this pass")
        return super().paint(styles)


def test_a_pass_that_fails_takes_with_it_what_it_was_for_and_nothing_that_was_finished() -> None:
    network = Failing()
    engine = PictureEngine(network, clock=network.clock)  # no time passes: all of it happens in one step
    endings = finished(engine, picture_job("early"), picture_job("late"))
    assert isinstance(endings["early"], Finished)
    assert isinstance(endings["late"], Broken)
    assert endings["late"].kind == "engine"


def test_a_theme_outside_what_is_known_is_made_and_said_to_be(engine: PictureEngine) -> None:
    (output,) = made(engine, picture_job("a", theme="a nameless thing")).outputs
    assert output.meta["outside"]
    assert output.meta["nearest"] == ["fox", "wolf", "cat"]


def test_a_cancelled_job_is_not_heard_of_again(engine: PictureEngine) -> None:
    engine.start(picture_job("a", move="morph"))
    engine.start(picture_job("b"))
    engine.cancel("a")
    engine.cancel("nobody")
    assert set(finished(engine)) == {"b"}


def test_there_is_room_for_so_many_and_no_more(engine: PictureEngine) -> None:
    for n in range(ROOM):
        assert engine.fits(picture_job(f"j{n}"))
        engine.start(picture_job(f"j{n}"))
    assert not engine.fits(picture_job("more"))
    assert engine.stats()["room"] == engine.stats()["running"] == ROOM


@pytest.mark.parametrize(
    ("changes", "kind", "said"),
    [
        ({"picture": PictureBrief("new", (Spot("a fox", "baroque"),))}, "invalid", "no style called baroque"),
        ({"model": "another"}, "invalid", "That model is not served here."),
        ({"adapter": "x", "terms": Terms(when_adapter_is_bad="fail")}, "adapter", "not served here"),
    ],
)
def test_what_can_never_be_made_is_refused_before_it_waits(
    engine: PictureEngine, changes: dict[str, Any], kind: str, said: str
) -> None:
    with pytest.raises(RefusedError, match=said) as caught:
        engine.cost(replace(picture_job("a"), **changes))
    assert caught.value.kind == kind


def test_a_model_may_be_asked_for_by_its_name(engine: PictureEngine) -> None:
    assert engine.cost(replace(picture_job("a"), model="tiles")).output_tokens == PICTURE_TOKENS


def test_what_it_says_of_itself_can_be_told_as_json(engine: PictureEngine) -> None:
    finished(engine, picture_job("a"))
    stats = engine.stats()
    assert (stats["model"], stats["running"], stats["threads"]) == ("tiles", 0, 1)
    assert set(stats["took_ms"]) == {"read", "paint", "write"}
