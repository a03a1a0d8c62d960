"""Which jobs are searched for one engine, what they cost, how many particles each may have, and what they are made with."""

from __future__ import annotations

import functools
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

from generation.forms import form_named
from generation.lm.search.piece import Piece
from generation.lm.search.search import Search
from generation.lm.search.taste import Tasting
from generation.lm.search.trie import trie_of
from generation.lm.search.verse import Verse

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from generation.forms.plan import Plan
    from generation.lm.chat import Chat
    from generation.lm.search.rules import Rules
    from generation.wire.jobs import Brief, Job

PARTICLES = 24  # of one search, where there is room
FEWEST = 6
ROWS = 96  # particles of all searches together
MOST = ROWS // FEWEST  # searches at once
# tokens that a particle takes for a line: for each syllable and each line; measured on haiku, limericks and sonnets
PER_SYLLABLE, PER_LINE = 1.1, 2.5
PLANS = 64


class Searching:
    """Makes `Piece`s. The lexicon is made in a thread of its own, from when it is first wanted."""

    def __init__(self, chat: Chat, embedding: Callable[[], Tensor], *, together: bool) -> None:
        """`together`: searches that run at once share the rows; else each has its own, so that it is never made
        otherwise because of who else runs.
        """
        self._chat, self._embedding, self._together = chat, embedding, together
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="lexicon")
        self._tasting: Future[Tasting] | None = None
        self._plans = functools.lru_cache(maxsize=PLANS)(_plan)
        self.running = 0  # searches
        self.room = ROWS  # particles

    @property
    def most(self) -> int:
        """Searches that may run at once."""
        return MOST if self._together else ROWS // PARTICLES

    def plan(self, job: Job) -> Plan | None:
        """What `job` is held to; None where it is written freely, as one whose length is bounded in tokens is.

        Raises:
            InvalidBriefError: its form cannot hold what the brief wants.
        """
        if job.sampling.max_tokens or job.sampling.n > 1:
            return None
        return self._plans(job.text_brief, job.seed)

    def share(self) -> int:
        """The particles that a search may have now."""
        if not self._together:
            return min(PARTICLES, self.room)
        return max(FEWEST, min(PARTICLES, self.room // max(1, self.running)))

    def make_do(self) -> bool:
        """There was not enough memory: half the particles from now on. Whether there are fewer for it."""
        before = self.share()
        self.room = before * max(1, self.running) // 2
        return self.share() < before

    def prepare(self) -> None:
        """Begin to make what every search needs."""
        if self._tasting is None:
            self._tasting = self._worker.submit(self._prepared)

    def ready(self) -> bool:
        """Whether that is made.

        Raises:
            Exception: what kept it from being made.
        """
        self.prepare()
        assert self._tasting is not None
        return self._tasting.done() and self._tasting.result() is not None

    def wait(self, seconds: float) -> None:
        """Wait for it, or for `seconds`."""
        if self._tasting is not None:
            wait([self._tasting], seconds)

    def piece(self, job: Job, plan: Plan, prompt: list[int], adapter: str | None, note: str) -> Piece:
        self.prepare()
        return Piece(job, prompt, adapter, lambda: Search(self._rules(job, plan), job.seed, self.share), note)

    def _prepared(self) -> Tasting:
        return Tasting(trie_of(self._chat), self._embedding())

    def _rules(self, job: Job, plan: Plan) -> Rules:
        assert self._tasting is not None
        tasting = self._tasting.result()
        return Verse(tasting.trie, plan, tasting.of(job.text_brief))


def expected_tokens(plan: Plan) -> int:
    """That all particles together are expected to write, where there is room for all."""
    return round(PARTICLES * sum(PER_SYLLABLE * line.most + PER_LINE for line in plan.lines))


def longest(plan: Plan) -> int:
    """Tokens that one particle may come to have."""
    return sum(3 * line.most + 10 for line in plan.lines)


def _plan(brief: Brief, seed: int) -> Plan | None:
    form = form_named(brief.form)
    plan = None if form.plan is None else form.plan(brief, seed)
    return plan if plan is not None and plan.script == "latin" else None
