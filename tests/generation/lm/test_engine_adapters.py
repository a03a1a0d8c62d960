"""Rows with adapters in one batch: each computed with its own, whatever comes of the others'."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
import torch
from peft import LoraConfig

from generation.adapters import write
from generation.host.engine import Broken, Finished
from generation.lm import memory
from generation.lm.decoder import Decoder
from generation.lm.engine import TextEngine
from generation.lm.residency import MOST
from generation.wire.jobs import BASE
from tests.generation.lm.stepping import finished, text
from tests.generation.stand import job

if TYPE_CHECKING:
    from pathlib import Path

    from generation.lm.load import LoadedModel
    from generation.wire.jobs import Job

pytestmark = pytest.mark.slow


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


def with_adapter(name: str, digest: str, *, tokens: int = 8, **terms: Any) -> Job:
    made = job(name, tokens=tokens, temperature=0.0)
    return replace(made, adapter=digest, terms=replace(made.terms, **terms))


def test_rows_with_different_adapters_run_together_and_say_which(
    exact: LoadedModel, adapters: tuple[Path, list[str]]
) -> None:
    root, digests = adapters
    alone = {}
    for digest in (None, *digests):
        engine = TextEngine(exact, adapters=root, reproducible=True)
        engine.start(job("x", tokens=8, temperature=0.0) if digest is None else with_adapter("x", digest))
        alone[digest] = text(finished(engine)["x"])
    assert len(set(alone.values())) == 4
    engine = TextEngine(exact, adapters=root)
    for digest in digests:  # read before, so that nobody is through before another's adapter is there
        engine.start(with_adapter("before", digest))
        finished(engine)
    engine.start(job("base", tokens=8, temperature=0.0))
    for digest in digests:
        engine.start(with_adapter(digest[:8], digest))
    done = finished(engine)
    assert {name: found.adapter for name, found in done.items()} == {
        "base": None, **{digest[:8]: digest for digest in digests},
    }  # fmt: skip
    assert text(done["base"]) == alone[None]
    for digest in digests:
        assert text(done[digest[:8]]) == alone[digest]
    assert sorted(engine.stats()["adapters"]) == sorted(digests)


def test_one_adapter_alone_is_merged_until_others_come_and_each_writes_what_it_would_alone(
    exact: LoadedModel, adapters: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, (one, two, _) = adapters
    alone = {}
    for digest in (None, one, two):
        engine = TextEngine(exact, adapters=root, reproducible=True)
        engine.start(job("x", tokens=8, temperature=0.0) if digest is None else with_adapter("x", digest))
        alone[digest] = text(finished(engine)["x"])
    engine = TextEngine(exact, adapters=root)
    adapting = engine._adapting
    assert adapting is not None
    assert adapting._residency._matrices is None  # in float32 what is added is not rounded
    adapting._residency._matrices = engine._network.matrices
    monkeypatch.setattr(memory, "free", lambda: 2**34)
    for _ in range(2):  # the second time from weights of its own
        engine.start(with_adapter("x", one))
        assert text(finished(engine)["x"]) == alone[one]
        assert adapting._residency._merged is not None
        adapting._residency._merged[1].result(30.0)
    assert adapting._merged is not None
    engine.start(with_adapter("long", one, tokens=40))
    while not engine._rows[0].made:
        engine.step()
    assert engine.stats()["adapters"] == [one]
    engine.start(job("base", tokens=8, temperature=0.0))
    engine.start(with_adapter("two", two))
    progress, mixed = [], False
    while engine._rows:
        progress += engine.step()
        mixed |= adapting._merged is None
    done = {one.job_id: one for one in progress if isinstance(one, Finished)}
    assert mixed
    assert text(done["long"]).startswith(alone[one])
    assert (text(done["base"]), text(done["two"])) == (alone[None], alone[two])


@pytest.mark.parametrize(("numbers", "how", "merges"), [
    (torch.bfloat16, {}, True), (torch.bfloat16, {"merging": False}, False), (torch.bfloat16, {"reproducible": True}, False),
    (torch.float32, {}, False),
])  # fmt: skip
def test_adapters_are_merged_in_bfloat16_where_rows_share_steps(
    model: LoadedModel, tmp_path: Path, numbers: torch.dtype, how: dict[str, bool], merges: bool
) -> None:
    with patch.object(Decoder, "dtype", property(lambda _: numbers, lambda *_: None), create=True):
        engine = TextEngine(model, adapters=tmp_path, **how)
    assert engine._adapting is not None
    assert (engine._adapting._residency._matrices is not None) is merges


def test_a_job_that_names_no_adapter_is_made_with_the_starter_of_its_form_and_base_asks_for_none(
    model: LoadedModel, adapters: tuple[Path, list[str]]
) -> None:
    root, digests = adapters
    asked: list[tuple[str, str]] = []

    def starter(base: str, form: str) -> str | None:
        asked.append((base, form))
        return digests[0] if form == "haiku" else None

    engine = TextEngine(model, adapters=root, starter=starter)
    engine.start(job("starter", form="haiku", tokens=4))
    engine.start(job("none", form="couplet", tokens=4))
    engine.start(replace(job("bare", form="haiku", tokens=4), adapter=BASE))
    engine.start(replace(job("named", form="haiku", tokens=4), adapter=digests[1]))
    done = finished(engine)
    assert {name: found.adapter for name, found in done.items()} == {
        "starter": digests[0], "none": None, "bare": None, "named": digests[1],
    }  # fmt: skip
    assert set(asked) == {(model.base.digest, "haiku"), (model.base.digest, "couplet")}


def test_a_damaged_starter_is_told_and_fails_nobody_as_nobody_asked_for_it(
    model: LoadedModel, tmp_path: Path
) -> None:
    engine = TextEngine(model, adapters=tmp_path, starter=lambda _base, _form: "0" * 64)
    wish = job("a", tokens=4)
    engine.start(replace(wish, terms=replace(wish.terms, when_adapter_is_bad="fail")))
    done = finished(engine)["a"]
    assert done.adapter is None
    assert "cannot be used" in done.outputs[0].meta["note"]


@pytest.mark.parametrize("together", [True, False])
def test_in_the_place_of_a_bad_adapter_the_starter_writes_what_is_searched_and_what_is_not(
    model: LoadedModel, adapters: tuple[Path, list[str]], *, together: bool
) -> None:
    root, digests = adapters
    engine = TextEngine(
        model, adapters=root, starter=lambda _base, _form: digests[0], reproducible=not together
    )
    engine.start(with_adapter("free", "0" * 64))
    engine.start(replace(job("searched", form="haiku", tokens=4), adapter="0" * 64))
    engine.start(replace(job("beside", form="couplet", tokens=4), adapter=digests[1]))
    done = finished(engine)
    assert {name: found.adapter for name, found in done.items()} == {
        "free": digests[0], "searched": digests[0], "beside": digests[1],
    }  # fmt: skip
    for name in ("free", "searched"):
        assert "cannot be used" in done[name].outputs[0].meta["note"]
    assert "note" not in done["beside"].outputs[0].meta


def test_where_the_starter_is_bad_too_the_base_writes(model: LoadedModel, tmp_path: Path) -> None:
    engine = TextEngine(model, adapters=tmp_path, starter=lambda _base, _form: "1" * 64)
    engine.start(with_adapter("a", "0" * 64))
    assert engine._adapting is not None
    with patch.object(engine._adapting, "want", wraps=engine._adapting.want) as want:
        done = finished(engine)["a"]
    want.assert_called_once_with("1" * 64)
    assert done.adapter is None
    assert "000000000000" in done.outputs[0].meta["note"], "why what was asked for was not used"
    assert text(done)


def test_no_starter_is_used_where_no_adapters_are_served(model: LoadedModel) -> None:
    engine = TextEngine(model, starter=lambda _base, _form: "0" * 64)
    engine.start(job("a", tokens=4))
    assert finished(engine)["a"].adapter is None


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


def test_no_more_different_adapters_are_let_in_than_one_stack_may_have(
    model: LoadedModel, tmp_path: Path
) -> None:
    engine = TextEngine(model, room=MOST + 4, adapters=tmp_path)
    for n in range(MOST):
        assert engine.fits(with_adapter(str(n), f"{n:064x}"))
        engine.start(with_adapter(str(n), f"{n:064x}"))
    assert not engine.fits(with_adapter("another", "f" * 64))
    assert engine.fits(with_adapter("known", f"{3:064x}"))
    assert engine.fits(job("base"))
