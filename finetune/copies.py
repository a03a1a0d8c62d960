"""The longest run of words that pieces share with the training data, or with the examples of their own prompt.

The pieces are indexed and the data is read past them once, so that nothing has to be kept: a run is found by its first
`LEAST` words and followed as far as it goes. Line breaks and punctuation do not end a run; a Chinese character is a word.
"""

from __future__ import annotations

import json
import lzma
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetune.texts import FOLDER
from finetune.variety import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

LEAST = 4  # words; a shorter run is nobody's


@dataclass(frozen=True, slots=True)
class Copy:
    """The longest run that one piece shares: its words, and what it is from."""

    words: int
    text: str
    source: str


NONE = Copy(0, "", "")


def training_texts(folder: Path = FOLDER) -> Iterator[tuple[str, str]]:
    """(name, text) of every record of the training data: every `*.jsonl.xz` of the folder, wherever it lies in it."""
    for path in sorted(folder.rglob("*.jsonl.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                if text := record.get("text"):
                    told = (path.name.split(".")[0], record.get("author"), record.get("title"))
                    yield ", ".join(str(one) for one in told if one), text


def longest(pieces: Sequence[str], data: Iterable[tuple[str, str]]) -> list[Copy]:
    """For each piece, the longest run of at least `LEAST` words that it shares with any text of `data`."""
    split = [tokens(piece) for piece in pieces]
    starts: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
    for piece, words in enumerate(split):
        for at in range(len(words) - LEAST + 1):
            starts[tuple(words[at : at + LEAST])].append((piece, at))
    found = [NONE] * len(pieces)
    for source, text in data:
        words = tokens(text)
        for at, key in enumerate(zip(*(words[n:] for n in range(LEAST)), strict=False)):
            for piece, begin in starts.get(key, ()):
                mine, length = split[piece], LEAST
                while (
                    begin + length < len(mine)
                    and at + length < len(words)
                    and mine[begin + length] == words[at + length]
                ):
                    length += 1
                if length > found[piece].words:
                    found[piece] = Copy(length, " ".join(mine[begin : begin + length]), source)
    return found


def lines_copied(piece: str, examples: Iterable[str]) -> list[str]:
    """The lines of a piece, of three words and more, that stand in one of `examples` word for word."""
    theirs = {" ".join(tokens(line)) for example in examples for line in example.splitlines()}
    lines = [" ".join(tokens(line)) for line in piece.splitlines()]
    return [line for line in lines if line.count(" ") >= 2 and line in theirs]
