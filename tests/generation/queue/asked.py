"""Jobs for tests of the line, and serving them one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.wire.jobs import Brief, Job, PictureBrief, Spot, Terms

if TYPE_CHECKING:
    from collections.abc import Callable

    from generation.queue import FairQueue
    from generation.wire.jobs import Kind


def yes(_job: Job) -> bool:
    return True


def but(*full: Kind) -> Callable[[Job], bool]:
    """An engine that is full of those kinds."""
    return lambda found: found.kind not in full


def job(
    name: str,
    tenant: str = "guild",
    member: str = "ada",
    asked_at: float = 0.0,
    deadline: float | None = None,
    weight: float = 1.0,
    priority: int = 0,
    form: str = "haiku",
    kind: Kind = "text",
) -> Job:
    brief, picture = Brief(form, "rain"), PictureBrief("new", (Spot("rain"),))
    return Job(
        id=name, kind=kind, tenant=tenant, member=member, asked_at=asked_at, seed=1,
        brief=brief if kind == "text" else None, picture=picture if kind == "picture" else None, terms=Terms(weight=weight, deadline=deadline, priority=priority),
    )  # fmt: skip


def drained(queue: FairQueue, tokens: int = 20) -> list[str]:
    """Serve one after another until the line is empty."""
    order = []
    while (taken := queue.take(yes)) is not None:
        order.append(taken.id)
        queue.charge(taken.id, tokens)
        queue.end(taken.id, made=False)
    return order
