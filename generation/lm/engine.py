"""The text engine: continuous batching. Every step gives each row a token, whoever came or left since the last one.

A job is one row, or several that share the reading of one prompt. Rows are made of `row.py`, computed by `decoder.py`
(or `plain.py`), drawn for by `sampling.py`; this file says in which order. There is no line here: what does not fit is
not started, and a started row that lost its place to a lack of memory is the first to get one back.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import structlog
import torch

from generation.forms import FORMS, form_named
from generation.forms.prompts import turns
from generation.host.engine import NO_PICTURES, Broken, Cost, Finished, Grew, Output, RefusedError
from generation.lm.adapting import Adapting
from generation.lm.architecture import UnknownArchitectureError, architecture_of
from generation.lm.decoder import Decoder
from generation.lm.plain import PlainNetwork
from generation.lm.residency import MOST, Residency
from generation.lm.row import Row
from generation.lm.sampling import KEYS, Draw, draw

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence
    from pathlib import Path

    from torch import Tensor

    from generation.host.engine import Progress
    from generation.lm.cache import Seat
    from generation.lm.chat import Chat
    from generation.lm.load import LoadedModel
    from generation.lm.row import Constraint, Stopped
    from generation.wire.jobs import Job

ROOM = 16
POSITIONS = 8192  # tokens of prompt and answer that a row has at most, whatever the model could do
MEAN = 512  # tokens that rows are reckoned with on average: the cache is promised for so many times `room`
READ_AT_ONCE = 256  # tokens of prompts in a step; more would keep those waiting that write
PROMPTS = 64  # briefs whose tokens are remembered from one question about them to the next
WAIT_S = 0.01  # for an adapter, where nothing else is to be done
MIME = "text/plain; charset=utf-8"

log = structlog.get_logger(__name__)


class TextEngine:
    """`host.engine.Engine` over a causal language model."""

    def __init__(
        self,
        model: LoadedModel,
        *,
        room: int = ROOM,
        adapters: Path | None = None,
        constraints: Mapping[str, Callable[[Job, Chat], Constraint]] | None = None,
        reproducible: bool = False,
    ) -> None:
        """`room` rows run at once. `adapters` is the directory that has them; None: none are served.

        `constraints` hold the rows of the forms that they are named by. `reproducible` computes every row alone, so
        that a seed gives the same text whatever else runs (in bfloat16 a sum depends on how many rows it is taken
        over); it gives up most of the speed.
        """
        self._name, self._chat, self._stops = model.name, model.chat, model.stops
        self._threads, self._ends, self._quantization = model.threads, model.ends, model.quantization
        self._positions = min(model.context, POSITIONS)
        self._together = not reproducible
        self._network = self._computed_by(model, room)
        self._adapting: Adapting | None = None
        if adapters is not None:
            residency = Residency(
                adapters, model.base, self._network.shapes, dtype=model.dtype, device=model.device
            )
            self._adapting = Adapting(residency, model.dtype, together=self._together)
        self._constraints = dict(constraints or {})
        self._most = self._room = room
        self._promise = max(self._positions, MEAN * room)
        self._prompt = functools.lru_cache(maxsize=PROMPTS)(lambda brief: tuple(self._chat.ids(turns(brief))))
        self._rows: list[Row] = []
        self._just_read = False
        self._half: tuple[list[Row], Generator[None, None, Tensor]] | None = None
        self._outputs: dict[str, dict[int, tuple[str, Stopped, int]]] = {}

    def _computed_by(self, model: LoadedModel, room: int) -> Decoder | PlainNetwork:
        try:
            architecture = architecture_of(model.network)
        except UnknownArchitectureError as error:
            log.warning("slow_path", model=model.name, reason=str(error))
            return PlainNetwork(
                model.network, model.base.modules, rows=room, context=self._positions, dtype=model.dtype,
                device=model.device,
            )  # fmt: skip
        return Decoder(
            architecture, rows=room, context=self._positions, dtype=model.dtype, device=model.device,
            together=self._together,
        )  # fmt: skip

    def cost(self, job: Job) -> Cost:
        if job.brief is None:
            raise RefusedError("invalid", NO_PICTURES)
        if job.brief.form not in FORMS:
            raise RefusedError("invalid", f"There is no form called {job.brief.form[:40]}.")
        if job.model not in (None, self._name):
            raise RefusedError("invalid", "That model is not served here.")
        if job.adapter is not None and self._adapting is None and job.terms.when_adapter_is_bad == "fail":
            raise RefusedError("adapter", "That adapter is not served here.")
        prompt, limit, samples = len(self._prompt(job.brief)), _limit(job), job.sampling.n
        if prompt + limit > self._positions:
            raise RefusedError(
                "too_long",
                f"It is too long: {prompt} tokens to read and up to {limit} to write, "
                f"where the model has room for {self._positions}.",
            )
        if samples > self._most or samples * (prompt + limit) > self._promise:
            raise RefusedError("too_long", f"{samples} samples of it are more than there is room for.")
        return Cost(prompt, limit * samples)

    def fits(self, job: Job) -> bool:
        if not self._rows:
            self._room = self._most  # nobody is left who could be short of memory for it
        if len(self._rows) + job.sampling.n > self._room:
            return False
        promised = sum(row.reserved for row in self._rows)
        if promised + job.sampling.n * (len(self._prompt(job.text_brief)) + _limit(job)) > self._promise:
            return False
        used = {row.adapter for row in self._rows} - {None}
        return job.adapter is None or job.adapter in used or len(used) < MOST

    def start(self, job: Job) -> None:
        prompt, adapter, note = list(self._prompt(job.text_brief)), job.adapter, ""
        if adapter is not None and self._adapting is None:
            adapter, note = None, "That adapter is not served here."
        if adapter is not None and self._adapting is not None:
            self._adapting.want(adapter)
        make = self._constraints.get(job.form)
        self._outputs[job.id] = {}
        for part in range(job.sampling.n):
            self._rows.append(
                Row(
                    job, part, prompt, _limit(job), torch.Generator().manual_seed((job.seed + part) % 2**63),
                    adapter, job.sampling.stop + self._ends, note,
                    None if make is None else make(job, self._chat),
                )
            )  # fmt: skip

    @torch.inference_mode()
    def step(self) -> list[Progress]:
        """Read some prompts, up to `READ_AT_ONCE` tokens, or do half of the work for a token of every row that writes.

        Reading goes first, but not twice in a row: a first token is known as soon as its prompt is read, for which it
        waits for half a step at most, and nobody's writing stands still for longer than one reading.
        """
        progress = self._settle_adapters()
        try:
            writing = [row for row in self._rows if row.seat is not None and row.made and not row.unread]
            read = None if self._just_read and writing else self._read()
            if read is not None:
                self._just_read = True
                return progress + read
            progress += self._write(writing)
            self._just_read = (
                self._just_read and self._half is not None
            )  # a whole token is owed, not half of one
        except (MemoryError, RuntimeError) as error:
            if not _no_memory(error):
                raise
            return progress + self._make_do()
        if not writing and not progress and self._rows and self._adapting is not None:
            self._adapting.wait(WAIT_S)
        return progress

    def cancel(self, job_id: str) -> None:
        for row in [row for row in self._rows if row.job.id == job_id]:
            self._leave(row)
        self._outputs.pop(job_id, None)

    def stats(self) -> dict[str, Any]:
        return {
            "model": self._name,
            "dtype": str(self._network.dtype).removeprefix("torch."),
            "quantization": self._quantization,
            "device": str(self._network.device),
            "threads": self._threads,
            "context": self._positions,
            "running": len({row.job.id for row in self._rows}),
            "room": self._room,
            "path": "fast" if isinstance(self._network, Decoder) else "plain",
            "reproducible": not self._together,
            "constraints": sorted(self._constraints),
            "adapters": [] if self._adapting is None else self._adapting.resident,
        }

    def _settle_adapters(self) -> list[Progress]:
        """Rows whose adapter turned out bad go on with the base model, or fail, as their terms say."""
        progress: list[Progress] = []
        for row, error in [] if self._adapting is None else self._adapting.refused(self._rows):
            if row not in self._rows:
                continue  # with another of its job's
            log.warning("adapter_refused", job=row.job.id, digest=row.adapter, reason=str(error))
            row.adapter, row.note = None, f"Its adapter cannot be used. {error}"
            if row.job.terms.when_adapter_is_bad == "fail":
                self.cancel(row.job.id)
                progress.append(Broken(row.job.id, "adapter", row.note))
        return progress

    def _read(self) -> list[Progress] | None:
        """Give rows a seat, in the order in which they came, and read what they have not read yet; None: all is read."""
        covered = _has_none if self._adapting is None else self._adapting.covered(self._rows)
        parts: list[tuple[Row, Seat, Sequence[int]]] = []
        left = READ_AT_ONCE
        for row in self._rows:
            if left <= 0:
                break
            if not covered(row) or (row.seat is not None and row.made and not row.unread):
                continue
            if row.seat is None:
                seated = sum(other.seat is not None for other in self._rows)
                if (
                    seated >= self._room
                    or not self._network.cache.free
                    or self._shares_with_one_that_reads(row, parts)
                ):
                    continue
                row.seat = self._network.cache.open(row.adapter)
                if not row.made:
                    self._network.recall(row.seat, row.prompt)
            unread = row.unread if not self._together else row.unread[:left]
            parts.append((row, row.seat, unread))
            left -= len(unread)
        if not parts:
            return None
        select = _nothing if self._adapting is None else self._adapting.to_read
        asked = [(seat, tokens) for _, seat, tokens in parts]
        if self._together:
            logits = self._network.read(asked, select)
        else:
            logits = torch.cat([self._network.read([one], select) for one in asked])
        rows = [row for row, _, _ in parts]
        broken, sound = self._sound(rows, logits)
        # a row that lost its seat knows its next token
        fresh = [n for n in sound if not rows[n].unread and not rows[n].made]
        for row, seat, _ in [parts[n] for n in fresh]:
            self._network.remember(seat, row.prompt)
        return broken + self._draw([rows[n] for n in fresh], logits[fresh])

    def _shares_with_one_that_reads(self, row: Row, parts: Sequence[tuple[Row, Seat, Sequence[int]]]) -> bool:
        """Whether another sample of the same job reads its prompt just now: this one copies it in the next step."""
        return self._network.recalls and any(
            other.job.id == row.job.id and not other.made for other, _, _ in parts
        )

    def _write(self, rows: list[Row]) -> list[Progress]:
        """A token for each of `rows`, or the first half of the work for it."""
        if self._half is None:
            if not rows:
                return []
            self._half = (rows, self._writing(rows))
        rows, steps = self._half
        try:
            next(steps)
        except StopIteration as end:
            self._half = None
            broken, sound = self._sound(rows, end.value)
            logits = end.value if len(sound) == len(rows) else end.value[sound]
            return broken + self._draw([rows[n] for n in sound], logits)
        return []

    def _writing(self, rows: Sequence[Row]) -> Generator[None, None, Tensor]:
        seats = [row.seat for row in rows if row.seat is not None]
        tokens = [row.made[-1] for row in rows]
        select = _nothing if self._adapting is None else self._adapting.to_write
        if not self._together:
            asked = zip(seats, tokens, strict=True)
            return torch.cat([self._network.write([seat], [token], select) for seat, token in asked])
        return (yield from self._network.writing(seats, tokens, select))

    def _draw(self, rows: Sequence[Row], logits: Tensor) -> list[Progress]:
        """The next token of each of `rows`. logits: (len(rows), V), finite."""
        if not rows:
            return []
        draws = [
            Draw(
                row.job.sampling, row.made, int(torch.randint(0, KEYS, (), generator=row.generator)),
                None if row.constraint is None else row.constraint.allowed(),
            )
            for row in rows
        ]  # fmt: skip
        if self._together:
            tokens = draw(logits, draws)
        else:
            tokens = [draw(logits[n : n + 1], [one])[0] for n, one in enumerate(draws)]
        progress: list[Progress] = []
        for row, token in zip(rows, tokens, strict=True):
            progress += self._took(row, token)
        return progress

    def _sound(self, rows: Sequence[Row], logits: Tensor) -> tuple[list[Progress], list[int]]:
        """Which of `rows` have finite logits. The jobs of the others fail alone, and leave nothing in their slots."""
        highest = logits.amax(1).isfinite().tolist()  # an infinite or not-a-number one shows in the highest
        if all(highest):
            return [], list(range(len(rows)))
        mad = {row.job.id: row for row, finite in zip(rows, highest, strict=True) if not finite}
        for job_id, row in mad.items():
            log.error("not_finite", job=job_id, adapter=row.adapter, made=len(row.made))
            for other in self._rows:
                if other.job.id == job_id and other.seat is not None:
                    self._network.cache.wipe(other.seat)
            self.cancel(job_id)
        sentence = "The model's numbers ran away, and it could not be made."
        broken: list[Progress] = [Broken(job_id, "engine", sentence) for job_id in mad]
        return broken, [n for n, row in enumerate(rows) if row.job.id not in mad]

    def _took(self, row: Row, token: int) -> list[Progress]:
        stopped = row.take(token, self._stops, self._chat)
        first = not row.reported and row.part == 0
        row.reported = True
        progress: list[Progress] = [Grew(row.job.id, row.part, row.text, 1 + len(row.prompt) * first)]
        if stopped is not None:
            self._leave(row)
            done = self._outputs[row.job.id]
            done[row.part] = (row.text, stopped, len(row.made))
            if len(done) == row.job.sampling.n:
                progress.append(self._finished(row, self._outputs.pop(row.job.id)))
        return progress

    def _finished(self, row: Row, done: Mapping[int, tuple[str, Stopped, int]]) -> Finished:
        note = {"note": row.note} if row.note else {}
        outputs = tuple(
            Output(MIME, text.encode(), {"stopped": stopped, **note})
            for _, (text, stopped, _) in sorted(done.items())
        )
        made = sum(tokens for _, _, tokens in done.values())
        self._room = min(self._most, self._room + 1)
        return Finished(row.job.id, outputs, len(row.prompt), made, self._name, row.adapter)

    def _leave(self, row: Row) -> None:
        self._rows.remove(row)
        if self._half is not None and row in self._half[0]:
            self._half = None  # its slot may be another's before the second half: begun anew
        if row.seat is not None:
            self._network.cache.close(row.seat)

    def _make_do(self) -> list[Progress]:
        """There was not enough memory: half the rows at most from now on; one that was alone fails alone.

        All give up their seats and take them again, as far as there is room, with what they have made.
        """
        self._half = None
        seated = [row for row in self._rows if row.seat is not None]
        for row in seated:
            assert row.seat is not None
            self._network.cache.close(row.seat)
            row.seat = None
        self._network.let_go()
        if self._network.device.type == "cuda":
            torch.cuda.empty_cache()
        if len(seated) <= 1:
            broken = [row.job.id for row in seated or self._rows[:1]]
            for job_id in broken:
                self.cancel(job_id)
            log.error("no_memory", rows=len(seated))
            return [
                Broken(job_id, "memory", "There is not enough memory here to make it.") for job_id in broken
            ]
        self._room = max(1, len(seated) // 2)
        log.warning("memory_is_short", rows=len(seated), room=self._room)
        return []


def _nothing(adapters: Sequence[str | None]) -> None:
    """No adapters are served."""


def _has_none(row: Row) -> bool:
    return row.adapter is None


def _limit(job: Job) -> int:
    return job.sampling.max_tokens or form_named(job.form).tokens[job.text_brief.length]


def _no_memory(error: Exception) -> bool:
    said = str(error)
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or ("memory" in said and "alloc" in said)
