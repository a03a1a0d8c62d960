"""What every test folder shares: nothing is skipped that this machine could have run."""

from __future__ import annotations

import ctypes
import gc
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

MORE = 1e9  # bytes that a process may have come to hold before what tests have dropped is looked for
ALLOWED_SKIPS = ("needs a CUDA device",)  # the one thing that no install step can bring


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--no-skips", action="store_true", help="fail what is skipped, but for what no install can bring"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what is marked gpu where there is none; torch is imported for those tests alone."""
    marked = [item for item in items if item.get_closest_marker("gpu")]
    if not marked:
        return
    import torch

    if not torch.cuda.is_available():
        for item in marked:
            item.add_marker(pytest.mark.skip(reason=ALLOWED_SKIPS[0]))


_held = [MORE]


@pytest.hookimpl(trylast=True)
def pytest_runtest_logfinish() -> None:
    """Engines that a test left in the middle of a step hold one another, a third of a gigabyte each, and Python counts
    objects, not bytes: without this a worker comes to twelve gigabytes.
    """
    if _resident() > _held[0] + MORE:
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        _held[0] = _resident()


def _resident() -> float:
    """Bytes of this process that are in memory."""
    with open("/proc/self/statm", encoding="ascii") as counts:  # noqa: PTH123 - once for every test
        return int(counts.read().split()[1]) * 4096


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if item.config.getoption("--no-skips") and report.skipped and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not any(allowed in reason for allowed in ALLOWED_SKIPS):
            report.outcome = "failed"
            report.longrepr = f"skipped, which this run does not allow: {reason}"
    return report
