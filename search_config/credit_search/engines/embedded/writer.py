"""Writes one generation of an index that lies beside the process."""

from base64 import b64encode
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import orjson
import tantivy

from credit_search.engines.embedded.generations import CURSOR, write_durably
from credit_search.engines.embedded.mapping import FACET_VALUES, facet_fields, open_index, stored_fields, tantivy_schema
from credit_search.engines.embedded.versions import highest_key, versions_of
from credit_search.protocol import Document, EngineUnavailableError, NoIndexError, WriterBusyError
from credit_search.schema import IndexSchema

HEAP_BYTES = 300_000_000  # two threads fill about 150 MB each before they write a segment
THREADS = 2
META = "meta.json"  # every index of tantivy has one
_BUSY = "lock"  # what tantivy's message holds when another writer has the folder


class EmbeddedWriter:
    """An `IndexWriter`. tantivy's own lock on the folder keeps a second one out and dies with its process."""

    def __init__(self, folder: Path, schema: IndexSchema) -> None:
        self._folder = folder
        self._schema = schema
        self._native = tantivy_schema(schema)
        self._facets = facet_fields(schema)
        self._stored = stored_fields(schema)
        self._index = _open_index(folder, schema)
        self._writer = _open_writer(self._index)
        self._highest = self._highest_key()

    async def write(
        self,
        documents: Sequence[Document],
        deletions: Sequence[int],
        at: int | None = None,  # noqa: ARG002  (its lock keeps out whoever might undo something newer)
    ) -> None:
        # The last document of a key stands. A key above all that were ever written can't be here yet: a first load
        # then pays for no deletion.
        latest = {document[self._schema.key]: document for document in documents}
        replaced = [*deletions, *(key for key in latest if key <= self._highest)]
        with _telling(self._folder):
            if replaced:
                # By query: the binding's deletion by term takes a number for a signed one and finds nothing.
                self._writer.delete_documents_by_query(
                    tantivy.Query.term_set_query(self._native, self._schema.key, replaced)
                )
            for document in latest.values():
                self._writer.add_json(self._as_json(document))
        self._highest = max(self._highest, max(latest, default=0))

    async def commit(self, cursor: int) -> None:
        with _telling(self._folder):
            self._writer.commit()
            write_durably(self._folder / CURSOR, str(cursor))

    async def cursor(self) -> int:
        try:
            return int((self._folder / CURSOR).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return 0

    async def size(self) -> int:
        with _telling(self._folder):
            self._index.reload()
            return int(self._index.searcher().num_docs)

    async def refused(self) -> int:
        return 0  # what its schema does not allow ends the batch

    async def versions(self) -> AsyncIterator[tuple[int, int]]:
        with _telling(self._folder):
            self._index.reload()
            pairs = versions_of(self._index.searcher(), self._native, self._schema)
        for pair in pairs:
            yield pair

    async def close(self) -> None:
        with suppress(NoIndexError), _telling(self._folder):  # of a full disk, say, on which one of its threads ended
            self._writer.wait_merging_threads()

    def _as_json(self, document: Document) -> str:
        """As tantivy's parser of JSON takes it, which is quicker than a document made field by field in Python."""
        stored = {name: b64encode(document[name]).decode() for name in self._stored}
        stored[FACET_VALUES] = b64encode(orjson.dumps([document.get(name) for name in self._facets])).decode()
        return orjson.dumps(document | stored).decode()

    def _highest_key(self) -> int:
        with _telling(self._folder):
            self._index.reload()
            return highest_key(self._index.searcher(), self._schema)


@contextmanager
def _telling(folder: Path) -> Iterator[None]:
    """Tell what tantivy and the disk object to as the protocol does; a rebuild may have dropped what is written to."""
    try:
        yield
    except (ValueError, OSError) as error:
        kind = EngineUnavailableError if (folder / META).exists() else NoIndexError
        raise kind(str(error)) from error


def _open_index(folder: Path, schema: IndexSchema) -> tantivy.Index:
    with _telling(folder):
        return open_index(folder, schema)


def _open_writer(index: tantivy.Index) -> tantivy.IndexWriter:
    try:
        return index.writer(HEAP_BYTES, THREADS)
    except ValueError as error:
        if _BUSY in str(error).lower():
            raise WriterBusyError(str(error)) from error
        raise EngineUnavailableError(str(error)) from error
