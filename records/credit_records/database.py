"""The database: opened, brought up to date, and written to by one at a time."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, OperationalError

from credit_records import postgresql_database, sqlite_database
from credit_records.settings import Settings

BUSY_TIMEOUT_MS: Final = 30_000  # a writer's batch takes a second or two; a wait this long means that something hangs
_WRITES: Final = "chengxin_writes"


class DatabaseUnavailableError(Exception):
    """The database can't be opened; the message says what to do."""


class _Open(Protocol):
    def __call__(self, url: URL, *, read_only: bool, patience_ms: int, cache_kib: int) -> Engine: ...


class _Begin(Protocol):
    def __call__(self, connection: Connection, *, writes: bool) -> None: ...


class _Settle(Protocol):
    def __call__(self, connection: Connection, /) -> None: ...


@dataclass(frozen=True, slots=True)
class _Way:
    """What differs between databases. `snapshot` is the level of isolation at which a reader sees one state."""

    open: _Open
    begin: _Begin
    settle_schema: _Settle
    snapshot: str


_SQLITE: Final = _Way(sqlite_database.open_sqlite, sqlite_database.begin, sqlite_database.settle_schema, "SERIALIZABLE")
_POSTGRESQL: Final = _Way(
    postgresql_database.open_postgresql,
    postgresql_database.begin,
    postgresql_database.settle_schema,
    "REPEATABLE READ",
)
_WAYS: Final[Mapping[str, _Way]] = {"sqlite": _SQLITE} | dict.fromkeys(postgresql_database.NAMES, _POSTGRESQL)


def open_database(
    settings: Settings,
    *,
    read_only: bool = False,
    patience_ms: int = BUSY_TIMEOUT_MS,
    cache_kib: int = sqlite_database.CACHE_KIB,
) -> Engine:
    """Open the database of the settings; SQLite gets its folder and its journal here, but no tables.

    `patience_ms` is how long a writer waits for another; `cache_kib` how much memory one may take where the database
    runs in this process.

    Raises:
        DatabaseUnavailableError: the URL is not one, or names a database that does not serve here, or its folder
            can't be made. Whether one elsewhere answers is found by whoever first asks it.
    """
    try:
        url = make_url(settings.resolved_database_url)
        way = _WAYS.get(url.get_backend_name())
        if way is None:
            message = f"{url.get_backend_name()} 不能用，可以用 sqlite 和 postgresql"
            raise ValueError(message)
        engine = way.open(url, read_only=read_only, patience_ms=patience_ms, cache_kib=cache_kib)
    except (OSError, ImportError, ValueError, ArgumentError) as problem:
        message = f"数据库打不开：{problem}。请检查 CHENGXIN_DATABASE_URL 和 CHENGXIN_DATA_DIR。"
        raise DatabaseUnavailableError(message) from problem

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        way.begin(connection, writes=bool(connection.get_execution_options().get(_WRITES)))

    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A short transaction that may write. It has its turn from its beginning on, so it never has to retry."""
    with engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
        yield connection


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A transaction that reads one state of the database, whatever is committed meanwhile."""
    level = _WAYS[engine.dialect.name].snapshot
    with engine.connect().execution_options(isolation_level=level) as connection, connection.begin():
        yield connection


def is_away(error: DBAPIError) -> bool:
    """Whether the database's server does not answer for now: it is down, starts, ends, or has no connection left.

    Waiting helps then. A database without a server is never away.
    """
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", "")
    if state is None:  # it was never so far that a server answered
        return isinstance(error, OperationalError)
    return state.startswith(_AWAY)


# Of PostgreSQL: the connection broke; the server is ended or starts; too many connections.
_AWAY: Final = ("08", "57P", "53300")


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest revision. Harmless when it is there, or when another process is at it.

    Raises:
        DatabaseUnavailableError: the database can't be reached or written, or is of a newer version of the program.
    """
    try:
        if is_current(engine):
            return
        with writing(engine) as connection:
            config = _alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            _WAYS[engine.dialect.name].settle_schema(connection)
    except DatabaseError as problem:
        remedy = "请检查它是否是本程序的数据库、磁盘空间、目录权限，以及是否有程序长时间占用"
        if is_away(problem):
            remedy = "请检查数据库服务是否在运行，以及 CHENGXIN_DATABASE_URL 中的地址、用户和密码"
        message = f"数据库不能建表或升级：{in_one_line(problem)}。{remedy}。"
        raise DatabaseUnavailableError(message) from problem
    except CommandError as problem:
        message = "数据库已由更新的版本升级过，这一版不认识它的表。请启动新版本；要退回这一版，请恢复升级前的备份。"
        raise DatabaseUnavailableError(message) from problem


def in_one_line(error: DBAPIError) -> str:
    """What the driver says, without the lines that it breaks it into."""
    return " ".join(str(error.orig).split())


def is_current(engine: Engine) -> bool:
    """Whether the schema is the newest that this program knows."""
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == ScriptDirectory.from_config(_alembic_config()).get_current_head()


def _alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    return config
