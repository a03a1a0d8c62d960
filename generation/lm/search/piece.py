"""A searched piece in the engine, beside its rows: it reads its prompt in a seat as they do, and writes in branches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from generation.lm.branches import Branching
    from generation.lm.cache import Seat
    from generation.lm.search.drafts import Drafts
    from generation.lm.search.search import Search
    from generation.wire.jobs import Job


@dataclass(slots=True, eq=False)
class Piece:
    """`make` gives the search, once the prompt has been read, and `rows` how many rows it begins with; `ready` says whether
    what it needs is there. `spent` counts the tokens that it wrote, all particles'.

    `seat` is where the prompt is read, `branches` where it is gone on from; never both.
    """

    job: Job
    prompt: list[int]
    adapter: str | None
    make: Callable[[], Search | Drafts]
    rows: Callable[[], int]
    ready: Callable[[], bool]
    note: str = ""
    part: int = 0
    seat: Seat | None = None
    branches: Branching | None = None
    search: Search | Drafts | None = None
    spent: int = 0
    made: list[int] = field(default_factory=list)  # none: what it makes is not a row's

    @property
    def begun(self) -> bool:
        return self.seat is not None or self.branches is not None

    @property
    def writes(self) -> bool:
        return self.branches is not None

    @property
    def unread(self) -> Sequence[int]:
        """What its seat has not taken in yet of the prompt."""
        return self.prompt[0 if self.seat is None else self.seat.length :]

    def begin(self, branches: Branching, logits: Tensor) -> None:
        """Leave the seat, which is the engine's to close, for `branches`. logits: (V,), what may follow the prompt."""
        self.seat, self.branches, self.search = None, branches, self.make()
        self.search.begin(branches, logits)

    def took(self, logits: Tensor) -> bool:
        """As `Search.took`."""
        assert self.search is not None
        self.spent += len(logits)
        return self.search.took(logits)
