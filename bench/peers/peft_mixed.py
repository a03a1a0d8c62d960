"""peft's mixed batch: all requests in one left-padded `generate`, each row with its adapter by `adapter_names`.

The batch runs until its longest row is done; what the others get beyond their own length is not counted. All rows draw
from one generator, because `generate` has only one.
"""

from __future__ import annotations

from typing import Any

import torch

from bench.peers.peft_model import load_peft, settings
from bench.peers.protocol import Load, Ran, Request, Sampling, Stopwatch, serve


class PeftMixed:
    def load(self, load: Load) -> dict[str, Any]:
        self._model, about = load_peft(load)
        return about

    def run(self, requests: list[Request], sampling: Sampling) -> Ran:
        watch = Stopwatch()
        torch.manual_seed(requests[0].seed)
        width = max(len(request.prompt) for request in requests)
        prompts = torch.zeros(len(requests), width, dtype=torch.long)
        mask = torch.zeros_like(prompts)
        for row, request in enumerate(requests):
            prompts[row, width - len(request.prompt) :] = torch.tensor(request.prompt)
            mask[row, width - len(request.prompt) :] = 1
        asked: dict[str, Any] = {
            "input_ids": prompts,
            "attention_mask": mask,
            "generation_config": settings(sampling, max(request.tokens for request in requests)),
        }
        with torch.inference_mode():
            if all(request.adapter is None for request in requests):
                with self._model.disable_adapter():
                    made = self._model.generate(**asked)
            else:
                names = ["__base__" if r.adapter is None else str(r.adapter) for r in requests]
                made = self._model.generate(**asked, adapter_names=names)
        ids = [made[row, width : width + request.tokens].tolist() for row, request in enumerate(requests)]
        return watch.ran(ids)


if __name__ == "__main__":
    serve(PeftMixed())
