"""What can go wrong with a server that we do not run. The messages are for a member: one sentence, no address.

RemoteError
├── Unreachable     nobody answers, or the answer stopped coming
├── Garbled         an answer that is not what the protocol says, or far too much of it
└── Refused         the server says no
    ├── Overloaded  it may say yes another time
    └── BadAdapter  the adapter cannot be used there; the base model can
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generation.wire.events import FailureKind


class RemoteError(Exception):
    """`kind` is as in the wire's `Failed`; `detail` is for the log, and holds nothing that a member typed."""

    def __init__(self, sentence: str, *, detail: str = "", kind: FailureKind = "engine") -> None:
        super().__init__(sentence)
        self.detail = detail
        self.kind: FailureKind = kind


class Unreachable(RemoteError):  # noqa: N818 - named as its twin on the wire
    pass


class Garbled(RemoteError):  # noqa: N818 - as above
    pass


class Refused(RemoteError):  # noqa: N818 - as above
    """`status` is HTTP's (0: we said no ourselves); `said` is the server's own message, which may quote what a member typed: never log it."""

    def __init__(
        self, sentence: str, *, status: int, said: str = "", detail: str = "", kind: FailureKind = "engine"
    ) -> None:
        super().__init__(sentence, detail=detail, kind=kind)
        self.status = status
        self.said = said


class Overloaded(Refused):
    pass


class BadAdapter(Refused):
    def __init__(self, sentence: str, *, status: int = 0, detail: str = "") -> None:
        super().__init__(sentence, status=status, detail=detail, kind="adapter")
