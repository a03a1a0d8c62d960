"""What can be wrong with a brief. By itself, so that the forms can say it as well as those who read them."""

from __future__ import annotations


class InvalidBriefError(ValueError):
    """A brief that cannot be made; the message is one sentence for the member."""
