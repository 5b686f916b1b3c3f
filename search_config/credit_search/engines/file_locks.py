"""Keeps a second writer of an index away from the same machine."""

import fcntl
from pathlib import Path
from typing import TextIO

from credit_search.protocol import WriterBusyError


def locked(path: Path) -> TextIO:
    """An open file that nobody else has locked.

    Raises:
        WriterBusyError: another process is writing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise WriterBusyError(str(path)) from error
    return file
