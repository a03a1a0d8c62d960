"""The page: a poem as a card, a script as a screenplay, set by Typst from text that is only ever data.

Torch-free, and slow for an event loop (tens of milliseconds): call it in a thread. How a page reaches a channel is
`studio.pages`' and the bot's business.
"""

from __future__ import annotations

from generation.page.card import poem_card
from generation.page.errors import PageError, TooLongError, UnprintableError
from generation.page.screenplay import screenplay

__all__ = ["PageError", "TooLongError", "UnprintableError", "poem_card", "screenplay"]
