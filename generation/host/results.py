"""What was made and not yet fetched: kept in memory until it is acknowledged, within bounds.

The oldest go first when there is no room, or after a day; a client that comes back for one of those is told that
the job is unknown, and asks again. Two jobs with the same bytes share them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from generation.wire.errors import UnknownJob

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.host.engine import Output

AGE_LIMIT_S = 24 * 3600.0
BYTES_LIMIT = 256 * 2**20
JOBS_LIMIT = 20_000


@dataclass(slots=True)
class _Blob:
    mime: str
    data: bytes
    owners: int = 0


@dataclass(slots=True)
class Results:
    """Finished jobs by id, oldest first, and their bytes by digest."""

    jobs_limit: int = JOBS_LIMIT
    bytes_limit: int = BYTES_LIMIT
    age_limit_s: float = AGE_LIMIT_S
    size: int = 0
    _digests: dict[str, tuple[float, tuple[str, ...]]] = field(default_factory=dict)
    _blobs: dict[str, _Blob] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._digests)

    def keep(self, job_id: str, outputs: Sequence[Output], now: float) -> tuple[str, ...]:
        """Keep a finished job's outputs (perhaps none). Their digests, in order."""
        digests = []
        for output in outputs:
            digest = hashlib.sha256(output.data).hexdigest()
            blob = self._blobs.get(digest)
            if blob is None:
                blob = self._blobs[digest] = _Blob(output.mime, output.data)
                self.size += len(output.data)
            blob.owners += 1
            digests.append(digest)
        self._digests[job_id] = (now, tuple(digests))
        return tuple(digests)

    def free(self, job_id: str) -> None:
        _, digests = self._digests.pop(job_id)
        for digest in digests:
            blob = self._blobs[digest]
            blob.owners -= 1
            if not blob.owners:
                self.size -= len(blob.data)
                del self._blobs[digest]

    def too_many(self, now: float) -> str | None:
        """A job that must be freed because of age or room, the oldest; None when all may stay."""
        for job_id, (since, _) in self._digests.items():
            aged = since < now - self.age_limit_s
            full = len(self._digests) > self.jobs_limit or self.size > self.bytes_limit
            return job_id if aged or full else None
        return None

    def artifact(self, digest: str) -> tuple[str, bytes]:
        """The mime type and the bytes.

        Raises:
            UnknownJob: they are not kept.
        """
        blob = self._blobs.get(digest)
        if blob is None:
            raise UnknownJob(digest)
        return blob.mime, blob.data
