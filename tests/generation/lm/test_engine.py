"""The text engine by hand, without a host around it."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch

from generation.host.engine import Finished, Grew, RefusedError
from generation.lm.decoder import Decoder
from generation.lm.engine import TextEngine
from generation.wire.jobs import Sampling
from tests.generation.lm.stepping import finished, text
from tests.generation.stand import job

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from generation.lm.cache import Seat
    from generation.lm.chat import Chat
    from generation.lm.decoder import Select
    from generation.lm.load import LoadedModel
    from generation.wire.jobs import Job

pytestmark = pytest.mark.slow


def test_a_step_is_one_token_for_each_row(model: LoadedModel) -> None:
    engine = TextEngine(model, room=4)
    for name in "abc":
        engine.start(job(name, tokens=9))
    steps: list[set[str]] = []
    while not steps or len(steps[-1]) < 3:
        steps.append({found.job_id for found in engine.step()})
    assert [{found.job_id for found in engine.step()} for _ in range(4)] == [set(), {"a", "b", "c"}] * 2
    assert engine.fits(job("d"))
    engine.start(job("d"))
    assert not engine.fits(job("e"))


def test_an_engine_that_is_let_go_between_steps_leaves_its_memory_at_once(model: LoadedModel) -> None:
    engine = TextEngine(model)
    engine.start(job("a", tokens=3))
    finished(engine)
    gc.collect()
    gc.disable()
    try:
        left = weakref.ref(engine)
        del engine
        assert left() is None
    finally:
        gc.enable()


def test_the_first_growth_accounts_for_the_prompt(model: LoadedModel) -> None:
    engine = TextEngine(model)
    wish = job("a", tokens=3)
    engine.start(wish)
    spent = [found.tokens for _ in range(5) for found in engine.step() if isinstance(found, Grew)]
    assert spent == [engine.cost(wish).prompt_tokens + 1, 1, 1]


def test_a_piece_ends_at_its_bound_at_a_whole_line(model: LoadedModel) -> None:
    engine = TextEngine(model)
    engine.start(job("a", form="ballad", tokens=60))
    done = finished(engine)["a"]
    assert done.output_tokens <= 60
    assert done.outputs[0].meta["stopped"] in ("limit", "end")
    assert done.outputs[0].data.decode().strip()


def test_without_temperature_every_seed_gives_the_same(model: LoadedModel) -> None:
    engine = TextEngine(model)
    for seed in (1, 2):
        engine.start(job(str(seed), seed=seed, temperature=0.0, tokens=10))
    done = finished(engine)
    assert done["1"].outputs[0].data == done["2"].outputs[0].data


def test_a_cancelled_row_is_not_heard_of_again(model: LoadedModel) -> None:
    engine = TextEngine(model)
    engine.start(job("a", tokens=50))
    engine.start(job("b", tokens=3))
    engine.step()
    engine.cancel("a")
    engine.cancel("nobody")
    assert set(finished(engine)) == {"b"}


@pytest.mark.parametrize(
    ("wish", "kind", "said"),
    [
        (job("a", tokens=8192), "too_long", "room for 8192"),
        (job("a", form="epic"), "invalid", "epic"),
        (replace(job("a"), sampling=Sampling(n=16, max_tokens=900)), "too_long", "16 samples"),
    ],
)
def test_what_it_can_never_do_is_one_sentence(model: LoadedModel, wish, kind: str, said: str) -> None:
    with pytest.raises(RefusedError, match=said) as caught:
        TextEngine(model).cost(wish)
    assert caught.value.kind == kind


def test_it_says_what_it_is(model: LoadedModel) -> None:
    stats = TextEngine(model).stats()
    assert stats["model"] == "SmolLM2-135M-Instruct"
    assert stats["dtype"] in ("bfloat16", "float32")
    assert stats["threads"] == 1


def test_samples_of_one_prompt_are_parts_and_the_prompt_is_read_once(
    model: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = TextEngine(model)
    wish = job("a", tokens=12)
    wish = replace(wish, sampling=replace(wish.sampling, n=3, temperature=1.5))
    assert engine.cost(wish).output_tokens == 36
    read = 0
    reads = engine._network.read

    def counted(parts: Sequence[tuple[Seat, Sequence[int]]], select: Select) -> Tensor:
        nonlocal read
        read += sum(len(tokens) for _, tokens in parts)
        return reads(parts, select)

    monkeypatch.setattr(engine._network, "read", counted)
    engine.start(wish)
    spent = 0
    done: list[Finished] = []
    while engine.stats()["running"]:
        for found in engine.step():
            if isinstance(found, Grew):
                spent += found.tokens
            elif isinstance(found, Finished):
                done.append(found)
    (made,) = done
    assert len(made.outputs) == 3
    assert len({output.data for output in made.outputs}) == 3
    assert spent == made.prompt_tokens + made.output_tokens
    assert read == made.prompt_tokens


def test_a_sample_among_others_is_what_its_seed_alone_comes_to(model: LoadedModel) -> None:
    wish = job("a", tokens=12)
    wish = replace(wish, sampling=replace(wish.sampling, n=3, temperature=1.5))
    engine = TextEngine(model, reproducible=True)
    engine.start(wish)
    among = [output.data for output in finished(engine)["a"].outputs]
    alone = []
    for part in range(3):
        one = replace(wish, id="b", seed=wish.seed + part, sampling=replace(wish.sampling, n=1))
        engine.start(one)
        alone.append(finished(engine)["b"].outputs[0].data)
    assert among == alone


def test_a_piece_ends_before_a_stop_text(model: LoadedModel) -> None:
    engine = TextEngine(model, reproducible=True)
    engine.start(job("a", tokens=40, temperature=0.0))
    whole = text(finished(engine)["a"])
    word = whole.split()[3]
    wish = job("b", tokens=40, temperature=0.0)
    engine.start(replace(wish, sampling=replace(wish.sampling, stop=("nowhere", word))))
    done = finished(engine)["b"]
    assert done.outputs[0].meta["stopped"] == "stop"
    assert text(done) == whole[: whole.index(word)].rstrip()


class Only:
    """A constraint: nothing but these ids."""

    def __init__(self, ids: list[int]) -> None:
        self.ids = torch.tensor(ids)
        self.seen: list[int] = []

    def allowed(self) -> torch.Tensor:
        return self.ids

    def took(self, token: int) -> None:
        self.seen.append(token)


def test_a_constraint_holds_its_row_and_no_other(model: LoadedModel) -> None:
    held: list[Only] = []

    def make(_: Job, chat: Chat) -> Only:
        held.append(Only(chat.of_text(" rain snow wind")))
        return held[-1]

    engine = TextEngine(model, constraints={"haiku": make})
    assert engine.stats()["constraints"] == ["haiku"]
    engine.start(job("held", form="haiku", tokens=10))
    engine.start(job("free", form="couplet", tokens=10))
    done = finished(engine)
    assert set(held[0].seen) <= set(held[0].ids.tolist())
    assert any(word in text(done["held"]) for word in ("rain", "snow", "wind"))
    assert len(held[0].seen) == done["held"].output_tokens
    assert not set(text(done["free"]).split()) <= {"rain", "snow", "wind"}


@pytest.mark.parametrize("theme", ["rain", "x" * 900])
def test_greedy_text_is_that_of_generate(exact: LoadedModel, theme: str) -> None:
    """The same tokens as transformers' own `generate`, in float32."""
    engine = TextEngine(exact)
    wishes = [
        replace(job(str(n), theme=f"{theme} {n}", form=form, tokens=30, temperature=0.0))
        for n, form in enumerate(["free verse", "haiku", "short story"])
    ]
    wishes = [replace(wish, sampling=replace(wish.sampling, repetition_penalty=1.0)) for wish in wishes]
    for wish in wishes:
        engine.start(wish)
    rows = {row.job.id: row for row in engine._rows}
    finished(engine)
    for wish in wishes:
        row = rows[wish.id]
        ids = torch.tensor([row.prompt])
        made = exact.network.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=len(row.made),
            do_sample=False,
            pad_token_id=0,
        )
        assert made[0, ids.shape[1] :].tolist() == row.made


def test_what_begins_alike_is_read_once(model: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    original = Decoder.read

    def counted(self: Decoder, parts: Any, select: Any) -> torch.Tensor:
        read.extend(len(tokens) for _, tokens in parts)
        return original(self, parts, select)

    monkeypatch.setattr(Decoder, "read", counted)
    engine = TextEngine(model)
    for name, theme in (("a", "rain"), ("b", "rain"), ("c", "a long winter in the north")):
        engine.start(job(name, theme=theme, tokens=3))
        finished(engine)
    assert read[1] == 1
    assert 1 < read[2] < read[0]
