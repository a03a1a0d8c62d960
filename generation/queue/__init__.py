"""The waiting line of a generation host: who is next, who may join, and how long it will be. Pure policy.

No I/O, no thread, the clock passed in: engines pull from `FairQueue` at their step boundaries, whoever takes jobs in
asks `Admission` first. `docs/architecture.md` says where each of them lives.
"""

from __future__ import annotations

from generation.queue.admission import Admission
from generation.queue.fair import OUTPUT_WEIGHT, Expected, FairQueue
from generation.queue.forecast import Line, Place

__all__ = ["OUTPUT_WEIGHT", "Admission", "Expected", "FairQueue", "Line", "Place"]
