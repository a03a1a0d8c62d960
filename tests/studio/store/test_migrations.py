"""Migrations: from nothing, from the oldest schema, and equal to the tables that the queries use."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from generation.wire.jobs import Brief
from studio.errors import SchemaError, StoreUnavailable
from studio.store import Store, migrate
from studio.store.address import file_of, read_address
from studio.store.tables import metadata
from tests.studio.made import NOWHERE, a_job

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection

OLDEST = "0001"


async def directly(address: str, work: Callable[[Connection], Any]) -> Any:
    """Do `work` to the database past the store."""
    engine = create_async_engine(read_address(address))
    async with engine.begin() as connection:
        result = await connection.run_sync(work)
    await engine.dispose()
    return result


def compared(db: Connection) -> list[Any]:
    context = MigrationContext.configure(db, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, metadata))


def shape(db: Connection) -> dict[str, Any]:
    """What Alembic does not compare: primary keys, deletion rules and partial indexes."""
    seen = inspect(db)
    return {
        table: (
            seen.get_pk_constraint(table)["constrained_columns"],
            sorted(
                (key["constrained_columns"], key["options"].get("ondelete"))
                for key in seen.get_foreign_keys(table)
            ),
            sorted(
                (
                    index["name"] or "",
                    index["column_names"],
                    bool(index["unique"]),
                    sorted(index["dialect_options"]),
                )
                for index in seen.get_indexes(table)
                if "duplicates_constraint" not in index
            ),
        )
        for table in seen.get_table_names()
        if table != "alembic_version"
    }


async def test_an_empty_database_gets_the_tables_that_the_queries_use(address: str) -> None:
    async with await Store.open(address, NOWHERE):
        pass
    assert await directly(address, compared) == []
    migrated = await directly(address, shape)

    def anew(db: Connection) -> dict[str, Any]:
        metadata.drop_all(db)
        metadata.create_all(db)
        return shape(db)

    assert await directly(address, anew) == migrated


async def test_the_oldest_schema_is_brought_up_to_date_and_keeps_its_rows(address: str) -> None:
    def at_first(db: Connection) -> None:
        command.upgrade(migrate.configuration(db), OLDEST)
        db.execute(
            text(
                "INSERT INTO jobs (id, guild_id, channel_id, member_id, kind, brief, seed, weight, application_id,"
                " interaction_token, asked_at, notified) VALUES ('old', 1, 2, 3, 'verse',"
                """ '{"form": "haiku", "theme": "rain"}', 7, 1.0, 4, 't', 5.0, false)"""
            ).execution_options(no_parameters=True)
        )
        db.execute(
            text(
                "INSERT INTO creations (id, guild_id, channel_id, member_id, kind, form, brief, text, mime, digest, prompt,"
                " seed, sampling, model, made_at, usage) VALUES ('old', 1, 2, 3, 'verse', 'haiku',"
                """ '{"form": "haiku", "theme": "rain"}', 'rain', 'text/plain', 'd', 'p', 7, '{}', 'm', 6.0, '{}')"""
            ).execution_options(no_parameters=True)
        )

    await directly(address, at_first)
    async with await Store.open(address, NOWHERE) as store:
        from studio.deliver import asked, creation

        record = await asked(store, "old")
        assert record is not None
        assert isinstance(record.brief, Brief)
        assert record.brief.theme == "rain"
        assert not record.spoiler
        assert record.brief.must == ()
        made = await creation(store, "old")
        assert made is not None
        assert (made.text, made.kept, made.reasons) == ("rain", None, ())
    assert await directly(address, compared) == []


def test_the_migrations_are_one_line_from_the_oldest() -> None:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_bases() == [OLDEST]
    assert len(scripts.get_heads()) == 1
    assert all(not script.is_merge_point for script in scripts.walk_revisions())


async def test_opening_twice_changes_nothing(address: str) -> None:
    async with await Store.open(address, NOWHERE) as store:
        await a_job(store)
    async with await Store.open(address, NOWHERE) as store:
        assert not (await _ask_again(store)).fresh


async def _ask_again(store: Store) -> Any:
    from studio.ask import Limits, ask
    from tests.studio.made import a_request

    return await ask(store, a_request(), Limits())


async def test_two_that_migrate_a_database_at_once_take_turns(address: str) -> None:
    if (path := file_of(read_address(address))) is not None:
        with closing(sqlite3.connect(path)) as file:
            file.execute("PRAGMA journal_mode = WAL")  # which, on a new file, waits for nobody
    stores = await asyncio.gather(*(Store.open(address, NOWHERE) for _ in range(3)))
    for store in stores:
        await store.close()
    assert await directly(address, compared) == []


async def test_a_schema_of_a_newer_renga_is_refused_and_not_touched(address: str) -> None:
    async with await Store.open(address, NOWHERE):
        pass
    await directly(address, lambda db: db.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(SchemaError, match="9999"):
        await Store.open(address, NOWHERE)
    with pytest.raises(SchemaError, match="9999"):
        await Store.check(address)


async def test_a_check_says_what_is_there_and_changes_nothing(address: str, tmp_path: Path) -> None:
    before = await Store.check(address)
    assert "up to date" in before or "will be made" in before
    assert not any(tmp_path.iterdir())  # noqa: ASYNC240 - a look at a small folder
    async with await Store.open(address, NOWHERE):
        pass
    assert await Store.check(address) in ("SQLite, schema 0008", "PostgreSQL, schema 0008")


async def test_a_check_of_what_cannot_be_reached_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        await Store.check("postgresql://ada:secret@127.0.0.1:1/renga")
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    with pytest.raises(StoreUnavailable, match="cannot be"):
        await Store.check(f"sqlite:///{in_the_way}/renga.db")
