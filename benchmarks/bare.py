"""The database and the engine by themselves, handed rows and documents that are ready: nothing of ours beats them."""

import sqlite3
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import tantivy
from credit_records.database import migrate, open_database
from credit_records.settings import Settings
from credit_search.engines.embedded.mapping import open_index, tantivy_schema
from credit_search.engines.embedded.writer import HEAP_BYTES, THREADS
from credit_search.protocol import Document
from credit_search.schema import IndexSchema

ROWS_TOGETHER = 50_000


def engine_seconds(schema: IndexSchema, documents: Sequence[Document]) -> float:
    """Seconds in which the bare writer takes the documents and commits them once."""
    native = tantivy_schema(schema)
    ready = [tantivy.Document.from_dict(document, native) for document in documents]
    with tempfile.TemporaryDirectory() as folder:
        writer = open_index(Path(folder), schema).writer(HEAP_BYTES, THREADS)
        start = time.perf_counter()
        for document in ready:
            writer.add_document(document)
        writer.commit()
        seconds = time.perf_counter() - start
        writer.wait_merging_threads()
    return seconds


def database_seconds(rows: Sequence[tuple[Any, ...]], changes: Sequence[tuple[Any, ...]]) -> float:
    """Seconds in which SQLite takes rows of `record` and of `change`, as we write them, with the same indexes."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(Settings(data_dir=Path(folder)))
        migrate(database)
        with closing(database.raw_connection()) as connection:
            driver = connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.execute("PRAGMA foreign_keys=OFF")  # the subjects are not here
            start = time.perf_counter()
            for first in range(0, len(rows), ROWS_TOGETHER):
                driver.execute("BEGIN IMMEDIATE")
                _insert(driver, "record", rows[first : first + ROWS_TOGETHER])
                _insert(driver, "change", changes[first : first + ROWS_TOGETHER])
                driver.commit()
            seconds = time.perf_counter() - start
        database.dispose()
    return seconds


def _insert(driver: sqlite3.Connection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        marks = ",".join("?" * len(rows[0]))
        driver.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
