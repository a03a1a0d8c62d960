"""Rate limits by the clock, of which no client is told longer than the window that it waits for."""

from __future__ import annotations

import random

import pytest

from sandbox.ratelimits import EMOJIS_MADE, Limit, RateLimits, whole_seconds


def test_whoever_is_refused_at_once_waits_no_longer_than_the_window_is_whatever_the_clock_says() -> None:
    chance = random.Random(1)  # began + 3600 - began is more than 3600 at a third of all clocks
    for at in (chance.uniform(1.0, 1e5) for _ in range(500)):
        limits = RateLimits(lambda at=at: at, lambda: 0.0)
        hourly = Limit(EMOJIS_MADE.name, 0, EMOJIS_MADE.per_s)
        assert limits.take(hourly, "", global_limit=None).retry_after == 3600.0
        assert limits.take(None, "", global_limit=0).retry_after == 1.0


@pytest.mark.parametrize(
    ("wait", "header"), [(3600.0, 3600), (3599.9996, 3600), (0.25, 1), (0.0, 1), (1.001, 2)]
)
def test_a_header_has_whole_seconds_rounded_up_and_no_more(wait: float, header: int) -> None:
    assert whole_seconds(round(wait, 3)) == header
