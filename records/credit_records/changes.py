"""The change log, as whoever follows it reads it."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, select

from credit_records.tables import change, subject

SubjectRow = tuple[int, int, str, bool, str, str, str | None, str | None, str | None, str | None, str | None]
"""What a projection of a subject needs, in the order of `PROJECTED`; `former_names` is JSON text."""

PROJECTED: Final = (
    "id",
    "version",
    "uscc",
    "code_valid",
    "name",
    "former_names",
    "status",
    "division",
    "entity_type",
    "industry",
    "established",
)
_COLUMNS: Final = tuple(subject.c[name] for name in PROJECTED)


class Changes(NamedTuple):
    """Subjects changed and deleted, and the number up to which that is complete: the next cursor."""

    subjects: list[SubjectRow]
    deleted: list[int]
    cursor: int


def latest_seq(connection: Connection) -> int:
    """The newest change number; 0 where there is none."""
    return connection.execute(select(func.max(change.c.seq))).scalar() or 0


def subject_rows_after(connection: Connection, cursor: int, limit: int) -> Changes:
    """The next `limit` changes after the cursor. A subject that changes again later stands only at its last change.

    The cursor passes over changes to records. Nothing is left where the returned cursor is the one given.
    """
    latest = latest_seq(connection)
    statement = (
        select(change.c.seq, change.c.subject_id, *_COLUMNS)
        .outerjoin(subject, subject.c.id == change.c.subject_id)
        .where(change.c.seq > cursor, change.c.seq <= latest, change.c.record_id.is_(None))
        .order_by(change.c.seq)
        .limit(limit)
    )
    subjects: list[SubjectRow] = []
    deleted: dict[int, None] = {}
    read = 0
    for seq, subject_id, *values in connection.execute(statement):
        read += 1
        cursor = seq
        if values[0] is None:
            deleted[subject_id] = None
        elif values[1] == seq:
            subjects.append(tuple(values))
    return Changes(subjects, list(deleted), cursor if read == limit else max(cursor, latest))


def all_subject_rows(connection: Connection, after_id: int, limit: int) -> list[SubjectRow]:
    """The next `limit` subjects after this number, in the order of numbers."""
    statement = select(*_COLUMNS).where(subject.c.id > after_id).order_by(subject.c.id).limit(limit)
    return list(connection.execute(statement))


def subject_versions(connection: Connection) -> Iterator[tuple[int, int]]:
    """Every subject's number and version, in the order of numbers, as they come."""
    statement = select(subject.c.id, subject.c.version).order_by(subject.c.id)
    yield from connection.execute(statement, execution_options={"yield_per": 10_000})
