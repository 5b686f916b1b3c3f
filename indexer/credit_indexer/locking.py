"""One at a time: a lock that the operating system gives back however its holder ends."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

SECONDS_BETWEEN_TRIES = 0.02


class BusyError(Exception):
    """Another process holds the lock; `holder` is its process number where it is known."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock of this file, which keeps the holder's process number for a person to read.

    Raises:
        BusyError: another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise BusyError(file.read().strip()) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


@asynccontextmanager
async def in_turn(path: Path) -> AsyncIterator[None]:
    """Hold the same kind of lock, waiting until whoever has it gives it back."""
    with ExitStack() as held:
        while True:
            with suppress(BusyError):
                held.enter_context(exclusive(path))
                break
            await asyncio.sleep(SECONDS_BETWEEN_TRIES)
        yield
