"""Drift between the database and the index: found, and mended through the change log.

Mending appends changes for the subjects concerned, so whichever indexer runs, now or later, mends the index in its
own order, and a comparison never writes beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from credit_records.bulk import insert_rows, take_numbers, update_rows
from credit_records.changes import subject_versions
from credit_records.database import writing
from credit_records.deliveries import utc_now
from credit_records.tables import change, subject
from credit_search.protocol import IndexReader
from sqlalchemy import Connection, select
from sqlalchemy import Engine as Database

REPAIRED_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Drift:
    """Subjects, by number, of which the index holds nothing, another version, or something that is no more.

    `waiting` counts the subjects whose change the index has not come to yet, which is no drift.
    """

    compared: int
    missing: tuple[int, ...]
    stale: tuple[int, ...]
    surplus: tuple[int, ...]
    waiting: int

    @property
    def subjects(self) -> tuple[int, ...]:
        return (*self.missing, *self.stale, *self.surplus)


async def compare(database: Database, reader: IndexReader) -> Drift:
    """Hold every subject of the database against the index. Both may change meanwhile.

    The index is read before the database, and its cursor before it: what differs is drift only where no change after
    that cursor explains it.
    """
    cursor = await reader.cursor()
    indexed = {key: version async for key, version in reader.versions()}
    with database.connect().execution_options(isolation_level="SERIALIZABLE") as connection:
        waiting = set(connection.execute(select(change.c.subject_id).where(change.c.seq > cursor)).scalars())
        missing: list[int] = []
        stale: list[int] = []
        compared = 0
        for number, version in subject_versions(connection):
            compared += 1
            held = indexed.pop(number, None)
            if held == version or number in waiting:
                continue
            (missing if held is None else stale).append(number)
    surplus = sorted(number for number in indexed if number not in waiting)
    return Drift(compared, tuple(missing), tuple(stale), tuple(surplus), len(waiting))


def repair(database: Database, drift: Drift) -> int:
    """Append a change for every subject that drifted; how many."""
    remaining = iter(drift.subjects)
    while numbers := list(islice(remaining, REPAIRED_AT_ONCE)):
        with writing(database) as connection:
            _mark_changed(connection, numbers)
    return len(drift.subjects)


def _mark_changed(connection: Connection, numbers: Sequence[int]) -> None:
    first = take_numbers(connection, "change", len(numbers))
    now = utc_now()
    marked = list(enumerate(numbers, first))
    insert_rows(connection, change, [(seq, number, now, None) for seq, number in marked])
    update_rows(connection, subject, ("version",), [(seq, number) for seq, number in marked])
