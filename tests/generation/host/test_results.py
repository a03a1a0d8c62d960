"""Results: kept until freed, within bounds, shared bytes kept once."""

from __future__ import annotations

import hashlib

import pytest

from generation.host.engine import Output
from generation.host.results import Results
from generation.wire.errors import UnknownJob

RAIN = Output("text/plain", b"rain")


def test_bytes_that_two_jobs_share_stay_until_both_are_freed() -> None:
    results = Results()
    (digest,) = results.keep("a", [RAIN], 0.0)
    assert results.keep("b", [RAIN], 0.0) == (digest,)
    assert digest == hashlib.sha256(b"rain").hexdigest()
    assert results.size == 4
    results.free("a")
    assert results.artifact(digest) == ("text/plain", b"rain")
    results.free("b")
    assert (results.size, len(results)) == (0, 0)
    with pytest.raises(UnknownJob):
        results.artifact(digest)


def test_the_oldest_goes_first_by_age_by_number_and_by_size() -> None:
    results = Results(jobs_limit=2, bytes_limit=10, age_limit_s=100.0)
    results.keep("old", [], 0.0)
    results.keep("new", [], 50.0)
    assert results.too_many(99.0) is None
    assert results.too_many(101.0) == "old"
    results.keep("newer", [Output("text/plain", b"x")], 60.0)
    assert results.too_many(70.0) == "old"
    results.free("old")
    assert results.too_many(70.0) is None
    results.keep("large", [Output("text/plain", b"y" * 11)], 61.0)
    results.free("new")
    assert results.too_many(70.0) == "newer"
