"""What pictures go through on their way to the discriminator."""

from __future__ import annotations

import torch

from generation.gan.training.augment import Draws, augment, draw


def test_what_comes_into_sight_is_the_pictures_own_ground() -> None:
    ground = torch.full((1, 3, 1, 1), 0.4)
    moved = torch.tensor([[[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]])  # by half the width: the right half is new
    plain = Draws(moved, torch.ones(1, 3, 1, 1), torch.zeros(1, 3, 1, 1), torch.ones(1, 1, 8, 8))
    seen = augment(torch.full((1, 3, 8, 8), -1.0), ground, plain)
    assert torch.allclose(seen[..., :4], torch.tensor(-1.0))
    assert torch.allclose(seen[..., 4:], torch.tensor(0.4))


def test_the_same_draws_do_the_same_to_both_of_a_pair_and_let_gradients_through() -> None:
    torch.manual_seed(1)
    draws, ground = draw(4, 16), torch.ones(4, 3, 1, 1)
    picture = torch.randn(4, 3, 16, 16, requires_grad=True)
    assert torch.equal(augment(picture, ground, draws), augment(picture.detach(), ground, draws))
    augment(picture, ground, draws).sum().backward()
    assert picture.grad is not None
    assert (picture.grad != 0).float().mean() > 0.4


def test_a_hole_is_as_large_as_asked_and_hides_what_is_there() -> None:
    torch.manual_seed(2)
    holes = 1 - draw(500, 20, cut=0.35).hole
    assert int(holes.flatten(1).sum(1).max()) == 49
    assert int(holes.flatten(1).sum(1).min()) > 0


def test_pictures_are_seen_as_large_as_the_draws_are() -> None:
    upright = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]])
    larger = Draws(upright, torch.ones(1, 3, 1, 1), torch.zeros(1, 3, 1, 1), torch.ones(1, 1, 12, 12))
    ramp = torch.arange(8.0).expand(1, 3, 8, 8)
    seen = augment(ramp, torch.zeros(1, 3, 1, 1), larger)
    assert seen.shape == (1, 3, 12, 12)
    wanted = (torch.arange(12.0) + 0.5) * 8 / 12 - 0.5
    assert torch.allclose(seen[0, 0, 6, 1:-1], wanted[1:-1], atol=1e-5)


def test_draws_of_rows_are_theirs() -> None:
    draws = draw(3, 8)
    twice = draws.of(torch.tensor([2, 2, 0]))
    for name in ("affine", "gain", "shift", "hole"):
        assert torch.equal(getattr(twice, name), getattr(draws, name)[[2, 2, 0]])
