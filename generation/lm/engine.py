"""The text engine: continuous batching. Every step gives each row a token, whoever came or left since the last one.

A job is one row, or several that share the reading of one prompt, or a search whose particles are rows too
(`generation.lm.search`), which have branches of their own beside the seats. Rows are made of `row.py`, computed by `decoder.py`
(or `plain.py`), drawn for by `sampling.py`; this file says in which order. There is no line here: what does not fit is
not started, and a started row that lost its place to a lack of memory is the first to get one back.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import structlog
import torch

from generation.forms import FORMS, form_named
from generation.forms.errors import InvalidBriefError
from generation.forms.prompts import turns
from generation.host.engine import NO_PICTURES, Broken, Cost, Finished, Grew, Output, RefusedError
from generation.lm.adapting import Adapting
from generation.lm.architecture import UnknownArchitectureError, architecture_of
from generation.lm.decoder import Decoder
from generation.lm.plain import PlainNetwork
from generation.lm.residency import MOST, Residency
from generation.lm.row import Row
from generation.lm.sampling import KEYS, Draw, draw
from generation.lm.search.judging import Judging
from generation.lm.search.piece import Piece
from generation.lm.search.searching import ROWS, Searching, choices, expected_tokens, longest
from generation.taste.reader import opens

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence
    from pathlib import Path

    from torch import Tensor

    from generation.host.engine import Progress
    from generation.lm.branches import Growth
    from generation.lm.cache import Seat
    from generation.lm.chat import Chat
    from generation.lm.load import LoadedModel
    from generation.lm.row import Constraint, Stopped
    from generation.taste.head import Head
    from generation.wire.jobs import Job

ROOM = 16
READERS = 2  # seats beyond them, in which searches read their prompts
POSITIONS = 8192  # tokens of prompt and answer that a row has at most, whatever the model could do
MEAN = 512  # tokens that rows are reckoned with on average: the cache is promised for so many times `room`
READ_AT_ONCE = 256  # tokens of prompts in a step; more would keep those waiting that write
PROMPTS = 64  # briefs whose tokens are remembered from one question about them to the next
WAIT_S = 0.01  # for an adapter, where nothing else is to be done
CHOICES = 8  # pieces of a search that a head is given: those after them are much worse lines
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
        starter: Callable[[str, str], str | None] | None = None,
        readers: Callable[[str, int], Mapping[str, Head]] | None = None,
        constraints: Mapping[str, Callable[[Job, Chat], Constraint]] | None = None,
        reproducible: bool = False,
        merging: bool = True,
    ) -> None:
        """`room` rows run at once. `adapters` is the directory that has them; None: none are served. `starter` gives the
        digest of the adapter for a base and a form where a job names none, `readers` the heads, by form, for a base and the width of its
        states that say how what a search writes would be liked.

        `constraints` hold the rows of the forms that they are named by. `reproducible` computes every row alone, so
        that a seed gives the same text whatever else runs (in bfloat16 a sum depends on how many rows it is taken
        over); it gives up most of the speed. `merging`, in bfloat16 on a CPU, gives an adapter that is used alone weights of its own,
        which take a moment to be made: a first text may round otherwise than a second.
        """
        self._name, self._chat, self._stops = model.name, model.chat, model.stops
        self._threads, self._ends, self._quantization = model.threads, model.ends, model.quantization
        numbers = "float16" if model.halves else str(model.dtype).removeprefix("torch.")
        self._weights = numbers if model.quantization == "none" else model.quantization
        self._positions = min(model.context, POSITIONS)
        self._together = not reproducible
        self._network = self._computed_by(model, room + READERS)
        self._adapting: Adapting | None = None
        if adapters is not None:
            residency = Residency(
                adapters, model.base, self._network.shapes, dtype=model.dtype, device=model.device,
                halves=model.halves, matrices=self._network.mergeable if merging else None,
            )  # fmt: skip
            self._adapting = Adapting(residency, model.dtype, together=self._together)
        self._base, self._starter = model.base.digest, starter
        self._constraints = dict(constraints or {})
        self._most = self._room = room
        self._promise = max(self._positions, MEAN * room)
        chat, network = (
            self._chat,
            self._network,
        )  # nothing of it holds it, so that its memory goes when it does
        self._prompt = functools.lru_cache(maxsize=PROMPTS)(lambda brief: tuple(chat.ids(turns(brief))))
        self._rows: list[Row] = []
        self._pieces: list[Piece] = []
        judging: Judging | None = None
        if readers is not None and isinstance(network, Decoder):
            heads = readers(model.base.digest, network.embedding.shape[1])
            judging = Judging(heads, network.states, network.depth, chat.of_texts, opens(model))
        self._searching = Searching(
            chat,
            lambda: network.embedding,
            self._stops,
            together=self._together,
            judging=judging,
        )
        self._just_read = False
        self._half: tuple[list[Row], list[Piece], list[Growth], Generator[None, None, Tensor]] | None = None
        self._outputs: dict[str, dict[int, tuple[str, Stopped, int]]] = {}

    def _computed_by(self, model: LoadedModel, room: int) -> Decoder | PlainNetwork:
        try:
            architecture = architecture_of(model.network)
        except UnknownArchitectureError as error:
            log.warning("slow_path", model=model.name, reason=str(error))
            return PlainNetwork(
                model.network, model.base.modules, rows=room, context=self._positions, dtype=model.dtype,
                device=model.device, halves=model.halves,
            )  # fmt: skip
        return Decoder(
            architecture, rows=room, context=self._positions, dtype=model.dtype, device=model.device,
            together=self._together, halves=model.halves,
        )  # fmt: skip

    def warm(self) -> None:
        """Begin to make, in a thread of its own, what somebody would else wait for who is the first to ask for verse."""
        self._searching.prepare()

    def cost(self, job: Job) -> Cost:
        if job.brief is None:
            raise RefusedError("invalid", NO_PICTURES)
        if job.brief.form not in FORMS:
            raise RefusedError("invalid", f"There is no form called {job.brief.form[:40]}.")
        if job.model not in (None, self._name):
            raise RefusedError("invalid", "That model is not served here.")
        if (
            job.named_adapter is not None
            and self._adapting is None
            and job.terms.when_adapter_is_bad == "fail"
        ):
            raise RefusedError("adapter", "That adapter is not served here.")
        prompt, limit, samples = len(self._prompt(job.brief)), _limit(job), job.sampling.n
        try:
            held = self._searching.held(job)
        except InvalidBriefError as error:
            raise RefusedError("invalid", str(error)) from None
        if held is not None:
            limit = longest(job, held)
        if prompt + limit > self._positions:
            raise RefusedError(
                "too_long",
                f"It is too long: {prompt} tokens to read and up to {limit} to write, "
                f"where the model has room for {self._positions}.",
            )
        if samples > self._most or samples * (prompt + limit) > self._promise:
            raise RefusedError("too_long", f"{samples} samples of it are more than there is room for.")
        if held is None:
            return Cost(prompt, limit * samples)
        return Cost(prompt, expected_tokens(job, held), choices(job, held))

    def fits(self, job: Job) -> bool:
        if not self._rows and not self._pieces:
            self._room, self._searching.room = (
                self._most,
                ROWS,
            )  # nobody is left who could be short of memory for it
        used = {row.adapter for row in self._everyone} - {None}
        adapter = self._adapter(job)
        if adapter is not None and adapter not in used and len(used) >= MOST:
            return False
        if self._searching.held(job) is not None:
            return len(self._pieces) < self._searching.most
        if len(self._rows) + job.sampling.n > self._room:
            return False
        promised = sum(row.reserved for row in self._rows)
        return promised + job.sampling.n * (len(self._prompt(job.text_brief)) + _limit(job)) <= self._promise

    def start(self, job: Job) -> None:
        prompt, adapter, note = list(self._prompt(job.text_brief)), self._adapter(job), ""
        if adapter is not None and self._adapting is None:
            adapter, note = None, "That adapter is not served here."
        if adapter is not None and self._adapting is not None:
            self._adapting.want(adapter)
        if (held := self._searching.held(job)) is not None:
            self._pieces.append(self._searching.piece(job, held, prompt, adapter, note))
            self._searching.running = len(self._pieces)
            return
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
            writing = [row for row in self._rows if row.writes]
            pieces = [piece for piece in self._pieces if piece.writes]
            read = None if self._just_read and (writing or pieces) else self._read()
            if read is not None:
                self._just_read = True
                return progress + read
            progress += self._write(writing, pieces)
            self._just_read = (
                self._just_read and self._half is not None
            )  # a whole token is owed, not half of one
        except (MemoryError, RuntimeError) as error:
            if not _no_memory(error):
                raise
            return progress + self._make_do()
        if not writing and not pieces and not progress:
            self._wait()
        return progress

    @property
    def _everyone(self) -> list[Row | Piece]:
        return [*self._rows, *self._pieces]

    def _wait(self) -> None:
        """Nobody can go on: for an adapter, or for the lexicon."""
        if not all(piece.ready() for piece in self._pieces):
            self._searching.wait(WAIT_S)
        elif self._everyone and self._adapting is not None:
            self._adapting.wait(WAIT_S)

    def cancel(self, job_id: str) -> None:
        for row in [row for row in self._everyone if row.job.id == job_id]:
            self._leave(row)
        self._outputs.pop(job_id, None)

    def stats(self) -> dict[str, Any]:
        return {
            "model": self._name,
            "base": self._base,
            "dtype": str(self._network.dtype).removeprefix("torch."),
            "weights": self._weights,
            "quantization": self._quantization,
            "device": str(self._network.device),
            "threads": self._threads,
            "context": self._positions,
            "running": len({row.job.id for row in self._everyone}),
            "searches": len(self._pieces),
            "room": self._room,
            "path": "fast" if isinstance(self._network, Decoder) else "plain",
            "reproducible": not self._together,
            "constraints": sorted(self._constraints),
            "adapters": [] if self._adapting is None else self._adapting.resident,
        }

    def _adapter(self, job: Job) -> str | None:
        """What `job` is made with: the adapter that it names, or the starter of its form, or None."""
        return job.named_adapter if job.adapter is not None else self._starter_of(job)

    def _starter_of(self, job: Job) -> str | None:
        if self._starter is None or self._adapting is None:
            return None
        return self._starter(self._base, job.form)

    def _settle_adapters(self) -> list[Progress]:
        """Rows whose adapter turned out bad go on with the starter of their form, or the base model where that is what is bad or there
        is none, or fail, as their terms say.
        """
        progress: list[Progress] = []
        if self._adapting is None:
            return progress
        for row, error in self._adapting.refused(self._everyone):
            if row not in self._everyone:
                continue  # with another of its job's
            log.warning("adapter_refused", job=row.job.id, digest=row.adapter, reason=str(error))
            row.note = row.note or f"Its adapter cannot be used. {error}"
            if row.job.named_adapter is not None and row.job.terms.when_adapter_is_bad == "fail":
                self.cancel(row.job.id)
                progress.append(Broken(row.job.id, "adapter", row.note))
                continue
            starter = self._starter_of(row.job)
            row.adapter = starter if starter != row.adapter else None
            if row.adapter is not None:
                self._adapting.want(row.adapter)
        return progress

    def _read(self) -> list[Progress] | None:
        """Give rows a seat, in the order in which they came, and read what they have not read yet; None: all is read."""
        covered = _has_none if self._adapting is None else self._adapting.covered(self._everyone)
        parts: list[tuple[Row | Piece, Seat, Sequence[int]]] = []
        left = READ_AT_ONCE
        for row in self._everyone:
            if left <= 0:
                break
            if row.writes or not covered(row) or not self._seat(row, parts):
                continue
            assert row.seat is not None
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
        progress = broken
        drawn: list[Row] = []
        at: list[int] = []
        for n in fresh:
            row, seat, _ = parts[n]
            self._network.remember(seat, row.prompt)
            if isinstance(row, Piece):
                progress += self._branch(row, logits[n])
            else:
                together = [row, *self._seated_beside(row, seat)]
                drawn += together
                at += [n] * len(together)
        return progress + self._draw(drawn, logits[at])

    def _seated_beside(self, row: Row, seat: Seat) -> list[Row]:
        """Samples of the job of `row`, which has read the prompt in `seat`, that need not read it: what follows is known."""
        found: list[Row] = []
        for other in self._rows:
            if other.job.id != row.job.id or other.begun or other.made or other.adapter != row.adapter:
                continue
            if not self._has_seat():
                break
            other.seat = self._network.cache.open(row.adapter)
            self._network.cache.copy(seat, other.seat)
            found.append(other)
        return found

    def _has_seat(self) -> bool:
        """Whether another row that is no search may sit down."""
        return self._network.cache.free > 0 and sum(row.begun for row in self._rows) < self._room

    def _seat(self, row: Row | Piece, parts: Sequence[tuple[Row | Piece, Seat, Sequence[int]]]) -> bool:
        """Whether `row` has a seat to read in, now if not before."""
        if row.seat is not None:
            return True
        if isinstance(row, Piece):
            reading = sum(piece.seat is not None for piece in self._pieces)
            if reading >= READERS or not row.ready():
                return False
        elif not self._has_seat():
            return False
        if not self._network.cache.free or self._shares_with_one_that_reads(row, parts):
            return False
        row.seat = self._network.cache.open(row.adapter)
        if not row.made:
            self._network.recall(row.seat, row.prompt)
        return True

    def _branch(self, piece: Piece, logits: Tensor) -> list[Progress]:
        """A search has read its prompt: it goes on in branches. logits: (V,)."""
        assert piece.seat is not None
        branches = self._network.branch(piece.seat, piece.rows())
        self._network.cache.close(piece.seat)
        piece.begin(branches, logits)
        return self._searched(piece, len(piece.prompt), finished=False)

    def _searched(self, piece: Piece, tokens: int, *, finished: bool) -> list[Progress]:
        """What there is to tell after `tokens` more of a search; `finished`: a line was."""
        assert piece.search is not None
        text = piece.search.preview if finished else ""
        progress: list[Progress] = [Grew(piece.job.id, 0, text, tokens)]
        if piece.search.over:
            self._leave(piece)
            texts = piece.search.ranked[: 1 if piece.job.head is None else CHOICES]
            outputs = tuple(
                Output(MIME, text.encode(), {"stopped": "end", **_noted(piece)}) for text in texts
            )
            progress.append(
                Finished(piece.job.id, outputs, len(piece.prompt), piece.spent, self._name, piece.adapter)
            )
        return progress

    def _shares_with_one_that_reads(
        self, row: Row | Piece, parts: Sequence[tuple[Row | Piece, Seat, Sequence[int]]]
    ) -> bool:
        """Whether another sample of the same job reads its prompt just now: this one begins with what that has read."""
        return any(other.job.id == row.job.id and not other.made for other, _, _ in parts)

    def _write(self, rows: list[Row], pieces: list[Piece]) -> list[Progress]:
        """A token for each of `rows` and of the particles of `pieces`, or the first half of the work for it."""
        if self._half is None:
            if not rows and not pieces:
                return []
            growths = [piece.search.growth for piece in pieces if piece.search is not None]
            self._half = (rows, pieces, growths, self._writing(rows, growths))
        rows, pieces, growths, steps = self._half
        try:
            next(steps)
        except StopIteration as end:
            self._half = None
            counts = [len(rows), *(len(growth.rows) for growth in growths)]
            of_rows, *of_pieces = end.value.split(counts)
            everyone: list[Row | Piece] = [
                *rows,
                *(p for p, n in zip(pieces, counts[1:], strict=True) for _ in range(n)),
            ]
            broken, sound = self._sound(everyone, end.value)
            mine = [n for n in sound if n < len(rows)]
            progress = broken + self._draw(
                [rows[n] for n in mine], of_rows if len(mine) == len(rows) else of_rows[mine]
            )
            for piece, logits in zip(pieces, of_pieces, strict=True):
                if piece in self._pieces:
                    progress += self._searched(piece, len(logits), finished=piece.took(logits))
            return progress
        return []

    def _writing(self, rows: Sequence[Row], growths: Sequence[Growth]) -> Generator[None, None, Tensor]:
        seats = [row.seat for row in rows if row.seat is not None]
        tokens = [row.made[-1] for row in rows]
        select = _nothing if self._adapting is None else self._adapting.to_write
        if not self._together:
            asked = zip(seats, tokens, strict=True)
            found = [self._network.write([seat], [token], select) for seat, token in asked]
            return torch.cat(found + [self._network.write([], [], select, [growth]) for growth in growths])
        return (yield from self._network.writing(seats, tokens, select, growths))

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

    def _sound(self, rows: Sequence[Row | Piece], logits: Tensor) -> tuple[list[Progress], list[int]]:
        """Which of `rows` have finite logits. The jobs of the others fail alone, and leave nothing in their slots."""
        highest = logits.amax(1).isfinite().tolist()  # an infinite or not-a-number one shows in the highest
        if all(highest):
            return [], list(range(len(rows)))
        mad = {row.job.id: row for row, finite in zip(rows, highest, strict=True) if not finite}
        for job_id, row in mad.items():
            log.error("not_finite", job=job_id, adapter=row.adapter, made=len(row.made))
            for other in self._everyone:
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
        outputs = tuple(
            Output(MIME, text.encode(), {"stopped": stopped, **_noted(row)})
            for _, (text, stopped, _) in sorted(done.items())
        )
        made = sum(tokens for _, _, tokens in done.values())
        self._room = min(self._most, self._room + 1)
        return Finished(row.job.id, outputs, len(row.prompt), made, self._name, row.adapter)

    def _leave(self, row: Row | Piece) -> None:
        if self._half is not None and (row in self._half[0] or row in self._half[1]):
            self._half = None  # its slot may be another's before the second half: begun anew
        if isinstance(row, Piece):
            self._pieces.remove(row)
            self._searching.running = len(self._pieces)
            row.branches = None
        else:
            self._rows.remove(row)
        if row.seat is not None:
            self._network.cache.close(row.seat)
            row.seat = None

    def _make_do(self) -> list[Progress]:
        """There was not enough memory: half the rows at most from now on; one that was alone fails alone.

        All give up their seats and take them again, as far as there is room, with what they have made; searches begin
        again, with fewer particles.
        """
        self._half = None
        begun = [row for row in self._everyone if row.begun]
        for row in begun:
            if row.seat is not None:
                self._network.cache.close(row.seat)
                row.seat = None
            if isinstance(row, Piece):
                row.branches = row.search = None
        self._network.let_go()
        if self._adapting is not None:
            self._adapting.let_go()
        if self._network.device.type == "cuda":
            torch.cuda.empty_cache()
        fewer = any(isinstance(row, Piece) for row in begun) and self._searching.make_do()
        if len(begun) <= 1 and not fewer:
            broken = [row.job.id for row in begun or self._everyone[:1]]
            for job_id in broken:
                self.cancel(job_id)
            log.error("no_memory", rows=len(begun))
            return [
                Broken(job_id, "memory", "There is not enough memory here to make it.") for job_id in broken
            ]
        rows = sum(isinstance(row, Row) for row in begun)
        if rows:
            self._room = max(1, rows // 2)
        log.warning("memory_is_short", rows=rows, room=self._room, particles=self._searching.room)
        return []


def _nothing(adapters: Sequence[str | None]) -> None:
    """No adapters are served."""


def _has_none(row: Row | Piece) -> bool:
    return row.adapter is None


def _noted(row: Row | Piece) -> dict[str, str]:
    return {"note": row.note} if row.note else {}


def _limit(job: Job) -> int:
    return job.sampling.max_tokens or form_named(job.form).tokens[job.text_brief.length]


def _no_memory(error: Exception) -> bool:
    said = str(error)
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or ("memory" in said and "alloc" in said)
