"""A piece held to a grammar over lines (`generation.forms.structure`): a few drafts of it, of which the best is taken.

Each draft writes on its own, out of the likeliest tokens that some kind of line lets through; a line's break comes only
where the grammar accepts the line, and the end only where it accepts that. Drafts are ranked by the form's own checker, then
by how likely the model found them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

from generation.forms.structure import length_of
from generation.lm.branches import Growth
from generation.lm.circles import in_a_circle
from generation.lm.search.drawing import drawn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from generation.forms.structure import Option, Structure
    from generation.forms.verdicts import Verdict
    from generation.lm.branches import Branching
    from generation.lm.search.tokens import Tokens
    from generation.wire.jobs import Sampling

CANDIDATES = (
    64,
    1024,
    2**31,
)  # of the likeliest tokens that are looked at; more where none of fewer may come
WANTED = 0.1  # least probability of all that may come together, where a line has all its words
LINE_TOKENS = 3  # a word, at most; a line that has more is closed or given up
RECENT = 128  # tokens that the repetition penalty looks back at
SHOWN_EVERY = 4  # tokens


@dataclass(slots=True, eq=False)
class Draft:
    """`state` is where its grammar stands before the line that it writes; `text` are the lines before that.

    `whole` is the longest beginning of the line that the grammar would take as a line, with the tokens in `made` up to it.
    """

    row: int
    state: Structure
    text: str = ""
    line: str = ""
    line_tokens: int = 0
    whole: tuple[str, int] | None = None
    made: list[int] = field(default_factory=list)
    pending: list[int] = field(default_factory=list)
    sum: float = 0.0
    over: bool = False

    @property
    def options(self) -> Sequence[Option]:
        step = self.state.step
        return () if step is None else step.options

    def allows(self, line: str) -> bool:
        return any(option.allows(line) for option in self.options)

    def accepts(self, line: str) -> bool:
        return any(option.accepts(line) for option in self.options)


class Drafts:
    """As `search.Search`, for a grammar. `limit` bounds the tokens of one draft."""

    def __init__(
        self, start: Structure, tokens: Tokens, how: Sampling, check: Callable[[str], Verdict], seed: int,
        limit: int,
    ) -> None:  # fmt: skip
        self._start, self._tokens, self._how, self._check = start, tokens, how, check
        self._limit = limit
        self._generator = torch.Generator().manual_seed(seed)
        self._drafts: list[Draft] = []
        self._branches: Branching | None = None
        self._steps = 0

    def begin(self, branches: Branching, logits: Tensor) -> None:
        """As `Search.begin`: a draft a row."""
        self._branches = branches
        self._drafts = [Draft(row, self._start) for row in range(len(branches.lengths))]
        for draft in self._drafts:
            self._go_on(draft, logits.float().cpu())

    @property
    def over(self) -> bool:
        return all(draft.over for draft in self._drafts)

    @property
    def growth(self) -> Growth:
        assert self._branches is not None
        active = [draft for draft in self._drafts if not draft.over]
        rows = [d.row for d in active for _ in d.pending]
        return Growth(self._branches, rows, [token for d in active for token in d.pending])

    def took(self, logits: Tensor) -> bool:
        """As `Search.took`; whether there is something new to show."""
        self._steps += 1
        active = [draft for draft in self._drafts if not draft.over]
        found = logits.float().cpu()
        last = -1
        for draft in active:
            last += len(draft.pending)
            draft.made += draft.pending
            draft.pending = []
            self._go_on(draft, found[last])
        return self._steps % SHOWN_EVERY == 0

    @property
    def preview(self) -> str:
        """The longest of the drafts so far."""
        return max((draft.text + draft.line for draft in self._drafts), key=len)

    @property
    def ranked(self) -> list[str]:
        def worth(draft: Draft) -> tuple[bool, float, float]:
            said = self._check(draft.text)
            return said.kept, said.score, draft.sum / max(1, len(draft.made))

        best = sorted(self._drafts, key=worth, reverse=True)
        return list(dict.fromkeys(draft.text for draft in best))

    def _go_on(self, draft: Draft, logits: Tensor) -> None:
        """Draw what comes next; logits: (V,)."""
        if len(draft.made) >= self._limit or in_a_circle(draft.made):
            draft.over = True
            return
        scores = self._penalised(draft, logits)
        long = draft.line_tokens > LINE_TOKENS * max((option.most for option in draft.options), default=1)
        token = None if long or self._spent(draft, scores) else self._likeliest(draft, scores, CANDIDATES[0])
        if token is None:
            self._force(draft, scores)
            return
        draft.sum += float(logits[token] - logits.logsumexp(0))
        self._take(draft, token)

    def _likeliest(self, draft: Draft, scores: Tensor, count: int) -> int | None:
        """One of the `count` likeliest tokens, of those that may come; None where none may."""
        values, ids = scores.topk(min(count, len(scores)))
        fits = [self._fits(draft, token) for token in ids.tolist()]
        if not any(fits):
            return None
        values = values.where(torch.tensor(fits), -torch.inf)
        (at,) = drawn(values[None], max(self._how.temperature, 1e-3), self._generator)
        return int(ids[at])

    def _spent(self, draft: Draft, scores: Tensor) -> bool:
        """Whether the line has all the words that it may have, and what may still come are marks that the model does not want: *He went
        to the* would get its full stop so. It ends where it was last whole, if it was.
        """
        if not self._full(draft):
            return False
        values, ids = scores.softmax(0).topk(min(CANDIDATES[0], len(scores)))
        fits = [self._fits(draft, token) for token in ids.tolist()]
        return float(values[torch.tensor(fits)].sum()) < WANTED

    def _full(self, draft: Draft) -> bool:
        return all(length_of(draft.line) >= option.most for option in draft.options)

    def _fits(self, draft: Draft, token: int) -> bool:
        text = self._tokens.text(token)
        if token in self._tokens.stops:
            return draft.accepts(draft.line) and self._may_end(draft)
        if text is None:
            return False
        body = text.rstrip("\n")
        if body == text:
            return draft.allows(draft.line + text)
        return draft.accepts(draft.line + body)

    def _may_end(self, draft: Draft) -> bool:
        step = draft.state.after(draft.line).step
        return step is None or step.may_end

    def _take(self, draft: Draft, token: int) -> None:
        if token in self._tokens.stops:
            draft.text, draft.line, draft.over = draft.text + draft.line, "", True
            return
        text = self._tokens.text(token)
        assert text is not None
        body = text.rstrip("\n")
        draft.line += body
        draft.line_tokens += 1
        if body == text:
            draft.pending = [token]
            if draft.accepts(draft.line):
                draft.whole = draft.line, len(draft.made) + 1
            return
        if body:
            draft.pending = [token]
        self._end_line(draft, len(text) - len(body), written=len(text) - len(body) if body else 0)

    def _end_line(self, draft: Draft, breaks: int, written: int) -> None:
        """The line is whole; `breaks` newlines were wanted after it, of which `written` are in what is pending."""
        draft.text += draft.line
        draft.state = draft.state.after(draft.line)
        draft.line, draft.line_tokens, draft.whole = "", 0, None
        step = draft.state.step
        if step is None:
            draft.over, draft.pending = True, []
            return
        wanted = 2 if step.gap == "yes" or (step.gap == "may" and breaks > 1) else 1
        draft.text += "\n" * wanted
        draft.pending += self._tokens.breaks(wanted) if not written else self._tokens.breaks(wanted - written)

    def _force(self, draft: Draft, scores: Tensor) -> None:
        """None of the likeliest may come: what the grammar names, the line's end, what of it was whole, a stop, or
        whatever may.
        """
        line = draft.line
        texts = [text for option in draft.options for text in (*option.whole, *option.begins)]
        # a space at the end belongs to the token after it: on its own most models have digits follow it
        texts = [text if text.rstrip() == line else text.rstrip() for text in texts]
        named = [text for text in texts if text.startswith(line) and text != line]
        if named:
            pick = int(torch.randint(0, len(named), (), generator=self._generator))
            draft.pending = self._tokens.spelt(named[pick][len(line) :], begins=not line)
            draft.line, draft.line_tokens = named[pick], draft.line_tokens + len(draft.pending)
            return
        if draft.whole is not None and not draft.accepts(line):
            self._cut(draft, *draft.whole)
            return
        step = draft.state.step
        if step is not None and step.may_end and not draft.accepts(line) and self._full(draft):
            draft.over = True  # without a line that is no sentence
            return
        for mark in ("", "."):
            if draft.accepts(line + mark):
                draft.pending = self._tokens.spelt(mark, begins=False) if mark else []
                draft.line += mark
                self._end_line(draft, 1, written=0)
                return
        token = next(
            (t for n in CANDIDATES[1:] if (t := self._likeliest(draft, scores, n)) is not None), None
        )
        if token is None or draft.line_tokens > 2 * LINE_TOKENS * max(
            option.most for option in draft.options
        ):
            draft.over = True  # with the lines that it has
            return
        self._take(draft, token)

    def _cut(self, draft: Draft, whole: str, made: int) -> None:
        """Take back what came after the beginning of the line that is `whole`, and close it there."""
        assert self._branches is not None
        lengths = list(self._branches.lengths)
        lengths[draft.row] -= len(draft.made) - made
        self._branches.go_back(lengths)
        del draft.made[made:]
        draft.line = whole
        self._end_line(draft, 1, written=0)

    def _penalised(self, draft: Draft, logits: Tensor) -> Tensor:
        recent = sorted(set(draft.made[-RECENT:]))
        if not recent or self._how.repetition_penalty == 1.0:
            return logits
        found = logits.clone()
        by = self._how.repetition_penalty
        found[recent] = torch.where(found[recent] > 0, found[recent] / by, found[recent] * by)
        return found
