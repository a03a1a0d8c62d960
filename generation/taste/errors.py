"""What goes wrong with a head, in one sentence that may be shown to anybody."""

from __future__ import annotations


class TasteError(Exception):
    """The head is not there, or is refused; the message is one sentence that says why.

    The only error of `generation.taste`.
    """
