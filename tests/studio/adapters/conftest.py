"""Where versions lie, and one database: what both databases must do alike is tested in `tests.studio.store`."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from studio import consent
from studio.adapters.records import Folders
from studio.store import Store
from tests.studio.adapters.made import GUILD
from tests.studio.adapters.opinions import DAY_S, prepared
from tests.studio.made import MOD, NOW

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with await Store.open(f"sqlite:///{tmp_path / 'renga.db'}", tmp_path / "pictures") as opened:
        yield opened


@pytest.fixture(scope="session")
def opinions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("opinions"))


@pytest.fixture
async def taught(opinions: Path, tmp_path: Path) -> AsyncIterator[Store]:
    """A store of a server that lets itself be learnt from, and has said enough."""
    shutil.copy(opinions, tmp_path / "taught.db")
    async with await Store.open(f"sqlite:///{tmp_path / 'taught.db'}", tmp_path / "pictures") as opened:
        await consent.enable(opened, GUILD, MOD, NOW)
        yield opened


@pytest.fixture
async def learning(store: Store) -> None:
    """The server of `store` lets itself be learnt from since yesterday."""
    await consent.enable(store, GUILD, MOD, NOW - DAY_S)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path / "data")
