"""The kinds of starters: which pieces each is trained on, and which forms it is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetune import light, script, story, tang, verse
from finetune.themes import CHINESE, language

if TYPE_CHECKING:
    from collections.abc import Callable

    from finetune.pieces import Piece
    from finetune.texts import Side


@dataclass(frozen=True, slots=True)
class Kind:
    """`pieces` gives a side's; they are read from `texts`. `serves` are the forms that the adapter is for."""

    name: str
    texts: str
    pieces: Callable[[Side], list[Piece]]
    serves: tuple[str, ...]


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "verse", "poems", verse.verse,
            ("tanka", "sonnet", "ballad", "acrostic", "golden shovel", "found line", "renga"),
        ),
        Kind("light", "light", light.light, ("haiku", "limerick", "couplet", "quatrain")),
        Kind("script", "scenes", script.script, ("scene", "sketch")),
        Kind("story", "stories", story.story, ("short story", "fable")),
        Kind("tang", "tang", tang.tang, ("wujue", "qijue", "wulü", "qilü")),
    )
}  # fmt: skip


def kind_read(kind: str, form: str) -> Kind:
    """Whose public pieces are of one language with `form`, which is of `kind`."""
    return KINDS[CHINESE if language(form) == "zh" else kind]
