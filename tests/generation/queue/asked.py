"""Jobs for tests of the line, and serving them one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.wire.jobs import Brief, Job, Terms

if TYPE_CHECKING:
    from generation.queue import FairQueue


def yes(_job: Job) -> bool:
    return True


def job(
    name: str,
    tenant: str = "guild",
    member: str = "ada",
    asked_at: float = 0.0,
    deadline: float | None = None,
    weight: float = 1.0,
    priority: int = 0,
    form: str = "haiku",
) -> Job:
    return Job(
        id=name, kind="text", tenant=tenant, member=member, asked_at=asked_at,
        brief=Brief(form, "rain"), seed=1, terms=Terms(weight=weight, deadline=deadline, priority=priority),
    )  # fmt: skip


def drained(queue: FairQueue, tokens: int = 20) -> list[str]:
    """Serve one after another until the line is empty."""
    order = []
    while (taken := queue.take(yes)) is not None:
        order.append(taken.id)
        queue.charge(taken.id, tokens)
        queue.end(taken.id, made=False)
    return order
