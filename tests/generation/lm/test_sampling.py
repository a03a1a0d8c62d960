"""Drawing a token: each knob does what it says, and the seed decides."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from generation.lm.sampling import draw
from generation.wire.jobs import Sampling

LOGITS = torch.tensor([4.0, 3.0, 2.0, 1.0, 0.0, -9.0])
PLAIN = Sampling(temperature=1.0, top_p=1.0, top_k=0, min_p=0.0, repetition_penalty=1.0)


def drawn(how: Sampling, times: int = 400, made: list[int] | None = None) -> dict[int, float]:
    generator = torch.Generator().manual_seed(1)
    counted: dict[int, float] = {}
    for _ in range(times):
        token = draw(LOGITS, made or [], how, generator)
        counted[token] = counted.get(token, 0.0) + 1 / times
    return counted


def but(**knobs: float) -> Sampling:
    return Sampling(**{**{name: getattr(PLAIN, name) for name in PLAIN.__slots__}, **knobs})  # type: ignore[arg-type]


def test_without_temperature_the_likeliest_is_taken() -> None:
    assert drawn(but(temperature=0.0), 3) == {0: pytest.approx(1.0)}


def test_plain_draws_follow_the_softmax() -> None:
    shares = drawn(PLAIN, 4000)
    for token, share in enumerate(LOGITS.softmax(-1).tolist()):
        assert shares.get(token, 0.0) == pytest.approx(share, abs=0.03)


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


def test_a_seed_decides_alone() -> None:
    def line(seed: int) -> list[int]:
        generator = torch.Generator().manual_seed(seed)
        return [draw(LOGITS, [], PLAIN, generator) for _ in range(30)]

    torch.manual_seed(5)
    first = line(3)
    torch.manual_seed(6)
    assert line(3) == first
    assert line(4) != first


@given(
    st.lists(st.floats(-20, 20, width=32), min_size=1, max_size=30), st.floats(0.0, 5.0), st.floats(0.01, 1.0),
    st.integers(0, 40), st.floats(0.0, 0.99), st.floats(0.1, 10.0), st.integers(0, 2**31 - 1),
)  # fmt: skip
def test_whatever_the_knobs_a_token_comes_out(
    logits: list[float], temperature: float, top_p: float, top_k: int, min_p: float, penalty: float, seed: int
) -> None:
    how = Sampling(temperature, top_p, top_k, min_p, penalty)
    token = draw(torch.tensor(logits), [0], how, torch.Generator().manual_seed(seed))
    assert 0 <= token < len(logits)
