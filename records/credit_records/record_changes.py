"""The change log of records, as whoever follows it reads it. A record that is not public is told as deleted."""

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from credit_records.calendar import today
from credit_records.changes import latest_seq
from credit_records.published import SEARCHABLE, is_public
from credit_records.tables import change, record, subject


class RecordRow(NamedTuple):
    """What a projection of a published record needs; `fields` is JSON text, from which roles are read.

    Subject columns are None where the record is of a natural person.
    """

    id: int
    version: int
    kind: str
    fields: str
    document_number: str | None
    authority: str | None
    decision_date: str | None
    dishonesty_class: str | None
    published_at: str | None
    ends_on: str | None
    subject_id: int | None
    uscc: str | None
    name: str | None
    division: str | None
    industry: str | None


_COLUMNS: Final = (
    record.c.id,
    record.c.version,
    record.c.kind,
    record.c.fields,
    record.c.document_number,
    record.c.authority,
    record.c.decision_date,
    record.c["class"],
    record.c.published_at,
    record.c.ends_on,
    record.c.subject_id,
    subject.c.uscc,
    subject.c.name,
    subject.c.division,
    subject.c.industry,
)
_JOINED: Final = record.outerjoin(subject, subject.c.id == record.c.subject_id)


class RecordChanges(NamedTuple):
    """Records to show and records to take away, and the number up to which that is complete: the next cursor."""

    records: list[RecordRow]
    deleted: list[int]
    cursor: int


def record_rows_after(connection: Connection, cursor: int, limit: int, *, on: date | None = None) -> RecordChanges:
    """The next `limit` changes to records after the cursor, as they stand on the day `on`, today by default.

    A record that changes again later stands only at its last change. The cursor passes over changes to subjects;
    nothing is left where the returned cursor is the one given.
    """
    latest = latest_seq(connection)
    statement = (
        select(change.c.seq, change.c.record_id, is_public(on or today()).label("public"), *_COLUMNS)
        # Joined one after the other: joined to the other two together, SQLite makes a table of all records each time.
        .select_from(
            change.outerjoin(record, record.c.id == change.c.record_id).outerjoin(
                subject, subject.c.id == record.c.subject_id
            )
        )
        .where(change.c.seq > cursor, change.c.seq <= latest, change.c.record_id.is_not(None))
        .order_by(change.c.seq)
        .limit(limit)
    )
    records: list[RecordRow] = []
    deleted: dict[int, None] = {}
    read = 0
    for seq, record_id, public, *values in connection.execute(statement):
        read += 1
        cursor = seq
        if not public:
            deleted[record_id] = None
        elif values[1] == seq:
            records.append(RecordRow._make(values))
    return RecordChanges(records, list(deleted), cursor if read == limit else max(cursor, latest))


def all_record_rows(connection: Connection, after_id: int, limit: int, *, on: date | None = None) -> list[RecordRow]:
    """The next `limit` public records after this number, in the order of numbers."""
    statement = (
        select(*_COLUMNS)
        .select_from(_JOINED)
        .where(record.c.id > after_id, SEARCHABLE, is_public(on or today()))
        .order_by(record.c.id)
        .limit(limit)
    )
    return [RecordRow._make(row) for row in connection.execute(statement)]


def record_versions(connection: Connection, *, on: date | None = None) -> Iterator[tuple[int, int]]:
    """Number and version of every public record, in the order of numbers, as they come."""
    statement = select(record.c.id, record.c.version).where(SEARCHABLE, is_public(on or today())).order_by(record.c.id)
    yield from connection.execute(statement, execution_options={"yield_per": 10_000})
