"""The referee: how near made pictures are to real ones, and to their captions.

    fd_*            Fréchet distance of the pooled last stage (320 numbers) from the training pictures'; lower is better
    r_*             share of pictures whose own caption fits better than 99 others
    z_spread_ratio  spread over z for one caption / spread over captions
    copies_share    share of seen pictures within 0.04 RMS of a training picture at 16 px

What it cannot see is whether a person would know the thing; `bench.picture.quiz` asks people. Unseen concepts are at its
limit long before they can be recognised.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy import typing as npt
from safetensors.torch import load_file

from bench.picture.dual_encoder import DualEncoder
from bench.picture.features import LAST_STAGE, Features
from bench.picture.figures import frechet, nearest, r_hits, spread_ratio
from bench.picture.views import thumbnails

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.picture.real import Shown
    from bench.picture.samples import Sample
    from bench.picture.views import Numbers, Pixels
    from generation.gan.text_encoder import Sentences

WEIGHTS = Path(__file__).with_name("judge.safetensors")
OF_KIND = {"seen": ("sticker", "fd_stickers"), "paintings": ("abstract", "fd_paintings")}
MATCHED = ("seen", "unseen", "paintings")
COPY = 0.04
# What the referee gave for the real pictures when it was fitted: the same list of briefs, the same pictures.
REAL = {"fd_stickers": 74.1, "fd_paintings": 61.7, "r_seen": 0.933, "r_unseen": 0.440, "r_paintings": 0.780}


@dataclass(frozen=True, slots=True)
class Score:
    """Figures by name, and for each sample of a set whether its picture fitted its caption best."""

    figures: dict[str, float] = field(default_factory=dict)
    hits: dict[str, npt.NDArray[np.bool_]] = field(default_factory=dict)

    def by(self, set_: str, keys: Sequence[str]) -> dict[str, dict[str, float]]:
        """R-precision of a set's samples by a key of each, the most frequent first."""
        found = defaultdict(list)
        for key, hit in zip(keys, self.hits[set_], strict=True):
            found[key].append(bool(hit))
        order = sorted(found, key=lambda key: (-len(found[key]), key))
        return {key: {"n": len(found[key]), "r": round(float(np.mean(found[key])), 3)} for key in order}


class Referee:
    """Networks and statistics, loaded once."""

    def __init__(self, features: Features, sentences: Sentences) -> None:
        held = load_file(WEIGHTS)
        self._reference = {
            name: held.pop(name).numpy() for name in list(held) if name.startswith(("mean.", "cov."))
        }
        self._dual = DualEncoder(held["mean"].numel())
        self._dual.load_state_dict({name: value.float() for name, value in held.items()})
        self._dual.eval()
        self._features = features
        self._sentences = sentences

    @classmethod
    def load(cls, sentences: Sentences) -> Referee:
        """Load all but the sentence encoder, which is MiniLM for networks and referee alike."""
        return cls(Features.load(), sentences)

    def read(self, captions: Sequence[str]) -> Numbers:
        """(N,) captions to (N, 384)."""
        found: Numbers = self._sentences(captions).numpy()
        return found

    def score(
        self, wanted: Sequence[Sample], pictures: Pixels, vectors: Numbers, shown: dict[str, Shown]
    ) -> Score:
        """Every figure that `wanted` has samples for, but the copies: pictures (N, 64, 64, 3), captions (N, 384)."""
        rows, sets = self._features(pictures), np.array([sample.set for sample in wanted])
        score = Score()
        for set_, (kind, figure) in OF_KIND.items():
            if (sets == set_).sum() > 1:
                last = rows[sets == set_][:, LAST_STAGE]
                real = self._reference[f"mean.{kind}"], self._reference[f"cov.{kind}"]
                score.figures[figure] = round(frechet(last.mean(0), np.cov(last.T), *real), 1)
        for set_ in MATCHED:
            some = np.flatnonzero(sets == set_).tolist()
            if some:
                concepts = [shown[wanted[at].id].concept for at in some]
                score.hits[set_] = r_hits(self._match(rows[some], vectors[some]), concepts)
                score.figures[f"r_{set_}"] = round(float(score.hits[set_].mean()), 3)
        some = np.flatnonzero(sets == "spread").tolist()
        if some:
            captions = len({wanted[at].caption for at in some})
            standard = (rows[some] - self._dual.mean.numpy()) / self._dual.std.numpy()
            ratio = spread_ratio(standard.reshape(captions, -1, rows.shape[1]))
            score.figures["z_spread_ratio"] = round(ratio, 3)
        return score

    @torch.inference_mode()
    def _match(self, rows: Numbers, vectors: Numbers) -> Numbers:
        pictures, captions = torch.from_numpy(rows), torch.from_numpy(vectors)
        found: Numbers = (self._dual.pictures(pictures) @ self._dual.captions(captions).T).numpy()
        return found


def copies(seen: Pixels, trained: Pixels) -> dict[str, float]:
    """How near seen pictures lie to training pictures: the share of copies, and the mean difference from the nearest."""
    apart = nearest(thumbnails(seen), thumbnails(trained))
    return {
        "copies_share": round(float((apart < COPY).mean()), 4),
        "nearest_rms": round(float(apart.mean()), 4),
    }


def off(figures: dict[str, float]) -> float:
    """The largest relative difference of the real pictures' figures from those of the referee's fitting."""
    return max(abs(figures[name] / value - 1) for name, value in REAL.items())
