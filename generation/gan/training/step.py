"""One step: one batch made, the judges taught by it, then the painter by the judges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.distributed as dist
from torch.nn import functional

from generation.gan.generator import over
from generation.gan.training import losses
from generation.gan.training.augment import augment, draw
from generation.gan.training.backbone import Backbone, pooled
from generation.gan.training.moments import TOLD
from generation.gan.training.posterior import draw_latent
from generation.gan.training.precision import autocast

if TYPE_CHECKING:
    from torch import Tensor

    from generation.gan.training.dataset import Batch, Captions
    from generation.gan.training.networks import State


SEEN = 2.0  # times as large as they are painted, judges see pictures
ALIKE = 0.9  # two captions whose sentences have at least this cosine may be of one thing


@dataclass(frozen=True, slots=True)
class Weighs:
    """What each part of the painter's loss counts against being convincing (1); `nats` are what latents tell of pictures, and `variety`
    what latents are to change, of what captions do.
    """

    match: float = 2.0
    likeness: float = 3.0
    colours: float = 4.0
    alpha: float = 2.0
    capacity: float = 0.02
    nats: float = 28.0
    range: float = 10.0
    sameness: float = 2.0
    variety: float = 0.5
    moments: float = 1.2


def step(state: State, backbone: Backbone, batch: Batch, weighs: Weighs) -> dict[str, float]:
    """Change `state` by one batch. Half of the pictures are made from latents of the prior, half from real ones'.

    Those of the prior are pairs under one caption, on one ground and seen alike, so that what they differ by is their latents'.
    Returns what there is to plot. Every process of a group calls it with a batch of its own; gradients are averaged.
    """
    n, half = len(batch.pictures), len(batch.pictures) // 2
    of = captioned(n)
    pairs = (n - half) // 2
    draws = draw(n, round(SEEN * batch.pictures.shape[-1]))
    with autocast():
        with torch.no_grad():
            real_maps = backbone(augment(batch.pictures, batch.grounds, draws))
        mean, log_variance = state.posterior(batch.pictures, batch.features)
        mean, log_variance = mean.float(), log_variance.float()
        z = torch.cat([draw_latent(mean[:half], log_variance[:half]), torch.randn_like(mean[half:])])
        text = _words(state.painter.text, batch.captions)
        colours, alpha = state.painter.generator(text[of], z)
        made = over(colours, alpha, batch.grounds[of])
        made_maps = backbone(augment(made, batch.grounds[of], draws.of(of)))

    told = _teach_judges(state, batch, real_maps, [x.detach() for x in made_maps], of)

    judges = [*state.discriminator.parameters(), *state.matcher.parameters()]
    learning = [p for p in judges if p.requires_grad]
    for parameter in learning:
        parameter.requires_grad_(False)
    state.discriminator.eval()
    state.matcher.eval()
    with autocast():
        scores = state.discriminator.scores(
            state.discriminator.looked(made_maps), _words(state.discriminator.text, batch.captions)[of]
        )
        seen = pooled(made_maps)
        matched = state.matcher.picture(seen)
        captions = state.matcher.caption(_words(state.matcher.text, batch.captions))
        foils = state.matcher.caption(_words(state.matcher.text, batch.foils))
        apart = _apart(batch)
    kinds = batch.opaque.long()
    state.moments.remember(seen[:, :TOLD].detach(), kinds[of], pooled(real_maps)[:, :TOLD], kinds)
    firsts = n - pairs  # a caption that is there twice would be its own negative
    parts = {
        "convincing": losses.convincing(scores),
        "match": weighs.match
        * losses.match(
            matched[:firsts], captions[:firsts], state.matcher.log_scale.exp(), foils, apart[:firsts]
        ),
        "sameness": weighs.sameness
        * losses.sameness(seen[firsts - pairs : firsts], seen[firsts:], weighs.variety),
        "likeness": weighs.likeness
        * losses.likeness([x[:half] for x in made_maps], [x[:half] for x in real_maps]),
        "colours": weighs.colours * losses.colour_likeness(made[:half], batch.pictures[:half]),
        "alpha": weighs.alpha
        * losses.unlike_alpha(alpha, batch.alpha[of], batch.opaque[of] | (torch.arange(n) < half)),
        "capacity": weighs.capacity * losses.capacity(losses.divergence(mean, log_variance), weighs.nats),
        "moments": weighs.moments * state.moments(seen[:, :TOLD], kinds[of]),
        "range": weighs.range * losses.out_of_range(colours),
    }
    state.makes.zero_grad()
    torch.stack(list(parts.values())).sum().backward()  # type: ignore[no-untyped-call]
    for parameter in learning:
        parameter.requires_grad_(True)
    state.discriminator.train()
    state.matcher.train()
    _average_gradients(state.makes)
    state.makes.step()
    return told | {name: float(part.detach()) for name, part in parts.items()}


def captioned(n: int) -> Tensor:
    """Whose caption each of `n` made pictures has: its own, but for the last quarter, which has those of the quarter before; (n,)."""
    pairs = (n - n // 2) // 2
    return torch.cat([torch.arange(n - pairs), torch.arange(n - 2 * pairs, n - pairs)])


def of_another(kinds: Tensor) -> Tensor:
    """Whose caption each of N pictures does not fit: the next one's of its kind (N,), where there is one; (N,)."""
    found = torch.arange(len(kinds)).roll(1)
    for kind in (False, True):
        (rows,) = torch.nonzero(kinds == kind, as_tuple=True)
        if len(rows) > 1:
            found[rows] = rows.roll(1)
    return found


def _teach_judges(
    state: State, batch: Batch, real: list[Tensor], made: list[Tensor], of: Tensor
) -> dict[str, float]:
    """Half of the negatives are made ones, under the captions `of` these rows, half real ones under the caption of another of their kind."""
    n = len(batch.pictures)
    with autocast():
        looked = state.discriminator.looked([torch.cat([a, b]) for a, b in zip(real, made, strict=True)])
        text = _words(state.discriminator.text, batch.captions)
        wrong = text[of_another(batch.opaque)]
        of_real = state.discriminator.scores([(x[:n], score[:n]) for x, score in looked], text)
        of_made = state.discriminator.scores([(x[n:], score[n:]) for x, score in looked], text[of])
        of_wrong = state.discriminator.scores([(x[:n], score[:n]) for x, score in looked], wrong)
        captions = state.matcher.caption(_words(state.matcher.text, batch.captions))
        foils = state.matcher.caption(_words(state.matcher.text, batch.foils))
        matched = losses.match(
            state.matcher.picture(pooled(real)), captions, state.matcher.log_scale.exp(), foils, _apart(batch)
        )
    hinge = losses.hinge_real(of_real) + (losses.hinge_made(of_made) + losses.hinge_made(of_wrong)) / 2
    state.judges.zero_grad()
    (hinge + 0.5 * matched).backward()  # type: ignore[no-untyped-call]
    _average_gradients(state.judges)
    state.judges.step()
    with torch.no_grad():
        state.matcher.log_scale.clamp_(max=4.0)
    return {"hinge": float(hinge.detach()), "matched": float(matched.detach())}


def _words(code: torch.nn.Module, captions: Captions) -> Tensor:
    found: Tensor = code(captions.sentences, captions.words, captions.offsets)
    return found


def _apart(batch: Batch) -> Tensor:
    """Which of the foils are of another thing than each caption: (N, M) bool."""
    ours, theirs = (functional.normalize(x.sentences) for x in (batch.captions, batch.foils))
    return ours @ theirs.T < ALIKE


def _average_gradients(optimiser: torch.optim.Optimizer) -> None:
    """The mean of all processes' gradients, in one message."""
    if not dist.is_initialized():
        return
    grads = [p.grad for group in optimiser.param_groups for p in group["params"] if p.grad is not None]
    flat = torch.cat([grad.flatten() for grad in grads])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    for grad, averaged in zip(grads, torch.split(flat, [grad.numel() for grad in grads]), strict=True):
        grad.copy_(averaged.view_as(grad))
