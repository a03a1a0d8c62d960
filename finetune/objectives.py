"""What a training of tastes makes small: pure functions of log-probabilities, one number an example.

All are in nats. A log-probability is that of a whole answer behind its prompt, (B,); the reference's is that of the weights
from which training began, and gets no gradient. How the numbers of a batch become one is the recipe's business, but for
`anchor`, whose mean is over tokens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional as F  # noqa: N812 - what everybody calls it

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

FLAGGED_WEIGHT = 3.0  # of what a moderator flagged, over what members dislike
FLAGGED_MOST = 0.25  # of all weight: one moderator's afternoon is not the server's taste


def dpo(
    chosen: Tensor, rejected: Tensor, ref_chosen: Tensor, ref_rejected: Tensor, *, beta: float, smoothing: float
) -> Tensor:  # fmt: skip
    """Direct preference optimisation (Rafailov 2023, arXiv 2305.18290, equation 7), where a label is wrong with the chance
    `smoothing` (Mitchell 2023, "A note on DPO with noisy preferences", its conservative loss): (B,) in, (B,) out.

        -(1 - smoothing) log sigmoid(m) - smoothing log sigmoid(-m),  m = beta (log-ratio chosen - log-ratio rejected)
    """
    margin = beta * ((chosen - ref_chosen) - (rejected - ref_rejected))
    return -(1 - smoothing) * F.logsigmoid(margin) - smoothing * F.logsigmoid(-margin)


def anchor(answers: Tensor, tokens: Tensor, weights: Tensor) -> Tensor:
    """Weighted SFT: the surprise of a token of what is liked, (B,) each of log-probability, number of tokens and weight.

    Added to DPO's it is the NLL term of Pang 2024 (arXiv 2404.19733, equation 1), with the mean over tokens of a batch; DPO
    alone may push down what is chosen too, as long as it pushes down the other more (Razin 2024, arXiv 2410.08847).
    """
    return -(weights * answers).sum() / (weights * tokens).sum()


def kto(answers: Tensor, references: Tensor, liked: Tensor, drift: Tensor, *, beta: float) -> Tensor:
    """Kahneman-Tversky optimisation (Ethayarajh 2024, arXiv 2402.01306, equation 7): (B,), `liked` (B,) of bool.

    1 - sigmoid(beta (log-ratio - drift)) where it is liked, 1 - sigmoid(beta (drift - log-ratio)) where not. The weights
    lambda of desirable and undesirable are the caller's (`kto_weights`).
    """
    over = beta * (answers - references - drift)
    return 1 - torch.sigmoid(torch.where(liked, over, -over))


def drift(answers: Tensor, references: Tensor) -> Tensor:
    """KTO's estimate of how far the policy has gone (the same paper, z_0): the mean log-ratio of answers behind
    prompts that they do not answer, at least 0 and without a gradient. (B,) each, gives ().
    """
    return (answers - references).mean().clamp(min=0).detach()


def kto_weights(liked: Sequence[bool], confidence: Sequence[float], flagged: Sequence[bool]) -> list[float]:
    """The weight of each example: its confidence, `FLAGGED_WEIGHT` for what a moderator flagged, and both sides alike.

    The paper asks for lambda_D n_D / (lambda_U n_U) within [1, 4/3]; it is 1 here. What is flagged has at
    most the share `FLAGGED_MOST` of everything. Weights have a mean of 1. Of examples that are all of one side, nothing is
    balanced.
    """
    plain = [
        0.0 if bad else sure for sure, bad in zip(confidence, flagged, strict=True)
    ]  # what members say alone
    up = sum(weight for weight, good in zip(plain, liked, strict=True) if good)
    down = sum(weight for weight, good in zip(plain, liked, strict=True) if not good)
    bad = FLAGGED_WEIGHT * sum(flagged)
    # of what is disliked, members' and moderators' together weigh what is liked does
    bad = min(bad, 2 * FLAGGED_MOST * up) if up else bad
    scale_down = max(up - bad, 0.0) / down if up and down else 1.0
    each = bad / sum(flagged) if any(flagged) else 0.0
    found = []
    for weight, good, flag in zip(plain, liked, flagged, strict=True):
        found.append(each if flag else weight if good else weight * scale_down)
    mean = sum(found) / len(found) if found else 0.0
    return [weight / mean for weight in found] if mean else found
