"""The text engine by hand, without a host around it."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch
from peft import LoraConfig

from generation.adapters import write
from generation.host.engine import Broken, Finished, Grew, RefusedError
from generation.lm.decoder import Decoder
from generation.lm.engine import TextEngine
from generation.wire.jobs import Sampling
from tests.generation.stand import job

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from generation.lm.chat import Chat
    from generation.lm.load import LoadedModel
    from generation.wire.jobs import Job

pytestmark = pytest.mark.slow


def made_alone(model: LoadedModel, wish: Job) -> Finished:
    engine = TextEngine(model)
    engine.start(wish)
    return finished(engine)[wish.id]


def finished(engine: TextEngine) -> dict[str, Finished]:
    """Step until every row is done."""
    done: dict[str, Finished] = {}
    while engine.stats()["running"]:
        done |= {found.job_id: found for found in engine.step() if isinstance(found, Finished)}
    return done


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


@pytest.fixture(scope="module")
def adapters(model: LoadedModel, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Three random adapters on the disk, strong enough to be seen."""
    root = tmp_path_factory.mktemp("adapters")
    return root, [strong_adapter(root, model, seed) for seed in range(3)]


def strong_adapter(root: Path, model: LoadedModel, seed: int) -> str:
    generator = torch.Generator().manual_seed(seed)
    names = [name for name in model.base.modules if name.endswith(("q_proj", "down_proj"))]
    tensors = {}
    for name in names:
        out, width = model.base.modules[name]
        tensors[f"base_model.model.{name}.lora_A.weight"] = torch.randn(4, width, generator=generator) * 0.09
        tensors[f"base_model.model.{name}.lora_B.weight"] = torch.randn(out, 4, generator=generator) * 0.09
    config = LoraConfig(
        r=4, lora_alpha=8, target_modules=["q_proj", "down_proj"], task_type="CAUSAL_LM"
    ).to_dict()
    return write(root, config, tensors, base=model.base, manifest={})


def with_adapter(name: str, digest: str, **terms: Any) -> Job:
    made = job(name, tokens=8, temperature=0.0)
    return replace(made, adapter=digest, terms=replace(made.terms, **terms))


def text(found: Finished) -> str:
    return found.outputs[0].data.decode()


def test_rows_with_different_adapters_run_together_and_say_which(
    model: LoadedModel, adapters: tuple[Path, list[str]]
) -> None:
    root, digests = adapters
    alone = {}
    for digest in (None, *digests):
        engine = TextEngine(model, adapters=root, reproducible=True)
        engine.start(job("x", tokens=8, temperature=0.0) if digest is None else with_adapter("x", digest))
        alone[digest] = text(finished(engine)["x"])
    assert len(set(alone.values())) == 4
    engine = TextEngine(model, adapters=root)
    engine.start(job("base", tokens=8, temperature=0.0))
    for digest in digests:
        engine.start(with_adapter(digest[:8], digest))
    done = finished(engine)
    assert {name: found.adapter for name, found in done.items()} == {
        "base": None, **{digest[:8]: digest for digest in digests},
    }  # fmt: skip
    for digest in digests:
        assert text(done[digest[:8]])[:5] == alone[digest][:5]
    assert sorted(engine.stats()["adapters"]) == sorted(digests)


def test_a_row_goes_on_while_an_adapter_is_loaded_for_another(
    model: LoadedModel, adapters: tuple[Path, list[str]]
) -> None:
    root, digests = adapters
    engine = TextEngine(model, adapters=root)
    engine.start(job("base", tokens=40))
    while not any(found.job_id == "base" for found in engine.step()):
        pass
    engine.start(with_adapter("late", digests[0]))
    grown: list[set[str]] = []
    while not grown or "late" not in grown[-1]:
        grown.append({found.job_id for found in engine.step()})
    assert {"base"} in grown
    assert all(names == {"base"} for names in grown[:-1] if names)  # half a step tells nothing
    assert finished(engine)["late"].adapter == digests[0]


def test_several_rows_with_one_bad_adapter_are_told_alike(model: LoadedModel, tmp_path: Path) -> None:
    engine = TextEngine(model, adapters=tmp_path)
    for name in "ab":
        wish = with_adapter(name, "0" * 64)
        engine.start(replace(wish, sampling=replace(wish.sampling, n=3)))
    engine.start(with_adapter("c", "0" * 64, when_adapter_is_bad="fail"))
    engine.start(job("base", tokens=6))
    broken: list[str] = []
    done: list[Finished] = []
    while engine.stats()["running"]:
        for found in engine.step():
            if isinstance(found, Broken):
                broken.append(found.job_id)
            elif isinstance(found, Finished):
                done.append(found)
    assert broken == ["c"]
    assert sorted(found.job_id for found in done) == ["a", "b", "base"]
    assert all("note" in output.meta for found in done if found.job_id in "ab" for output in found.outputs)


@pytest.mark.parametrize("together", [True, False])
def test_a_vanished_adapter_is_told_and_the_base_model_answers(
    model: LoadedModel, tmp_path: Path, *, together: bool
) -> None:
    engine = TextEngine(model, adapters=tmp_path, reproducible=not together)
    engine.start(with_adapter("a", "0" * 64))
    done = finished(engine)["a"]
    assert done.adapter is None
    assert "cannot be used" in done.outputs[0].meta["note"]
    assert text(done)


def test_a_vanished_adapter_fails_the_job_whose_terms_say_so(model: LoadedModel, tmp_path: Path) -> None:
    engine = TextEngine(model, adapters=tmp_path)
    engine.start(with_adapter("a", "0" * 64, when_adapter_is_bad="fail"))
    engine.start(job("b", tokens=3))
    broken: list[Broken] = []
    while engine.stats()["running"]:
        broken += [found for found in engine.step() if isinstance(found, Broken)]
    assert [(found.job_id, found.kind) for found in broken] == [("a", "adapter")]


def test_samples_of_one_prompt_are_parts_and_the_prompt_is_read_once(model: LoadedModel) -> None:
    engine = TextEngine(model)
    wish = job("a", tokens=12)
    wish = replace(wish, sampling=replace(wish.sampling, n=3, temperature=1.5))
    assert engine.cost(wish).output_tokens == 36
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
    first = job("b", tokens=12, temperature=1.5)
    engine = TextEngine(model, reproducible=True)
    engine.start(first)
    assert finished(engine)["b"].outputs[0].data


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


def test_where_memory_is_short_the_batch_shrinks_and_every_job_is_made(
    model: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = TextEngine(model, room=4)
    wishes = [job(str(n), theme=f"theme {n}", tokens=14, temperature=0.0) for n in range(4)]
    alone = {wish.id: text(made_alone(model, wish)) for wish in wishes}
    for wish in wishes:
        engine.start(wish)
    for _ in range(14):
        engine.step()
    writing, failures = Decoder.writing, iter([torch.OutOfMemoryError("no"), MemoryError()])

    def short(self: Decoder, *given: Any) -> Generator[None, None, torch.Tensor]:
        if (error := next(failures, None)) is not None:
            raise error
        return (yield from writing(self, *given))

    monkeypatch.setattr(Decoder, "writing", short)
    engine.step()
    assert engine.stats()["room"] == 2
    assert not engine.fits(job("more"))
    done = finished(engine)
    assert set(done) == {"0", "1", "2", "3"}
    assert (
        sum(text(found)[:12] == alone[name][:12] for name, found in done.items()) >= 3
    )  # bfloat16 may part one
    assert engine.fits(job("more"))
    assert engine.stats()["room"] == 4


def test_one_that_is_alone_and_still_too_large_fails_alone(
    model: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = TextEngine(model)
    engine.start(job("a"))
    with monkeypatch.context() as patched:
        patched.setattr(
            Decoder, "read", lambda *_: (_ for _ in ()).throw(RuntimeError("can't allocate memory"))
        )
        (broken,) = engine.step()
    assert isinstance(broken, Broken)
    assert broken.kind == "memory"
    engine.start(job("b", tokens=3))
    assert set(finished(engine)) == {"b"}


@pytest.mark.parametrize("theme", ["rain", "x" * 900])
def test_greedy_text_is_that_of_generate(model: LoadedModel, theme: str) -> None:
    """The same tokens as transformers' own `generate`, in float32."""
    network = copy.deepcopy(model.network).float()
    engine = TextEngine(replace(model, network=network, dtype=torch.float32))
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
        made = network.generate(
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


def test_a_row_whose_numbers_run_away_fails_alone_and_leaves_nothing(model: LoadedModel) -> None:
    engine = TextEngine(model)
    wish = job("a", tokens=8, temperature=0.0)
    engine.start(replace(wish, sampling=replace(wish.sampling, n=2)))
    engine.start(job("b", tokens=8, temperature=0.0))
    while {(found.job_id, found.part) for found in engine.step() if isinstance(found, Grew)} < {
        ("a", 0), ("a", 1), ("b", 0),
    }:  # fmt: skip
        pass
    for row in engine._rows:
        if row.job.id == "a" and row.seat is not None:
            engine._network.cache.data[:, :, row.seat.slot, :, :4] = torch.nan
    broken = [found for _ in range(2) for found in engine.step() if isinstance(found, Broken)]
    assert [found.job_id for found in broken] == ["a"]  # once, with two samples that ran away
    engine.start(job("c", tokens=8, temperature=0.0))
    done = finished(engine)
    assert text(done["b"]) == text(done["c"])


def test_a_poem_that_comes_is_read_between_the_halves_of_a_step(model: LoadedModel) -> None:
    engine = TextEngine(model, reproducible=False)
    alone = TextEngine(model)
    for one in (engine, alone):
        one.start(job("long", tokens=30, temperature=0.0))
    while not engine.step():
        pass
    assert engine.step() == []  # the first half
    engine.start(job("poem", theme="snow", tokens=4))
    assert {found.job_id for found in engine.step()} == {"poem"}
    engine.start(job("gone", theme="wind", tokens=4))
    engine.step()
    engine.cancel("gone")
    assert text(finished(engine)["long"])[:8] == text(finished(alone)["long"])[:8]


def test_one_that_leaves_between_the_halves_takes_nothing_of_the_others_along(model: LoadedModel) -> None:
    engine = TextEngine(model, room=2)
    for name in "ab":
        engine.start(job(name, theme=name, tokens=12, temperature=0.0))
    while len({found.job_id for found in engine.step()}) < 2:
        pass
    assert engine.step() == []
    engine.cancel("a")
    engine.start(job("c", theme="c", tokens=12, temperature=0.0))
    done = finished(engine)
    alone = TextEngine(model)
    for name in "bc":
        alone.start(job(name, theme=name, tokens=12, temperature=0.0))
        assert text(finished(alone)[name])[:8] == text(done[name])[:8]
