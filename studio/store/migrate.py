"""Bringing a database's schema up to date, or saying why it cannot be."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from studio.errors import SchemaError, StoreUnavailable
from studio.store.trouble import told

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.ext.asyncio import AsyncEngine

MIGRATIONS = Path(__file__).with_name("migrations")
TURN = 0x52454E47  # the advisory lock that two bots starting at once take in turn


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for an open connection; there is no file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


async def upgrade(engine: AsyncEngine) -> None:
    """Apply every migration that is missing, in one transaction.

    Raises:
        SchemaError: the schema is not one of ours.
        StoreUnavailable: the database cannot be reached or written.
    """
    with told():
        async with engine.execution_options(writes=True).begin() as connection:
            await connection.run_sync(_upgrade)


async def check(engine: AsyncEngine) -> str:
    """What `upgrade` would find, in a few words.

    Raises:
        SchemaError, StoreUnavailable: as `upgrade`.
    """
    with told():
        async with engine.execution_options(writes=True).connect() as connection:
            return await connection.run_sync(_check)


def check_creatable(path: Path) -> str:
    """That a database could be made at `path`.

    Raises:
        StoreUnavailable: it could not.
    """
    folder = path.absolute().parent
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise StoreUnavailable(f"The database {path} cannot be made: {folder} cannot be written.")
    return f"{path} will be made"


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})
    config = configuration(connection)
    current = _known_revision(connection, config)
    if current != ScriptDirectory.from_config(config).get_current_head():
        command.upgrade(config, "head")


def _check(connection: Connection) -> str:
    config = configuration(connection)
    current = _known_revision(connection, config)
    name = "SQLite" if connection.dialect.name == "sqlite" else "PostgreSQL"
    if current == ScriptDirectory.from_config(config).get_current_head():
        return f"{name}, schema {current}"
    return f"{name}, to be brought from schema {current or 'nothing'} up to date"


def _known_revision(connection: Connection, config: Config) -> str | None:
    """The revision that the database is at.

    Raises:
        SchemaError: none that this version knows.
    """
    current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise SchemaError(
            f"The database has schema {current}, which this version of Renga does not know; use a newer one."
        )
    return current
