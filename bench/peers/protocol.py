"""What the bench says to an engine under test: JSON lines over stdin and stdout. Standard library only.

    {"op": "load", ...}  -> {"ready": {...}}
    {"op": "run", ...}   -> {"seconds": 1.2, "cpu_s": 1.1, "prefill_s": 0.1, "ids": [[...], ...]}
    {"op": "mixed"}      -> {"idle_s": [...], "busy_s": [...]}; of Renga alone

Between two lines the process waits in a read and uses no processor time. It ends with its stdin. An error ends it too,
with a traceback on stderr: a bench has no use for a peer that half works.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Load:
    """What to load.

    `directory` has the model as transformers saves it, `gguf` the file that it was made from; `dtype` is "bfloat16" or
    "float32", what this processor computes with. `adapters` are PEFT directories, `gguf_adapters` the same adapters as
    GGUF files, in the same order. At most `rows` requests run at once, on `threads` threads, each within `context`
    tokens.
    """

    directory: str
    gguf: str
    dtype: str
    adapters: list[str]
    gguf_adapters: list[str]
    threads: int
    rows: int
    context: int


@dataclass(frozen=True, slots=True)
class Request:
    """`tokens` have to be made for `prompt`, no fewer: the end of text is not listened to. `adapter` is an index."""

    prompt: list[int]
    adapter: int | None
    tokens: int
    seed: int


@dataclass(frozen=True, slots=True)
class Sampling:
    """As `generation.wire.jobs.Sampling`."""

    temperature: float
    top_p: float
    min_p: float
    repetition_penalty: float


@dataclass(frozen=True, slots=True)
class Ran:
    """`ids` are the new tokens of each request; `prefill_s` the time until each had its first, where it is known.

    `cpu_s` is the processor time of all threads: much less than `seconds` where others were busy on the machine.
    """

    seconds: float
    cpu_s: float
    ids: list[list[int]]
    prefill_s: float | None = None


class Peer(Protocol):
    """An engine under test."""

    def load(self, load: Load) -> dict[str, Any]:
        """Be ready for `run`; gives what is worth knowing, its versions above all."""

    def run(self, requests: list[Request], sampling: Sampling) -> Ran:
        """Serve `requests`, which all come at once. The clock starts with the call and stops with the last token."""


def serve(peer: Peer, mixed: Callable[[], dict[str, list[float]]] | None = None) -> None:
    """Answer the bench until it closes stdin. `mixed` is the mixed load, of an engine that has a queue."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints must not come between the answers
    for line in sys.stdin:
        asked = json.loads(line)
        match asked.pop("op"):
            case "load":
                answer = {"ready": peer.load(Load(**asked))}
            case "run":
                requests = [Request(**request) for request in asked["requests"]]
                answer = asdict(peer.run(requests, Sampling(**asked["sampling"])))
            case "mixed" if mixed is not None:
                answer = mixed()
        print(json.dumps(answer), file=answers, flush=True)


class Stopwatch:
    """Times one run, from its making to `ran`."""

    def __init__(self) -> None:
        self._began, self._cpu = time.perf_counter(), time.process_time()
        self._prefill_s: float | None = None

    def first_tokens_are_there(self) -> None:
        self._prefill_s = time.perf_counter() - self._began

    def ran(self, ids: list[list[int]]) -> Ran:
        seconds, cpu = time.perf_counter() - self._began, time.process_time() - self._cpu
        return Ran(seconds, cpu, ids, self._prefill_s)
