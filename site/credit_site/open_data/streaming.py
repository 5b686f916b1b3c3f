"""A table as it is sent: numbers from the index, rows from the database, bytes from a writer, in threads of their own.

One batch is read while the one before it is written, and none is begun before its reader has taken what came before,
so memory stays the same however long the table is. Each batch is read in a transaction of its own: what is withdrawn
while a download runs is not in the rest of it, and a slow reader keeps no old state of the database alive.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from typing import Any, Final, Generic, ParamSpec, TypeVar

from credit_records.exporting.columns import Sheet
from credit_records.exporting.writers import Writer
from sqlalchemy import Engine

T = TypeVar("T")
Given = ParamSpec("Given")

BATCH: Final = 4_000  # rows
THREADS: Final = 4


class Streaming:
    """The threads in which tables are read and written: few, so that pages are always answered."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._threads = ThreadPoolExecutor(THREADS, "export")

    async def pieces(self, numbers: AsyncGenerator[list[int]], sheet: Sheet, writer: Writer) -> AsyncGenerator[bytes]:
        """The file, piece by piece. Close it where it is not read to its end."""
        yield await self.run(writer.begin)
        async with aclosing(self._batches(numbers, sheet)) as batches, Ahead(batches) as read:
            async for rows in read:
                if piece := await self.run(_written, writer, sheet, rows):
                    yield piece
        yield await self.run(writer.end)

    async def _batches(self, numbers: AsyncGenerator[list[int]], sheet: Sheet) -> AsyncGenerator[Sequence[Any]]:
        async with aclosing(numbers) as found:
            async for several in found:
                for first in range(0, len(several), BATCH):
                    yield await self.run(self._read, sheet, several[first : first + BATCH])

    def _read(self, sheet: Sheet, numbers: Sequence[int]) -> Sequence[Any]:
        with self._database.connect() as connection:
            return sheet.read(connection, numbers)

    async def run(self, function: Callable[Given, T], *args: Given.args, **kwargs: Given.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: function(*args, **kwargs))


def _written(writer: Writer, sheet: Sheet, rows: Sequence[Any]) -> bytes:
    return writer.rows(sheet.table(rows))


class Ahead(Generic[T]):
    """Asks for the next of an iterator while the one before is worked on."""

    def __init__(self, source: AsyncIterator[T]) -> None:
        self._source = source

    async def __aenter__(self) -> "Ahead[T]":
        self._asked = asyncio.ensure_future(self._next())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._asked.cancel()
        await asyncio.wait([self._asked])
        if not self._asked.cancelled():
            self._asked.exception()  # looked at, or it would be told as never having been

    def __aiter__(self) -> "Ahead[T]":
        return self

    async def __anext__(self) -> T:
        found = await self._asked
        self._asked = asyncio.ensure_future(self._next())
        return found

    async def _next(self) -> T:
        return await anext(self._source)
