"""The rows behind a figure of the departments' mirror: those of one provider, kind and month of delivery."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, func, select

from credit_records.calendar import add_months, start_of_day
from credit_records.rows import REFUSED
from credit_records.tables import delivery, quarantine, record, subject, wrong_code


@dataclass(frozen=True, slots=True)
class AskedRows:
    """Rows of which provider, in which month (its first day), and of which kind; None for all.

    `after` is the `following` of the page before.
    """

    provider: str
    month: date
    kind: str | None = None
    after: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A row. What a measure does not know of is None.

    Attributes:
        delivery: the number of its delivery, `row` its line there.
        record: the number of what was recorded of it.
        at: UTC, when it was received or found.
        told: what was wrong, `remedy` what would mend it; `corrected_at` when it was.
    """

    id: int
    kind: str
    delivery: int
    at: str
    row: int | None = None
    record: int | None = None
    name: str | None = None
    code: str | None = None
    document_number: str | None = None
    decision_date: str | None = None
    working_days: int | None = None
    field: str | None = None
    value: str | None = None
    told: str | None = None
    remedy: str | None = None
    corrected_at: str | None = None


@dataclass(frozen=True, slots=True)
class FigurePage:
    """`following` is None on the last page."""

    rows: Sequence[FigureRow]
    following: int | None


@dataclass(frozen=True, slots=True)
class MonthTotals:
    """What the provider's deliveries of the month add up to."""

    received: int
    refused: int
    new: int
    changed: int
    measured: int
    timely: int

    @property
    def accepted(self) -> int:
        return self.received - self.refused

    @property
    def late(self) -> int:
        return self.measured - self.timely


def rows_behind(connection: Connection, measure: str, asked: AskedRows, timeliness: Mapping[str, int]) -> FigurePage:
    """A page of the rows behind a measure, one of `MEASURES`, in the order of arrival.

    `timeliness` is the limit in working days of each kind that has one. A file that was sent again has its problems
    with the newest delivery of it, and a record that changed since is its newest delivery's.
    """
    found = MEASURES[measure](connection, asked, timeliness)
    rows = found[: asked.limit]
    return FigurePage(rows, rows[-1].id if len(found) > asked.limit else None)


def month_totals(connection: Connection, asked: AskedRows) -> MonthTotals:
    """The figures themselves, which count rows that left no trace, such as those that were as before."""
    sums = [func.coalesce(func.sum(delivery.c[name]), 0) for name in ("rows", "refused", "new", "changed")]
    sums += [func.coalesce(func.sum(delivery.c[name]), 0) for name in ("measured", "timely")]
    return MonthTotals(*connection.execute(select(*sums).where(*_of_month(asked))).one())


def _refused(connection: Connection, asked: AskedRows, _: Mapping[str, int]) -> list[FigureRow]:
    columns = [quarantine.c[name] for name in ("id", "delivery_id", "row", "field", "value", "reason", "remedy")]
    statement: Select[Any] = (
        select(*columns, delivery.c.kind, delivery.c.started_at)
        .select_from(quarantine.join(delivery))
        .where(*_of_month(asked), quarantine.c.severity == REFUSED, quarantine.c.id > asked.after)
        .order_by(quarantine.c.id)
        .limit(asked.limit + 1)
    )
    return [
        FigureRow(number, kind, of, at, row=row, field=field, value=value, told=reason, remedy=remedy)
        for number, of, row, field, value, reason, remedy, kind, at in connection.execute(statement)
    ]


def _wrong_codes(connection: Connection, asked: AskedRows, _: Mapping[str, int]) -> list[FigureRow]:
    since, until = _bounds(asked)
    columns = [
        wrong_code.c[name]
        for name in ("id", "kind", "delivery_id", "found_at", "given_name", "given_code", "document_number")
    ]
    conditions = [delivery.c.provider == asked.provider, wrong_code.c.id > asked.after]
    if asked.kind is not None:
        conditions.append(wrong_code.c.kind == asked.kind)
    statement: Select[Any] = (
        select(*columns, wrong_code.c.known_name, wrong_code.c.corrected_at)
        .select_from(wrong_code.join(delivery))
        .where(*conditions, wrong_code.c.found_at >= since, wrong_code.c.found_at < until)
        .order_by(wrong_code.c.id)
        .limit(asked.limit + 1)
    )
    return [
        FigureRow(
            number, kind, of, at, name=name, code=code, document_number=document, told=known, corrected_at=corrected
        )
        for number, kind, of, at, name, code, document, known, corrected in connection.execute(statement)
    ]


def _accepted(connection: Connection, asked: AskedRows, _: Mapping[str, int]) -> list[FigureRow]:
    return _records(connection, asked, [])


def _late(connection: Connection, asked: AskedRows, timeliness: Mapping[str, int]) -> list[FigureRow]:
    late: ColumnElement[bool] = record.c.id < 0  # none, where no kind is measured
    for kind, limit in timeliness.items():
        late |= (record.c.kind == kind) & (record.c.working_days > limit)
    return _records(connection, asked, [late])


def _records(connection: Connection, asked: AskedRows, conditions: list[ColumnElement[bool]]) -> list[FigureRow]:
    """New records of the month. Numbers are given out in the order of arrival, so the month is a range of them."""
    since, until = _bounds(asked)
    first, end = _first_received(connection, since), _first_received(connection, until)
    columns = [
        record.c[name]
        for name in ("id", "kind", "delivery_id", "received_at", "document_number", "decision_date", "working_days")
    ]
    statement: Select[Any] = (
        select(*columns, subject.c.name, subject.c.uscc)
        .select_from(record.join(delivery).outerjoin(subject, subject.c.id == record.c.subject_id))
        .where(record.c.id >= max(first, asked.after + 1), record.c.id < end, *_of_month(asked), *conditions)
        .order_by(record.c.id)
        .limit(asked.limit + 1)
    )
    return [
        FigureRow(
            number,
            kind,
            of,
            at,
            record=number,
            name=name,
            code=code,
            document_number=document,
            decision_date=decided,
            working_days=days,
        )
        for number, kind, of, at, document, decided, days, name, code in connection.execute(statement)
    ]


def _first_received(connection: Connection, instant: str) -> int:
    """The number of the first record received at the instant or later; the number after the last where none was."""
    low = 1
    high: int = connection.execute(select(func.coalesce(func.max(record.c.id), 0))).scalar_one() + 1
    while low < high:
        middle = (low + high) // 2
        statement = select(record.c.id, record.c.received_at).where(record.c.id >= middle).order_by(record.c.id)
        found = connection.execute(statement.limit(1)).first()
        if found is None or found.received_at >= instant:
            high = middle
        else:
            low = found.id + 1
    return low


def _of_month(asked: AskedRows) -> list[ColumnElement[bool]]:
    since, until = _bounds(asked)
    conditions = [delivery.c.provider == asked.provider, delivery.c.started_at >= since, delivery.c.started_at < until]
    if asked.kind is not None:
        conditions.append(delivery.c.kind == asked.kind)
    return conditions


def _bounds(asked: AskedRows) -> tuple[str, str]:
    return start_of_day(asked.month), start_of_day(add_months(asked.month, 1))


MEASURES: Final[Mapping[str, Callable[[Connection, AskedRows, Mapping[str, int]], list[FigureRow]]]] = {
    "refused": _refused,
    "accepted": _accepted,
    "late": _late,
    "wrong_code": _wrong_codes,
}
