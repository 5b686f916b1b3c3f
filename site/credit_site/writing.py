"""Writes of the site: one at a time in each process, in a thread, waiting a while for whoever else writes."""

from collections.abc import Callable
from functools import cached_property
from sqlite3 import SQLITE_BUSY, SQLITE_FULL, SQLITE_IOERR, SQLITE_READONLY
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread
from credit_records.database import open_database
from credit_records.settings import Settings
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

MOST_WAITING: Final = 8
PATIENCE_MS: Final = 10_000  # for whoever writes now; a load lets others in between its batches
CACHE_KIB: Final = 65_536  # a load has three times as much, but a process of its own

_BUSY: Final = frozenset({SQLITE_BUSY})
_STORAGE: Final = frozenset({SQLITE_FULL, SQLITE_IOERR, SQLITE_READONLY})
_PRIMARY: Final = 0xFF  # the part of SQLite's error codes that tells the kind
_BUSY_STATES: Final = frozenset({"55P03", "40001", "40P01"})  # PostgreSQL: no lock, serialization, deadlock
_STORAGE_STATES: Final = frozenset({"53100", "58030", "25006"})  # disk full, input or output, read only

Done = TypeVar("Done")


class TooManyWaitingError(Exception):
    """Others wait already; it is better to come back."""


class Writing:
    """The database, opened for writing when something is first written. `most_waiting` is how many may wait their
    turn: few where each writes for a second, many where each is done at once.
    """

    def __init__(self, settings: Settings, *, most_waiting: int = MOST_WAITING) -> None:
        self._settings = settings
        self._most_waiting = most_waiting

    @cached_property
    def engine(self) -> Engine:
        return open_database(self._settings, patience_ms=PATIENCE_MS, cache_kib=CACHE_KIB)

    @cached_property
    def _turn(self) -> CapacityLimiter:
        return CapacityLimiter(1)

    async def run(self, function: Callable[[Engine], Done]) -> Done:
        """Run the function, handed the engine, when it is its turn.

        Raises:
            TooManyWaitingError: so many wait that this one would wait too long.
        """
        if self._turn.statistics().tasks_waiting >= self._most_waiting:
            raise TooManyWaitingError
        return await to_thread.run_sync(lambda: function(self.engine), limiter=self._turn)

    def close(self) -> None:
        if "engine" in self.__dict__:
            self.engine.dispose()


def is_busy(error: DBAPIError) -> bool:
    """Whether somebody else kept the database to himself for too long."""
    return _code(error) in _BUSY or _state(error) in _BUSY_STATES


def is_storage(error: DBAPIError) -> bool:
    """Whether the disk is full, broken or not to be written."""
    return _code(error) in _STORAGE or _state(error) in _STORAGE_STATES


def _code(error: DBAPIError) -> int:
    return int(getattr(error.orig, "sqlite_errorcode", 0)) & _PRIMARY


def _state(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", ""))
