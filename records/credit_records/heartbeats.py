"""Signs of life of programs that answer nobody: each touches a file of its own in the data folder every few seconds.

Health checks and the site's metrics read when that was last. A program that hangs, say in a call that never returns,
touches nothing.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

FOLDER: Final = "alive"
INDEXER: Final = "index"
RECEIVER: Final = "receive"
MAIL: Final = "mail"
SECONDS: Final = 5.0


class Heartbeat:
    """Of one program, named as its command is. `clock` gives seconds."""

    def __init__(self, data_dir: Path, program: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = data_dir / FOLDER / program
        self._clock = clock
        self._due = clock()

    def beat(self) -> None:
        """Tell that the program goes on; costs nothing where it has just told so. A full disk is told elsewhere."""
        now = self._clock()
        if now < self._due:
            return
        self._due = now + SECONDS
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch()


def last_beats(data_dir: Path) -> dict[str, float]:
    """When each program that ever ran on this data folder last gave a sign of life, as Unix time."""
    found = {}
    for program in (INDEXER, RECEIVER, MAIL):
        with suppress(OSError):
            found[program] = (data_dir / FOLDER / program).stat().st_mtime
    return found
