"""A database's address, read once: which of the two databases, and how its driver is told."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from studio.errors import BadAddressError

EXAMPLE = "sqlite:///data/renga.db, or postgresql://user:password@host/name"


def read_address(text: str) -> URL:
    """The address with the driver that this package uses: aiosqlite or asyncpg.

    Raises:
        BadAddressError: not an address of SQLite (a file) or PostgreSQL.
    """
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError):
        raise BadAddressError(f"The database's address cannot be read; an example is {EXAMPLE}.") from None
    if url.drivername in {"sqlite", "sqlite+aiosqlite"}:
        if url.host or url.query or not url.database or url.database == ":memory:":
            raise BadAddressError(
                f"A SQLite address names one file after three slashes; an example is {EXAMPLE}."
            )
        return url.set(drivername="sqlite+aiosqlite")
    if url.drivername in {"postgres", "postgresql", "postgresql+asyncpg"}:
        if not url.database:
            raise BadAddressError(f"A PostgreSQL address names a database; an example is {EXAMPLE}.")
        return url.set(drivername="postgresql+asyncpg")
    raise BadAddressError(
        f"The database {url.drivername!r} is not supported, SQLite and PostgreSQL are; an example is {EXAMPLE}."
    )


def file_of(url: URL) -> Path | None:
    """The file of a SQLite address, else None."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
