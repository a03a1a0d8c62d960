"""The two products that training spends its time on, with gradients for what is trained and for nothing else."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, cast

import torch
from torch.nn import functional as F  # noqa: N812 - what everybody calls it

from generation.lm.packed import Matrix

if TYPE_CHECKING:
    from torch import Tensor

    from finetune.frozen import Frozen

ROWS = 64  # targets whose logits are looked at together: (64, V) float32 is 12 MB for V = 49,152


def adapted(
    x: Tensor, weight: Frozen, bias: Tensor | None, a: Tensor, b: Tensor, keep: Tensor | None
) -> Tensor:
    """Gives x @ weight().T + bias + (x @ a.T * keep) @ b.T: LoRA (arXiv 2106.09685, equation 3), its scale in `b`.

    x: (N, in), weight(): (out, in), bias: (out,), a: (R, in), b: (out, R) -> (N, out). `keep` (N, R) drops some of what
    goes through the narrow place; None: all of it goes. `weight` gets no gradient, and is asked for again when gradients are taken.
    """
    return cast("Tensor", _Adapted.apply(x, weight, bias, a, b, keep))  # type: ignore[no-untyped-call]


class Head:
    """The output head, frozen. weight: (V, D). On a processor it lies once more as oneDNN likes it: for the few rows whose logits are
    looked at together a product takes half as long, and with two threads a quarter (EPYC of 2021, float32).
    """

    def __init__(self, weight: Tensor) -> None:
        self.weight = weight.detach()

    @functools.cached_property
    def _packed(self) -> Matrix | None:
        if self.weight.device.type != "cpu":
            return None
        return Matrix(self.weight, chain=self.weight.shape[1])

    def logits(self, hidden: Tensor) -> Tensor:
        """hidden: (N, D) -> (N, V) float32, without a graph."""
        found = F.linear(hidden, self.weight) if self._packed is None else self._packed(hidden)
        return found.float()

    def back(self, grads: Tensor) -> Tensor:
        """grads: (N, V), of logits -> (N, D), of what they were made of."""
        return grads.to(self.weight.dtype) @ self.weight


def surprises(hidden: Tensor, head: Head, targets: Tensor) -> Tensor:
    """For each row -log softmax(head.logits(hidden))[target], in nats. hidden: (N, D), targets: (N,) -> (N,).

    `head` gets no gradient, so that of `hidden` is taken at once and no more than `ROWS` rows of logits ever exist.
    """
    return cast("Tensor", _Surprises.apply(hidden, head, targets))  # type: ignore[no-untyped-call]


def divergences(hidden: Tensor, head: Head, before: Tensor, values: Tensor) -> Tensor:
    """For each row KL(teacher || student) in nats, where the student is softmax(head.logits(hidden)) and the teacher
    softmax(head.logits(before) + values). hidden, before: (N, D), values: (V,) float32 -> (N,).

    Of these `hidden` alone gets a gradient, taken at once as in `surprises`.
    """
    return cast("Tensor", _Divergences.apply(hidden, head, before, values))  # type: ignore[no-untyped-call]


def divergence(student: Tensor, teacher: Tensor) -> tuple[Tensor, Tensor]:
    """For each row KL(softmax(teacher) || exp(student)) in nats, (N,), and softmax(teacher), (N, V).

    student: (N, V) log-probabilities, teacher: (N, V) logits, both float32.
    """
    wanted = torch.log_softmax(teacher, 1)
    shares = wanted.exp()
    return (shares * wanted.sub_(student)).sum(1), shares


class _Adapted(torch.autograd.Function):
    """Without a graph of its own a group of layers costs four products more than it would alone, and no copies."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Frozen, bias: Tensor | None, a: Tensor, b: Tensor, keep: Tensor | None
    ) -> Tensor:
        narrow = x @ a.T
        if keep is not None:
            narrow *= keep
        ctx.weight = weight
        ctx.save_for_backward(x, a, b, narrow, keep)
        return F.linear(x, weight(), bias).addmm_(narrow, b.T)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None, Tensor, Tensor, None]:
        (grad,) = grads
        x, a, b, narrow, keep = ctx.saved_tensors
        into_narrow = grad @ b
        if keep is not None:
            into_narrow *= keep
        into_x = (grad @ ctx.weight()).addmm_(into_narrow, a)
        return into_x, None, None, into_narrow.T @ x, grad.T @ narrow, None


class _Surprises(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, hidden: Tensor, head: Head, targets: Tensor) -> Tensor:
        wanted = ctx.needs_input_grad[0]
        found, grads = [], []
        for rows, ids in zip(torch.split(hidden, ROWS), torch.split(targets, ROWS), strict=True):
            logits = head.logits(rows)
            whole = logits.logsumexp(1, keepdim=True)
            found.append((whole - logits.gather(1, ids[:, None]))[:, 0])
            if wanted:
                shares = logits.sub_(whole).exp_()
                shares.scatter_add_(1, ids[:, None], shares.new_full((len(ids), 1), -1.0))
                grads.append(head.back(shares))
        if wanted:
            ctx.save_for_backward(torch.cat(grads))
        return torch.cat(found)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None]:
        (grad,) = grads
        (into_hidden,) = ctx.saved_tensors
        return into_hidden * grad.to(into_hidden.dtype)[:, None], None, None


class _Divergences(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, hidden: Tensor, head: Head, before: Tensor, values: Tensor) -> Tensor:
        wanted = ctx.needs_input_grad[0]
        found, grads = [], []
        for rows, known in zip(torch.split(hidden, ROWS), torch.split(before, ROWS), strict=True):
            student = torch.log_softmax(head.logits(rows), 1)
            far, shares = divergence(student, head.logits(known).add_(values))
            found.append(far)
            if wanted:
                grads.append(head.back(student.exp_().sub_(shares)))
        if wanted:
            ctx.save_for_backward(torch.cat(grads))
        return torch.cat(found)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, None, None]:
        (grad,) = grads
        (into_hidden,) = ctx.saved_tensors
        return into_hidden * grad.to(into_hidden.dtype)[:, None], None, None, None
