"""Public pieces among the pairs: what a taste learns must not cost it the language.

A few pieces of authors that everybody may read go into every step beside the pairs, as in PPO-ptx (Ouyang 2022, arXiv
2203.02155, equation 2), which mixes the gradients of pretraining into those of what is preferred.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from finetune.packs import pack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetune.packs import Pack
    from finetune.pieces import Piece
    from finetune.tokens import Answers

TOKENS = 96  # of a piece at most; what a longer one ends with is not learnt


class Replay:
    """Packs of `each` pieces of one form behind the prompt that serves it; which come in a step is decided by (seed, step)."""

    def __init__(self, answers: Answers, pieces: Sequence[Piece], seed: int, each: int) -> None:
        """`pieces` are those that may be learnt from."""
        self._answers, self._seed, self._each = answers, seed, each
        self._pieces = pieces
        self._forms: dict[str, list[Piece]] = {}
        for piece in pieces:
            self._forms.setdefault(piece.form, []).append(piece)

    def pack(self, step: int) -> Pack:
        """What is read in a step. Forms come as often as there are pieces of them."""
        chance = random.Random(f"replay {self._seed} {step}")  # noqa: S311 - no secret
        of_form = self._forms[chance.choice(self._pieces).form]
        some = chance.sample(of_form, min(self._each, len(of_form)))
        tokens = [self._answers.tokens(piece, chance, bare=0) for piece in some]
        return pack([type(one)(one.form, one.prompt, one.answer[:TOKENS]) for one in tokens])
