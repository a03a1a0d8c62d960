"""The text engine by hand, without a host around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from generation.host.engine import Finished, Grew, RefusedError
from generation.lm.engine import TextEngine
from tests.generation.stand import job

if TYPE_CHECKING:
    from generation.lm.load import LoadedModel

pytestmark = pytest.mark.slow


def finished(engine: TextEngine) -> dict[str, Finished]:
    """Step until every row is done."""
    done: dict[str, Finished] = {}
    while engine.stats()["running"]:
        done |= {found.job_id: found for found in engine.step() if isinstance(found, Finished)}
    return done


def test_a_step_is_one_token_for_each_row_and_reads_in_one_prompt_at_most(model: LoadedModel) -> None:
    engine = TextEngine(model)
    for name in "abc":
        engine.start(job(name, tokens=5))
    assert [{found.job_id for found in engine.step()} for _ in range(3)] == [
        {"a"},
        {"a", "b"},
        {"a", "b", "c"},
    ]
    assert not engine.fits(job("d")) or engine.stats()["running"] < engine.stats()["room"]


def test_the_first_growth_accounts_for_the_prompt(model: LoadedModel) -> None:
    engine = TextEngine(model)
    wish = job("a", tokens=3)
    engine.start(wish)
    spent = [found.tokens for _ in range(3) for found in engine.step() if isinstance(found, Grew)]
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
