"""How fast this machine's memory can be read: the roofline of one text alone, which reads every weight for a token."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

SIZE = 2**30


class Memory:
    """One GiB, read as often as asked; `best` is the fastest read in bytes a second.

    Read by a bitwise or of 64-bit words, which of what numpy and torch have was the fastest that touches every byte.
    """

    def __init__(self, threads: int) -> None:
        words = np.ones(
            SIZE // 8, dtype=np.int64
        )  # ones: pages that were never written share one page of zeros
        self._parts = np.array_split(words, threads)
        self._pool = ThreadPoolExecutor(threads)
        self.reads: list[float] = []

    def read(self, times: int) -> None:
        for _ in range(times):
            began = time.perf_counter()
            list(self._pool.map(np.bitwise_or.reduce, self._parts))
            self.reads.append(SIZE / (time.perf_counter() - began))

    @property
    def best(self) -> float:
        return max(self.reads)
