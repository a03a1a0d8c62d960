"""What a training of tastes makes small: pure functions of log-probabilities, one number an example.

All are in nats. A log-probability is that of a whole answer behind its prompt, (B,); the reference's is that of the weights
from which training began, and gets no gradient. How the numbers of a batch become one is the recipe's business, but for
`anchor`, whose mean is over tokens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional as F  # noqa: N812 - what everybody calls it

from finetune.snapshot.weights import FLAG_WEIGHT, FLAGGED_SHARE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


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
    """The weight of each example: its confidence, more for what a moderator flagged, and as much for one side as for the other.

    The paper asks for lambda_D n_D / (lambda_U n_U) within [1, 4/3]; it is 1 here. What is flagged has at most its share of
    everything (`finetune.snapshot.weights`), after the sides were levelled too. Weights have a mean of 1. Of examples that
    are all of one side, nothing is levelled.
    """
    up = sum(sure for sure, good in zip(confidence, liked, strict=True) if good)
    down = sum(
        sure for sure, good, bad in zip(confidence, liked, flagged, strict=True) if not good and not bad
    )
    most = FLAGGED_SHARE_LIMIT * 2 * up if down else FLAGGED_SHARE_LIMIT / (1 - FLAGGED_SHARE_LIMIT) * up
    worst = min(FLAG_WEIGHT * sum(flagged), most) if up else FLAG_WEIGHT * sum(flagged)
    level = (up - worst) / down if up and down else 1.0
    found = [
        worst / sum(flagged) if bad else sure if good else sure * level
        for sure, good, bad in zip(confidence, liked, flagged, strict=True)
    ]
    mean = sum(found) / len(found)
    return [weight / mean for weight in found]
