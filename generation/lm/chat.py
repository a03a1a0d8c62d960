"""Turns to token ids and back. What is in a turn is text, whatever it looks like; only the template is control.

The model's own chat template is rendered with marks in the place of each turn's text, so that a member's text never
goes through it; what is between the marks is tokenised with its control tokens, the texts without any.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from jinja2 import TemplateError
from tokenizers import Tokenizer

from generation.lm.weights import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from transformers import PreTrainedTokenizerFast

    from generation.forms.prompts import Turn

_MARK = re.compile("\ue000(\\d+)\ue001")  # of a private area, and only ever in a rendered template
HALF = "\ufffd"  # what a decoder says for bytes that are not (yet) a character


class Chat:
    """One model's tokenizer and its template."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast) -> None:
        """Raises ModelError where the model was not made for chats."""
        if tokenizer.chat_template is None:
            raise ModelError("The model has no chat template, so it cannot be asked for anything.")
        self._tokenizer = tokenizer
        self._control: Tokenizer = tokenizer.backend_tokenizer
        self._text = Tokenizer.from_str(self._control.to_str())
        self._text.encode_special_tokens = True  # "special tokens as text", in spite of the name
        self._rendered = functools.lru_cache(maxsize=64)(self._render)

    def ids(self, turns: Sequence[Turn]) -> list[int]:
        """The prompt for an answer to `turns`."""
        ids: list[int] = []
        for piece in self._rendered(tuple(turn.role for turn in turns)):
            if isinstance(piece, int):
                ids += self.of_text(turns[piece].text.strip())
            else:
                ids += self._control.encode(piece, add_special_tokens=False).ids
        return ids

    def of_text(self, text: str) -> list[int]:
        """The ids of a text, whatever it looks like, without any that open or close it."""
        ids: list[int] = self._text.encode(text, add_special_tokens=False).ids
        return ids

    def of_texts(self, texts: Sequence[str]) -> list[list[int]]:
        """`of_text` of many texts at once, which is faster."""
        return [found.ids for found in self._text.encode_batch_fast(list(texts), add_special_tokens=False)]

    def vocabulary(self) -> Mapping[str, int]:
        """Every token as the tokenizer writes it down, and its id."""
        found: dict[str, int] = self._text.get_vocab()
        return found

    def text(self, ids: Sequence[int]) -> str:
        """What `ids` say, without control tokens and without a character that has only begun."""
        return self.raw(ids).rstrip(HALF)

    def raw(self, ids: Sequence[int]) -> str:
        """What `ids` say, with a mark in the place of bytes that are no character."""
        text: str = self._control.decode(list(ids), skip_special_tokens=True)
        return text

    def _render(self, roles: tuple[str, ...]) -> list[str | int]:
        """The template as control texts and the numbers of the turns between them."""
        turns = [{"role": role, "content": f"\ue000{n}\ue001"} for n, role in enumerate(roles)]
        try:
            rendered = self._template(turns)
        except TemplateError:  # some models know no system turn; it goes before the first wish then
            (system, first, *rest) = turns
            rendered = self._template(
                [{"role": first["role"], "content": f"{system['content']}\n\n{first['content']}"}, *rest]
            )
        pieces = _MARK.split(rendered)
        return [int(piece) if n % 2 else piece for n, piece in enumerate(pieces) if piece]

    def _template(self, turns: list[dict[str, str]]) -> str:
        return str(self._tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True))
