"""The change log of records as the public follows it: what is published or changed, and tombstones for what is gone.

Of a record that is gone nothing is told but its number and kind, and of one that never was public nothing at all.
"""

from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Connection, or_, select

from credit_records.calendar import today
from credit_records.changes import latest_seq
from credit_records.published import is_public
from credit_records.record_reading import Record, find_records
from credit_records.tables import change, record

# Change numbers that one page looks through at most: subjects have theirs among them, a million at the first load.
LOOKED_THROUGH: Final = 100_000


class Told(NamedTuple):
    """One change: `at` is UTC; `record` is None where it is no longer public, and `kind` where it is not known."""

    seq: int
    at: str
    id: int
    kind: str | None
    record: Record | None


class FeedPage(NamedTuple):
    """Changes, the cursor after them, and whether there are more by now."""

    changes: list[Told]
    cursor: int
    more: bool


def feed_after(connection: Connection, cursor: int, limit: int, *, on: date | None = None) -> FeedPage:
    """The changes after the cursor, as records stand on the day `on`, today by default: at most `limit`, and fewer
    than there are where others lie far away. A record that changes again later stands only at its last change.
    """
    day, latest = on or today(), latest_seq(connection)
    last = min(cursor + LOOKED_THROUGH, latest)
    statement = (
        select(change.c.seq, change.c.at, change.c.record_id, record.c.kind, is_public(day).label("public"))
        .select_from(change.outerjoin(record, record.c.id == change.c.record_id))
        .where(change.c.seq > cursor, change.c.seq <= last, change.c.record_id.is_not(None))
        .where(or_(record.c.id.is_(None), (record.c.version == change.c.seq) & record.c.published_at.is_not(None)))
        .order_by(change.c.seq)
        .limit(limit)
    )
    rows = connection.execute(statement).all()
    shown = {found.id: found for found in find_records(connection, [row.record_id for row in rows if row.public])}
    told = [Told(row.seq, row.at, row.record_id, row.kind, shown.get(row.record_id)) for row in rows]
    reached = told[-1].seq if len(told) == limit else max(cursor, last)
    return FeedPage(told, reached, reached < latest)
