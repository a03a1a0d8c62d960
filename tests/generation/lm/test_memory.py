"""How much memory is free, on the machine and in a container."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil
import pytest

from generation.lm import memory

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("most", "used", "left"), [
    ("max", 5, None), (str(2**30), 2**29, 2**29), (str(100), 200, 0), (str(2**60), 0, None),
])  # fmt: skip
def test_a_container_leaves_what_its_limit_does(
    tmp_path: Path, most: str, used: int, left: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = psutil.virtual_memory()
    monkeypatch.setattr(psutil, "virtual_memory", lambda: machine)
    (tmp_path / "memory.max").write_text(f"{most}\n")
    (tmp_path / "memory.current").write_text(f"{used}\n")
    found = memory.free(tmp_path)
    assert found == (machine.available if left is None else left)


def test_without_a_container_it_is_what_the_machine_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = psutil.virtual_memory()
    monkeypatch.setattr(psutil, "virtual_memory", lambda: machine)
    assert memory.free(tmp_path) == machine.available
