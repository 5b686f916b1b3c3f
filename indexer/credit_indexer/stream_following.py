"""One index kept in step with its stream: opened, brought on batch by batch, committed when that is due."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from credit_records.changes import latest_seq
from credit_search.protocol import Engine, EngineRestingError, EngineUnavailableError, IndexWriter
from sqlalchemy import Engine as Database

from credit_indexer.locking import BusyError, in_turn, locks_of
from credit_indexer.rebuilding import Rebuild, showing
from credit_indexer.streams import Stream, counted

BATCH_CHANGES = 10_000
# A commit costs tens of milliseconds whatever its size, and each leaves a segment to be merged: a small batch is
# committed at once, a stream of large ones now and then, and a long way behind, where nobody waits for one change,
# seldom. A cursor that only passed over what is another index's own changes no answer, and can wait as long.
SMALL_BATCH = 1_000
SECONDS_BETWEEN_COMMITS = 0.5
MOST_UNCOMMITTED = 300_000
MOST_SECONDS_UNCOMMITTED = 10.0
SECONDS_BETWEEN_TRIES = 0.2


def commit_is_due(pending: int, seconds: float, *, caught_up: bool) -> bool:
    """Whether to commit `pending` changes, `seconds` after the last commit."""
    if caught_up and pending:
        return pending <= SMALL_BATCH or seconds >= SECONDS_BETWEEN_COMMITS
    return pending >= MOST_UNCOMMITTED or seconds >= MOST_SECONDS_UNCOMMITTED


class Advance(NamedTuple):
    """How a batch went: whether nothing more waits in the log, whether there was anything new, and whether something
    still waits for its commit.
    """

    caught_up: bool
    moved: bool
    uncommitted: bool = False


class StreamFollower:
    """Follows one stream into the live generation of its index, with a writer of its own."""

    def __init__(
        self, database: Database, engine: Engine, stream: Stream, data_dir: Path, on_event: Callable[[str], None]
    ) -> None:
        self._database = database
        self._engine = engine
        self.stream = stream
        self._data_dir = data_dir
        self._locks = locks_of(database, data_dir)
        self._on_event = on_event
        self._writer: IndexWriter | None = None
        self._generation = ""
        self._cursor = self._committed = self._pending = 0
        self._committed_at = 0.0
        self._refused = 0
        self.indexed = 0

    async def advance(self) -> Advance:
        """Bring the index on by a batch of changes, and commit where that is due.

        Raises:
            WriterBusyError: another indexer is at work.
        """
        writer = self._writer or await self.open()
        with self._database.connect() as connection:
            step = self.stream.after(connection, self._cursor, BATCH_CHANGES)
        caught_up = step.cursor - self._cursor < BATCH_CHANGES
        moved = step.cursor != self._cursor
        if step.documents or step.deleted:
            self._pending += len(step.documents) + len(step.deleted)
            await writer.write(step.documents, step.deleted, step.cursor)
        self._cursor = step.cursor
        if commit_is_due(self._pending, time.monotonic() - self._committed_at, caught_up=caught_up):
            await self._commit(writer)
        if await self._engine.live(self.stream.schema) != self._generation:
            await self.close()
            self._on_event(f"{self.stream.noun}索引已换代，转到新的一代")
            return Advance(caught_up=False, moved=True)
        return Advance(caught_up, moved, uncommitted=self._pending > 0)

    async def finish(self) -> None:
        """Commit what was written."""
        if self._writer is not None:
            await self._commit(self._writer)

    async def close(self) -> None:
        """Let go of the writer; what was not committed comes again from the log."""
        writer, self._writer = self._writer, None
        if writer is not None:
            await writer.close()

    async def open(self) -> IndexWriter:
        """A writer of the live generation, built first where none serves.

        None may be there for this schema, or it is of another database, or damaged.
        """
        while (writer := await self._open_live()) is None:
            self._on_event(f"没有与数据库相符的{self.stream.noun}索引，先建立索引")
            try:
                self.indexed += await Rebuild(self._database, self._engine, self.stream).run(self._data_dir)
            except BusyError:
                await asyncio.sleep(SECONDS_BETWEEN_TRIES)
        self._writer = writer
        self._cursor = self._committed = await writer.cursor()
        self._committed_at, self._pending = time.monotonic(), 0
        return writer

    async def _open_live(self) -> IndexWriter | None:
        generation = await self._engine.live(self.stream.schema)
        if generation is None:
            return None
        try:
            writer = await self._engine.writer(self.stream.schema, generation)
        except EngineRestingError:
            raise  # it may well be whole
        except EngineUnavailableError as error:
            self._on_event(f"{self.stream.noun}索引打不开（{error}）")
            return None
        if await self._is_of_this_database(writer):
            self._generation = generation
            return writer
        await writer.close()
        return None

    async def _is_of_this_database(self, writer: IndexWriter) -> bool:
        """A cursor beyond the end of the log comes from another database, such as the one before a restore."""
        with self._database.connect() as connection:
            return await writer.cursor() <= latest_seq(connection)

    async def _commit(self, writer: IndexWriter) -> None:
        if self._cursor == self._committed:
            return
        async with in_turn(self._locks, showing(self.stream.schema)):
            await writer.commit(self._cursor)
        await self._tell_of_refused(writer)
        self.indexed += self._pending
        if self._pending > SMALL_BATCH:
            self._on_event(f"已索引 {counted(self._pending, self.stream)}的变更")
        self._committed, self._committed_at, self._pending = self._cursor, time.monotonic(), 0

    async def _tell_of_refused(self, writer: IndexWriter) -> None:
        refused = await writer.refused()
        if refused > self._refused:
            told = f"有 {counted(refused, self.stream)}被搜索引擎拒收"
            self._on_event(f"{told}，原因记在数据目录下的 .refused.jsonl 文件里")
        self._refused = refused
