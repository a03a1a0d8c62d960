"""A piece as the tokens of the chat that serves it: the very prompt that `generation` would make, and the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finetune.packs import Tokens
from generation.forms.prompts import Turn, turns

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from finetune.pieces import Piece
    from generation.lm.load import LoadedModel
    from generation.wire.jobs import Brief


class Answers:
    """Makes tokens of pieces for one model."""

    def __init__(self, model: LoadedModel) -> None:
        self._chat = model.chat
        self._end = _ending(model)

    def tokens(self, piece: Piece, chance: random.Random, *, bare: float) -> Tokens:
        """A wish drawn for `piece`, and `piece` as its answer.

        The wish comes after the form's examples, as it does when it is served, so that a piece is learnt as different
        from them; with the chance `bare` it comes without, so that other examples do as well.
        """
        said = turns(piece.brief(chance))
        if chance.random() < bare:
            said = [said[0], said[-1]]
        return self._behind(said, piece.form, piece.text, whole=piece.whole)

    def served(self, brief: Brief, text: str, *, whole: bool = True) -> Tokens:
        """`text` as the answer to `brief`; where it is not `whole` its end is nothing to learn."""
        return self._behind(turns(brief), brief.form, text, whole=whole)

    def _behind(self, said: Sequence[Turn], form: str, text: str, *, whole: bool) -> Tokens:
        answer = self._chat.of_text(text) + (self._end if whole else [])
        return Tokens(form, tuple(self._chat.ids(said)), tuple(answer))


def _ending(model: LoadedModel) -> list[int]:
    """What comes after an answer, up to where the engine stops."""
    ask, reply = Turn("user", "x"), Turn("assistant", "y")
    before = model.chat.ids([ask]) + model.chat.of_text(reply.text)
    whole = model.chat.ids([ask, reply, ask])
    assert whole[: len(before)] == before, "an answer's tokens do not depend on what comes after it"
    after = whole[len(before) :]
    for count in range(1, len(after) + 1):
        said = model.chat.text(after[:count])
        if after[count - 1] in model.stops or any(end in said for end in model.ends):
            return after[:count]
    raise AssertionError("the chat's template ends an answer in no way that the engine stops at")
