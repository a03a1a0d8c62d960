"""Where versions lie, and one database: what both databases must do alike is tested in `tests.studio.store`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from studio.adapters.records import Folders
from studio.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with await Store.open(f"sqlite:///{tmp_path / 'renga.db'}", tmp_path / "pictures") as opened:
        yield opened


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path / "data")
