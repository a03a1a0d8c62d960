"""peft one by one: its adapter is set for each request, which then has the model to itself."""

from __future__ import annotations

from typing import Any

import torch

from bench.peers.peft_model import load_peft, settings
from bench.peers.protocol import Load, Ran, Request, Sampling, Stopwatch, serve


class PeftSequential:
    def load(self, load: Load) -> dict[str, Any]:
        self._model, about = load_peft(load)
        return about

    def run(self, requests: list[Request], sampling: Sampling) -> Ran:
        watch = Stopwatch()
        with torch.inference_mode():
            ids = [self._one(request, sampling) for request in requests]
        return watch.ran(ids)

    def _one(self, request: Request, sampling: Sampling) -> list[int]:
        torch.manual_seed(request.seed)
        prompt = torch.tensor([request.prompt])
        asked = {
            "input_ids": prompt,
            "attention_mask": torch.ones_like(prompt),
            "generation_config": settings(sampling, request.tokens),
        }
        if request.adapter is None:
            with self._model.disable_adapter():
                made = self._model.generate(**asked)
        else:
            self._model.set_adapter(str(request.adapter))
            made = self._model.generate(**asked)
        ids: list[int] = made[0, len(request.prompt) :].tolist()
        return ids


if __name__ == "__main__":
    serve(PeftSequential())
