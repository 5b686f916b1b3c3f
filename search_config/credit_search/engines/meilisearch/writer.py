"""Writes one generation of an index on the server."""

from collections.abc import AsyncIterator, Sequence
from typing import TextIO

from credit_search.engines.meilisearch.connection import Connection
from credit_search.engines.meilisearch.generations import Generations, Known
from credit_search.engines.meilisearch.mapping import Encoding
from credit_search.engines.meilisearch.outgoing import Operation, Outgoing
from credit_search.engines.meilisearch.versions import versions_of
from credit_search.engines.patience import Patience
from credit_search.engines.refusals import Refusals
from credit_search.protocol import Document, WriterBusyError
from credit_search.schema import IndexSchema


class MeilisearchWriter:
    """An `IndexWriter`.

    Meilisearch shows what it has indexed and keeps no versions. So what is written to the live generation is kept here
    until the commit, and a writer that finds another's cursor where its own should be writes nothing.
    """

    def __init__(
        self,
        connection: Connection,
        generations: Generations,
        known: Known,
        schema: IndexSchema,
        *,
        is_live: bool,
        refusals: Refusals,
        patience: Patience,
        lock: TextIO,
    ) -> None:
        self._connection = connection
        self._generations = generations
        self._known = known
        self._index = generations.index(known.generation)
        self._schema = schema
        self._is_live = is_live
        self._encoding = Encoding(schema)
        self._refusals = refusals
        self._outgoing = Outgoing(connection, self._index, schema.key, refusals, patience)
        self._lock = lock
        self._cursor = known.cursor

    async def write(
        self,
        documents: Sequence[Document],
        deletions: Sequence[int],
        at: int | None = None,
    ) -> None:
        latest = {document[self._schema.key]: document for document in documents}
        self._outgoing.add([Operation(key, at or 0, None) for key in dict.fromkeys(deletions) if key not in latest])
        self._outgoing.add(
            [Operation(key, document["version"], self._encoding.line(document)) for key, document in latest.items()]
        )
        if not self._is_live:
            await self._outgoing.send_full()

    async def commit(self, cursor: int) -> None:
        found = await self._generations.known(self._known.generation)
        if found.cursor != self._cursor:
            raise WriterBusyError(f"{self._index} 已由别的索引进程写到 {found.cursor}，本进程写到 {self._cursor}")
        await self._outgoing.finish()
        await self._generations.keep_cursor(self._known, cursor)
        self._cursor = cursor

    async def cursor(self) -> int:
        return self._cursor

    async def size(self) -> int:
        stats = await self._connection.manage(lambda client: client.index(self._index).get_stats())
        return stats.number_of_documents

    async def refused(self) -> int:
        return len(self._refusals)

    async def versions(self) -> AsyncIterator[tuple[int, int]]:
        async for pair in versions_of(self._connection, self._index, self._schema):
            yield pair

    async def close(self) -> None:
        try:
            await self._outgoing.abandon()
        finally:
            self._lock.close()
