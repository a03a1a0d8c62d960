"""The engine of one process: which model to load, and how. It may be loaded here, or wherever a cluster puts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation.host.fake import FakeEngine

if TYPE_CHECKING:
    from pathlib import Path

    from generation.host.engine import Engine
    from generation.lm.load import Quantization
    from generation.lm.precision import Asked

FAKE = "fake"


@dataclass(frozen=True, slots=True)
class LocalEngine:
    """What is called `text_…` is as the setting of this name; `fake_tokens_per_s` is the pace where the model is `fake`.

    Adapters are looked for in `data_dir`/adapters; where a job names none, it is made with the starter of its form.
    Where there is a readers' head for a form, its searches go by it.
    """

    text_model: str
    data_dir: Path
    threads: int
    fake_tokens_per_s: float = 0.0
    text_dtype: Asked = "auto"
    text_quant: Quantization = "none"
    text_rows: int = 16
    text_reproducible: bool = False

    def check(self) -> None:
        """See that the model is there, without loading it.

        Raises:
            ModelError: it is not.
        """
        if self.text_model != FAKE:
            from generation.lm.weights import find

            find(self.text_model)

    def load(self) -> Engine:
        """Load it, which takes seconds; torch is imported here and not before.

        Raises:
            ModelError: it cannot be loaded.
        """
        if self.text_model == FAKE:
            return FakeEngine(self.fake_tokens_per_s)
        from generation.lm.engine import TextEngine
        from generation.lm.load import load_model
        from generation.lm.search.judging import shipped
        from generation.lm.weights import find
        from generation.starters import starter

        engine = TextEngine(
            load_model(
                find(self.text_model), self.data_dir, threads=self.threads, asked=self.text_dtype,
                quantization=self.text_quant,
            ),
            room=self.text_rows, adapters=self.data_dir / "adapters", starter=starter, readers=shipped,
            reproducible=self.text_reproducible,
        )  # fmt: skip
        engine.warm()
        return engine
