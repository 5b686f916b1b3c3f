"""A new generation of the index, built beside the live one and swapped in whole."""

import asyncio
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from credit_records.changes import latest_seq
from credit_records.database import snapshot
from credit_search.protocol import Engine, EngineRestingError, IndexWriter
from credit_search.schema import IndexSchema
from sqlalchemy import Connection
from sqlalchemy import Engine as Database
from sqlalchemy.exc import DBAPIError

from credit_indexer.locking import REBUILDING, Held, Locks, in_turn, locks_of
from credit_indexer.projecting_ahead import BATCH_DOCUMENTS, every_document
from credit_indexer.rebuild_notes import Note, RebuildNotes
from credit_indexer.streams import Stream, counted

SECONDS_BETWEEN_NOTES = 30.0
# What ends a rebuild without anything being wrong with what it has built.
RESUMABLE = (KeyboardInterrupt, asyncio.CancelledError, EngineRestingError, DBAPIError)

Progress = Callable[[int, int], None]
"""Called with how many documents are done, and how many there are."""


def _silent(_done: int, _total: int) -> None:
    """No one is watching."""


def showing(schema: IndexSchema) -> str:
    """The lock of whoever is changing what searches see: a commit to the live generation, or its replacement."""
    return f"showing-{schema.name}"


class RebuildError(Exception):
    """The new generation does not hold what the database holds, so the live one was left as it is."""


class Rebuild:
    """Builds, verifies and promotes a generation. One at a time; queries and the running indexer go on."""

    def __init__(
        self, database: Database, engine: Engine, stream: Stream, seconds_between_notes: float = SECONDS_BETWEEN_NOTES
    ) -> None:
        self._database = database
        self._engine = engine
        self._schema = stream.schema
        self._stream = stream
        self._seconds_between_notes = seconds_between_notes

    async def run(self, data_dir: Path, progress: Progress = _silent) -> int:
        """The number of documents of the new live generation. One that was cut off is gone on with.

        Raises:
            BusyError: another rebuild is running.
            RebuildError: the new generation did not pass its check.
        """
        locks = locks_of(self._database, data_dir)
        with locks.exclusive(REBUILDING) as held:
            notes = RebuildNotes(data_dir / f"rebuild-{self._schema.name}.json")
            begun = await self._begun(notes)
            kept = await self._drop_partial(begun.generation if begun else "")
            note = begun or await self._begin()
            try:
                count = await self._build(note, notes, locks, held, progress)
            except BaseException as error:
                if not (isinstance(error, RESUMABLE) and notes.read()):
                    notes.forget()
                    await self._engine.drop(self._schema, note.generation)
                raise
            notes.forget()
            await self._keep_only({note.generation, *kept[-1:]})
            return count

    async def _begun(self, notes: RebuildNotes) -> Note | None:
        """Where to go on: what was noted, if that generation is there and the log has not been replaced since."""
        note = notes.read()
        if note is None or self._schema.digest not in note.generation:
            return None
        with self._database.connect() as connection:
            is_of_this_log = note.start <= latest_seq(connection)
        is_there = note.generation in await self._engine.generations(self._schema)
        is_live = note.generation == await self._engine.live(self._schema)
        return note if is_of_this_log and is_there and not is_live else None

    async def _begin(self) -> Note:
        with self._database.connect() as connection:
            start = latest_seq(connection)
        return Note(await self._engine.create(self._schema), start)

    async def _drop_partial(self, resumed: str) -> list[str]:
        """Remove what a rebuild that can't be gone on with left behind; the generations that stay, oldest first."""
        live = await self._engine.live(self._schema)
        found = [name for name in await self._engine.generations(self._schema) if name != resumed]
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

    async def _build(self, note: Note, notes: RebuildNotes, locks: Locks, held: Held, progress: Progress) -> int:
        writer = await self._engine.writer(self._schema, note.generation)
        try:
            await self._fill(writer, note, notes, held, progress)
            cursor = await self._catch_up(writer, note.start)
            # Whatever the live generation has shown by now must be in the one that takes its place.
            async with in_turn(locks, showing(self._schema)):
                held.keep()
                count = await self._finish(writer, cursor)
                await self._engine.promote(self._schema, note.generation)
            return count
        finally:
            await writer.close()

    async def _fill(self, writer: IndexWriter, note: Note, notes: RebuildNotes, held: Held, progress: Progress) -> None:
        """Everything in the order of keys."""
        with self._database.connect() as connection:
            total = self._stream.count(connection)
        noted_at = time.monotonic()
        with closing(every_document(self._database, self._stream, total, note.last)) as batches:
            for documents in batches:
                held.keep()
                await writer.write(documents, [])
                await asyncio.sleep(0)  # an engine within the process waits for nothing: give signs of life their turn
                note = replace(note, last=documents[-1][self._schema.key], done=note.done + len(documents))
                if time.monotonic() - noted_at >= self._seconds_between_notes:
                    await writer.commit(0)
                    notes.write(note)
                    noted_at = time.monotonic()
                progress(note.done, max(note.done, total))

    async def _catch_up(self, writer: IndexWriter, cursor: int) -> int:
        """The most of what was changed meanwhile, while the live generation still takes changes too."""
        with self._database.connect() as connection:
            reached = await self._follow(connection, writer, cursor)
        await writer.commit(0)
        return reached

    async def _finish(self, writer: IndexWriter, cursor: int) -> int:
        """Catch up and verify within one snapshot of the database, so that the counts must be equal."""
        with snapshot(self._database) as connection:
            expected = self._stream.count(connection)
            cursor = await self._follow(connection, writer, cursor)
        await writer.commit(cursor)
        found = await writer.size()
        if found + await writer.refused() != expected:
            held, wanted = counted(found, self._stream), counted(expected, self._stream)
            message = f"新索引有 {held}，数据库有 {wanted}，没有启用新索引；现用的索引不受影响。请重试。"
            raise RebuildError(message)
        return found

    async def _follow(self, connection: Connection, writer: IndexWriter, cursor: int) -> int:
        """Write what the log holds after the cursor; the cursor then."""
        while (step := self._stream.after(connection, cursor, BATCH_DOCUMENTS)).cursor != cursor:
            await writer.write(step.documents, step.deleted, step.cursor)
            cursor = step.cursor
        return cursor
