"""Which adapters are at hand: read, verified and stacked in a thread of their own, while the rows that run go on.

The engine asks between two steps for a stack that covers the adapters of its rows; until there is one it goes on with
the one it has, and the rows that need more wait.
"""

from __future__ import annotations

import itertools
from collections import OrderedDict
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

import structlog

from generation.adapters import Adapter, AdapterError, Lora, load
from generation.lm import memory
from generation.lm.lora import Runs, merged, stack_of
from generation.starters import starter_named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    import torch
    from torch import Tensor

    from generation.adapters import Base
    from generation.lm.architecture import GroupShape
    from generation.lm.lora import Merged, Stack
    from generation.lm.packed import Matrix

MOST = 16  # different adapters in one batch
NOTHING = 1e-30  # numbers below it add nothing, and processors take many times as long over them
SPARE = 4  # more that are kept for those who come back
PATIENCE = 200  # steps for others after which an adapter gives up weights of its own: four haiku
FREE = 3  # times what such weights take has to be free before they are made

log = structlog.get_logger(__name__)


class Residency:
    """Adapters by digest, and stacks of them. Used from one thread; works in another."""

    def __init__(
        self, root: Path, base: Base, shapes: Sequence[GroupShape], *, dtype: torch.dtype, device: torch.device,
        halves: bool = False, matrices: Mapping[str, Matrix] | None = None,
    ) -> None:  # fmt: skip
        """Adapters are directories in `root`, made for `base`; those that Renga comes with are where they are. `halves`: see
        `packed.Matrix`. `matrices` are the network's, by the keys of `shapes`, for adapters to become a part of; None: none does.
        """
        self._root, self._base, self._shapes = root, base, shapes
        self._by_key = {shape.key: shape for shape in shapes}
        self._dtype, self._device, self._halves = dtype, device, halves
        self._adapters: OrderedDict[str, Future[Adapter]] = OrderedDict()
        self._stack: Stack | None = None
        self._alone: OrderedDict[str, Stack] = OrderedDict()
        self._building: Future[Stack] | None = None
        self._asked: list[str] = []
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="adapters")
        self._matrices = matrices
        self._merged: tuple[str, Future[Merged | None]] | None = None
        self._for_others = 0
        self._merger = ThreadPoolExecutor(1, thread_name_prefix="merging")  # others would wait for it

    def want(self, digest: str) -> None:
        """Begin to read an adapter, unless it is at hand."""
        if digest not in self._adapters:
            self._adapters[digest] = self._worker.submit(self._read, digest)
        self._adapters.move_to_end(digest)

    def at_hand(self, digest: str) -> bool:
        """Whether an adapter can be computed with now."""
        found = self._adapters.get(digest)
        return found is not None and found.done() and found.exception() is None

    def ready(self, digest: str) -> bool:
        """Whether a wanted adapter has been read.

        Raises:
            AdapterError: it cannot be used. It may be wanted again.
        """
        found = self._adapters[digest]
        if not found.done():
            return False
        error = found.exception()
        if error is None:
            return True
        del self._adapters[digest]
        if isinstance(error, AdapterError):
            raise error
        log.error("adapter_broke", digest=digest, exc_info=error)
        raise AdapterError("It could not be read.") from error

    def stack(self, needed: AbstractSet[str], running: AbstractSet[str]) -> Stack | None:
        """The best stack there is now: it covers `running`, and `needed` too as soon as may be.

        Both are digests that are ready; `running` are those whose rows have begun.
        """
        if self._building is not None and self._building.done():
            self._take_over(running)
            # those of a stack that could not be made are at hand no more
            needed = {digest for digest in needed if self.at_hand(digest)}
        has = set(self._stack.digests) if self._stack is not None else set()
        if needed and self._building is None and (needed - has or len(has) > 2 * len(needed)):
            kept = [digest for digest in (self._stack.digests if self._stack else ()) if digest in needed]
            digests = kept + sorted(needed - set(kept))
            self._asked = digests[:MOST]
            adapters = [self._adapters[digest].result() for digest in self._asked]
            self._building = self._worker.submit(self._stacked, adapters)
        return self._stack

    def runs(self, adapters: Sequence[str | None]) -> Runs:
        """What adds to rows of `adapters`, all of them ready, where those of one lie together."""
        found, first = [], 0
        for digest, group in itertools.groupby(adapters):
            last = first + len(list(group))
            if digest is not None:
                found.append((first, last, self._adapters[digest].result()))
            first = last
        return Runs(tuple(found), self._by_key)

    def forget(self, needed: AbstractSet[str]) -> None:
        """Let go of adapters that are not `needed`, the longest unused first, where there are too many."""
        for digest in list(self._adapters):
            if len(self._adapters) <= MOST + SPARE:
                return
            if digest not in needed and self._adapters[digest].done():
                del self._adapters[digest]

    def _take_over(self, running: AbstractSet[str]) -> None:
        """Change to the stack that was built, if those that run are all in it."""
        assert self._building is not None
        building, self._building = self._building, None
        if (error := building.exception()) is None:
            built = building.result()
            if running <= set(built.digests):
                self._stack = built
            return
        log.error("stack_failed", exc_info=error)
        has = set(self._stack.digests) if self._stack is not None else set()
        for digest in [digest for digest in self._asked if digest not in has | running]:
            self._adapters[digest] = Future()
            self._adapters[digest].set_exception(AdapterError("There is no room for it here just now."))

    def alone(self, digest: str) -> Stack:
        """A stack of one ready adapter; made here and now."""
        if digest not in self._alone:
            self._alone[digest] = self._stacked([self._adapters[digest].result()])
            while len(self._alone) > MOST:
                self._alone.popitem(last=False)
        self._alone.move_to_end(digest)
        return self._alone[digest]

    def merged(self, digest: str) -> Merged | None:
        """A ready adapter that all rows of a step use, as part of the weights; None: it is not, or not yet.

        There is one at a time, since it takes as much memory as the network's layers: another's are made once one other alone was asked
        for in `PATIENCE` steps since the last that were this one's. So long one for which there was no room waits, too.
        """
        if self._matrices is None:
            return None
        if self._merged is not None and self._merged[0] == digest:
            if not self._merged[1].done():
                return None
            if (found := self._merged[1].result()) is not None:
                self._for_others = 0
                return found
        self._for_others += 1
        if self._merged is None or (self._for_others > PATIENCE and self._merged[1].done()):
            self._for_others = 0
            adapter = self._adapters[digest].result()
            self._merged = digest, self._merger.submit(self._merge, adapter, self._matrices)
        return None

    def _merge(self, adapter: Adapter, matrices: Mapping[str, Matrix]) -> Merged | None:
        """None: there is no room for it, or it cannot be, which costs nothing but time."""
        size = sum(shape.width * sum(shape.sizes) * self._dtype.itemsize for shape in self._shapes)
        try:
            if memory.free() < FREE * size:
                log.info("adapter_not_merged", digest=adapter.digest, mib=size >> 20)
                return None
            return merged(adapter, self._shapes, matrices)
        except Exception:
            log.exception("adapter_not_merged", digest=adapter.digest)
            return None

    def let_go(self) -> None:
        """Give back memory that only saves time; it is not taken again soon."""
        if self._merged is not None:
            nothing: Future[Merged | None] = Future()
            nothing.set_result(None)
            self._merged, self._for_others = (self._merged[0], nothing), 0

    def wait(self, seconds: float) -> None:
        """Wait until something is ready that was not, or for `seconds`."""
        pending: list[Future[Any]] = [found for found in self._adapters.values() if not found.done()]
        if self._building is not None and not self._building.done():
            pending.append(self._building)
        if pending:
            wait(pending, seconds, FIRST_COMPLETED)

    def _read(self, digest: str) -> Adapter:
        """In the numbers that are computed with, and with the scale already in B: half the memory."""
        starter = starter_named(digest)
        adapter = load(self._root if starter is None else starter.root, digest, self._base)
        modules = {
            name: Lora(self._here(pair.a), self._here(pair.b * pair.scale), 1.0)
            for name, pair in adapter.modules.items()
        }
        log.info("adapter_loaded", digest=digest, rank=adapter.rank, layers=len(modules))
        return Adapter(adapter.digest, modules, adapter.rank)

    def _here(self, tensor: Tensor) -> Tensor:
        tensor = tensor.masked_fill(tensor.abs() < NOTHING, 0.0)
        return tensor.to(device=self._device, dtype=self._dtype)

    def _stacked(self, adapters: Sequence[Adapter]) -> Stack:
        return stack_of(adapters, self._shapes, dtype=self._dtype, device=self._device, halves=self._halves)
