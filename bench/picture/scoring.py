"""What is scored and how it is told apart: real pictures and made ones by the same referee, by style, kind and group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.picture import colours
from bench.picture.painted import painted, views
from bench.picture.real import RealPictures
from bench.picture.referee import REAL, Referee, copies
from bench.picture.samples import samples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.picture.painted import Paints
    from bench.picture.referee import Score
    from bench.picture.samples import Sample
    from generation.gan.text_encoder import Sentences

QUICK = 24  # samples of a set; a multiple of the eight seeds of a caption
QUICK_TRAINED = 500


class Scoring:
    """The referee, the real pictures, and what of the list is scored."""

    def __init__(self, sentences: Sentences, *, quick: bool) -> None:
        self.real = RealPictures()
        self.quick = quick
        self._referee = Referee.load(sentences)
        self._limit = QUICK if quick else None

    def real_pictures(self) -> dict[str, Any]:
        """The figures of the pictures that the captions were written for."""
        wanted = samples(("seen", "unseen", "paintings"), self._limit)
        vectors = self._referee.read([sample.caption for sample in wanted])
        pictures = self.real.views(sample.id for sample in wanted)
        score = self._referee.score(wanted, pictures, vectors, self.real.shown)
        return {**score.figures, "when_fitted": REAL, **self._by(score, wanted)}

    def made_pictures(self, model: Paints) -> dict[str, Any]:
        """The figures of what `model` paints."""
        wanted = samples(("seen", "unseen", "paintings", "spread"), self._limit)
        made = views(painted(model, [s.caption for s in wanted], [s.seed for s in wanted]))
        vectors = self._referee.read([sample.caption for sample in wanted])
        score = self._referee.score(wanted, made, vectors, self.real.shown)
        trained = self.real.trained()[: QUICK_TRAINED if self.quick else None]
        seen = made[[sample.set == "seen" for sample in wanted]]
        asked = colours.asked()[:: 10 if self.quick else 1]
        coloured = painted(model, [one.caption for one in asked], [one.seed for one in asked])
        heard = colours.heard(asked, coloured)
        return {
            "n": len(wanted),
            **score.figures,
            **copies(seen, self.real.views(trained)),
            "colour_heard": heard["all"],
            "colour_heard_by_colour": heard,
            **self._by(score, wanted),
            "hits": {name: "".join("01"[bool(hit)] for hit in hits) for name, hits in score.hits.items()},
        }

    def _by(self, score: Score, wanted: Sequence[Sample]) -> dict[str, Any]:
        shown = {name: [self.real.shown[s.id] for s in wanted if s.set == name] for name in score.hits}
        return {
            "r_seen_by_style": score.by("seen", [one.style for one in shown["seen"]]),
            "r_seen_by_group": score.by("seen", [one.group for one in shown["seen"]]),
            "r_unseen_by_style": score.by("unseen", [one.style for one in shown["unseen"]]),
            "r_unseen_by_group": score.by("unseen", [one.group for one in shown["unseen"]]),
            "r_paintings_by_style": score.by("paintings", [one.style for one in shown["paintings"]]),
            "r_paintings_by_kind": score.by("paintings", [one.name for one in shown["paintings"]]),
        }
