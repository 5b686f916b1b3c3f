"""How a PostgreSQL database is opened, so that all above it finds what it finds on SQLite.

One writer at a time, texts compared by their code points, sums of whole numbers that are whole numbers.
"""

from collections.abc import Mapping
from typing import Any, Final

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.types.string import StrDumper
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool, PoolProxiedConnection

DRIVER: Final = "postgresql+psycopg"
NAMES: Final = frozenset({"postgresql", "postgres"})
"""What addresses begin with; the latter is an older spelling that providers of databases still hand out."""

# Advisory locks are told apart by two numbers of 32 bits. The first is "CX" for all of ours, so that another program
# on the same database is not in our way; the second is 0 for whoever writes.
LOCK_CLASS: Final = 0x4358
WRITERS: Final = 0

CONNECT_SECONDS: Final = 5
LONGEST_READ_MS: Final = 30_000
CONNECTIONS: Final = 10
WAIT_FOR_CONNECTION_SECONDS: Final = 5
LONGEST_NAME: Final = 63  # characters of an application's name; the server cuts it there
REPLACEMENT: Final = "\ufffd"
# A connection on which nothing is heard is given up after a minute.
_NOTICE_SOON: Final = {"tcp_keepalives_idle": 30, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 3}
NOTICE_SOON_HERE: Final = {"keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}


def open_postgresql(url: URL, *, read_only: bool, patience_ms: int, **_: int) -> Engine:
    """An engine on this address; it connects when it is first used.

    `patience_ms` is how long a writer waits for another.
    """
    settings: dict[str, object] = {"lock_timeout": patience_ms}
    if read_only:
        settings |= {"default_transaction_read_only": "on", "statement_timeout": LONGEST_READ_MS}
    engine = create_engine(
        url.set(drivername=DRIVER),
        # A writer reads after it has its turn, and must see what was committed before: each statement looks anew.
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,  # a server that was restarted costs nobody an error
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=WAIT_FOR_CONNECTION_SECONDS,
        pool_use_lifo=True,
        connect_args={"connect_timeout": CONNECT_SECONDS, "options": _as_options(url, settings)},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: "psycopg.Connection[Any]", _: object) -> None:
        connection.adapters.register_dumper(str, _TextDumper)
        connection.adapters.register_loader("numeric", _SumLoader)

    return engine


def begin(connection: Connection, *, writes: bool) -> None:
    """A writer waits until nobody else writes; its turn ends with the transaction.

    What is read before it is written can't change in between then, as code that was made for SQLite takes for granted.
    Numbers of changes are given out in the order of commits, so writers would wait for each other anyway.
    """
    if writes:
        connection.execute(_TURN, {"class": LOCK_CLASS, "key": WRITERS})


def settle_schema(connection: Connection) -> None:
    """After migrations: have every text column compared by code points, whatever the database's own collation.

    Pages are cut by comparing keys, so an order that ignores punctuation would lose rows; and it is several times
    faster. Only indexes are built anew, and only those of columns that are not so yet.
    """
    preparer = connection.dialect.identifier_preparer
    columns: dict[str, list[str]] = {}
    for table, column in connection.execute(_OTHERWISE_COLLATED):
        columns.setdefault(table, []).append(preparer.quote(column))
    for table, names in columns.items():
        parts = ", ".join(f'ALTER COLUMN {name} TYPE text COLLATE "C"' for name in names)
        connection.exec_driver_sql(f"ALTER TABLE {preparer.quote(table)} {parts}")


def own_session(url: URL, name: str) -> Connection:
    """A connection apart from all others, which commits each statement and ends when it is closed.

    Its server is asked to notice soon where this machine is gone. `name` is what administrators see it under.
    """
    options = _as_options(url, _NOTICE_SOON)
    session = create_engine(
        url.set(drivername=DRIVER),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "application_name": name[:LONGEST_NAME],
            "options": options,
            **NOTICE_SOON_HERE,
        },
    )
    return session.connect()


def as_libpq(url: URL) -> str:
    """The address as the driver itself takes it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def driver_of(connection: Connection | PoolProxiedConnection) -> "psycopg.Connection[Any]":
    """The driver's own connection, for what SQLAlchemy has no words for."""
    pooled = connection.connection if isinstance(connection, Connection) else connection
    driver = pooled.driver_connection
    if not isinstance(driver, psycopg.Connection):
        message = f"not a connection to PostgreSQL: {driver!r}"
        raise TypeError(message)
    return driver


class _TextDumper(StrDumper):
    """A text as PostgreSQL can keep it: NUL, which it can't, is sent as what a decoder puts for what it can't read."""

    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace("\0", REPLACEMENT) if "\0" in obj else obj)


class _SumLoader(Loader):
    """A sum of integers, which PostgreSQL gives as `numeric`, as an integer. No column of ours is of that type."""

    def load(self, data: Buffer) -> int | float:
        written = bytes(data)
        return float(written) if b"." in written or b"N" in written else int(written)


def _as_options(url: URL, settings: Mapping[str, object]) -> str:
    """As libpq takes settings of a session, after those that the address gives."""
    given = url.query.get("options", "")
    joined = " ".join(given) if isinstance(given, tuple) else given
    return " ".join(filter(None, (joined, *(f"-c {name}={value}" for name, value in settings.items()))))


_TURN: Final = text("SELECT pg_advisory_xact_lock(:class, :key)")
_OTHERWISE_COLLATED: Final = text(
    "SELECT c.relname, a.attname FROM pg_attribute a "
    "JOIN pg_class c ON c.oid = a.attrelid JOIN pg_collation l ON l.oid = a.attcollation "
    "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') "
    "AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'text'::regtype AND l.collname <> 'C' "
    "ORDER BY c.relname, a.attnum"
)
