"""Prompts that begin alike: found by their longest beginning, by adapter, within a bound."""

from __future__ import annotations

import torch

from generation.lm.prefixes import Prefixes


def held(length: int, mark: float) -> torch.Tensor:
    return torch.full((2, 1, 1, length, 1), mark)


def test_the_longest_beginning_is_found_and_the_last_token_is_always_read() -> None:
    kept = Prefixes()
    kept.keep(None, range(20), held(20, 1.0))
    kept.keep(None, [*range(12), 99, 98], held(14, 2.0))
    found = kept.longest(None, [*range(15), 50])
    assert found is not None
    assert (found.shape[3], float(found[0, 0, 0, 0, 0])) == (15, 1.0)
    same = kept.longest(None, list(range(20)))
    assert same is not None
    assert same.shape[3] == 19


def test_what_an_adapter_read_is_of_no_use_to_another() -> None:
    kept = Prefixes()
    kept.keep("a", range(20), held(20, 1.0))
    assert kept.longest(None, list(range(20))) is None
    assert kept.longest("b", list(range(20))) is None
    assert kept.longest("a", list(range(20))) is not None


def test_too_little_is_not_worth_copying() -> None:
    kept = Prefixes()
    kept.keep(None, range(20), held(20, 1.0))
    assert kept.longest(None, [0, 1, 2, 3, 77, 78, 79, 80, 81]) is None


def test_the_oldest_goes_when_there_are_too_many_tokens() -> None:
    kept = Prefixes(tokens=50)
    for n in range(2):
        kept.keep(None, range(100 * n, 100 * n + 20), held(20, float(n)))
    assert kept.longest(None, list(range(20))) is not None  # which makes the second the oldest
    kept.keep(None, range(200, 220), held(20, 2.0))
    assert kept.longest(None, list(range(100, 120))) is None
    assert kept.longest(None, list(range(20))) is not None
    assert kept.longest(None, list(range(200, 220))) is not None
    kept.keep(None, range(1000, 1090), held(90, 9.0))
    assert kept.longest(None, list(range(1000, 1090))) is None
    kept.clear()
    assert kept.longest(None, list(range(20))) is None
