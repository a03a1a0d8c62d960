"""Made pictures of a kind, as a whole, are to look as real ones do: the Fréchet distance of their features, as a loss.

Judges look at one picture at a time. What they miss is what all have in common: a fault that each picture has a little of,
a difference that none makes. The distance of two Gaussians (Heusel 2017, arXiv:1706.08500, equation 6) sees that, in the
pooled features of the frozen network that judges look through, and it can be learnt by (Mathiasen & Hvilshøj 2020,
arXiv:2009.14075). A batch is too small for a covariance, so that it is one of the last `MADE` made pictures and the last `REAL` real ones,
and the gradient is that for the batch as the newest of them.
"""

from __future__ import annotations

import torch
import torch.distributed as dist
from torch import Tensor, nn

from generation.gan.training.backbone import WIDTHS

TOLD = sum(WIDTHS)  # of pooled features, the first: the mean of each map
MADE, REAL = 2048, 4096  # pictures of a kind that are remembered
ENOUGH = MADE // 2  # below that nothing is asked
KINDS = 2  # what stands on a ground, and what fills it
EVERY = 4  # steps, after which what is asked is worked out anew
FLOOR = 1e-4  # of the mean variance, which every direction has at the least


class Moments(nn.Module):
    """What the last pictures looked like, and what that asks of the next. All of it is state; nothing of it learns."""

    made: Tensor  # (KINDS, MADE, TOLD), the newest last
    real: Tensor  # (KINDS, REAL, TOLD)
    count: Tensor  # (2, KINDS): how many of them there are, at most all
    steps: Tensor  # ()
    middle: Tensor  # (KINDS, TOLD), of made ones
    shift: Tensor  # (KINDS, TOLD), the gradient for their mean
    spread: Tensor  # (KINDS, TOLD, TOLD), the gradient for their covariance

    def __init__(self, seen: int = TOLD, made: int = MADE, real: int = REAL) -> None:
        super().__init__()
        self.register_buffer("made", torch.zeros(KINDS, made, seen))
        self.register_buffer("real", torch.zeros(KINDS, real, seen))
        self.register_buffer("count", torch.zeros(2, KINDS, dtype=torch.long))
        self.register_buffer("steps", torch.zeros((), dtype=torch.long))
        self.register_buffer("middle", torch.zeros(KINDS, seen))
        self.register_buffer("shift", torch.zeros(KINDS, seen))
        self.register_buffer("spread", torch.zeros(KINDS, seen, seen))

    @torch.no_grad()
    def remember(self, made: Tensor, made_kinds: Tensor, real: Tensor, real_kinds: Tensor) -> None:
        """Take a step's features in, (N, TOLD) of each, and kinds (N,) in [0, KINDS). All processes remember the same."""
        for row, (kept, news, kinds) in enumerate(
            ((self.made, made, made_kinds), (self.real, real, real_kinds))
        ):
            everyones, all_kinds = _gathered(news.float()), _gathered(kinds)
            for kind in range(KINDS):
                some = everyones[all_kinds == kind][-kept.shape[1] :]
                kept[kind] = torch.cat([kept[kind, len(some) :], some])
                self.count[row, kind] = min(kept.shape[1], int(self.count[row, kind]) + len(some))
        if int(self.steps) % EVERY == 0:
            for kind in range(KINDS):
                if int(self.count[:, kind].min()) >= min(ENOUGH, self.made.shape[1] // 2):
                    self._ask(kind)
        self.steps += 1

    def forward(self, made: Tensor, kinds: Tensor) -> Tensor:
        """A number whose gradient for the features (N, TOLD) of pictures of `kinds` is that of the distance, times what is remembered
        over N; of itself it says nothing.
        """
        apart = made.float() - self.middle[kinds]
        bent = torch.cat([apart[kinds == kind] @ self.spread[kind] for kind in range(KINDS)])
        ordered = torch.cat([apart[kinds == kind] for kind in range(KINDS)])
        return ((apart * self.shift[kinds]).sum() + (bent * ordered).sum()) / len(made)

    def _remembered(self, kind: int) -> tuple[Tensor, Tensor]:
        made, real = (int(n) for n in self.count[:, kind])
        return self.made[kind, -made:], self.real[kind, -real:]

    def _ask(self, kind: int) -> None:
        """For the mean 2 (m - r); for the covariance C, beside R of real ones, 1 - S (S C S)^-1/2 S where S = R^1/2."""
        made, real = self._remembered(kind)
        floor = FLOOR * torch.cov(real.T).trace() / real.shape[1] * torch.eye(real.shape[1])
        root = _root(torch.cov(real.T) + floor)
        values, vectors = torch.linalg.eigh(root @ (torch.cov(made.T) + floor) @ root)
        inverse = vectors * values.clamp_min(float(floor[0, 0]) ** 2).rsqrt() @ vectors.T
        self.middle[kind] = made.mean(0)
        self.shift[kind] = 2 * (made.mean(0) - real.mean(0))
        self.spread[kind] = torch.eye(real.shape[1]) - root @ inverse @ root


def _root(covariance: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(covariance)
    found: Tensor = vectors * values.clamp_min(0).sqrt() @ vectors.T
    return found


def _gathered(rows: Tensor) -> Tensor:
    """Those of all processes, in their order."""
    if not dist.is_initialized():
        return rows
    found = [torch.empty_like(rows) for _ in range(dist.get_world_size())]
    dist.all_gather(found, rows.contiguous())
    return torch.cat(found)
