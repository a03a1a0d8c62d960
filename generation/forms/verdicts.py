"""Whether a text keeps its form, how near it is, and why not, in plain sentences."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a checker says of one text.

    `kept` is strict: the form holds under every pronunciation that CMUdict lists. `score` in [0, 1] says how near the text
    is, for reranking; 1 where nothing at all is amiss. `reasons` has one plain sentence for each thing that is: what
    breaks the form first, then what the brief asked for beside it (a word to include), which does not break the form.
    """

    kept: bool
    score: float
    reasons: tuple[str, ...] = ()
