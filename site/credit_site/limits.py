"""How often something may be done, counted by all workers of the server together, in a small file of its own.

The generic cell rate algorithm: one instant for each name tells all that is needed, so nothing is kept per call.
"""

import hashlib
import sqlite3
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Final

WAIT_SECONDS: Final = 1.0
_TABLE: Final = "CREATE TABLE IF NOT EXISTS spent (name BLOB PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID"
_KEEP: Final = "INSERT INTO spent VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET until = excluded.until"


@dataclass(frozen=True, slots=True)
class Rate:
    """So many times in so many seconds, all at once or spread out."""

    times: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a rate: `remaining` times now, all of them again in `reset` seconds.

    `wait` is how many seconds to wait before the next time; 0 where it is allowed.
    """

    remaining: int
    reset: int
    wait: int

    @property
    def allowed(self) -> bool:
        return self.wait == 0


class Limits:
    """Counts by name. Where the file can't be written, as on a full disk, everything is allowed: what is limited is
    checked by other means too.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def look(self, name: str, rate: Rate) -> Allowance:
        """What is left, without counting this time."""
        return self._ask(name, rate, counts=False)

    def take(self, name: str, rate: Rate) -> Allowance:
        """Count this time, where it is allowed."""
        return self._ask(name, rate, counts=True)

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _ask(self, name: str, rate: Rate, *, counts: bool) -> Allowance:
        now = time.time()
        with self._lock:
            try:
                return self._counted(_stand_in(name), rate, now, counts=counts)
            except (sqlite3.Error, OSError):
                return _allowance(now, now, rate)

    def _counted(self, name: bytes, rate: Rate, now: float, *, counts: bool) -> Allowance:
        connection = self._connection = self._connection or self._open()
        connection.execute("BEGIN IMMEDIATE" if counts else "BEGIN")
        try:
            found = connection.execute("SELECT until FROM spent WHERE name = ?", (name,)).fetchone()
            # The clock may have been put back: nothing is spent for longer than the whole rate.
            spent = min(max(found[0] if found else now, now), now + rate.seconds)
            left = _allowance(spent, now, rate)
            if counts and left.allowed:
                spent += rate.seconds / rate.times
                connection.execute(_KEEP, (name, spent))
                connection.execute("DELETE FROM spent WHERE until < ?", (now,))
                left = Allowance(_times_left(spent, now, rate), ceil(spent - now), 0)
            connection.execute("COMMIT")
        except sqlite3.Error:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise
        return left

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            self._path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=8
        )
        for pragma in ("journal_mode=WAL", "synchronous=OFF"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(_TABLE)
        return connection


def _stand_in(name: str) -> bytes:
    """Names may hold a caller's address, which is nobody else's business."""
    return hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=16).digest()


def _allowance(spent: float, now: float, rate: Rate) -> Allowance:
    left = _times_left(spent, now, rate)
    wait = 0 if left else max(1, ceil(spent + rate.seconds / rate.times - rate.seconds - now))
    return Allowance(left, ceil(spent - now), wait)


def _times_left(spent: float, now: float, rate: Rate) -> int:
    return int((rate.seconds - (spent - now)) * rate.times / rate.seconds + 1e-6)
