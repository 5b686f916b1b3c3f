"""The numbers of all published records of a kind, and of all subjects, ascending, so many at a time."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection, select

from credit_records.published import SEARCHABLE, is_public
from credit_records.tables import record, subject


def published_of_kind(connection: Connection, kind: str, day: date, size: int) -> Iterator[list[int]]:
    """Of records that may be found by themselves."""
    after = 0
    while True:
        statement = (
            select(record.c.id)
            .where(SEARCHABLE, record.c.kind == kind, record.c.id > after, is_public(day))
            .order_by(record.c.id)
            .limit(size)
        )
        numbers = list(connection.execute(statement).scalars())
        if numbers:
            yield numbers
            after = numbers[-1]
        if len(numbers) < size:
            return


def all_subjects(connection: Connection, size: int) -> Iterator[list[int]]:
    after = 0
    while True:
        statement = select(subject.c.id).where(subject.c.id > after).order_by(subject.c.id).limit(size)
        numbers = list(connection.execute(statement).scalars())
        if numbers:
            yield numbers
            after = numbers[-1]
        if len(numbers) < size:
            return
