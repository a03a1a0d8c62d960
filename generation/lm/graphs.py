"""A writing step as CUDA graphs: recorded once for a shape, then replayed, so that no kernel waits for Python.

For a small model this is the whole game: 135M parameters are read in 80 µs, and 500 launches take half a millisecond.
A shape is a number of rows, a rounded length and a stack of adapters; a stack that is gone takes its graphs with it.
Has no part on a CPU.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from generation.lm.decoder import Written
    from generation.lm.lora import Selection, Stack

ROUND = 256  # positions
MOST = 64  # graphs that are kept


@dataclass(frozen=True, slots=True)
class _Recorded:
    graph: torch.cuda.CUDAGraph
    step: Written
    selection: Selection | None
    logits: Tensor


class Graphs:
    """Runs `write(step, selection)` by replaying it."""

    def __init__(self, write: Callable[[Written, Selection | None], Tensor]) -> None:
        self._write = write
        self._recorded: OrderedDict[tuple[int, int, int, Stack | None, bool], _Recorded] = OrderedDict()

    @staticmethod
    def rounded(length: int, most: int) -> int:
        """The length that a step of rows up to `length` positions is computed with."""
        return min(most, -(-length // ROUND) * ROUND)

    def clear(self) -> None:
        """Let all go, with the memory that they hold."""
        self._recorded.clear()

    def run(self, step: Written, selection: Selection | None) -> Tensor:
        """As `write` would: (M, V), which the next run overwrites."""
        until = next(iter(step.biases.values())).shape[-1]
        stack = None if selection is None else selection.stack
        key = (step.first, len(step.tokens), until, stack, selection is not None and selection.masks is None)
        found = self._recorded.get(key)
        if found is None:
            if stack is not None:  # the one that it replaces is not coming back
                for old in [k for k in self._recorded if k[3] is not None and k[3] is not stack]:
                    del self._recorded[old]
            while len(self._recorded) >= MOST:
                self._recorded.popitem(last=False)
            found = self._recorded[key] = self._record(step, selection)
        else:
            self._recorded.move_to_end(key)
            found.step.tokens.copy_(step.tokens)
            found.step.positions.copy_(step.positions)
            for window, bias in step.biases.items():
                found.step.biases[window].copy_(bias)
            if selection is not None and selection.masks is not None:
                assert found.selection is not None
                assert found.selection.masks is not None
                for parts, mask in selection.masks.items():
                    found.selection.masks[parts].copy_(mask)
        found.graph.replay()
        return found.logits

    def _record(self, step: Written, selection: Selection | None) -> _Recorded:
        """Run once outside, as libraries set themselves up at the first call, then record."""
        stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            self._write(step, selection)
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        # of this thread alone: the adapters' thread may take memory meanwhile
        with torch.cuda.graph(graph, capture_error_mode="thread_local"):
            logits = self._write(step, selection)
        return _Recorded(graph, step, selection, logits)
