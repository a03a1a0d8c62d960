"""Seconds to a finished piece, one at a time on an engine that does nothing else, and sixteen haiku at once.

Nothing of it is kept from run to run: how long a piece took when the machine was busy says nothing.
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, Any

from bench.forms.briefs import asked
from bench.forms.making import job, made

if TYPE_CHECKING:
    from generation.host.engine import Engine

TIMED = {"haiku": 20, "limerick": 12, "sonnet": 7}
AT_ONCE, ROUNDS = 16, 3


def speed(engine: Engine, *, quick: bool) -> dict[str, Any]:
    """Medians and all values, of what a member gets who sets nothing."""
    found: dict[str, Any] = {}
    for name, count in ({"haiku": 1} if quick else TIMED).items():
        pieces = asked(name, count + 1)
        if not quick:  # what is built or read once is so before the clock starts
            made(engine, [job(pieces[-1], "starter")])
        timed = [made(engine, [job(one, "starter")])[0] for one in pieces[:count]]
        found[name] = {
            "median_s": round(statistics.median(one.seconds for one in timed), 3),
            "seconds": [one.seconds for one in timed],
            "first_s": [one.first_s for one in timed],
            "tokens": [one.tokens for one in timed],
            "prompt_tokens": [one.prompt_tokens for one in timed],
        }
    rounds, at_once = (1, 2) if quick else (ROUNDS, AT_ONCE)
    together, alone = [], []
    for turn in range(rounds):
        pieces = asked("haiku", rounds * at_once)[turn * at_once :][:at_once]
        alone.append(
            found["haiku"]["median_s"]
            if quick
            else statistics.median(made(engine, [job(one, "starter")])[0].seconds for one in pieces[:3])
        )
        began = time.perf_counter()
        made(engine, [job(one, "starter") for one in pieces])
        together.append(time.perf_counter() - began)
    ratios = [many / one for many, one in zip(together, alone, strict=True)]
    found["haiku_at_once"] = {
        "haiku": at_once, "together_s": [round(one, 3) for one in together],
        "alone_s": [round(one, 3) for one in alone], "over_one": round(statistics.median(ratios), 3),
    }  # fmt: skip
    return found
