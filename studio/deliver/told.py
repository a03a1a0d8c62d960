"""What a host says of a text beside its bytes (an artifact's meta), read with care: hosts may be other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generation.wire.jobs import SAMPLES_LIMIT

if TYPE_CHECKING:
    from collections.abc import Mapping

DIGEST_LENGTH = 64
NOTE_LIMIT = 200  # characters
REASONS_LIMIT, REASON_LIMIT = 8, 200  # and characters of each


def note(meta: Mapping[str, Any]) -> str | None:
    """A sentence for the member on how the piece was made, where there is one."""
    return _told(meta["note"], NOTE_LIMIT) if meta.get("note") else None


def form(meta: Mapping[str, Any]) -> tuple[bool | None, tuple[str, ...]]:
    """Whether the text keeps its form (None: nobody looked), and what is amiss with it, in plain sentences."""
    match meta.get("form"):
        case {"kept": bool(kept), "reasons": list(reasons)}:
            return kept, tuple(_told(reason, REASON_LIMIT) for reason in reasons[:REASONS_LIMIT])
    return None, ()


def picked(meta: Mapping[str, Any]) -> tuple[str | None, int | None]:
    """The digest of the head that picked the text, and from how many drafts; None and None where none did."""
    match meta.get("picked"):
        case {"head": str(head), "of": int(of)} if len(head) <= DIGEST_LENGTH and 0 < of <= SAMPLES_LIMIT:
            return head, of
    return None, None


def _told(value: object, limit: int) -> str:
    return str(value)[:limit].replace("\0", "\N{REPLACEMENT CHARACTER}")  # which PostgreSQL cannot keep
