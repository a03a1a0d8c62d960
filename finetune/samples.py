"""Fresh pieces of what serves now, made by the engine that serves: what a taste chooses from.

They are made in portions, each by an engine that has made nothing before and in one order, so that a run that was killed in
the middle of one makes the very same pieces; in bfloat16 a sum depends on what it is taken beside.
"""

from __future__ import annotations

import gc
import hashlib
import json
import math
import os
import random
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from finetune.themes import language
from finetune.unsafe import trips
from generation.forms import FORMS, form_named, verdict
from generation.forms.repetition import degenerate, distinct2
from generation.host.engine import Broken, Finished, RefusedError
from generation.lm.engine import TextEngine
from generation.lm.search.searching import expected_tokens
from generation.wire.jobs import BASE, SEEDS, Brief, Job, Sampling, Terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from finetune.themes import Wish
    from generation.lm.load import LoadedModel

ROOM = 96  # rows at once: with two threads 104 tokens a second, where 64 give 83 (AVX2, float32)
CONTEXT = 2048  # tokens of a prompt and a piece: what is not written takes no memory on a processor, all of it on CUDA
PORTION = 256  # samples, or
SEARCHED = 16  # wishes that are searched; a kill costs what was made of one
FREE = 16  # samples for a wish that is written freely
HELD = 4  # for one that is searched, at most: a haiku costs as much as a dozen free poems
EACH_TOKENS = 2000  # of searching that a wish may cost; two of a longer form, the least that makes a pair
BUDGET = 64_000  # tokens of searching in all, about five minutes of a processor
LEAST = 24  # wishes, whatever they cost
REPEATED = 0.12  # of the pairs of words, those said before: more of them is no piece to learn from


class SamplesError(Exception):
    """Samples that cannot be made or used; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A piece that answers `Brief(form, theme)`, written with `adapter` (a digest; None: the model alone).

    `whole` is False where it broke off because there was no more room, so that its end is nothing to learn.
    """

    form: str
    theme: str
    seed: int
    text: str
    adapter: str | None
    whole: bool = True


def brief(form: str, theme: str) -> Brief:
    return Brief(form=form, theme=theme, language="zh" if language(form) == "zh" else "")


def kept(form: str, theme: str, text: str) -> bool:
    """Whether its form's checker passes it."""
    return verdict(brief(form, theme), text).kept


def sound(text: str) -> bool:
    """Whether it goes round in no circle: what does may never be held up as good."""
    return bool(text.strip()) and distinct2(text) >= 1 - REPEATED and not degenerate(text, 3)


def fit(form: str, theme: str, text: str) -> bool:
    """Whether it may be held up as good: it keeps its form, goes round in no circle, and says nothing that is not to be shown."""
    return sound(text) and kept(form, theme, text) and trips(text) is None


def planned(wishes: Sequence[Wish], share: float = 1.0) -> list[tuple[Wish, int]]:
    """How many samples each of `wishes` gets, where `share` of the usual number is wanted, and at least one.

    What is searched is paid for out of a budget: a sonnet costs as much as eight haiku. Wishes beyond it are left out, but not
    the first `LEAST` times `share`, without which there were nothing to learn.
    """
    found = []
    spent, asked = 0.0, 0
    for wish in wishes:
        if (cost := _cost(wish)) is None:
            found.append((wish, max(1, round(FREE * share))))
            continue
        each = max(1, round(min(HELD, max(2, EACH_TOKENS // cost)) * share))
        if asked < LEAST * share or spent + each * cost <= BUDGET * share:
            found.append((wish, each))
            spent += each * cost
            asked += 1
    return found


def _cost(wish: Wish) -> int | None:
    """Tokens that the search of one piece takes where there is room for all of it; None: it is written freely."""
    plan = form_named(wish.form).plan
    if plan is None:
        return None
    asked = brief(wish.form, wish.theme)
    return expected_tokens(Job("cost", "text", "training", "training", 0.0, asked, 0), plan(asked, 0))


def jobs(planned: Sequence[tuple[Wish, int]], adapter: str | None, seed: int) -> list[Job]:
    """What makes as many samples of each wish as are planned; an engine can be given them in this order."""
    found: list[Job] = []
    for wish, each in planned:
        chance = random.Random(f"{seed} {wish.form} {wish.theme}")  # noqa: S311 - no secret
        held = form_named(wish.form).plan is not None
        # an engine holds to its form what is one sample; several are written freely, beside one another
        for n in range(each if held else 1):
            found.append(
                Job(
                    f"sample-{len(found)}-{n}", "text", "training", "training", 0.0, brief(wish.form, wish.theme),
                    chance.randrange(SEEDS), sampling=Sampling(n=1 if held else each),
                    terms=Terms(priority=-100, when_adapter_is_bad="fail"), adapter=adapter or BASE,
                )
            )  # fmt: skip
    return found


def made(engine: TextEngine, asked: Sequence[Job], tell: Callable[[int], None]) -> list[Sample]:
    """The pieces of `asked`, in that order; `tell` hears of each that is there. What cannot be made is left out.

    Raises:
        SamplesError: the adapter cannot be used.
    """
    done: dict[str, list[Sample]] = {job.id: [] for job in asked}
    waiting, running = [], 0
    for job in asked:
        try:
            engine.cost(job)
        except RefusedError as error:
            if error.kind == "adapter":
                raise SamplesError(str(error)) from None
        else:
            waiting.append(job)
    by_id = {job.id: job for job in asked}
    while waiting or running:
        while waiting and engine.fits(waiting[0]):
            engine.start(waiting.pop(0))
            running += 1
        for found in engine.step():
            if isinstance(found, Broken):
                if found.kind == "adapter":
                    raise SamplesError(found.sentence)
                running -= 1
            elif isinstance(found, Finished):
                running -= 1
                job = by_id[found.job_id]
                done[job.id] = [
                    Sample(job.form, job.text_brief.theme, (job.seed + n) % SEEDS, output.data.decode(), found.adapter, output.meta.get("stopped") in ("end", "stop"),
                    )
                    for n, output in enumerate(found.outputs)
                ]  # fmt: skip
                tell(len(found.outputs))
    return [sample for job in asked for sample in done[job.id]]


def sampled(
    file: Path, model: LoadedModel, adapters: Path, adapter: str | None, wishes: Sequence[Wish], seed: int, *,
    share: float = 1.0, tell: Callable[[int, int], None],
) -> list[Sample]:  # fmt: skip
    """The samples of `wishes`, those that `file` does not have yet being made and added to it, a portion at a time.

    `tell` hears how many there are, and of how many. Raises SamplesError.
    """
    wanted = planned(wishes, share)
    portions = [jobs(some, adapter, seed) for some in _portions(wanted)]
    of = sum(job.sampling.n for portion in portions for job in portion)
    bounded = replace(model, context=min(model.context, CONTEXT))
    there = _read(file, [_asked(portion) for portion in portions])
    count = sum(map(len, there))
    for portion in portions[len(there) :]:
        engine = TextEngine(bounded, room=ROOM, adapters=adapters, merging=False)

        def tell_more(more: int) -> None:
            nonlocal count
            count += more
            tell(count, of)

        there.append(made(engine, portion, tell_more))
        del engine
        gc.collect()  # its cache is as large as a server's, and the next one has its own
        _append(file, _asked(portion), there[-1])
    return [sample for portion in there for sample in portion]


def _portions(planned: Sequence[tuple[Wish, int]]) -> list[list[tuple[Wish, int]]]:
    """`planned`, in its order, in as few portions as it takes, all of about one size: at the end of each few rows are left."""
    sizes = [each / PORTION if form_named(wish.form).plan is None else 1 / SEARCHED for wish, each in planned]
    count = math.ceil(sum(sizes) - 1e-9)
    found: list[list[tuple[Wish, int]]] = [[] for _ in range(count)]
    before = 0.0
    for one, size in zip(planned, sizes, strict=True):
        found[min(count - 1, int((before + size / 2) * count / sum(sizes)))].append(one)
        before += size
    return [portion for portion in found if portion]


def given(file: Path, adapter: str | None) -> list[Sample]:
    """Samples that were made before, of the same model and adapter: JSON lines, in each a sample, a list of them, or what `sampled` keeps.

    Raises:
        SamplesError: they were made with something else, or there are none.
    """
    try:
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        found = [Sample(**one) for line in lines for one in _kept_in(line)]
        known = all(sample.form in FORMS and isinstance(sample.text, str) for sample in found)
    except (OSError, ValueError, TypeError) as error:
        raise SamplesError(f"{file.name} holds no samples: {error}.") from None
    if not found or not known:
        raise SamplesError(f"{file.name} holds no samples.")
    if strange := {sample.adapter for sample in found} - {adapter}:
        other = strange.pop() or "the model alone"
        raise SamplesError(f"The samples in {file.name} were made with {other[:16]}, not with what serves.")
    return found


def _kept_in(line: Any) -> list[Any]:
    if isinstance(line, list):
        return line
    return list(line["made"]) if "made" in line else [line]


def fingerprint(file: Path) -> str:
    """The hex SHA-256 of a file of samples. Raises SamplesError."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise SamplesError(f"{file.name} cannot be read: {error.strerror}.") from None


def _asked(portion: Sequence[Job]) -> str:
    """What a portion is the answer to, as one word."""
    said = [[job.form, job.text_brief.theme, job.seed, job.sampling.n, job.adapter] for job in portion]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def _read(file: Path, asked: Sequence[str]) -> list[list[Sample]]:
    """The portions in `file` that answer the first of `asked`; it is cut after the last whole one of them."""
    if not file.exists():
        return []
    portions: list[list[Sample]] = []
    whole = 0
    with file.open("rb") as lines:
        for line, wanted in zip(lines, asked, strict=False):
            kept = json.loads(line) if line.endswith(b"\n") else None
            # half a line, another plan's, or a line of an older version
            if not isinstance(kept, dict) or kept.get("asked") != wanted:
                break
            portions.append([Sample(**one) for one in kept["made"]])
            whole += len(line)
    if whole < file.stat().st_size:
        os.truncate(file, whole)
    return portions


def _append(file: Path, asked: str, portion: Sequence[Sample]) -> None:
    line = {"asked": asked, "made": [asdict(sample) for sample in portion]}
    with file.open("ab") as lines:
        lines.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        lines.flush()
        os.fsync(lines.fileno())


def by_wish(samples: Sequence[Sample]) -> Iterator[tuple[tuple[str, str], list[int]]]:
    """The places in `samples` of those that answer one wish, for each of them."""
    places: dict[tuple[str, str], list[int]] = {}
    for at, sample in enumerate(samples):
        places.setdefault((sample.form, sample.theme), []).append(at)
    yield from places.items()
