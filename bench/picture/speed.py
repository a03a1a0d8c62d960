"""Milliseconds from text to PNG bytes: sentence encoder, network and PNG, warm, without the queue and the wire.

No text comes twice, so that nothing remembered is measured.
"""

from __future__ import annotations

import os
import statistics
import time
from typing import TYPE_CHECKING, Any

import torch

from bench.picture.painted import png
from bench.report import quantile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.picture.painted import Paints

BATCHES = (1, 16)
GRID = 4
WARM = 3  # rounds that do not count


def pictures(model: Paints, captions: Sequence[str], seeds: Sequence[int]) -> list[bytes]:
    """A text a picture, or one text and several seeds, to the bytes of PNGs."""
    codes = model.codes(captions).expand(len(seeds), -1)
    styles = model.styles(codes, model.latents([[seed] for seed in seeds]))
    return [png(picture) for picture in model.paint(styles)]


def timed(model: Paints, texts: Iterator[str], batch: int, of_one_text: int, rounds: int) -> list[float]:
    """Milliseconds of each round: `batch` texts, or `of_one_text` pictures of one."""
    found = []
    for number in range(WARM + rounds):
        captions = [next(texts) for _ in range(batch)]
        seeds = range(number * batch * of_one_text, (number + 1) * batch * of_one_text)
        began = time.perf_counter()
        pictures(model, captions, list(seeds))
        found.append((time.perf_counter() - began) * 1000)
    return found[WARM:]


def speed(model: Paints, captions: Sequence[str], *, quick: bool) -> dict[str, Any]:
    """Every figure, in ms: one picture, sixteen at a time (of one), a grid of four; on one thread and on all."""
    texts = endless(captions)
    before = torch.get_num_threads()
    found: dict[str, Any] = {"threads": len(os.sched_getaffinity(0))}
    try:
        for name, threads in (("1_thread", 1), ("all_threads", found["threads"])):
            torch.set_num_threads(threads)
            for batch in BATCHES:
                rounds = 3 if quick else 60 if batch == 1 else 12
                each = [ms / batch for ms in timed(model, texts, batch, 1, rounds)]
                found[f"picture_ms_batch_{batch}_{name}"] = told(each)
            found[f"grid_of_4_ms_{name}"] = told(timed(model, texts, 1, GRID, 3 if quick else 30))
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


def endless(captions: Sequence[str]) -> Iterator[str]:
    """All captions, then all again with a number, and so on: no text comes twice."""
    yield from dict.fromkeys(captions)
    number = 2
    while True:
        yield from (f"{caption}, {number}" for caption in dict.fromkeys(captions))
        number += 1
