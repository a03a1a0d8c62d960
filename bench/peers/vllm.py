"""vLLM for CPUs, its offline engine, in a virtual environment of its own.

Its prefix cache is off: no engine here may keep anything from an earlier round.
"""

from __future__ import annotations

from typing import Any

import torch
import vllm
from vllm import LLM, SamplingParams
from vllm.lora.request import LoRARequest

from bench.peers.protocol import Load, Ran, Request, Sampling, Stopwatch, serve


class Vllm:
    def load(self, load: Load) -> dict[str, Any]:
        lora = {
            "enable_lora": True,
            "max_loras": len(load.adapters),
            "max_cpu_loras": len(load.adapters),
            "max_lora_rank": 16,
        }
        self._engine = LLM(
            load.directory, dtype=load.dtype, max_model_len=load.context, max_num_seqs=load.rows,
            max_num_batched_tokens=load.rows * load.context, enable_prefix_caching=False, seed=0,
            kv_cache_memory_bytes=2**30, distributed_executor_backend="uni",
            **(lora if load.adapters else {}),
        )  # fmt: skip
        self._adapters = [
            LoRARequest(str(index), index + 1, path) for index, path in enumerate(load.adapters)
        ]
        for adapter in self._adapters:
            self._engine.llm_engine.add_lora(adapter)
        versions = {"vllm": vllm.__version__, "torch": torch.__version__}
        return {
            "versions": versions,
            "dtype": load.dtype,
            "adapters": len(load.adapters),
            "threads": torch.get_num_threads(),
        }

    def run(self, requests: list[Request], sampling: Sampling) -> Ran:
        watch = Stopwatch()
        made = self._engine.generate(
            [{"prompt_token_ids": request.prompt} for request in requests],
            [
                SamplingParams(
                    temperature=sampling.temperature, top_p=sampling.top_p, min_p=sampling.min_p,
                    repetition_penalty=sampling.repetition_penalty, max_tokens=request.tokens, ignore_eos=True,
                    seed=request.seed, detokenize=False,
                )
                for request in requests
            ],
            lora_request=[None if r.adapter is None else self._adapters[r.adapter] for r in requests],
            use_tqdm=False,
        )  # fmt: skip
        return watch.ran([list(output.outputs[0].token_ids) for output in made])


if __name__ == "__main__":
    serve(Vllm())
