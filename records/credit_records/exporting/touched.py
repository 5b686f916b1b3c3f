"""What changes touched since a copy was made: which records, and where they stand now."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from credit_records.tables import change, record


class Touched(NamedTuple):
    """A change to a record. `kind` and `decision_date` are those it has now, None where there is none."""

    change: int
    record_id: int
    kind: str | None
    decision_date: str | None


def touched_since(connection: Connection, number: int, limit: int) -> list[Touched]:
    """The changes to records after this number, oldest first, at most `limit`."""
    statement = (
        select(change.c.seq, change.c.record_id, record.c.kind, record.c.decision_date)
        .outerjoin(record, record.c.id == change.c.record_id)
        .where(change.c.seq > number, change.c.record_id.is_not(None))
        .order_by(change.c.seq)
        .limit(limit)
    )
    return [Touched._make(row) for row in connection.execute(statement)]
