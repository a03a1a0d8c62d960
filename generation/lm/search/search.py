"""One piece as a search over lines: particles that each write a line, of which the best go on, copied, to the next.

A small state machine that the engine feeds: it says what its rows take in next (`growth`) and is told what may follow
(`took`). Between two lines its particles are scored, the worse are given up and the better are copied in their place, as
in a particle filter. A line that nobody could finish is rewound and drawn again, hotter; a piece that stays stuck begins
again once, and ends with the best that there is.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from generation.lm.branches import Growth
from generation.lm.search.drawing import drawn
from generation.lm.search.particle import Particle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from generation.lm.branches import Branching
    from generation.lm.search.rules import Rules

TEMPERATURE, HOTTER = 0.75, 1.15
READ = 12  # of those whose line is done, the best, whose nearness to the theme is looked at, and which are judged
LIKED = 4.0  # of a whole piece, for how the judge likes it, in standard deviations, beside a log-probability a token (docs/writing.md); before that, in proportion
STRAINED = 0.15  # standard deviations of that, for a nat by which a rhyme is strained: what goes with a head's scores to the marks (docs/writing.md)
KEPT = 4  # of how many particles one is kept, at a line's end
MOST_DONE = 0.75  # share of particles whose line is done, from which on the others are not waited for
PATIENCE = 2  # tokens beyond a line's syllables before that
REWINDS, RESTARTS = 2, 1


class Search:
    """One piece. `share` says how many particles it may have, whenever it can change that; `judge`, where there is one, how each of some
    pieces would be liked that need not be whole.
    """

    def __init__(
        self, rules: Rules, seed: int, share: Callable[[], int],
        judge: Callable[[Sequence[str]], list[float]] | None = None,
    ) -> None:  # fmt: skip
        self._rules, self._share, self._judge = rules, share, judge
        self._generator = torch.Generator().manual_seed(seed)
        self._particles: list[Particle] = []
        self._branches: Branching | None = None
        self._line = 0
        self._steps = 0  # of the line
        self._heat = TEMPERATURE
        self._rewinds = self._restarts = 0
        self._chosen = False  # who goes on from this line
        self._lengths: list[int] = []  # of the branches, where the line began
        self._first: Tensor | None = None  # what may follow the prompt
        self._finished: list[Particle] = []
        self._best: Particle | None = None  # of those that were given up on
        self.over = False

    def begin(self, branches: Branching, logits: Tensor) -> None:
        """Start on `branches`, one or more. logits: (V,), what may follow their prompt. It may be over at once."""
        self._branches, self._first = branches, logits.float()
        self._particles = [Particle(row, after=self._first) for row in range(len(branches.lengths))]
        self._line, self._heat, self._rewinds = 0, TEMPERATURE, 0
        self._start_line()
        self._settle()

    @property
    def growth(self) -> Growth:
        """What its rows take in next; not while it is over."""
        assert self._branches is not None
        active = sorted((p for p in self._particles if p.pending), key=lambda p: p.row)
        rows = [p.row for p in active for _ in p.pending]
        return Growth(self._branches, rows, [token for p in active for token in p.pending])

    def took(self, logits: Tensor) -> bool:
        """What may follow, (rows of `growth`, V), finite. Whether a line was finished."""
        active = sorted((p for p in self._particles if p.pending), key=lambda p: p.row)
        writes, at = [], []
        logits = logits.float()
        last = -1
        for particle in active:
            last += len(particle.pending)
            particle.pending = []
            if particle.writing.closed:
                particle.after = logits[last].clone()
            else:
                writes.append(particle)
                at.append(last)
        if writes:
            self._draw(writes, logits if len(at) == len(logits) else logits[at])
            self._steps += 1
        return self._settle()

    @property
    def ranked(self) -> list[str]:
        """The pieces that it has come to, the best first; different ones."""
        found = sorted(self._finished, key=lambda p: -p.worth)
        return list(dict.fromkeys(self._rules.text(particle) for particle in found))

    @property
    def preview(self) -> str:
        """The lines of the best particle so far."""
        return self._rules.text(max(self._particles, key=lambda p: (len(p.lines), p.worth)))

    def _start_line(self) -> None:
        assert self._branches is not None
        self._steps, self._chosen = 0, False
        self._lengths = list(self._branches.lengths)
        for particle in self._particles:
            particle.pending = list(self._rules.begin(self._line, particle))
        writes = [p for p in self._particles if p.writing.open]
        if writes:
            self._draw(writes, torch.stack([p.after for p in writes if p.after is not None]))

    def _draw(self, particles: Sequence[Particle], logits: Tensor) -> None:
        """The next token of each of `particles`. logits: (len(particles), V)."""
        rules = self._rules
        whole = logits.logsumexp(1)
        scores = logits[:, rules.tokens.to(logits.device)].cpu()  # (M, C)
        columns = drawn(scores + rules.masks(self._line, particles), self._heat, self._generator)
        whole = whole.cpu()
        for n, (particle, column) in enumerate(zip(particles, columns, strict=True)):
            writing = particle.writing
            if column < 0:
                writing.dead = True
                continue
            likely = float(scores[n, column] - whole[n])
            writing.before = writing.sum
            writing.sum += likely
            writing.worst = min(writing.worst, likely)
            writing.drawn += 1
            particle.pending = [
                int(rules.tokens[column]),
                *rules.took(self._line, particle, column),
            ]

    def _settle(self) -> bool:
        """Go on to the next line where this one is done, and so on. Whether one was."""
        finished = False
        while not self.over:
            if self._chosen:
                if any(p.pending for p in self._particles):
                    break
                self._spread()
                continue
            self._give_up_on_some()
            if any(p.writing.open for p in self._particles):
                break
            done = [p for p in self._particles if p.writing.closed]
            if done:
                self._choose(done)
                finished = True
            else:
                self._stuck()
        return finished

    def _give_up_on_some(self) -> None:
        """Lines that go on and on, and the last where most are done, are not waited for."""
        most = self._rules.most_tokens(self._line)
        done = sum(p.writing.closed for p in self._particles)
        late = done >= MOST_DONE * len(self._particles) and self._steps > most // 3 + PATIENCE
        for particle in self._particles:
            if particle.writing.open and (late or self._steps > most):
                particle.writing.dead = True
            if particle.writing.dead:
                particle.pending = []

    def _choose(self, done: Sequence[Particle]) -> None:
        """Score the lines, and keep the best different ones."""
        for particle in done:
            particle.score += self._rules.score(self._line, particle)
        best: list[Particle] = []
        said: set[tuple[tuple[str, ...], str]] = set()
        for particle in sorted(done, key=lambda p: -p.score):
            line = particle.writing.text.lower()
            key = (tuple(particle.lines), line)
            if key not in said and line not in (other.lower() for other in particle.lines):
                said.add(key)
                best.append(particle)
        best = (best or list(done[:1]))[:READ]
        for particle, near in zip(best, self._rules.nearness(self._line, best), strict=True):
            particle.worth = particle.score + near
            self._rules.end(self._line, particle)
        if self._judge is not None:
            likings = self._judge([self._rules.text(particle) for particle in best])
            counts = LIKED * (self._line + 1) / self._rules.lines
            for particle, liked in zip(best, likings, strict=True):
                particle.worth += counts * (liked - STRAINED * particle.strain)
        best.sort(key=lambda p: -p.worth)
        if self._line == self._rules.lines - 1:
            self._finished = self._particles = best
            self.over = True
            return
        self._particles = best[: max(1, math.ceil(len(self._particles) / KEPT))]
        self._chosen = True

    def _spread(self) -> None:
        """Copy those that go on over as many rows as there may be, each to its own first."""
        assert self._branches is not None
        kept, count = self._particles, self._share()
        parents: list[Particle | None] = [None] * count
        rest = []
        for particle in kept[:count]:
            if particle.row < count and parents[particle.row] is None:
                parents[particle.row] = particle
            else:
                rest.append(particle)
        turn = len(rest)
        free = [row for row in range(count) if parents[row] is None]
        for n, row in enumerate(free):
            parents[row] = rest[n] if n < turn else kept[(n - turn) % len(kept)]
        chosen = [particle for particle in parents if particle is not None]
        self._branches.take_after([particle.row for particle in chosen])
        self._particles = [particle.copy(row) for row, particle in enumerate(chosen)]
        self._line += 1
        self._heat, self._rewinds = TEMPERATURE, 0
        self._start_line()

    def _stuck(self) -> None:
        """Nobody finished the line: again, hotter; or the piece again; or what there is."""
        assert self._branches is not None
        if self._rewinds < REWINDS:
            self._rewinds += 1
            self._heat *= HOTTER
            self._branches.go_back(self._lengths)
            self._start_line()
            return
        best = max(self._particles, key=lambda p: p.score)
        if self._best is None or len(best.lines) > len(self._best.lines):
            self._best = best
        if self._restarts < RESTARTS:
            assert self._first is not None
            self._restarts += 1
            self._branches.go_back([0] * len(self._branches.lengths))
            self._particles = [Particle(row, after=self._first) for row in range(len(self._branches.lengths))]
            self._line, self._heat, self._rewinds = 0, TEMPERATURE, 0
            self._start_line()
            return
        self._finished, self._particles, self.over = [self._best], [self._best], True
