"""The search as a state machine, over rules and branches that are small enough to see through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from generation.lm.search.particle import Writing
from generation.lm.search.search import RESTARTS, REWINDS, Search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from generation.lm.search.particle import Particle

WIDTH, END, BREAK = 6, 4, 5  # tokens 0 to 3 are letters


class Rows:
    """Branches that remember what each row has taken in."""

    adapter = None
    start = 0

    def __init__(self, rows: int) -> None:
        self.taken: list[list[int]] = [[] for _ in range(rows)]

    @property
    def lengths(self) -> list[int]:
        return [len(row) for row in self.taken]

    def take_after(self, parents: Sequence[int]) -> None:
        self.taken = [list(self.taken[parent]) for parent in parents]

    def go_back(self, lengths: Sequence[int]) -> None:
        self.taken = [row[:length] for row, length in zip(self.taken, lengths, strict=True)]


class Letters:
    """Lines of two letters about `theme`, one; the second line of a piece cannot be written for the first `dead` tries."""

    tokens = torch.arange(WIDTH)
    lines = 3

    def __init__(self, dead: int = 0, theme: str = "z") -> None:
        self.dead, self.theme, self.tries = dead, theme, 0

    def begin(self, n: int, particle: Particle) -> Sequence[int]:
        particle.writing = Writing()
        if n == 1 and particle.row == 0:
            self.tries += 1
        return ()

    def masks(self, n: int, particles: Sequence[Particle]) -> Tensor:
        mask = torch.full((len(particles), WIDTH), -torch.inf)
        for row, particle in enumerate(particles):
            if n == 1 and self.tries <= self.dead:
                continue
            if particle.writing.length < 2:
                mask[row, :END] = 0.0
            else:
                mask[row, END] = 0.0
        return mask

    def took(self, n: int, particle: Particle, column: int) -> Sequence[int]:
        if column == END:
            particle.writing.closed = True
            return (BREAK,) if n < 2 else ()
        particle.writing.text += "abcd"[column]
        particle.writing.length += 1
        return ()

    def score(self, n: int, particle: Particle) -> float:
        return particle.writing.text.count("a") + particle.writing.mean

    def nearness(self, n: int, particles: Sequence[Particle]) -> list[float]:
        return [10.0 * "".join([*p.lines, p.writing.text]).count(self.theme) for p in particles]

    def end(self, n: int, particle: Particle) -> None:
        particle.lines.append(particle.writing.text)

    def most_tokens(self, n: int) -> int:
        return 30

    def text(self, particle: Particle) -> str:
        return "\n".join(particle.lines)


def run(search: Search, rows: Rows) -> None:
    search.begin(rows, torch.zeros(WIDTH))
    for _ in range(400):
        if search.over:
            return
        growth = search.growth
        assert growth.rows, "a search that is not over has something to take in"
        assert list(growth.rows) == sorted(growth.rows)
        for row, token in zip(growth.rows, growth.tokens, strict=True):
            rows.taken[row].append(token)
        search.took(torch.zeros(len(growth.rows), WIDTH))
    raise AssertionError("it never ended")


def spelt(rows: Rows, row: int) -> str:
    return "".join("abcd.\n"[token] for token in rows.taken[row])


def test_a_row_holds_what_its_particle_has_written() -> None:
    rows = Rows(8)
    search = Search(Letters(), 3, lambda: 8)
    search.begin(rows, torch.zeros(WIDTH))
    while not search.over:
        growth = search.growth
        for row, token in zip(growth.rows, growth.tokens, strict=True):
            rows.taken[row].append(token)
        search.took(torch.zeros(len(growth.rows), WIDTH))
        for particle in search._particles:
            said = spelt(rows, particle.row)
            assert said.startswith("".join(line + ".\n" for line in particle.lines[:-1])), said


def test_the_best_lines_go_on() -> None:
    rows = Rows(16)
    search = Search(Letters(), 3, lambda: 16)
    run(search, rows)
    assert search.ranked[0].count("a") >= 4  # of six letters, where one in four would come of itself
    assert search.preview == search.ranked[0]


def test_of_the_best_lines_those_go_on_that_are_nearest_to_the_theme() -> None:
    search = Search(Letters(theme="b"), 3, lambda: 16)
    run(search, Rows(16))
    assert search.ranked[0].count("b") >= 4
    assert search.preview == search.ranked[0]


def test_its_rows_become_more_or_fewer_between_lines() -> None:
    rows = Rows(4)
    shares = iter([9, 2])
    search = Search(Letters(), 3, lambda: next(shares))
    run(search, rows)
    assert len(rows.lengths) == 2
    assert len(search.ranked[0].splitlines()) == 3


def test_a_line_that_nobody_could_write_is_written_again() -> None:
    search = Search(Letters(dead=REWINDS), 3, lambda: 4)
    run(search, Rows(4))
    assert len(search.ranked[0].splitlines()) == 3


def test_a_piece_that_stays_stuck_begins_again() -> None:
    search = Search(Letters(dead=REWINDS + 1), 3, lambda: 4)
    run(search, Rows(4))
    assert len(search.ranked[0].splitlines()) == 3


def test_one_that_cannot_be_made_ends_with_what_there_is() -> None:
    search = Search(Letters(dead=(RESTARTS + 1) * (REWINDS + 1) + 5), 3, lambda: 4)
    run(search, Rows(4))
    (text,) = search.ranked
    assert len(text.splitlines()) == 1


def test_what_is_liked_better_goes_on_and_is_given() -> None:
    asked: list[list[str]] = []

    def liked(texts: Sequence[str]) -> list[float]:
        asked.append(list(texts))
        return [3.0 * text.count("c") for text in texts]

    search = Search(Letters(theme="z"), 3, lambda: 16, liked)
    run(search, Rows(16))
    assert [{len(text.splitlines()) for text in texts} for texts in asked] == [{1}, {2}, {3}]
    assert search.ranked[0].count("c") >= 4  # though the lines of "a" score better
    assert search.preview == search.ranked[0]


def test_of_what_is_liked_alike_what_is_less_strained_goes_on() -> None:
    class Strained(Letters):
        def end(self, n: int, particle: Particle) -> None:
            super().end(n, particle)
            particle.strain += 10.0 * particle.writing.text.count("a")

    search = Search(Strained(theme="z"), 3, lambda: 16, lambda texts: [0.0] * len(texts))
    run(search, Rows(16))
    assert search.ranked[0].count("a") == 0  # though lines of it score better
