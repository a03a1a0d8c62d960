"""A text code and a latent to a picture: StyleGAN2's modulated synthesis, small, with an alpha channel.

Karras 2020 (arXiv:1912.04958): modulation and demodulation, as scale, convolve, scale (equation 3), pictures summed
over the scales ("skip" generator). Each level widens at its lower size, where it is cheap, and refines at its higher.
What is drawn where is decided from w by one linear map to 8 px: parameters that cost no time.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

LEAK = 0.2
GAIN = 2**0.5
FIRST = 8  # px: a layout of 4 px costs time in small convolutions, and says no more
SKIP_GAIN = 0.15  # pictures start pale: at the default gain half of all trainings died within a minute


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a generator is. `channels` are those at 8, 16, 32 … px; the last one's size is `side`.

    `text` and `looks` are the parts of a text code: `generation.gan.text_encoder.TextCode`.
    """

    text: int = 384
    looks: int = 0
    z: int = 64
    mapped: int = 256
    layout: int = 48
    channels: tuple[int, ...] = (256, 160, 96, 32)

    @property
    def code(self) -> int:
        """Width of a text code."""
        return self.text + self.looks

    @property
    def w(self) -> int:
        """Width of a style."""
        return self.mapped + self.code + self.z

    @property
    def side(self) -> int:
        """Pixels of the picture's edge."""
        return int(FIRST * 2 ** (len(self.channels) - 1))


class Mapping(nn.Module):
    """(N, code) text codes and (N, z) latents of unit variance to (N, w) styles.

    A style is what three layers make of both, and both as they came: through the layers alone, whose outputs are mostly
    positive, styles of all captions lie close together, and a first network drew one outline for everything.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            _unit_linear(wide, shape.mapped) for wide in (shape.code + shape.z, shape.mapped, shape.mapped)
        )

    def forward(self, text: Tensor, z: Tensor) -> Tensor:
        given = x = torch.cat([text, z], dim=1)
        for layer in self.layers:
            x = functional.leaky_relu(layer(x), LEAK) * GAIN
        return torch.cat([x, given.to(x.dtype)], dim=1)


class ModulatedConv(nn.Module):
    """3x3 convolution whose input channels are scaled by a style, its output brought back to unit variance."""

    def __init__(self, wide_in: int, wide_out: int, w: int) -> None:
        super().__init__()
        self.style = nn.Linear(w, wide_in)
        nn.init.normal_(self.style.weight, std=w**-0.5)
        nn.init.ones_(self.style.bias)
        self.weight = nn.Parameter(torch.randn(wide_out, wide_in, 3, 3) * (9 * wide_in) ** -0.5)
        self.bias = nn.Parameter(torch.zeros(wide_out))

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """x: (N, in, s, s), w: (N, W) -> (N, out, s, s)."""
        scale = self.style(w)  # (N, in)
        demodulation = (
            scale.float().square() @ self.weight.float().square().sum((2, 3)).T + 1e-6
        ).rsqrt()  # (N, out)
        y = functional.conv2d(x * scale[:, :, None, None].to(x.dtype), self.weight.to(x.dtype), padding=1)
        y = torch.addcmul(
            self.bias[:, None, None].to(y.dtype), y, (demodulation * GAIN)[:, :, None, None].to(y.dtype)
        )
        return functional.leaky_relu(y, LEAK)


class Level(nn.Module):
    """Twice the size: (N, in, s, s) -> (N, out, 2s, 2s), and the picture so far with it."""

    def __init__(self, wide_in: int, wide_out: int, w: int) -> None:
        super().__init__()
        self.narrow = ModulatedConv(wide_in, wide_out, w)
        self.refine = ModulatedConv(wide_out, wide_out, w)
        self.picture = _picture_conv(wide_out)

    def forward(self, x: Tensor, picture: Tensor, w: Tensor) -> tuple[Tensor, Tensor]:
        x = self.refine(_twice(self.narrow(x, w)), w)
        return x, _twice(picture) + self.picture(x)


class Generator(nn.Module):
    """Text codes and latents to pictures."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        first = shape.channels[0]
        self.mapping = Mapping(shape)
        self.layout = _unit_linear(shape.w, shape.layout * FIRST**2)
        self.spread = nn.Conv2d(shape.layout, first, 1)
        self.start = ModulatedConv(first, first, shape.w)
        self.picture = _picture_conv(first)
        self.levels = nn.ModuleList(Level(a, b, shape.w) for a, b in pairwise(shape.channels))

    def forward(self, text: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
        """(N, code), (N, z) -> colours (N, 3, side, side), about [-1, 1] and not cut, and alpha (N, 1, side, side) in (0, 1)."""
        return self.synthesise(self.mapping(text, z))

    def synthesise(self, w: Tensor) -> tuple[Tensor, Tensor]:
        """(N, W) -> as `forward`."""
        layout = self.layout(w).view(len(w), -1, FIRST, FIRST).contiguous(memory_format=torch.channels_last)
        x = functional.leaky_relu(self.spread(layout), LEAK) * GAIN
        x = self.start(x, w)
        picture = self.picture(x)
        for level in self.levels:
            x, picture = level(x, picture, w)
        picture = picture.float()
        return picture[:, :3], torch.sigmoid(2 * picture[:, 3:] + 1)


def over(colours: Tensor, alpha: Tensor, ground: Tensor) -> Tensor:
    """Lay pictures on a ground: (N, 3, s, s) in [-1, 1], (N, 1, s, s) in [0, 1] and (N, 3, 1, 1) in [-1, 1] -> (N, 3, s, s)."""
    return ground + alpha * (colours - ground)


def _twice(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


def _unit_linear(wide_in: int, wide_out: int) -> nn.Linear:
    """Unit variance in, unit variance out."""
    layer = nn.Linear(wide_in, wide_out)
    nn.init.normal_(layer.weight, std=wide_in**-0.5)
    nn.init.zeros_(layer.bias)
    return layer


def _picture_conv(wide: int) -> nn.Conv2d:
    """1x1 to colours and alpha."""
    layer = nn.Conv2d(wide, 4, 1)
    assert layer.bias is not None
    nn.init.normal_(layer.weight, std=SKIP_GAIN * wide**-0.5)
    nn.init.zeros_(layer.bias)
    return layer
