"""What differs between databases when they are saved and put back."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final, Protocol

from credit_records.database import open_database
from credit_records.settings import Settings
from sqlalchemy import Engine, MetaData, make_url, select, text

NOT_CONTENT: Final = frozenset({"alembic_version", "counter"})
"""Tables that hold something before anybody has put anything in."""

_OTHERS: Final = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


_AS_OURS: Final = ("--no-owner", "--no-privileges")
"""Whoever restores owns what is restored."""


class BackupError(Exception):
    """What stands in the way; the message says what to do."""


class InUseError(BackupError):
    """Another program has the database open."""


class Dump(Protocol):
    """The way of one database. `file_name` is what its dump is called in a backup."""

    file_name: str

    def save(self, target: Path) -> None:
        """Write one consistent state of the database, whoever writes meanwhile, and check it."""
        ...

    def check(self, dump: Path) -> None:
        """See that a dump can be put back.

        Raises:
            BackupError: it is damaged.
        """
        ...

    def check_unused(self) -> None:
        """Raises InUseError where another program has the database open."""
        ...

    def put_aside(self, folder: Path) -> None:
        """Move what the database holds now into this folder, so that it is empty."""
        ...

    def load(self, dump: Path) -> None:
        """Put the dump into the empty database."""
        ...


class SqliteDump:
    """A file, copied by SQLite itself: a reader's snapshot, so nobody waits for it."""

    file_name = "chengxin.db"

    def __init__(self, settings: Settings) -> None:
        self._path = Path(make_url(settings.resolved_database_url).database or "")

    def save(self, target: Path) -> None:
        read_only = f"{self._path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(read_only, uri=True)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, with no journal beside it
        self.check(target)

    def check(self, dump: Path) -> None:
        try:
            with closing(sqlite3.connect(f"{dump.resolve().as_uri()}?mode=ro", uri=True)) as copy:
                found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            found = str(error)
        if found != "ok":
            message = f"数据库没有通过完整性检查（{found}）。备份没有做成；请检查磁盘，必要时从早先的备份恢复"
            raise BackupError(message)

    def check_unused(self) -> None:
        if not self._path.exists():
            return
        with closing(sqlite3.connect(self._path, timeout=0, isolation_level=None)) as connection:
            try:
                # Only who is alone may leave the journal of many readers; the next to open it goes back to it.
                connection.execute("PRAGMA journal_mode=DELETE")
            except sqlite3.OperationalError as error:
                raise InUseError from error
            except sqlite3.DatabaseError:
                return  # damaged, which is why it is to be replaced

    def put_aside(self, folder: Path) -> None:
        for path in self._path.parent.glob(f"{self._path.name}*"):
            if path.name.removeprefix(self._path.name) in ("", "-wal", "-shm", "-journal"):
                shutil.move(path, folder / path.name)

    def load(self, dump: Path) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(dump, self._path)


class PostgresDump:
    """PostgreSQL's own tools, which are told the address but for the password, which goes by the environment."""

    file_name = "chengxin.pgdump"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._url = make_url(settings.resolved_database_url)

    def save(self, target: Path) -> None:
        self._run("pg_dump", "--format=custom", *_AS_OURS, f"--file={target}")
        self.check(target)

    def check(self, dump: Path) -> None:
        self._run("pg_restore", "--list", dump, of_database=False)

    def check_unused(self) -> None:
        engine = open_database(self._settings)
        try:
            with engine.connect() as connection:
                if connection.execute(_OTHERS).scalar():
                    raise InUseError
        finally:
            engine.dispose()

    def put_aside(self, folder: Path) -> None:
        self.save(folder / self.file_name)
        engine = open_database(self._settings)
        try:
            found = MetaData()
            found.reflect(engine)
            found.drop_all(engine)
        finally:
            engine.dispose()

    def load(self, dump: Path) -> None:
        self._run("pg_restore", "--clean", "--if-exists", *_AS_OURS, "--single-transaction", "--exit-on-error", dump)

    def _run(self, program: str, *words: str | Path, of_database: bool = True) -> None:
        address = self._url.set(drivername="postgresql", password=None).render_as_string()
        command = [program, *map(str, words), *([f"--dbname={address}"] if of_database else [])]
        if shutil.which(program) is None:
            shown = " ".join(command).replace(" --file=", " --file ")
            message = f"这台机器上没有 {program}。请安装 PostgreSQL 的客户端工具，或在有它的机器上执行：{shown}"
            raise BackupError(message)
        environment = {**os.environ, **({"PGPASSWORD": str(self._url.password)} if self._url.password else {})}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  # theirs
        if done.returncode:
            told = done.stderr.strip().splitlines()
            message = f"{program} 没有做成：{told[-1] if told else done.returncode}"
            raise BackupError(message)


_DUMPS: Final[Mapping[str, type[SqliteDump] | type[PostgresDump]]] = {
    "sqlite": SqliteDump,
    "postgresql": PostgresDump,
}


def database_name(settings: Settings) -> str:
    """`sqlite` or `postgresql`."""
    name = make_url(settings.resolved_database_url).get_backend_name()
    return "postgresql" if name == "postgres" else name


def dump_of(settings: Settings) -> Dump:
    """The way of the database of the settings."""
    return _DUMPS[database_name(settings)](settings)


def holds_anything(engine: Engine) -> bool:
    """Whether anybody ever put anything into the database; what has no tables holds nothing."""
    found = MetaData()
    found.reflect(engine)
    with engine.connect() as connection:
        return any(
            connection.execute(select(1).select_from(table).limit(1)).first() is not None
            for table in found.sorted_tables
            if table.name not in NOT_CONTENT
        )
