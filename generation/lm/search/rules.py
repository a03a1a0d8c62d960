"""What a script's rules are to the search: which tokens a particle may take next, and what it then has. Two keep it:
`verse.py` for English, `han.py` for Chinese.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from generation.lm.search.particle import Particle


class Rules(Protocol):
    """Rules of one piece. `tokens`: (C,) ids that can come up at all; they are told apart by their columns in it."""

    tokens: Tensor
    lines: int

    def begin(self, n: int, particle: Particle) -> Sequence[int]:
        """Begin line `n`. The tokens of a line that is given, which is closed with them; else nothing."""

    def masks(self, n: int, particles: Sequence[Particle]) -> Tensor:
        """(len(particles), C): added to what may come next, -inf where it may not."""

    def took(self, n: int, particle: Particle, column: int) -> Sequence[int]:
        """What the token of `column` made of the line; the tokens that follow it of themselves. `text` is of the whole line."""

    def score(self, n: int, particle: Particle) -> float:
        """How good the line is that was just closed: about a log-probability a token."""

    def nearness(self, n: int, particles: Sequence[Particle]) -> list[float]:
        """How near each has come to what it is to be about, line `n` being closed: beside the scores of all its lines."""

    def end(self, n: int, particle: Particle) -> None:
        """Put the closed line with those before it."""

    def most_tokens(self, n: int) -> int:
        """That line `n` may take before it is given up."""

    def text(self, particle: Particle) -> str:
        """The lines so far, as they are shown."""
