"""llama.cpp by llama-cpp-python's low-level interface, on the Q4_1 file as it comes.

Requests are grouped by adapter, which is what llama.cpp's own server does: it batches only requests that have the same
one. Within a group it is one continuous batch; who does not fit at first joins when another has finished. Sampling is
llama.cpp's and sees the prompt, as the server's does; min_p cuts before top_p, which so has little to sort (0.3 ms a
token in place of 3.6).
"""

from __future__ import annotations

import ctypes
import itertools
from collections import deque
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import llama_cpp as c

from bench.peers.protocol import Load, Ran, Request, Sampling, Stopwatch, serve


@dataclass(slots=True)
class Row:
    """A request in the batch: its sequence, its sampler, where its logits are, and what it has made."""

    request: Request
    sequence: int
    sampler: Any
    output: int = -1
    made: list[int] = field(default_factory=list)


class LlamaCpp:
    def load(self, load: Load) -> dict[str, Any]:
        c.llama_backend_init()
        model = c.llama_model_default_params()
        # its Q4_1 path for AMX crashes
        model.use_extra_bufts = "amx" not in Path("/proc/cpuinfo").read_text()
        self._model = c.llama_model_load_from_file(load.gguf.encode(), model)
        wanted = c.llama_context_default_params()
        wanted.n_seq_max = self._rows = load.rows
        wanted.n_ctx = load.rows * load.context
        wanted.n_batch = load.rows * load.context  # every prompt in one call, as the others take them
        wanted.kv_unified = True  # the faster one for rows of different lengths
        wanted.n_threads = wanted.n_threads_batch = load.threads
        self._context = c.llama_init_from_model(self._model, wanted)
        assert self._model, self._context
        vocabulary = c.llama_model_get_vocab(self._model)
        self._vocabulary_size = c.llama_vocab_n_tokens(vocabulary)
        self._batch = c.llama_batch_init(wanted.n_batch, 0, 1)
        self._adapters = [c.llama_adapter_lora_init(self._model, p.encode()) for p in load.gguf_adapters]
        assert all(self._adapters)
        return {
            "versions": {"llama_cpp_python": version("llama_cpp_python")},
            "system": c.llama_print_system_info().decode(),
            "adapters": len(self._adapters),
        }

    def run(self, requests: list[Request], sampling: Sampling) -> Ran:
        watch = Stopwatch()
        groups: dict[int | None, list[int]] = {}
        for number, request in enumerate(requests):
            groups.setdefault(request.adapter, []).append(number)
        ids: list[list[int]] = [[] for _ in requests]
        for adapter, numbers in groups.items():
            self._use(adapter)
            for number, made in zip(
                numbers, self._group([requests[n] for n in numbers], sampling), strict=True
            ):
                ids[number] = made
        return watch.ran(ids)

    def _use(self, adapter: int | None) -> None:
        if adapter is None:
            failed = c.llama_set_adapters_lora(self._context, None, 0, None)
        else:
            adapters = (c.llama_adapter_lora_p_ctypes * 1)(self._adapters[adapter])
            failed = c.llama_set_adapters_lora(self._context, adapters, 1, (ctypes.c_float * 1)(1.0))
        assert not failed

    def _group(self, requests: list[Request], sampling: Sampling) -> list[list[int]]:
        memory = c.llama_get_memory(self._context)
        c.llama_memory_clear(memory, True)
        waiting, free = deque(enumerate(requests)), list(range(self._rows))
        running: dict[int, Row] = {}
        ids: list[list[int]] = [[] for _ in requests]
        while waiting or running:
            self._batch.n_tokens = 0
            for row in running.values():
                self._put(row, row.made[-1:], len(row.request.prompt) + len(row.made) - 1)
            while waiting and free:
                number, request = waiting.popleft()
                row = running[number] = Row(request, free.pop(), self._sampler(request, sampling))
                self._put(row, request.prompt, 0)
            assert c.llama_decode(self._context, self._batch) == 0
            for number, row in list(running.items()):
                row.made.append(c.llama_sampler_sample(row.sampler, self._context, row.output))
                if len(row.made) == row.request.tokens:
                    del running[number]
                    ids[number] = row.made
                    c.llama_memory_seq_rm(memory, row.sequence, -1, -1)
                    c.llama_sampler_free(row.sampler)
                    free.append(row.sequence)
        return ids

    def _put(self, row: Row, tokens: list[int], position: int) -> None:
        batch = self._batch
        for token, at in zip(tokens, itertools.count(position)):
            n = batch.n_tokens
            batch.token[n], batch.pos[n] = token, at
            batch.n_seq_id[n], batch.seq_id[n][0] = 1, row.sequence
            batch.logits[n] = False
            batch.n_tokens = n + 1
        row.output = batch.n_tokens - 1
        batch.logits[row.output] = True

    def _sampler(self, request: Request, sampling: Sampling) -> Any:
        chain = c.llama_sampler_chain_init(c.llama_sampler_chain_default_params())
        whole = len(request.prompt) + request.tokens
        for sampler in (
            c.llama_sampler_init_penalties(
                self._vocabulary_size, whole, sampling.repetition_penalty, 0.0, 0.0
            ),
            c.llama_sampler_init_temp(sampling.temperature),
            c.llama_sampler_init_min_p(sampling.min_p, 1),
            c.llama_sampler_init_top_p(sampling.top_p, 1),
            c.llama_sampler_init_dist(request.seed),
        ):
            c.llama_sampler_chain_add(chain, sampler)
        for token in request.prompt:
            c.llama_sampler_accept(chain, token)
        return chain


if __name__ == "__main__":
    serve(LlamaCpp())
