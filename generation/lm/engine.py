"""The text engine: each row has its own cache and its own generator, and every step gives each one token.

Rows are computed one by one, so what a row says cannot depend on its neighbours. Batching them, many adapters and a
shared prefix are not here yet; the seam (`host/engine.py`) stays when they come.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from transformers import DynamicCache

from generation.forms import FORMS, form_named
from generation.forms.ending import at_an_end
from generation.forms.prompts import turns
from generation.forms.tidy import tidy
from generation.host.engine import Cost, Finished, Grew, Output, RefusedError
from generation.lm.circles import before_the_refrain, in_a_circle
from generation.lm.packed import pack
from generation.lm.sampling import draw

if TYPE_CHECKING:
    from generation.host.engine import Progress
    from generation.lm.load import LoadedModel
    from generation.wire.jobs import Job

ROOM = 4
MIME = "text/plain; charset=utf-8"


@dataclass(slots=True)
class _Row:
    job: Job
    prompt: list[int]
    limit: int
    generator: torch.Generator
    cache: DynamicCache = field(default_factory=DynamicCache)
    made: list[int] = field(default_factory=list)
    text: str = ""


class TextEngine:
    """`host.engine.Engine` over a causal language model. `room` rows run at once."""

    def __init__(self, model: LoadedModel, *, room: int = ROOM) -> None:
        self._model = model
        self._room = room
        self._rows: dict[str, _Row] = {}
        if model.device.type == "cpu":
            pack(model.network)

    def cost(self, job: Job) -> Cost:
        if job.brief.form not in FORMS:
            raise RefusedError("invalid", f"There is no form called {job.brief.form[:40]}.")
        if job.model not in (None, self._model.name):
            raise RefusedError("invalid", "That model is not served here.")
        if job.adapter is not None and job.terms.when_adapter_is_bad == "fail":
            raise RefusedError("adapter", "That adapter is not served here.")
        cost = Cost(len(self._model.chat.ids(turns(job.brief))), _limit(job))
        if cost.prompt_tokens + cost.output_tokens > self._model.context:
            raise RefusedError(
                "too_long",
                f"It is too long: {cost.prompt_tokens} tokens to read and up to {cost.output_tokens} to write, "
                f"where the model has room for {self._model.context}.",
            )
        return cost

    def fits(self, job: Job) -> bool:  # noqa: ARG002 - a row is a row, however long
        return len(self._rows) < self._room

    def start(self, job: Job) -> None:
        self._rows[job.id] = _Row(
            job, self._model.chat.ids(turns(job.brief)), _limit(job), torch.Generator().manual_seed(job.seed)
        )

    @torch.inference_mode()
    def step(self) -> list[Progress]:
        """One token for every row; of the rows that have just begun, the first alone is read in."""
        progress: list[Progress] = []
        reading = False
        for row in list(self._rows.values()):
            if not row.made:
                if reading:
                    continue
                reading = True
            progress += self._advance(row)
        return progress

    def cancel(self, job_id: str) -> None:
        self._rows.pop(job_id, None)

    def stats(self) -> dict[str, Any]:
        model = self._model
        return {
            "model": model.name,
            "dtype": str(model.dtype).removeprefix("torch."),
            "device": str(model.device),
            "threads": model.threads,
            "context": model.context,
            "running": len(self._rows),
            "room": self._room,
        }

    def _advance(self, row: _Row) -> list[Progress]:
        first = not row.made
        logits = self._logits(row, row.prompt if first else row.made[-1:])
        token = draw(logits, row.made, row.job.sampling, row.generator)
        row.made.append(token)
        spent = 1 + len(row.prompt) * first
        if token in self._model.stops:
            return [Grew(row.job.id, 0, row.text, spent), self._finished(row, row.text, "end")]
        row.text = tidy(self._model.chat.text(row.made))
        grew = Grew(row.job.id, 0, row.text, spent)
        if again := in_a_circle(row.made):
            return [grew, self._finished(row, tidy(self._model.chat.text(row.made[:-again])), "circle")]
        if (text := before_the_refrain(row.text)) is not None:
            return [grew, self._finished(row, text, "circle")]
        if len(row.made) >= row.limit:
            return [grew, self._finished(row, row.text, "limit")]
        return [grew]

    def _logits(self, row: _Row, ids: list[int]) -> torch.Tensor:
        """What may follow `ids`, after all that the row's cache has: (V,) float32 on the CPU."""
        x = torch.tensor([ids], device=self._model.device)  # (1, T)
        out = self._model.network(input_ids=x, cache=row.cache, use_cache=True, logits_to_keep=1)
        logits: torch.Tensor = out.logits[0, -1].float().cpu()
        return logits

    def _finished(self, row: _Row, text: str, stopped: str) -> Finished:
        """`stopped` says what ended it: the model (`end`), its bound (`limit`) or a circle that it ran in."""
        del self._rows[row.job.id]
        if stopped != "end":
            text = at_an_end(text, form_named(row.job.brief.form).kind)
        output = Output(MIME, text.encode(), {"stopped": stopped})
        return Finished(row.job.id, (output,), len(row.prompt), len(row.made), self._model.name, None)


def _limit(job: Job) -> int:
    return job.sampling.max_tokens or form_named(job.brief.form).tokens[job.brief.length]
