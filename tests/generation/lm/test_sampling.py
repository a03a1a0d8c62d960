"""Drawing a token: each knob does what it says, and the seed decides."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.lm.sampling import KEYS, Draw, draw
from generation.wire.jobs import Sampling

LOGITS = torch.tensor([4.0, 3.0, 2.0, 1.0, 0.0, -9.0])
PLAIN = Sampling(temperature=1.0, top_p=1.0, top_k=0, min_p=0.0, repetition_penalty=1.0)


def keys(count: int, seed: int = 1) -> list[int]:
    found: list[int] = torch.randint(
        0, KEYS, (count,), generator=torch.Generator().manual_seed(seed)
    ).tolist()
    return found


def drawn(how: Sampling, times: int = 400, made: list[int] | None = None) -> dict[int, float]:
    """How often each token came, drawn in one batch with a key for each."""
    rows = [Draw(how, made or [], key) for key in keys(times)]
    counted: dict[int, float] = {}
    for token in draw(LOGITS.expand(times, -1), rows):
        counted[token] = counted.get(token, 0.0) + 1 / times
    return counted


def but(**knobs: float) -> Sampling:
    return Sampling(**{**{name: getattr(PLAIN, name) for name in PLAIN.__slots__}, **knobs})  # type: ignore[arg-type]


def test_without_temperature_the_likeliest_is_taken() -> None:
    assert drawn(but(temperature=0.0), 3) == {0: pytest.approx(1.0)}


def test_plain_draws_follow_the_softmax() -> None:
    shares = drawn(PLAIN, 4000)
    for token, share in enumerate(LOGITS.softmax(-1).tolist()):
        assert shares.get(token, 0.0) == pytest.approx(share, abs=0.025)


def test_top_k_keeps_so_many() -> None:
    assert set(drawn(but(top_k=2))) == {0, 1}
    assert set(drawn(but(top_k=100))) >= {0, 1, 2, 3}


def test_min_p_keeps_what_is_so_likely_beside_the_likeliest() -> None:
    assert set(drawn(but(min_p=0.3))) == {0, 1}  # e^-1 = .37, e^-2 = .14


def test_top_p_keeps_the_one_that_crosses_the_bound() -> None:
    assert set(drawn(but(top_p=0.5))) == {0}  # .64 alone
    assert set(drawn(but(top_p=0.7))) == {0, 1}


def test_what_was_written_becomes_less_likely() -> None:
    assert drawn(but(temperature=0.0, repetition_penalty=2.0), 1, made=[0]) == {1: 1.0}
    assert drawn(but(repetition_penalty=10.0), made=[0])[0] < 0.2
    assert LOGITS[0] == 4.0


@settings(deadline=None)
@given(st.data())
def test_a_row_gets_the_same_whoever_else_is_in_the_batch(data: st.DataObject) -> None:
    knobs = st.builds(
        Sampling, st.sampled_from([0.0, 0.7, 1.5]), st.sampled_from([0.5, 0.95, 1.0]), st.sampled_from([0, 3, 300]),
        st.sampled_from([0.0, 0.02, 0.4]), st.sampled_from([1.0, 1.3]),
    )  # fmt: skip
    vocabulary, count = 5000, data.draw(st.integers(2, 6))
    generator = torch.Generator().manual_seed(data.draw(st.integers(0, 999)))
    logits = torch.randn(count, vocabulary, generator=generator) * data.draw(st.sampled_from([0.1, 1.0, 6.0]))
    rows = [
        Draw(
            data.draw(knobs), torch.randint(0, vocabulary, (20,), generator=generator).tolist(),
            int(torch.randint(0, KEYS, (), generator=generator)),
            data.draw(st.sampled_from([None, torch.tensor([7]), torch.arange(0, 5000, 3)])),
        )
        for _ in range(count)
    ]  # fmt: skip
    together = draw(logits, rows)
    assert together == [draw(logits[n : n + 1], [row])[0] for n, row in enumerate(rows)]
    for row, token in zip(rows, together, strict=True):
        assert row.allowed is None or token in row.allowed


def test_a_little_rounding_seldom_changes_what_is_drawn() -> None:
    logits = torch.randn(400, 50, generator=torch.Generator().manual_seed(2)) * 2
    rows = [Draw(PLAIN, [], key) for key in keys(400)]
    rounded = draw(logits.bfloat16(), rows)
    assert sum(a != b for a, b in zip(draw(logits, rows), rounded, strict=True)) < 8


def test_where_thousands_may_come_next_they_do() -> None:
    """More candidates than are looked at first: a flat row, beside one that is sure."""
    flat, sure = torch.zeros(9000), torch.zeros(9000)
    sure[11] = 30.0
    rows = [Draw(PLAIN, [], key) for key in keys(3)]
    found = draw(torch.stack([flat, sure, flat]), rows)
    assert found[1] == 11
    spread = draw(flat.expand(300, -1), [Draw(PLAIN, [], key) for key in keys(300)])
    assert len(set(spread)) > 280  # of 9,000, as chance has it


@given(
    st.lists(st.floats(-20, 20, width=32), min_size=1, max_size=30), st.floats(0.0, 5.0), st.floats(0.01, 1.0),
    st.integers(0, 40), st.floats(0.0, 0.99), st.floats(0.1, 10.0), st.integers(0, 2**31 - 1),
)  # fmt: skip
def test_whatever_the_knobs_a_token_comes_out(
    logits: list[float], temperature: float, top_p: float, top_k: int, min_p: float, penalty: float, seed: int
) -> None:
    how = Sampling(temperature, top_p, top_k, min_p, penalty)
    (token,) = draw(torch.tensor([logits]), [Draw(how, [0], seed)])
    assert 0 <= token < len(logits)
