"""How near a text lies to what the network knows, and which known names are nearest, by sentence vectors.

A text counts as outside where it is near to no group of known names: the mean cosine of the eight nearest things lies
below a threshold. Held-out things and words for nothing visible decided it (`tests/generation/gan/lexicon/test_nearest.py`). One
nearest name alone tells them apart less well, since MiniLM also puts together what is merely spelled alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from safetensors.numpy import load_file, save_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from generation.gan.lexicon.known import Known
    from generation.gan.text_encoder import Sentences

    Floats = NDArray[np.float32]

_GROUP = 8
_LEVELS = 127
SHOWN = 3
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Near:
    """How near a text lies: the mean cosine of its nearest group, of the very nearest, and up to three names."""

    group: float
    best: float
    names: tuple[str, ...]


class Neighbours:
    """The sentence vectors of things that training showed, and of families and palettes. (N, 384), of norm 1."""

    def __init__(self, known: Known, things: Floats, terms: Floats) -> None:
        self._names = {False: shown(known), True: abstract(known)}
        self._vectors = {False: things, True: terms}
        self._asked: dict[tuple[str, bool], Near] = {}
        assert len(things) == len(self._names[False])
        assert len(terms) == len(self._names[True])

    @classmethod
    def of(cls, known: Known, sentences: Sentences) -> Neighbours:
        """Made anew, in some seconds."""
        return cls(known, _unit(sentences(shown(known)).numpy()), _unit(sentences(abstract(known)).numpy()))

    @classmethod
    def read(cls, path: Path, known: Known) -> Neighbours:
        """What `write` wrote."""
        tensors = load_file(path)
        return cls(known, _unit(tensors["things"]), _unit(tensors["terms"]))

    def write(self, path: Path) -> None:
        """One byte a number: an error of 1 in 127 of a row's largest moves a cosine by less than 0.01."""
        save_file({"things": _bytes(self._vectors[False]), "terms": _bytes(self._vectors[True])}, path)

    def near(self, text: str, sentences: Sentences, *, painting: bool) -> Near:
        """How near `text`, English, lies to things, or where `painting` to what abstract paintings show."""
        if (text, painting) not in self._asked:
            if len(self._asked) >= _REMEMBERED:
                self._asked.clear()
            self._asked[text, painting] = self._near(text, sentences, painting=painting)
        return self._asked[text, painting]

    def _near(self, text: str, sentences: Sentences, *, painting: bool) -> Near:
        vector: Floats = _unit(sentences([text]).numpy())[0]  # (384,)
        cosines = self._vectors[painting] @ vector  # (N,)
        order = np.argsort(-cosines, kind="stable")
        return Near(
            group=float(cosines[order[:_GROUP]].mean()),
            best=float(cosines[order[0]]),
            names=tuple(self._names[painting][at] for at in order[:SHOWN]),
        )


def shown(known: Known) -> Sequence[str]:
    """The names of the things that training showed."""
    return [thing.name for thing in known.things if thing.seen]


def abstract(known: Known) -> Sequence[str]:
    """The families and palettes of abstract paintings."""
    return [term.says for term in (*known.families, *known.palettes)]


def _unit(vectors: NDArray[np.generic]) -> Floats:
    floats = vectors.astype(np.float32)
    unit: Floats = floats / np.linalg.norm(floats, axis=1, keepdims=True)
    return unit


def _bytes(vectors: Floats) -> NDArray[np.int8]:
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    levels: NDArray[np.int8] = np.round(vectors / largest * _LEVELS).astype(np.int8)
    return levels
