"""Drift between the database and the index: found, and mended through the change log.

Mending appends changes for what is concerned, so whichever indexer runs, now or later, mends the index in its
own order, and a comparison never writes beside it.
"""

from dataclasses import dataclass
from itertools import islice

from credit_records.database import snapshot, writing
from credit_search.protocol import IndexReader
from sqlalchemy import Engine as Database

from credit_indexer.streams import Stream

REPAIRED_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Drift:
    """Keys of which the index holds nothing, another version, or something that should not be there.

    `waiting` counts the keys whose change the index has not come to yet, which is no drift.
    """

    compared: int
    missing: tuple[int, ...]
    stale: tuple[int, ...]
    surplus: tuple[int, ...]
    waiting: int

    @property
    def keys(self) -> tuple[int, ...]:
        return (*self.missing, *self.stale, *self.surplus)


async def compare(database: Database, reader: IndexReader, stream: Stream) -> Drift:
    """Hold all that the index should hold against what it holds. Both may change meanwhile.

    The index is read before the database, and its cursor before it: what differs is drift only where no change after
    that cursor explains it.
    """
    cursor = await reader.cursor()
    indexed = {key: version async for key, version in reader.versions()}
    with snapshot(database) as connection:
        waiting = stream.waiting(connection, cursor)
        missing: list[int] = []
        stale: list[int] = []
        compared = 0
        for key, version in stream.versions(connection):
            compared += 1
            held = indexed.pop(key, None)
            if held == version or key in waiting:
                continue
            (missing if held is None else stale).append(key)
    surplus = sorted(key for key in indexed if key not in waiting)
    return Drift(compared, tuple(missing), tuple(stale), tuple(surplus), len(waiting))


def repair(database: Database, stream: Stream, drift: Drift) -> int:
    """Append a change for everything that drifted; how many."""
    remaining = iter(drift.keys)
    while keys := list(islice(remaining, REPAIRED_AT_ONCE)):
        with writing(database) as connection:
            stream.mark_changed(connection, keys)
    return len(drift.keys)
