"""Whether a file has come whole: it rests, and nobody has it open to write."""

import errno
import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from typing import Final

from credit_indexer.loading import file_state

REST: Final = 0.3  # seconds between two looks that find the same
# Where the system cannot tell whether a file is open, a transfer that stalls looks like one that is over.
REST_WHERE_WRITERS_ARE_UNKNOWN: Final = 5.0
REST_WHILE_EMPTY: Final = 10.0  # most often the content is still to come


class Writers(Enum):
    NONE = "none"
    SOME = "some"
    UNKNOWN = "unknown"


class Stillness:
    """Remembers since when each file has been as it is; seconds of any steady clock."""

    def __init__(self) -> None:
        self._seen: dict[Path, tuple[tuple[int, ...], float, int]] = {}
        self._changed: set[Path] = set()
        self._round = 0

    def look(self, files: dict[Path, tuple[int, ...]], now: float) -> None:
        """Note the state of every file that waits now; the others are forgotten."""
        self._round += 1
        before, self._seen = self._seen, {}
        for path, state in files.items():
            known = before.get(path)
            if known is None:
                self._seen[path] = (state, now, self._round)
            elif known[0] == state:
                self._seen[path] = known
            else:
                self._seen[path] = (state, now, known[2])
                self._changed.add(path)
        self._changed &= self._seen.keys()

    def rested(self, path: Path, now: float) -> float:
        """For how many seconds the file has been as it is."""
        return now - self._seen[path][1]

    def arrival(self, path: Path) -> int:
        """In which look the file was first seen: whatever the clock says, earlier ones came before."""
        return self._seen[path][2]

    def forget(self, path: Path) -> None:
        """The file is taken; another of its name is another file."""
        self._seen.pop(path, None)
        self._changed.discard(path)

    def unchanged(self) -> list[Path]:
        """What waits and was never written to while it was looked at."""
        return [path for path in self._seen if path not in self._changed]


def move_if_whole(path: Path, target: Path, state: tuple[int, ...], rested: float) -> Writers | None:
    """Move the file where it has come whole. None where it was moved, else who may be writing to it.

    Raises:
        OSError: it cannot be moved.
    """
    with _writers_kept_out(path) as writers:
        needed = REST_WHERE_WRITERS_ARE_UNKNOWN if writers is Writers.UNKNOWN else REST
        if writers is Writers.SOME or rested < needed or file_state(path) != state:
            return writers
        path.rename(target)  # within one file system, never a copy
        return None


@contextmanager
def _writers_kept_out(path: Path) -> Iterator[Writers]:
    """A read lease: the system grants it where nobody has the file open to write, and holds back who then would.

    It is known for files of one's own, or to a privileged process, on a local file system of Linux.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        yield Writers.UNKNOWN  # whoever reads it later says why it cannot be
        return
    try:
        yield _lease(descriptor)
    finally:
        os.close(descriptor)  # which gives the lease back


def _lease(descriptor: int) -> Writers:
    if not hasattr(fcntl, "F_SETLEASE"):
        return Writers.UNKNOWN
    try:
        # By habit the system tells of one who waits by SIGIO, which ends a process that does not expect it.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return Writers.SOME if error.errno == errno.EAGAIN else Writers.UNKNOWN
    return Writers.NONE
