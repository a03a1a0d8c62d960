"""Where the two databases differ.

SQLite is opened durable, with foreign keys, and with transactions that begin when we say so; and each has its own
INSERT that minds a conflict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Table
    from sqlalchemy.ext.asyncio import AsyncEngine

BUSY_MS = (
    1000  # twice: a write waits for the one before it too, and Discord waits three seconds for an answer
)

# FULL, because an acknowledged wish must outlive a power cut; NORMAL may lose the last commits of a WAL.
PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)


INSERT: dict[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def insert_for(db: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT into `table` that can say ON CONFLICT, as `db` says it."""
    return INSERT[db.dialect.name](table)


def set_up_sqlite(engine: AsyncEngine) -> None:
    """Apply `PRAGMAS` to each new connection, and begin writing transactions with the lock that they will need."""
    sync = engine.sync_engine

    @event.listens_for(sync, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(sync, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
