"""What pictures of a word look like: the vectors with which words begin, instead of random ones.

A picture's descriptor is what tells it best from others: principal components of its pooled features and of its
thumbnail. How far a caption alone foretells it is a ridge regression (Hoerl & Kennard 1970) from bags of words, as
`TextCode` sums them, and its coefficients are the words' vectors. From such a vector alone, 56 of 100 training pictures
are found among 100, so that the painter learns to render what is told, instead of to remember what each word means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy import typing as npt
    from torch import Tensor

WIDTH = 192
THUMBNAIL = 16  # px
WHITENED = 0.5  # 0: components keep the spread that they have in pictures; 1: all have one spread
RIDGE = 3e-5  # of weights that sum to 1
AT_ONCE = 2048
SMALLEST = 1e-6


def looks(
    pictures: npt.NDArray[np.uint8], features: npt.NDArray[np.float16], bags: Sequence[Sequence[Tensor]],
    weights: Tensor, words: int,
) -> Tensor:  # fmt: skip
    """A vector for each word, (words, 192) float32, so that a caption's code has an RMS of about 1.

    Of R pictures: (R, s, s, 4) RGBA, (R, 2, P) pooled features, of which the first are straight, the bags of all their
    captions, and how often each is drawn, (R,).
    """
    weights = (weights / weights.sum()).float()
    wanted = _descriptors(pictures, features, weights)  # (R, 192)
    products, moments = torch.zeros(words, words), torch.zeros(words, wanted.shape[1])
    for start in range(0, len(wanted), AT_ONCE):
        rows = range(start, min(start + AT_ONCE, len(wanted)))
        told = [(row, bag) for row in rows for bag in bags[row]]
        x = torch.zeros(len(told), words)
        for at, (_, bag) in enumerate(told):
            x[at, bag] = max(1, len(bag)) ** -0.5
        share = torch.tensor([float(weights[row]) / len(bags[row]) for row, _ in told])
        products += (x * share[:, None]).T @ x
        moments += (x * share[:, None]).T @ wanted[[row for row, _ in told]]
    found: Tensor = torch.linalg.solve(products + RIDGE * torch.eye(words), moments)
    predicted = (
        (found * (products @ found)).sum(0).clamp(min=SMALLEST)
    )  # each component's mean square over captions
    found = found / predicted ** (WHITENED / 2)
    scaled: Tensor = found / (predicted ** (1 - WHITENED)).mean().sqrt()
    return scaled


def _descriptors(
    pictures: npt.NDArray[np.uint8], features: npt.NDArray[np.float16], weights: Tensor
) -> Tensor:
    """(R, 192): principal components of features and thumbnails, which count alike, half whitened."""
    small = []
    for start in range(0, len(pictures), AT_ONCE):
        rgba = torch.from_numpy(np.array(pictures[start : start + AT_ONCE])).permute(0, 3, 1, 2).float()
        on_white = 1 + rgba[:, 3:] / 255 * (rgba[:, :3] / 127.5 - 2)
        small.append(functional.adaptive_avg_pool2d(on_white, THUMBNAIL).flatten(1))
    seen = _centred(torch.from_numpy(np.array(features[:, 0])).float(), weights)
    seen /= (weights[:, None] * seen.square()).sum(0).add(SMALLEST).sqrt() * seen.shape[1] ** 0.5
    thumbnails = _centred(torch.cat(small), weights)
    thumbnails /= (weights[:, None] * thumbnails.square()).sum().sqrt()
    both = torch.cat([seen, thumbnails], 1)
    spread, directions = torch.linalg.eigh((both * weights[:, None]).T @ both)  # ascending
    spread, directions = spread[-WIDTH:].flip(0), directions[:, -WIDTH:].flip(1)
    described: Tensor = both @ directions / spread.clamp(min=SMALLEST) ** (WHITENED / 2)
    return described


def _centred(x: Tensor, weights: Tensor) -> Tensor:
    return x - (weights[:, None] * x).sum(0)
