"""The database: opened, brought up to date, and written to by one at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DatabaseError

from credit_records.settings import Settings

BUSY_TIMEOUT_MS = 30_000  # a writer's batch takes a second or two; a wait this long means that something hangs
_WRITES = "chengxin_writes"


class DatabaseUnavailableError(Exception):
    """The database can't be opened; the message says what to do."""


def open_database(settings: Settings, *, read_only: bool = False) -> Engine:
    """Open the database of the settings; SQLite gets its folder and its journal here, but no tables.

    Raises:
        DatabaseUnavailableError: the URL is not one, its driver is missing, or its folder can't be made.
    """
    try:
        url = make_url(settings.resolved_database_url)
        if url.get_backend_name() != "sqlite":
            return create_engine(url, pool_pre_ping=True)
        if url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        return _open_sqlite(url, read_only=read_only)
    except (OSError, ImportError, ValueError, ArgumentError) as problem:
        message = f"数据库打不开：{problem}。请检查 CHENGXIN_DATABASE_URL 和 CHENGXIN_DATA_DIR。"
        raise DatabaseUnavailableError(message) from problem


def _open_sqlite(url: URL, *, read_only: bool) -> Engine:
    # isolation_level None leaves BEGIN to us: the driver's own habit is to begin late, which turns two writers into
    # an error instead of a wait, and to commit around DDL, which would leave half a migration behind.
    engine = create_engine(url, connect_args={"isolation_level": None, "timeout": BUSY_TIMEOUT_MS / 1000})

    @event.listens_for(engine, "connect")
    def prepare(connection: SqliteConnection, _: object) -> None:
        for pragma in _pragmas(read_only=read_only):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _pragmas(*, read_only: bool) -> list[str]:
    common = [f"busy_timeout={BUSY_TIMEOUT_MS}", "mmap_size=1073741824", "temp_store=MEMORY"]
    if read_only:
        return [*common, "cache_size=-16000", "query_only=ON"]
    # NORMAL never corrupts in WAL mode; a power cut may lose the last commits, and the file is then loaded again.
    # The cache holds the indexes that a load of a million subjects touches at random; a journal of 256 MB lets a page
    # that many batches change be copied back once. Pages of 8 KiB take a tenth less time than 4, and a third less room.
    return [
        *common,
        "page_size=8192",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "cache_size=-192000",
        "wal_autocheckpoint=32000",
    ]


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A short transaction that may write; on SQLite it takes the one write lock at once, so it never has to retry."""
    with engine.connect().execution_options(**{_WRITES: True}) as connection, connection.begin():
        yield connection


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest revision. Harmless when it is there, or when another process is at it.

    Raises:
        DatabaseUnavailableError: the database can't be reached or written.
    """
    try:
        if is_current(engine):
            return
        with writing(engine) as connection:
            config = _alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DatabaseError as problem:
        remedy = "请检查它是否是本程序的数据库、磁盘空间、目录权限，以及是否有程序长时间占用"
        message = f"数据库不能建表或升级：{problem.orig}。{remedy}。"
        raise DatabaseUnavailableError(message) from problem


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
