"""One at a time: locks that are given back however their holder ends.

Whose work lies on one machine alone is locked by a file there. What lies in a database behind a network may be worked
on from several machines, so its server is asked too.
"""

import asyncio
import fcntl
import os
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from platform import node
from typing import Final, Protocol

from credit_records.postgresql_database import LOCK_CLASS, own_session
from sqlalchemy import Connection, text
from sqlalchemy import Engine as Database
from sqlalchemy.exc import DBAPIError

SECONDS_BETWEEN_TRIES = 0.02

INDEXING: Final = "index"
REBUILDING: Final = "rebuild"
RECEIVING: Final = "receive"


class BusyError(Exception):
    """Another process holds the lock `name`; `holder` is its process number where it is known, and `@` its machine."""

    def __init__(self, name: str, holder: str) -> None:
        super().__init__(f"{name}: {holder}")
        self.name = name
        self.holder = holder


class Held(Protocol):
    """A lock that is held."""

    def keep(self) -> None:
        """Make sure that it is, before work that must not be done twice.

        Raises:
            BusyError: the connection that held it broke, and another process has it by now.
            DBAPIError: the database does not answer.
        """
        ...


class Locks(Protocol):
    """The locks of one data folder and its database, by name."""

    def exclusive(self, name: str) -> AbstractContextManager[Held]:
        """Hold the lock of this name.

        Raises:
            BusyError: another process holds it.
        """
        ...


@asynccontextmanager
async def in_turn(locks: Locks, name: str) -> AsyncIterator[None]:
    """Hold the lock, waiting until whoever has it gives it back."""
    with ExitStack() as held:
        while True:
            with suppress(BusyError):
                held.enter_context(locks.exclusive(name))
                break
            await asyncio.sleep(SECONDS_BETWEEN_TRIES)
        yield


class FileLocks:
    """Files of a folder, each of which keeps its holder's process number for a person to read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def exclusive(self, name: str) -> Iterator[Held]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / f"{name}.lock").open("a+", encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise BusyError(name, file.read().strip()) from None
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
            yield _HeldFile()


class _HeldFile:
    def keep(self) -> None:
        """The operating system takes it from nobody."""


class ServerLocks:
    """Advisory locks of a PostgreSQL server, each held by a session of its own beside the lock of the file.

    The server gives a lock back when its session ends: at once where the holder's process does, within a minute where
    its machine is cut off.
    """

    def __init__(self, database: Database, files: FileLocks) -> None:
        self._database = database
        self._files = files

    @contextmanager
    def exclusive(self, name: str) -> Iterator[Held]:
        with self._files.exclusive(name):
            held = _HeldSession(self._database, name)
            held.take()
            try:
                yield held
            finally:
                held.give_back()


class _HeldSession:
    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._called = f"chengxin {name} {os.getpid()}@{node()}"
        # Never 0, which is whoever writes.
        self._lock = {"class": LOCK_CLASS, "key": zlib.crc32(name.encode()) >> 1 | 1}
        self._session: Connection | None = None

    def take(self) -> None:
        session = own_session(self._database.url, self._called)
        try:
            if not session.execute(_TRY, self._lock).scalar_one():
                holder = session.execute(_HOLDER, self._lock).scalar() or ""
                raise BusyError(self._name, str(holder).rpartition(" ")[2])
        except BaseException:
            session.close()
            raise
        self._session = session

    def keep(self) -> None:
        if self._session is not None:
            try:
                self._session.execute(_STILL_THERE)
            except DBAPIError:
                self.give_back()
            else:
                return
        self.take()

    def give_back(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()


def locks_of(database: Database, data_dir: Path) -> Locks:
    """The locks of this database, as far as it reaches, and this data folder."""
    return _LOCKS[database.dialect.name](database, FileLocks(data_dir))


_LOCKS: Final[Mapping[str, Callable[[Database, FileLocks], Locks]]] = {
    "sqlite": lambda _, files: files,
    "postgresql": ServerLocks,
}
_TRY: Final = text("SELECT pg_try_advisory_lock(:class, :key)")
_STILL_THERE: Final = text("SELECT 1")
_HOLDER: Final = text(
    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid "
    "WHERE l.locktype = 'advisory' AND l.granted AND l.classid = :class AND l.objid = :key AND l.objsubid = 2 "
    "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
