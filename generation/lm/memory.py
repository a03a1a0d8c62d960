"""How much memory this process may still take: what the machine has free, or what its container leaves it."""

from __future__ import annotations

from pathlib import Path

import psutil

CGROUP = Path("/sys/fs/cgroup")  # of version 2, as a container sees its own


def free(cgroup: Path = CGROUP) -> int:
    """Bytes.

    Raises:
        OSError, ValueError, psutil.Error: the machine does not say.
    """
    machine: int = psutil.virtual_memory().available
    try:
        most = (cgroup / "memory.max").read_text().strip()
        used = int((cgroup / "memory.current").read_text())
    except OSError:
        return machine
    return machine if most == "max" else min(machine, max(0, int(most) - used))
