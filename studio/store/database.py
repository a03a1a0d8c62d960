"""An open database: reads beside each other, writes one after another, many of them in one commit.

A commit waits for the disk, and SQLite takes one writer at a time, so whatever asked to write meanwhile shares the
next commit. What is written stays individual: if a shared transaction fails, each is tried again alone. The queries
themselves are in the modules named by their nouns.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from sqlalchemy.ext.asyncio import create_async_engine

from studio.errors import StoreUnavailable
from studio.pictures.files import PictureFiles
from studio.store import migrate
from studio.store.address import file_of, read_address
from studio.store.dialects import set_up_sqlite
from studio.store.trouble import told

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from sqlalchemy import Connection
    from sqlalchemy.engine import URL
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")

MOST_PER_COMMIT = 64
READERS = 4


@dataclass(slots=True, eq=False)
class _Write(Generic[T]):
    """A function that waits for its turn to write, and for the commit after it."""

    work: Callable[[Connection], T]
    done: asyncio.Future[T] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def settle(self, result: T) -> None:
        if not self.done.done():
            self.done.set_result(result)

    def fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class Store:
    """The database of one bot, and `pictures`, the files beside it. Open it with `Store.open`, leave its `async with`."""

    def __init__(self, engine: AsyncEngine, pictures: PictureFiles) -> None:
        """`engine` is connected to a database whose schema is current."""
        self.pictures = pictures
        self._engine = engine
        self._writing_engine = engine.execution_options(writes=True)
        self._closed = False
        self._waiting: asyncio.Queue[_Write[Any]] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write_forever(), name="store-writer")

    @classmethod
    async def open(cls, url: str, pictures: Path) -> Self:
        """Connect to the database at `url`, and bring its schema up to date. `pictures` is a folder, made when needed.

        Raises:
            BadAddressError: `url` makes no sense.
            SchemaError: its schema is not one of ours.
            StoreUnavailable: it cannot be reached or written.
        """
        engine = _engine(read_address(url))
        try:
            await migrate.upgrade(engine)
        except BaseException:
            await engine.dispose()
            raise
        return cls(engine, PictureFiles(pictures))

    @classmethod
    async def check(cls, url: str) -> str:
        """What is at `url`, in a few words, without changing it.

        Raises:
            BadAddressError, SchemaError, StoreUnavailable: why it would not work.
        """
        address = read_address(url)
        path = file_of(address)
        if path is not None and not path.exists():
            return migrate.check_creatable(path)
        engine = _engine(address)
        try:
            return await migrate.check(engine)
        finally:
            await engine.dispose()

    async def __aenter__(self) -> Self:
        """Nothing more: it is open already."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        await self.close()

    async def close(self) -> None:
        """Let what asked to write be written, then disconnect."""
        self._closed = True
        await self._waiting.join()
        self._writer.cancel()
        await asyncio.gather(self._writer, return_exceptions=True)
        await self._engine.dispose()

    async def read(self, work: Callable[[Connection], T]) -> T:
        """What `work` finds, in one transaction that writes nothing.

        Raises:
            StoreUnavailable: the database is not there just now.
        """
        with told():
            async with self._engine.connect() as connection:
                return await connection.run_sync(work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` and return when it is committed. It may be run twice, the first run undone.

        Cancelling the caller leaves it open whether it was written.

        Raises:
            StoreUnavailable: the database is locked, full or gone; nothing was kept.
        """
        if self._closed:
            raise StoreUnavailable("The store is closed.")
        write = _Write(work)
        self._waiting.put_nowait(write)
        return await write.done

    async def _write_forever(self) -> None:
        while True:
            batch = [await self._waiting.get()]
            with contextlib.suppress(asyncio.QueueEmpty):
                while len(batch) < MOST_PER_COMMIT:
                    batch.append(self._waiting.get_nowait())
            try:
                await self._commit(batch)
            finally:
                for _ in batch:
                    self._waiting.task_done()

    async def _commit(self, batch: list[_Write[Any]]) -> None:
        try:
            results = await self._in_one_transaction(batch)
        except StoreUnavailable as error:  # nobody else in the batch would fare better
            for write in batch:
                write.fail(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, it goes to the one who asked
            if len(batch) == 1:
                return batch[0].fail(error)
            for write in batch:
                await self._commit([write])
        else:
            for write, result in zip(batch, results, strict=True):
                write.settle(result)

    async def _in_one_transaction(self, batch: list[_Write[Any]]) -> list[Any]:
        with told():
            async with self._writing_engine.begin() as connection:
                return await connection.run_sync(lambda db: [write.work(db) for write in batch])


def _engine(url: URL) -> AsyncEngine:
    # statements' parameters are members' words and tokens: no traceback may show them
    if url.get_backend_name() == "sqlite":
        engine = create_async_engine(
            url, pool_size=READERS + 1, max_overflow=0, pool_timeout=5.0, hide_parameters=True
        )
        set_up_sqlite(engine)
        return engine
    return create_async_engine(
        url, pool_size=READERS + 1, max_overflow=0, pool_timeout=5.0, pool_pre_ping=True, hide_parameters=True,
        connect_args={"timeout": 5.0, "command_timeout": 10.0},
    )  # fmt: skip
