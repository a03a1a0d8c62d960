"""One sample of one job as it is written: its tokens, its text, and whether it is over.

The text is looked at every few tokens, where that depends on nothing but how many there are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from generation.forms import form_named
from generation.forms.ending import at_an_end
from generation.forms.tidy import tidy
from generation.lm.circles import before_the_refrain, in_a_circle

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch
    from torch import Tensor

    from generation.lm.cache import Seat
    from generation.lm.chat import Chat
    from generation.wire.jobs import Job

LOOK_EVERY = 4  # tokens
LONG = 128  # tokens, from which on it is looked at half as often, as a look costs more

Stopped = Literal["end", "limit", "circle", "stop"]


class Constraint(Protocol):
    """Holds one row to a form, by saying what may come next. Made anew for each row; not shared."""

    def allowed(self) -> Tensor | None:
        """(K,) token ids that alone may come next, K > 0, on the CPU; None: any."""

    def took(self, token: int) -> None:
        """`token` is what came."""


@dataclass(slots=True, eq=False)
class Row:
    """A sample in the engine. `prompt` is what is read before `made`; `seat` is None while it has no place.

    `ends` are texts before which it is cut off.
    """

    job: Job
    part: int
    prompt: list[int]
    limit: int
    generator: torch.Generator
    adapter: str | None
    ends: tuple[str, ...] = ()
    note: str = ""
    constraint: Constraint | None = None
    seat: Seat | None = None
    made: list[int] = field(default_factory=list)
    text: str = ""
    reported: bool = False

    @property
    def unread(self) -> Sequence[int]:
        """What its seat has not taken in yet: the prompt's rest, or all that was made before it lost its seat."""
        filled = 0 if self.seat is None else self.seat.length
        known = self.prompt if not self.made else self.prompt + self.made[:-1]
        return known[filled:]

    @property
    def begun(self) -> bool:
        return self.seat is not None

    @property
    def writes(self) -> bool:
        return self.seat is not None and bool(self.made) and not self.unread

    @property
    def reserved(self) -> int:
        """Positions that it may come to fill."""
        return len(self.prompt) + self.limit

    def take(self, token: int, stops: frozenset[int], chat: Chat) -> Stopped | None:
        """The next token. What ended the row, if it is over; `text` is final then."""
        self.made.append(token)
        if self.constraint is not None:
            self.constraint.took(token)
        if token in stops:
            said = chat.text(self.made)
            cut = _before_stop(said, self.ends)
            self.text = tidy(said if cut is None else cut)
            return "end" if cut is None else "stop"
        over = len(self.made) >= self.limit
        every = LOOK_EVERY if len(self.made) <= LONG else 2 * LOOK_EVERY
        if not over and len(self.made) > 1 and len(self.made) % every:
            return None
        said = chat.text(self.made)
        if (cut := _before_stop(said, self.ends)) is not None:
            self.text = tidy(cut)
            return "stop"
        self.text = tidy(said)
        if again := in_a_circle(self.made):
            self.text = self._at_an_end(tidy(chat.text(self.made[:-again])))
            return "circle"
        if (text := before_the_refrain(self.text)) is not None:
            self.text = self._at_an_end(text)
            return "circle"
        if over:
            self.text = self._at_an_end(self.text)
            return "limit"
        return None

    def _at_an_end(self, text: str) -> str:
        return at_an_end(text, form_named(self.job.form).kind)


def _before_stop(text: str, stops: Sequence[str]) -> str | None:
    """`text` up to the first of `stops` in it; None where there is none."""
    places = [place for stop in stops if (place := text.find(stop)) >= 0]
    return text[: min(places)] if places else None
