"""Why a text has no page. Each message is one sentence for a member.

PageError
├── TooLongError        it is longer than a page is meant for
└── UnprintableError    there is nothing to print, or a character that no font here has
"""

from __future__ import annotations


class PageError(Exception):
    """The text cannot be set."""


class TooLongError(PageError):
    """It is longer than a page is meant for."""


class UnprintableError(PageError):
    """There is nothing to print in it, or a character that no font here has."""
