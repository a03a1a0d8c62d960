"""The Fréchet distance as a loss: its gradient is that of the distance, and it leads made features to real ones."""

from __future__ import annotations

import torch

from generation.gan.training.moments import EVERY, Moments


def _filled(seed: int) -> tuple[Moments, torch.Tensor]:
    torch.manual_seed(seed)
    moments = Moments(seen=3, made=12, real=40)
    made = torch.randn(12, 3) @ torch.randn(3, 3) + 1
    real = torch.randn(40, 3)
    moments.remember(made, torch.ones(12, dtype=torch.long), real, torch.ones(40, dtype=torch.long))
    return moments, made


def _distance(made: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    """By eigenvalues of the product, as the referee has it."""
    a, b = torch.cov(made.T), torch.cov(real.T)
    overlap = torch.linalg.eigvals(a @ b).real.clamp_min(0).sqrt().sum()
    return (made.mean(0) - real.mean(0)).square().sum() + torch.trace(a) + torch.trace(b) - 2 * overlap


def test_the_gradient_is_that_of_the_distance() -> None:
    moments, made = _filled(3)
    real = moments.real[1]
    given = made.clone().requires_grad_()
    moments(given, torch.ones(12, dtype=torch.long)).backward()  # type: ignore[no-untyped-call]
    exact = made.clone().requires_grad_()
    _distance(exact, real).backward()  # type: ignore[no-untyped-call]
    assert given.grad is not None
    assert exact.grad is not None
    # 1 / 11 for the covariance of twelve and not 1 / 12: the mean's part is as it is, the other a twelfth smaller
    mean = 2 * (made.mean(0) - real.mean(0)) / 12
    assert torch.allclose(given.grad - mean, (exact.grad - mean) * 11 / 12, rtol=0.02, atol=2e-3)


def test_features_that_follow_it_come_to_be_spread_as_the_real_ones_are() -> None:
    moments, made = _filled(4)
    kinds, real = torch.ones(12, dtype=torch.long), moments.real[1].clone()
    before = _distance(made, real)
    for _ in range(60 * EVERY):
        made.requires_grad_()
        (gradient,) = torch.autograd.grad(moments(made, kinds), made)
        made = (made - 0.2 * gradient).detach()
        moments.remember(made, kinds, real, torch.ones(40, dtype=torch.long))
    assert _distance(made, real) < 0.05 * before


def test_a_kind_of_which_little_was_seen_asks_nothing() -> None:
    moments, made = _filled(5)
    assert float(moments(made, torch.zeros(12, dtype=torch.long))) == 0
    moments.remember(made[:3], torch.zeros(3, dtype=torch.long), made, torch.zeros(12, dtype=torch.long))
    assert moments.count.tolist() == [[3, 12], [12, 40]]
    assert float(moments(made, torch.zeros(12, dtype=torch.long))) == 0


def test_the_oldest_are_forgotten() -> None:
    moments = Moments(seen=1, made=4, real=8)
    none = torch.zeros(0, 1), torch.zeros(0, dtype=torch.long)
    for start in (0, 3, 6):
        news = torch.arange(start, start + 3.0)[:, None]
        moments.remember(news, torch.zeros(3, dtype=torch.long), *none)
    assert moments.made[0, :, 0].tolist() == [5, 6, 7, 8]
    moments.remember(torch.arange(20.0)[:, None], torch.zeros(20, dtype=torch.long), *none)
    assert moments.made[0, :, 0].tolist() == [16, 17, 18, 19]
