"""What the network knows, as `build` wrote it down: things it was shown stickers of, and the words of abstract paintings.

`known.json` holds it, a thing a line. Names and keywords are Unicode CLDR's (licence Unicode-3.0) by way of emojibase-data
(MIT); Traditional characters are OpenCC's (Apache-2.0).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that stickers show. `seen` is False where training left it out: its name is read, its looks are not known."""

    name: str
    article: str  # "a ", "an " or ""
    seen: bool
    also: tuple[str, ...]  # other English names
    words: tuple[str, ...]  # keywords
    zh: tuple[str, ...]  # Chinese names, the first is the one
    zh_words: tuple[str, ...]
    emoji: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One phrase of abstract paintings: `says` is what captions say, `zh` the Chinese for it, `words` other ways to ask."""

    says: str
    zh: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """All of it. `means` and `zh_means` lead a keyword, as it is looked up, to the name of the thing that it most likely
    means, or to "" where it is too general; `simplified` a Traditional character to the Simplified one.
    """

    things: tuple[Thing, ...]
    families: tuple[Term, ...]
    palettes: tuple[Term, ...]
    phrases: tuple[Term, ...]
    means: dict[str, str]
    zh_means: dict[str, str]
    simplified: dict[str, str]

    def write(self, path: Path) -> None:
        """As JSON whose lines can be compared: one a thing, one an entry of a list, one a table."""
        parts = []
        for part, value in asdict(self).items():
            if isinstance(value, dict):
                parts.append(f'"{part}": {_json(value)}')
            else:
                lines = ",\n".join(_json(item) for item in value)
                parts.append(f'"{part}": [\n{lines}\n]')
        path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Known:
        """What `write` wrote."""
        raw = json.loads(path.read_text(encoding="utf-8"))
        tuples = {"things": Thing, "families": Term, "palettes": Term, "phrases": Term}
        for part, kind in tuples.items():
            raw[part] = tuple(
                kind(
                    **{
                        name: tuple(value) if isinstance(value, list) else value
                        for name, value in item.items()
                    }
                )
                for item in raw[part]
            )
        return cls(**raw)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
