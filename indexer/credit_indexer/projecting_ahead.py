"""Every document of an index, made in a process of its own one batch ahead of the writing."""

from collections.abc import Generator

from credit_records.database import open_database
from credit_records.settings import Settings
from credit_search.protocol import Document
from sqlalchemy import Engine as Database

from credit_indexer.second_process import ahead
from credit_indexer.streams import Stream

WORTHWHILE_DOCUMENTS = 50_000  # below this a second process takes longer to start than it saves
BATCH_DOCUMENTS = 10_000


def every_document(database: Database, stream: Stream, total: int, after: int = 0) -> Generator[list[Document]]:
    """All documents beyond the key `after`, in the order of keys: made here, or of many, in a second process.

    Each batch is a transaction of its own, so none is held for long.
    """
    if total < WORTHWHILE_DOCUMENTS:
        return batches(database, stream, BATCH_DOCUMENTS, after)
    return ahead(documents_of, database.url.render_as_string(hide_password=False), stream, BATCH_DOCUMENTS, after)


def documents_of(database_url: str, stream: Stream, size: int, after: int) -> Generator[list[Document]]:
    """The same from a database that is opened here."""
    database = open_database(Settings(database_url=database_url), read_only=True)
    try:
        yield from batches(database, stream, size, after)
    finally:
        database.dispose()


def batches(database: Database, stream: Stream, size: int, after: int) -> Generator[list[Document]]:
    last = after
    while True:
        with database.connect() as connection:
            documents = stream.everything_after(connection, last, size)
        if not documents:
            return
        yield documents
        last = documents[-1][stream.schema.key]
