"""The loop that keeps the live index in step with the change log."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from credit_records.changes import latest_seq, subject_rows_after
from credit_search.protocol import Engine, EngineUnavailableError, IndexWriter
from credit_search.schema import IndexSchema
from sqlalchemy import Engine as Database

from credit_indexer.locking import BusyError
from credit_indexer.projection import Projection
from credit_indexer.rebuilding import Rebuild

BATCH_CHANGES = 10_000
# Idle, the log is looked at so often; together with one small commit this keeps a change well below a second.
SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 0.2
# A commit costs tens of milliseconds whatever its size, and each leaves a segment to be merged: a small batch is
# committed at once, a stream of large ones now and then, and a long way behind, where nobody waits for one change,
# seldom.
SMALL_BATCH = 1_000
SECONDS_BETWEEN_COMMITS = 0.5
MOST_UNCOMMITTED = 300_000
MOST_SECONDS_UNCOMMITTED = 10.0


def commit_is_due(pending: int, seconds: float, *, caught_up: bool) -> bool:
    """Whether to commit `pending` changes, `seconds` after the last commit."""
    if caught_up:
        return pending <= SMALL_BATCH or seconds >= SECONDS_BETWEEN_COMMITS
    return pending >= MOST_UNCOMMITTED or seconds >= MOST_SECONDS_UNCOMMITTED


class Follower:
    """Follows the change log for ever, or until it is caught up. `stop` ends it after the batch in hand."""

    def __init__(
        self,
        *,
        database: Database,
        engine: Engine,
        schema: IndexSchema,
        projection: Projection,
        data_dir: Path,
        on_event: Callable[[str], None],
    ) -> None:
        self._database = database
        self._engine = engine
        self._schema = schema
        self._projection = projection
        self._rebuild = Rebuild(database, engine, schema, projection)
        self._data_dir = data_dir
        self._on_event = on_event
        self._stopped = asyncio.Event()
        self.indexed = 0

    def stop(self) -> None:
        self._stopped.set()

    async def run(self, *, once: bool = False) -> None:
        """Follow; with `once`, until nothing is left to do.

        Raises:
            WriterBusyError: another indexer is at work.
        """
        while not self._stopped.is_set():
            generation, writer = await self._open()
            try:
                superseded = await self._follow(writer, generation, once=once)
            finally:
                await writer.close()
            if not superseded:
                return
            self._on_event("索引已换代，转到新的一代")

    async def _open(self) -> tuple[str, IndexWriter]:
        """The live generation, built first where none serves: none for this schema, of another database, damaged."""
        while True:
            opened = await self._open_live()
            if opened is not None:
                return opened
            self._on_event("没有与数据库相符的索引，先建立索引")
            try:
                self.indexed += await self._rebuild.run(self._data_dir)
            except BusyError:
                await asyncio.sleep(LONGEST_PAUSE)

    async def _open_live(self) -> tuple[str, IndexWriter] | None:
        generation = await self._engine.live(self._schema)
        if generation is None:
            return None
        try:
            writer = await self._engine.writer(self._schema, generation)
        except EngineUnavailableError as error:
            self._on_event(f"索引打不开（{error}）")
            return None
        if await self._is_of_this_database(writer):
            return generation, writer
        await writer.close()
        return None

    async def _is_of_this_database(self, writer: IndexWriter) -> bool:
        """A cursor beyond the end of the log comes from another database, such as the one before a restore."""
        with self._database.connect() as connection:
            return await writer.cursor() <= latest_seq(connection)

    async def _follow(self, writer: IndexWriter, generation: str, *, once: bool) -> bool:
        """Until told to stop, caught up, or another generation is live; whether it was the last."""
        cursor = committed = await writer.cursor()
        committed_at = time.monotonic()
        pending, pause = 0, SHORTEST_PAUSE
        while not self._stopped.is_set():
            with self._database.connect() as connection:
                changes = subject_rows_after(connection, cursor, BATCH_CHANGES)
            caught_up = changes.cursor - cursor < BATCH_CHANGES
            nothing_new = changes.cursor == cursor
            if not nothing_new:
                await writer.write(self._projection.documents(changes.subjects), changes.deleted)
                cursor, pause = changes.cursor, SHORTEST_PAUSE
                pending += len(changes.subjects) + len(changes.deleted)
            if cursor != committed and commit_is_due(pending, time.monotonic() - committed_at, caught_up=caught_up):
                await self._commit(writer, cursor, pending)
                committed, committed_at, pending = cursor, time.monotonic(), 0
            if await self._engine.live(self._schema) != generation:
                return True
            if once and nothing_new:
                break
            if caught_up and not once:
                await self._rest(pause)
                pause = min(pause * 1.5, LONGEST_PAUSE) if nothing_new else pause
        if cursor != committed:
            await self._commit(writer, cursor, pending)
        return False

    async def _commit(self, writer: IndexWriter, cursor: int, pending: int) -> None:
        await writer.commit(cursor)
        self.indexed += pending
        if pending > SMALL_BATCH:
            self._on_event(f"已索引 {pending:,} 个主体的变更")

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), seconds)
