"""Milliseconds from text to PNG bytes, as the host makes a picture: the engine with its lexicon, sentence encoder,
network and PNG, warm. The queue, the wire and Discord come on top and are `bench.ack`'s and `bench.queue`'s.

No wish comes twice, so that nothing remembered is measured.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from itertools import product
from typing import TYPE_CHECKING, Any

import torch

from bench.report import quantile
from generation.forms.pictures import STYLES
from generation.gan.encoding import png
from generation.gan.engine import PictureEngine
from generation.host.engine import Broken, Finished
from generation.wire.jobs import Job, PictureBrief, Spot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from generation.gan.network import Network

GRID, MANY = 4, 16
WARM = 3  # rounds that do not count
ROUNDS = {"picture": 60, "grid": 30, "many": 12, "part": 30}
QUICK_ROUNDS = 3
CORES = len(os.sched_getaffinity(0))
HOST_THREADS = max(1, CORES - 1)  # what a host takes where nothing else is set: `generation.host.settings`

Wish = tuple[str, str]  # theme and style


def wishes(names: Iterable[str], seed: int = 0) -> Iterator[Wish]:
    """Every name in every style of stickers, each once, shuffled."""
    styles = [style.name for style in STYLES.values() if style.kind == "sticker"]
    found = list(product(sorted(set(names)), styles))
    random.Random(seed).shuffle(found)
    return iter(found)


def made(engine: PictureEngine, jobs: list[Job]) -> list[bytes]:
    """The files of all `jobs`, started together.

    Raises:
        RuntimeError: one of them failed.
    """
    for one in jobs:
        engine.start(one)
    files: list[bytes] = []
    left = len(jobs)
    while left:
        for progress in engine.step():
            match progress:
                case Broken(sentence=sentence):
                    raise RuntimeError(sentence)
                case Finished(outputs=outputs):
                    files += [output.data for output in outputs]
                    left -= 1
    return files


def timed(network: Network, asked: Iterator[Wish], jobs: int, count: int, rounds: int) -> list[float]:
    """Milliseconds of each round: so many jobs at once, of `count` pictures each."""
    engine, found = PictureEngine(network, threads=torch.get_num_threads()), []
    for number in range(WARM + rounds):
        some = [job(f"{number}-{at}", *next(asked), count) for at in range(jobs)]
        began = time.perf_counter()
        made(engine, some)
        found.append((time.perf_counter() - began) * 1000)
    return found[WARM:]


def parts(network: Network, asked: Iterator[Wish], rounds: int) -> dict[str, float]:
    """Where one picture's time goes, and what one of sixteen costs in a pass: medians in ms."""
    found: dict[str, list[float]] = {
        name: [] for name in ("read", "place", "paint", "write", "paint_16_each")
    }

    def clocked(name: str, call: Callable[[], Any], of: int = 1) -> Any:
        began = time.perf_counter()
        result = call()
        found[name].append((time.perf_counter() - began) * 1000 / of)
        return result

    for _ in range(WARM + rounds):
        theme, style = next(asked)
        understood = clocked("read", lambda: network.understand(theme, style))  # noqa: B023 - called at once
        place = clocked("place", lambda: network.place(understood.caption, [(1,)]))  # noqa: B023
        picture = clocked("paint", lambda: network.paint(place))[0]  # noqa: B023
        clocked("write", lambda: png(picture))  # noqa: B023
        clocked("paint_16_each", lambda: network.paint(place.repeat(MANY, axis=0)), MANY)  # noqa: B023
    return {name: round(statistics.median(each[WARM:]), 2) for name, each in found.items()}


def speed(network: Network, names: Iterable[str], *, quick: bool) -> dict[str, Any]:
    """Every figure in ms: a picture alone, one of sixteen, a grid of four; on one thread, all, and the host's own number."""
    asked, before = wishes(names), torch.get_num_threads()
    rounds = dict.fromkeys(ROUNDS, QUICK_ROUNDS) if quick else ROUNDS
    found: dict[str, Any] = {"threads": {"all": CORES, "host": HOST_THREADS}}
    try:
        for name, threads in (("1_thread", 1), ("all_threads", CORES)):
            torch.set_num_threads(threads)
            many = timed(network, asked, MANY // GRID, GRID, rounds["many"])
            found |= {
                f"picture_ms_{name}": told(timed(network, asked, 1, 1, rounds["picture"])),
                f"picture_ms_of_16_{name}": told([ms / MANY for ms in many]),
                f"grid_of_4_ms_{name}": told(timed(network, asked, 1, GRID, rounds["grid"])),
                f"parts_ms_{name}": parts(network, asked, rounds["part"]),
            }
        torch.set_num_threads(HOST_THREADS)
        found["grid_of_4_ms"] = told(timed(network, asked, 1, GRID, rounds["grid"]))
    finally:
        torch.set_num_threads(before)
    return found


def told(each: list[float]) -> dict[str, float]:
    """What is said of some times."""
    return {
        "median": round(statistics.median(each), 2),
        "best": round(min(each), 2),
        "p95": round(quantile(each, 0.95), 2),
    }


def job(name: str, theme: str, style: str, count: int) -> Job:
    """`count` pictures of one theme."""
    picture = PictureBrief("new", (Spot(theme, style, seed=1),), count)
    return Job(
        id=name, kind="picture", tenant="g", member="m", asked_at=0.0, brief=None, seed=1, picture=picture
    )
