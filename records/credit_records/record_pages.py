"""A subject's public records page by page, newest decision first, records without a date last.

A page is found in the index on subject, state, kind and date alone, at any depth, and only what it shows is read.
"""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import BigInteger, Connection, Select, Text, and_, bindparam, or_

from credit_records.calendar import today
from credit_records.published import published_of_subject
from credit_records.record_reading import Record, read_in_order
from credit_records.tables import record

BEYOND: Final = 2**62  # above every number

Part = Literal["top", "dated", "undated"]


class Cursor(NamedTuple):
    """Where a page of records ends: the next begins after it. `decision_date` is empty where the record has none."""

    decision_date: str
    id: int


class RecordPage(NamedTuple):
    """Records newest first, and the cursor of the next page; None where this is the last."""

    records: list[Record]
    following: Cursor | None


def page_of_records(
    connection: Connection,
    subject_id: int,
    kind: str | None = None,
    *,
    after: Cursor | None = None,
    limit: int = 20,
    on: date | None = None,
) -> RecordPage:
    """A page of the subject's public records of a kind, or of all kinds in one line of time."""
    finder = _Finder(connection, subject_id, on)
    numbers = finder.find(kind, after, limit + 1)
    return _page(read_in_order(connection, numbers[:limit]), more=len(numbers) > limit)


def first_pages(
    connection: Connection, subject_id: int, kinds: Iterable[str], *, limit: int = 20, on: date | None = None
) -> dict[str, RecordPage]:
    """The first page of each kind, all read at once."""
    finder = _Finder(connection, subject_id, on)
    numbers = {kind: finder.find(kind, None, limit + 1) for kind in kinds}
    shown = read_in_order(connection, [number for found in numbers.values() for number in found[:limit]])
    pages, start = {}, 0
    for kind, found in numbers.items():
        end = start + min(limit, len(found))
        pages[kind] = _page(shown[start:end], more=len(found) > limit)
        start = end
    return pages


class _Finder:
    """Finds the numbers of a subject's public records in their order."""

    def __init__(self, connection: Connection, subject_id: int, on: date | None) -> None:
        self._connection = connection
        self._given = {"subject": subject_id, "day": (on or today()).isoformat()}

    def find(self, kind: str | None, after: Cursor | None, count: int) -> list[int]:
        if after is None:
            return self._run("top", kind, count)
        if not after.decision_date:
            return self._run("undated", kind, count, number=after.id)
        found = self._run("dated", kind, count, date=after.decision_date, number=after.id)
        left = count - len(found)
        return found + self._run("undated", kind, left, number=BEYOND) if left else found

    def _run(self, part: Part, kind: str | None, count: int, **given: object) -> list[int]:
        named = {} if kind is None else {"kind": kind}
        statement = _statement(part, of_kind=kind is not None)
        return list(self._connection.execute(statement, {**self._given, **named, **given, "count": count}).scalars())


@cache
def _statement(part: Part, *, of_kind: bool) -> Select[Any]:
    """Built once: that would cost more than running it. Ranges and orders are put so that the index serves them."""
    dated, number = record.c.decision_date, record.c.id
    subject, day = bindparam("subject", type_=BigInteger), bindparam("day", type_=Text)
    statement = published_of_subject(day, subject, number)
    if of_kind:
        statement = statement.where(record.c.kind == bindparam("kind"))
    if part == "dated":
        last, last_number = bindparam("date", type_=Text), bindparam("number", type_=BigInteger)
        statement = statement.where(dated <= last, or_(dated < last, and_(dated == last, number < last_number)))
    elif part == "undated":
        statement = statement.where(dated.is_(None), number < bindparam("number", type_=BigInteger))
    return statement.order_by(dated.desc().nulls_last(), number.desc()).limit(bindparam("count"))


def _page(records: list[Record], *, more: bool) -> RecordPage:
    if not more:
        return RecordPage(records, None)
    last = records[-1]
    return RecordPage(records, Cursor(last.decision_date.isoformat() if last.decision_date else "", last.id))
