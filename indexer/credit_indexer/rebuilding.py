"""A new generation of the index, built beside the live one and swapped in whole."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from credit_records.changes import latest_seq
from credit_search.protocol import Engine, IndexWriter
from sqlalchemy import Engine as Database

from credit_indexer.locking import exclusive
from credit_indexer.projecting_ahead import BATCH_DOCUMENTS, every_document
from credit_indexer.streams import Stream, counted

LOCK_FILE = "rebuild.lock"

Progress = Callable[[int, int], None]
"""Called with how many documents are done, and how many there are."""


def _silent(_done: int, _total: int) -> None:
    """No one is watching."""


class RebuildError(Exception):
    """The new generation does not hold what the database holds, so the live one was left as it is."""


class Rebuild:
    """Builds, verifies and promotes a generation. One at a time; queries and the running indexer go on."""

    def __init__(self, database: Database, engine: Engine, stream: Stream) -> None:
        self._database = database
        self._engine = engine
        self._schema = stream.schema
        self._stream = stream

    async def run(self, data_dir: Path, progress: Progress = _silent) -> int:
        """The number of documents of the new live generation.

        Raises:
            BusyError: another rebuild is running.
            RebuildError: the new generation did not pass its check.
        """
        with exclusive(data_dir / LOCK_FILE):
            kept = await self._drop_partial()
            generation = await self._engine.create(self._schema)
            try:
                count = await self._build(generation, progress)
            except BaseException:
                await self._engine.drop(self._schema, generation)
                raise
            await self._engine.promote(self._schema, generation)
            await self._keep_only({generation, *kept[-1:]})
            return count

    async def _drop_partial(self) -> list[str]:
        """Remove what a rebuild that was cut off left behind; the generations that stay, oldest first."""
        live = await self._engine.live(self._schema)
        found = await self._engine.generations(self._schema)
        # Beside the live one only a rebuild makes generations of this schema, and this is the only rebuild.
        if live in found:
            whole = found[: found.index(live) + 1]
        else:
            whole = [name for name in found if self._schema.digest not in name]
        for generation in found:
            if generation not in whole:
                await self._engine.drop(self._schema, generation)
        return whole

    async def _keep_only(self, kept: set[str]) -> None:
        for generation in await self._engine.generations(self._schema):
            if generation not in kept:
                await self._engine.drop(self._schema, generation)

    async def _build(self, generation: str, progress: Progress) -> int:
        writer = await self._engine.writer(self._schema, generation)
        try:
            with self._database.connect() as connection:
                start = latest_seq(connection)
            await self._fill(writer, progress)
            return await self._finish(writer, start)
        finally:
            await writer.close()

    async def _fill(self, writer: IndexWriter, progress: Progress) -> None:
        """Everything in the order of keys."""
        with self._database.connect() as connection:
            total = self._stream.count(connection)
        done = 0
        with closing(every_document(self._database, self._stream, total)) as batches:
            for documents in batches:
                await writer.write(documents, [])
                done += len(documents)
                progress(done, max(done, total))

    async def _finish(self, writer: IndexWriter, cursor: int) -> int:
        """Catch up and verify within one snapshot of the database, so that the counts must be equal."""
        with self._database.connect().execution_options(isolation_level="SERIALIZABLE") as connection:
            expected = self._stream.count(connection)
            while (step := self._stream.after(connection, cursor, BATCH_DOCUMENTS)).cursor != cursor:
                await writer.write(step.documents, step.deleted)
                cursor = step.cursor
        await writer.commit(cursor)
        found = await writer.size()
        if found != expected:
            held, wanted = counted(found, self._stream), counted(expected, self._stream)
            message = f"新索引有 {held}，数据库有 {wanted}，没有启用新索引；现用的索引不受影响。请重试。"
            raise RebuildError(message)
        return found
