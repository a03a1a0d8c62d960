"""Which jobs are searched for one engine, what they cost, how many particles each may have, and what they are made with."""

from __future__ import annotations

import functools
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

from generation.forms import form_named, verdict
from generation.forms.plan import Plan
from generation.forms.prompts import turns
from generation.gan.text_encoder import Sentences
from generation.lm.search.drafts import Drafts
from generation.lm.search.han import HanVerse, characters_of
from generation.lm.search.piece import Piece
from generation.lm.search.search import Search
from generation.lm.search.taste import Tasting
from generation.lm.search.tokens import Tokens
from generation.lm.search.trie import trie_of
from generation.lm.search.verse import Verse

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from torch import Tensor

    from generation.forms.structure import Structure
    from generation.lm.chat import Chat
    from generation.lm.search.judging import Judging
    from generation.lm.search.rules import Rules
    from generation.wire.jobs import Brief, Job

PARTICLES = 24  # of one search, where there is room
FEWEST = 6
ROWS = 96  # particles of all searches together
MOST = ROWS // FEWEST  # searches at once
# tokens that a particle takes for a syllable (a Chinese character) and for a line. Measured: 20.7 for a haiku of 17
# syllables, 45 for a limerick of 37 with its marks (SmolLM2), 25.6 for a qijue of 28 characters (Gemma 3)
PER_SYLLABLE = {"latin": 1.15, "han": 0.85}
PER_LINE = 0.4
DRAFTED = 2  # times the tokens of a form that a draft may come to have
PLANS = 64
SHARED_BUT_FOR_ENDS = 2  # different pieces that those of one search are worth


class Searching:
    """Makes `Piece`s. The lexicon is made in a thread of its own, from when it is first wanted."""

    def __init__(
        self, chat: Chat, embedding: Callable[[], Tensor], stops: Collection[int], *, together: bool,
        judging: Judging | None = None,
    ) -> None:  # fmt: skip
        """`together`: searches that run at once share the rows; else each has its own, so that it is never made
        otherwise because of who else runs. `judging`
        says how what they write would be liked.
        """
        self._chat, self._embedding, self._together = chat, embedding, together
        self._judging = judging
        self._tokens = Tokens(chat, stops)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="lexicon")
        self._tasting: Future[Tasting] | None = None
        self._held = functools.lru_cache(maxsize=PLANS)(_held)
        self.running = 0  # searches
        self.room = ROWS  # particles

    @property
    def most(self) -> int:
        """Searches that may run at once."""
        return MOST if self._together else ROWS // PARTICLES

    def held(self, job: Job) -> Plan | Structure | None:
        """What `job` is held to; None where it is written freely, as one whose length is bounded in tokens is.

        Raises:
            InvalidBriefError: its form cannot hold what the brief wants.
        """
        if job.sampling.max_tokens or job.sampling.n > 1:
            return None
        return self._held(job.text_brief, job.seed)

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
        """Begin to make what every search of English verse needs, which takes a few seconds."""
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

    def piece(
        self, job: Job, held: Plan | Structure, prompt: list[int], adapter: str | None, note: str
    ) -> Piece:
        """`job` in the engine."""
        if not isinstance(held, Plan):
            form, brief = form_named(job.form), job.text_brief
            drafts = Drafts(
                held,
                self._tokens,
                job.sampling,
                functools.partial(verdict, brief),
                job.seed,
                longest(job, held),
            )
            return Piece(job, prompt, adapter, lambda: drafts, lambda: form.samples, _always, note)
        if held.script == "han":
            return Piece(job, prompt, adapter, lambda: self._search(job, held), self.share, _always, note)
        self.prepare()
        return Piece(job, prompt, adapter, lambda: self._search(job, held), self.share, self.ready, note)

    def _search(self, job: Job, plan: Plan) -> Search:
        rules: Rules
        if plan.script == "han":
            shown = "\n".join(turn.text for turn in turns(job.text_brief) if turn.role == "assistant")
            rules = HanVerse(characters_of(self._chat), plan, shown)
            return Search(rules, job.seed, self.share)
        assert self._tasting is not None
        tasting = self._tasting.result()
        rules = Verse(tasting.trie, plan, tasting.of(job.text_brief))
        judge = None if self._judging is None else self._judging.of(job.form)
        return Search(rules, job.seed, self.share, judge)

    def _prepared(self) -> Tasting:
        return Tasting(trie_of(self._chat), self._embedding(), Sentences.load())


def expected_tokens(job: Job, held: Plan | Structure) -> int:
    """That all particles or drafts together are expected to write, where there is room for all."""
    if isinstance(held, Plan):
        return round(PARTICLES * sum(PER_SYLLABLE[held.script] * line.most + PER_LINE for line in held.lines))
    return form_named(job.form).samples * form_named(job.form).tokens[job.text_brief.length]


def choices(job: Job, held: Plan | Structure) -> int:
    """How many different pieces it comes to that are worth choosing between. Those of a particle search share all but their ends."""
    return SHARED_BUT_FOR_ENDS if isinstance(held, Plan) else form_named(job.form).samples


def longest(job: Job, held: Plan | Structure) -> int:
    """Tokens that one particle or draft may come to have."""
    if isinstance(held, Plan):
        return sum(3 * line.most + 10 for line in held.lines)
    return DRAFTED * form_named(job.form).tokens[job.text_brief.length]


def _held(brief: Brief, seed: int) -> Plan | Structure | None:
    form = form_named(brief.form)
    if form.plan is not None:
        return form.plan(brief, seed)
    return None if form.structure is None else form.structure(brief, seed)


def _always() -> bool:
    return True
