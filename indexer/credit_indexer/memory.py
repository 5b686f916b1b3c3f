"""Memory, set for work that makes millions of small objects and hardly a cycle, and for programs that run on."""

import ctypes
import gc
import os
import sys

from sqlalchemy import Engine

# The collector's habit is to look after every 700 new objects; over a load it costs a seventh of the time, and finds
# next to nothing, for reference counts free what a batch made.
NEW_OBJECTS_BETWEEN_LOOKS = 1_000_000  # a batch of 50,000 rows is half of that

_ARENA_MAX = -8  # of glibc's mallopt


def expect_bulk_work() -> None:
    """For a command that begins: what is loaded by now stays, and what comes is looked at seldom."""
    _share_heaps()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS_BETWEEN_LOOKS, 20, 100)


def tidy(database: Engine) -> None:
    """For a program that runs on: what the last piece of work left in circles goes now, not after a million objects,
    and so do idle connections, with up to 192 MB of pages that SQLite keeps for the next of a large load.
    """
    database.dispose()
    gc.collect()


def _share_heaps() -> None:
    """A heap for each processor, where glibc would make eight: each merge of an index runs in a new thread, and what
    one frees in a heap of its own is of no use to the next. An indexer that ran for an hour held a third more.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
        if mallopt is not None:
            mallopt(_ARENA_MAX, max(2, os.cpu_count() or 1))
