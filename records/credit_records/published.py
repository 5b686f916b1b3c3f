"""What is public on a day: every reader of records for the public goes through here, so that nothing else leaks."""

from datetime import date
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Select, and_, func, literal_column, or_, select

from credit_records.states import PUBLISHED
from credit_records.tables import delivery, record, subject

# Written out, for a planner uses a partial index only where it reads the index's own condition.
SEARCHABLE: Final = record.c.version > literal_column("0")


Day = date | ColumnElement[str]


def is_public(day: Day) -> ColumnElement[bool]:
    """The condition that a record is published on the day; ISO text, where it is a parameter."""
    told = day.isoformat() if isinstance(day, date) else day
    in_term = or_(record.c.ends_on.is_(None), record.c.ends_on >= told)
    return and_(record.c.state == PUBLISHED, in_term)


def published(day: date, *columns: Column[Any] | ColumnElement[Any]) -> Select[Any]:
    """Columns of the public records with their delivery and their subject, which may be null."""
    return (
        select(*columns)
        .select_from(
            record.join(delivery, delivery.c.id == record.c.delivery_id).outerjoin(
                subject, subject.c.id == record.c.subject_id
            )
        )
        .where(is_public(day))
    )


def published_of_subject(day: Day, subject_id: int | ColumnElement[int], *columns: Column[Any]) -> Select[Any]:
    """Columns of the subject's public records."""
    return select(*columns).where(record.c.subject_id == subject_id, is_public(day))


def counts_of_subject(day: Day, subject_id: int | ColumnElement[int]) -> Select[str, int]:
    """(kind, count) of the subject's public records."""
    return (
        select(record.c.kind, func.count())
        .where(record.c.subject_id == subject_id, is_public(day))
        .group_by(record.c.kind)
    )


def newest(day: date, kind: str | None, limit: int, *columns: Column[Any]) -> Select[Any]:
    """The newest public records of a kind, or of all, for feeds: by number, which grows as records come."""
    statement = published(day, *columns).where(SEARCHABLE)
    if kind is not None:
        statement = statement.where(record.c.kind == kind)
    return statement.order_by(record.c.id.desc()).limit(limit)


def published_numbers(day: date, first: int, last: int) -> Select[int]:
    """Numbers from `first` to `last` of public records with a page of their own, for sitemaps."""
    return select(record.c.id).where(record.c.id.between(first, last), SEARCHABLE, is_public(day)).order_by(record.c.id)
