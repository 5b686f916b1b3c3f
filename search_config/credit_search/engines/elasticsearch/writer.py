"""Writes one generation of an index in the cluster."""

from collections.abc import AsyncIterator, Sequence
from typing import TextIO

from credit_search.engines.elasticsearch.bulk import Bulk, Operation
from credit_search.engines.elasticsearch.connection import Connection
from credit_search.engines.elasticsearch.generations import Generations, Known
from credit_search.engines.elasticsearch.mapping import Encoding
from credit_search.engines.elasticsearch.versions import versions_of
from credit_search.engines.patience import Patience
from credit_search.engines.refusals import Refusals
from credit_search.protocol import Document
from credit_search.schema import IndexSchema


class ElasticsearchWriter:
    """An `IndexWriter`.

    A lock on a file keeps out a second one on the same machine. One elsewhere could do no harm: each write carries the
    change number that it reflects, and the cluster keeps the newer of two.
    """

    def __init__(
        self,
        connection: Connection,
        generations: Generations,
        known: Known,
        schema: IndexSchema,
        *,
        refusals: Refusals,
        patience: Patience,
        lock: TextIO,
    ) -> None:
        self._connection = connection
        self._generations = generations
        self._known = known
        self._index = generations.index(known.generation)
        self._schema = schema
        self._encoding = Encoding(schema)
        self._refusals = refusals
        self._bulk = Bulk(connection, generations.writing_alias(known.generation), refusals, patience)
        self._lock = lock
        self._cursor = known.cursor

    async def write(self, documents: Sequence[Document], deletions: Sequence[int], at: int | None = None) -> None:
        latest = {document[self._schema.key]: document for document in documents}
        operations = [_deletion(key, at) for key in dict.fromkeys(deletions) if key not in latest]
        operations += [self._replacement(key, document) for key, document in latest.items()]
        await self._bulk.send(operations)

    async def commit(self, cursor: int) -> None:
        await self._bulk.finish()
        await self._connection.write(lambda client: client.indices.refresh(index=self._index))
        await self._generations.set_cursor(self._known.generation, cursor, self._known.shards)
        self._cursor = cursor

    async def cursor(self) -> int:
        return self._cursor

    async def size(self) -> int:
        answer = await self._connection.manage(lambda client: client.count(index=self._index))
        return int(answer["count"])

    async def refused(self) -> int:
        return len(self._refusals)

    async def versions(self) -> AsyncIterator[tuple[int, int]]:
        async for pair in versions_of(self._connection, self._index, self._schema):
            yield pair

    async def close(self) -> None:
        try:
            await self._bulk.abandon()
        finally:
            self._lock.close()

    def _replacement(self, key: int, document: Document) -> Operation:
        version = document["version"]
        action = b'{"index":{"_id":"%d","version":%d,"version_type":"external_gte"}}\n' % (key, version)
        return Operation(key, version, action + self._encoding.line(document))


def _deletion(key: int, at: int | None) -> Operation:
    if at is None:
        return Operation(key, 0, b'{"delete":{"_id":"%d"}}' % key)
    return Operation(key, at, b'{"delete":{"_id":"%d","version":%d,"version_type":"external_gte"}}' % (key, at))
