"""What every bench prints and writes: one JSON object, or a table for people. See docs/architecture.md, "Benches"."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import psutil

if TYPE_CHECKING:
    from collections.abc import Sequence

RESULTS = Path(__file__).resolve().parent / "results"


@dataclass(frozen=True, slots=True)
class Target:
    """A figure that an issue asks for, and whether it was met."""

    name: str
    value: float
    op: Literal["<=", ">="]
    goal: float

    @property
    def met(self) -> bool:
        return self.value <= self.goal if self.op == "<=" else self.value >= self.goal


def asked(description: str | None, parts: Sequence[str]) -> argparse.Namespace:
    """What every bench with parts can be told: `json`, `quick`, `parts` to run, and `full` where that is all of them."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="under a minute; its figures are never quoted")
    parser.add_argument("--part", choices=parts, help="run one part alone")
    found = parser.parse_args()
    found.parts = [found.part] if found.part else list(parts)
    found.full = not found.quick and found.part is None
    return found


def report(bench: str, targets: list[Target], details: dict[str, Any], *, as_json: bool, full: bool) -> None:
    """Print a bench's result, and keep it under bench/results when it ran in full."""
    result = {
        "bench": bench,
        "commit": commit(),
        "machine": machine(),
        "targets": [{**asdict(target), "met": target.met} for target in targets],
        "details": details,
    }
    if full:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{bench}.json").write_text(json.dumps(result, indent=1) + "\n")
    if as_json:
        print(json.dumps(result))
        return
    for target in targets:
        print(
            f"{'met  ' if target.met else 'SHORT'} {target.name:28} {target.value:10.3f} {target.op} {target.goal:g}"
        )
    for name, value in details.items():
        if not isinstance(value, list | dict):
            print(f"      {name:28} {value}")


def commit() -> str:
    """The commit that ran, with a plus when the tree had changes."""
    try:
        git = ["git", "-C", str(RESULTS.parent)]
        name = subprocess.run(
            [*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
        )
        dirty = subprocess.run(
            [*git, "status", "--porcelain", "-uno"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return name.stdout.strip() + ("+" if dirty.stdout.strip() else "")


def machine() -> dict[str, Any]:
    """What it ran on, without naming it."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "python": platform.python_version(),
    }


def _processor() -> str:
    wanted = {"avx2", "avx512f", "avx512_bf16", "amx_bf16"}
    model, flags = platform.processor() or platform.machine(), set()
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                model = value.strip()
            elif name.strip() == "flags":
                flags = wanted & set(value.split())
    except OSError:
        pass
    return f"{model} ({', '.join(sorted(flags))})"


def quantile(values: list[float], q: float) -> float:
    """The nearest-rank quantile, `q` in [0, 1]; 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * q))] if ordered else 0.0


def tell(what: str) -> None:
    """Say what is being done to whoever waits; standard output is the result's."""
    print(what, file=sys.stderr, flush=True)
