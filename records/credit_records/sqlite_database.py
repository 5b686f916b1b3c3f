"""How a SQLite file is opened: many readers who never wait, one writer at a time."""

from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

CACHE_KIB: Final = 192_000
READER_CACHE_KIB: Final = 16_000


def open_sqlite(url: URL, *, read_only: bool, patience_ms: int, cache_kib: int) -> Engine:
    """An engine on the file of this address, in a folder that is made where there is none."""
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    # isolation_level None leaves BEGIN to us: the driver's own habit is to begin late, which turns two writers into
    # an error instead of a wait, and to commit around DDL, which would leave half a migration behind.
    engine = create_engine(url, connect_args={"isolation_level": None, "timeout": patience_ms / 1000})

    @event.listens_for(engine, "connect")
    def prepare(connection: SqliteConnection, _: object) -> None:
        for pragma in _pragmas(read_only=read_only, patience_ms=patience_ms, cache_kib=cache_kib):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def begin(connection: Connection, *, writes: bool) -> None:
    """A writer takes the one write lock at once, so that it never finds later that it comes too late."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def settle_schema(_: Connection) -> None:
    """Nothing: texts are compared by their code points as it is."""


def _pragmas(*, read_only: bool, patience_ms: int, cache_kib: int) -> list[str]:
    common = [f"busy_timeout={patience_ms}", "mmap_size=1073741824", "temp_store=MEMORY"]
    if read_only:
        return [*common, f"cache_size=-{READER_CACHE_KIB}", "query_only=ON"]
    # NORMAL never corrupts in WAL mode; a power cut may lose the last commits, and the file is then loaded again.
    # The cache holds the indexes that a load of a million subjects touches at random; a journal of 256 MB lets a page
    # that many batches change be copied back once. Pages of 8 KiB take a tenth less time than 4, and a third less room.
    return [
        *common,
        "page_size=8192",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"cache_size=-{cache_kib}",
        "wal_autocheckpoint=32000",
    ]
