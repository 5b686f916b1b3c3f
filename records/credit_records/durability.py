"""What is committed, made to outlast a power cut, before somebody is told that it is kept.

SQLite's journal is written at each commit and left to the system to bring to the disk (`synchronous=NORMAL`), which
spares a load thousands of waits. A power cut may take the last commits with it; a file that was put away as done would
then be lost with them.
"""

import os
from contextlib import suppress

from sqlalchemy import Engine


def outlast_power_cut(engine: Engine) -> None:
    """Bring all that was committed so far to the disk. Other databases do so by themselves, at each commit.

    Raises:
        OSError: the disk failed.
    """
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path:
        return
    with suppress(FileNotFoundError):  # without a journal everything is in the database itself
        descriptor = os.open(f"{path}-wal", os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
