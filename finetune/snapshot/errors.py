"""What can go wrong with a snapshot."""

from __future__ import annotations


class SnapshotError(Exception):
    """It cannot be written, or is not as it was written; the message is one sentence."""
