"""What goes wrong with a theme, in one sentence for the member who typed it.

    LexiconError
    ├── EmptyThemeError        nothing in it says what to draw
    ├── EnormousThemeError     longer than a theme may be
    ├── UnknownLanguageError   letters of a language that is not read here, and no word of one that is
    ├── UnknownWordsError      Chinese, but no word of it is known
    └── UnknownStyleError      a style that nobody draws in

A theme in English whose words are unknown is no error: `Understood.outside` says so, and a picture is made all the same.
The sentences quote nothing that was typed.
"""

from __future__ import annotations


class LexiconError(ValueError):
    """A theme that cannot be understood; the message is one sentence for the member."""


class EmptyThemeError(LexiconError):
    """Nothing is left once mentions, links and words like “a picture of” are taken away."""

    def __init__(self) -> None:
        super().__init__("That theme does not say what to draw; try a thing, such as “a red fox” or “狐狸”.")


class EnormousThemeError(LexiconError):
    """More characters than a theme may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"That theme is too long; {limit} characters at most.")


class UnknownLanguageError(LexiconError):
    """Neither English nor Chinese."""

    def __init__(self) -> None:
        super().__init__("For pictures I read English and Chinese only; please say it in one of these.")


class UnknownWordsError(LexiconError):
    """Chinese, of which no word is known, so that there is nothing to tell the network."""

    def __init__(self) -> None:
        super().__init__(
            "I know none of these Chinese words; try an everyday thing, such as “狐狸”, or say it in English."
        )


class UnknownStyleError(LexiconError):
    """A style that is not among those on offer."""

    def __init__(self) -> None:
        super().__init__("I do not know that style; pick one of those that the command offers.")
