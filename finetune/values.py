"""What single tokens are worth to a taste.

A pair of pieces says that one is better, not where: of the thirty tokens that are learnt, two or three made the difference, and the
others are noise of the same size. So a head's scores of fresh pieces are shared out among their tokens, by a ridge
regression on the mean of the tokens' embeddings, theme by theme, whose coefficients are a value for every token there is.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from safetensors.torch import load_file
from safetensors.torch import save as bytes_of

from generation import whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from torch import Tensor

RIDGES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)  # in parts of the pieces' mean square length
FOLDS = 5
LEAST_THEMES = 5
SEEN = 3  # times that a token has to come for its value to bound the others'
LEAST_TOLD = 0.1  # below it nothing is learnt of tokens: six ridges tried on noise come to .02
COMMON = 0.001  # of all tokens; of a word that makes out so much
DAMPING = 0.6  # times the logarithm of 2 is taken, two fifths of a typical value
ROWS = 8192  # of the embedding that are looked at together
SHOWN = 8  # words
LOOKED_AT = 60  # tokens for them
LINE_END, MARKS = "ends of lines", tuple(".,;:!?-—")

_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Values:
    """`of`: (V,) float32; of the tokens that come as often as they do their mean is 0 and their mean square 1, before words that come
    often are damped (`damped`). `told` is the share
    of what the scores of one theme's pieces differ by that they foretell of themes held out, in [0, 1]. `best` and `worst` are
    the tokens of the pieces that are worth most and least, the furthest first.
    """

    of: Tensor
    told: float
    best: tuple[int, ...] = ()
    worst: tuple[int, ...] = ()


def token_values(
    embedding: Tensor,
    answers: Sequence[Sequence[int]],
    themes: Sequence[str],
    scores: Sequence[float],
    unvalued: Sequence[int] = (),
    word_of: Callable[[int], str] = lambda _: "",
) -> Values | None:
    """The values by which pieces, as tokens, score as they do. None: tokens foretell nothing.

    embedding: (V, D), wherever it is; what is made of it is on the processor. `unvalued` are tokens that no piece has, as what ends
    it, and that are worth nothing for it. `word_of` says which word a token is, "" for none: a word is worth less, the more often it
    comes already (`damped`), however it is spelt.
    """
    names = sorted(set(themes))
    if len(names) < LEAST_THEMES:
        return None
    place = {name: n for n, name in enumerate(names)}
    of = torch.tensor([place[theme] for theme in themes])
    used = torch.tensor([len(answer) > 0 for answer in answers])
    means = torch.stack([embedding[list(answer) or [0]].float().mean(0).cpu() for answer in answers])
    x = _within(means[used], of[used], len(names))
    y = _within(torch.tensor(scores, dtype=torch.float32)[used, None], of[used], len(names))[:, 0]
    if not bool(y.square().sum() > 0):
        return None
    product = (x @ x.T).double()
    length = float(product.diagonal().mean())
    folds = of[used] % FOLDS
    best, ridge = LEAST_TOLD, None
    for tried in RIDGES:
        foretold = torch.zeros(len(y), dtype=torch.float64)
        for fold in range(FOLDS):
            out = folds == fold
            foretold[out] = product[out][:, ~out] @ _dual(
                product[~out][:, ~out], y[~out].double(), tried * length
            )
        told = 1 - float((y - foretold).square().sum() / y.square().sum())
        if told > best:
            best, ridge = told, tried
    if ridge is None:
        return None
    of_embedding = x.T @ _dual(product, y.double(), ridge * length).float()
    raw = torch.cat([rows.float().cpu() @ of_embedding for rows in torch.split(embedding, ROWS)])
    counts = torch.bincount(
        torch.tensor([token for answer in answers for token in answer]), minlength=len(raw)
    )
    middle = float((raw * counts).sum() / counts.sum())
    spread = float(((raw - middle).square() * counts).sum() / counts.sum()) ** 0.5
    known = (counts >= SEEN).nonzero()[:, 0]
    if not len(known) or not spread > 0:
        return None
    ranked = known[raw[known].argsort(descending=True)].tolist()
    # what never came is worth no more than what did
    bounded = raw.clamp(float(raw[ranked[-1]]), float(raw[ranked[0]]))
    found = (bounded - middle) / spread
    found[list(unvalued)] = 0.0
    found = damped(found, _often(counts, word_of))
    found = found.clamp_max(float(found[known].max()))  # nor afterwards
    ends = known[found[known].argsort(descending=True, stable=True)].tolist()
    return Values(found, best, tuple(ends[:LOOKED_AT]), tuple(ends[::-1][:LOOKED_AT]))


def damped(values: Tensor, often: Tensor) -> Tensor:
    """What tokens are worth where a server wants more of what it likes, and not one word of it in every line.

        max(0, value - DAMPING · log(1 + often / COMMON))  of values above 0; others as they are

    It is after what most of a reward and of the entropy of how often each word comes asks for, which is to take the logarithm of that
    from what a word is worth; here of how often it came before, and of what is liked alone. values, often: (V,), the second what share
    of all tokens each word makes out.
    """
    return torch.where(values > 0, (values - DAMPING * torch.log1p(often / COMMON)).clamp_min(0.0), values)


def _often(counts: Tensor, word_of: Callable[[int], str]) -> Tensor:
    """What share of all tokens the word of each makes out, in all its spellings; nought of what is no word. counts: (V,), gives (V,)."""
    words = [word_of(token) for token in range(len(counts))]
    times: Counter[str] = Counter()
    for token in counts.nonzero()[:, 0].tolist():
        times[words[token]] += int(counts[token])
    times[""] = 0
    return torch.tensor([times[word] for word in words]) / counts.sum()


def save(values: Values, file: Path) -> None:
    """Write `file`, whole or not at all. Raises OSError."""
    ends = {"best": torch.tensor(values.best), "worst": torch.tensor(values.worst)}
    told = torch.tensor(values.told, dtype=torch.float64)
    whole.put(file, bytes_of({"of": values.of, "told": told, **ends}))


def load(file: Path) -> Values:
    kept = load_file(file)
    return Values(
        kept["of"], kept["told"].item(), tuple(kept["best"].tolist()), tuple(kept["worst"].tolist())
    )


def shown(tokens: Sequence[int], say: Callable[[Sequence[int]], str]) -> tuple[str, ...]:
    """What the first of `tokens` say that a reader can make something of: words, whole ones, which begin behind a space, or
    Chinese ones; ends of lines; marks.
    """
    found: dict[str, None] = {}
    for token in tokens:
        said = say([token])
        word = said.strip().lower()
        if "\n" in said and not word:
            found.setdefault(LINE_END)
        elif (word.isalpha() and (_HAN.match(word) or (said[0] == " " and len(word) > 1))) or word in MARKS:
            found.setdefault(word)
    return tuple(found)[:SHOWN]


def _within(x: Tensor, theme: Tensor, themes: int) -> Tensor:
    """Rows (N, D), each less the mean of its theme's."""
    sums = x.new_zeros(themes, x.shape[1]).index_add(0, theme, x)
    counts = torch.bincount(theme, minlength=themes).clamp_min(1)
    return x - (sums / counts[:, None])[theme]


def _dual(product: Tensor, y: Tensor, ridge: float) -> Tensor:
    found: Tensor = torch.linalg.solve(product + ridge * torch.eye(len(y), dtype=product.dtype), y)
    return found
