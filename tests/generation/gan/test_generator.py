"""The generator's shapes and scales, and what it is to lay a picture on a ground."""

from __future__ import annotations

import pytest
import torch

from generation.gan.generator import Generator, ModulatedConv, Shape, over

SMALL = Shape(text=12, z=4, mapped=8, layout=4, channels=(16, 8, 8))


@pytest.fixture
def generator() -> Generator:
    torch.manual_seed(3)
    return Generator(SMALL)


def test_a_picture_has_the_side_that_the_shape_says(generator: Generator) -> None:
    with torch.inference_mode():
        colours, alpha = generator(torch.randn(2, 12), torch.randn(2, 4))
    assert SMALL.side == 32
    assert colours.shape == (2, 3, 32, 32)
    assert alpha.shape == (2, 1, 32, 32)
    assert float(alpha.min()) > 0
    assert float(alpha.max()) < 1


def test_both_the_words_and_the_latent_change_what_is_drawn_where(generator: Generator) -> None:
    text, z = torch.randn(2, 12), torch.randn(2, 4)
    one = generator(text[:1], z[:1])[0]
    spread = one.std()
    assert (generator(text[1:], z[:1])[0] - one).std() > 0.3 * spread
    assert (generator(text[:1], z[1:])[0] - one).std() > 0.1 * spread


def test_modulation_is_undone_in_the_mean_so_that_outputs_keep_unit_variance() -> None:
    torch.manual_seed(4)
    layer = ModulatedConv(64, 64, 16)
    x, w = torch.randn(8, 64, 12, 12), 5 * torch.randn(8, 16)
    with torch.inference_mode():
        inner = layer(x, w)[:, :, 2:-2, 2:-2]
    # leaky ReLU of slope 0.2 times sqrt(2) keeps (1 + 0.04) / 2 * 2 = 1.04 of the mean square
    assert float(inner.square().mean()) == pytest.approx(1.04, rel=0.1)


def test_what_is_not_seen_shows_the_ground() -> None:
    colours, ground = torch.full((1, 3, 2, 2), 0.5), torch.full((1, 3, 1, 1), -1.0)
    alpha = torch.tensor([0.0, 0.5, 1.0, 0.25]).view(1, 1, 2, 2)
    laid = over(colours, alpha, ground)
    assert torch.allclose(laid[0, 0].flatten(), torch.tensor([-1.0, -0.25, 0.5, -0.625]))
