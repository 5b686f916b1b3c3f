"""Figures of the departments' mirror, by unit, kind and month of delivery (in China), added up by the database.

They come from deliveries and the ledger of wrong codes, which are small, never from the records themselves. A unit is
a provider, by its name, or what an operator called the source of a file, behind a tilde, which no provider's name has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from itertools import pairwise
from typing import Any, Final, NamedTuple

from sqlalchemy import Case, Column, ColumnElement, Connection, Select, case, func, literal, select

from credit_records.calendar import add_months, start_of_day
from credit_records.published import is_public
from credit_records.states import civil_day
from credit_records.tables import delivery, record, wrong_code

SOURCE_MARK: Final = "~"

UNIT: Final[ColumnElement[str]] = func.coalesce(
    delivery.c.provider, literal(SOURCE_MARK, literal_execute=True).concat(delivery.c.source)
)


class Place(NamedTuple):
    """What a figure is of; `month` is like 2026-04."""

    unit: str
    kind: str
    month: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of rows.

    Attributes:
        received: accepted + refused.
        corrected: rows that changed a record already there.
        measured: newly published with their timeliness counted; `timely` of these within the kind's working days.
        wrong_codes: entered in the ledger; `wrong_codes_corrected` of these corrected since.
        last_delivery: when the newest ended, UTC.
    """

    deliveries: int = 0
    received: int = 0
    accepted: int = 0
    refused: int = 0
    noted: int = 0
    new: int = 0
    corrected: int = 0
    measured: int = 0
    timely: int = 0
    wrong_codes: int = 0
    wrong_codes_corrected: int = 0
    last_delivery: str | None = None

    @property
    def compliance(self) -> float | None:
        """合规率: accepted ÷ received; None where nothing was received, as in all rates."""
        return rate(self.accepted, self.received)

    @property
    def timeliness(self) -> float | None:
        """及时率: published in time ÷ measured."""
        return rate(self.timely, self.measured)

    @property
    def correction(self) -> float | None:
        """更正率: corrected ÷ accepted."""
        return rate(self.corrected, self.accepted)

    @property
    def wrong_code_rate(self) -> float | None:
        """重错码率: wrong codes ÷ received."""
        return rate(self.wrong_codes, self.received)

    @property
    def wrong_code_correction(self) -> float | None:
        """纠正率: corrected ÷ found."""
        return rate(self.wrong_codes_corrected, self.wrong_codes)

    def __add__(self, other: "Figures") -> "Figures":
        counts = {name: getattr(self, name) + getattr(other, name) for name in _COUNTS}
        newest = max(filter(None, (self.last_delivery, other.last_delivery)), default=None)
        return Figures(**counts, last_delivery=newest)


class MonthFigures(NamedTuple):
    """The figures of one unit, kind and month."""

    place: Place
    figures: Figures


class KindFigures(NamedTuple):
    """The figures of one unit and kind over several months.

    Attributes:
        reported_months: in how many of them rows came.
        reported_last: whether the last of them is one of these.
    """

    unit: str
    kind: str
    figures: Figures
    reported_months: int = 0
    reported_last: bool = False


_COUNTS: Final = tuple(field.name for field in fields(Figures) if field.name != "last_delivery")
_SUMMED: Final = ("rows", "refused", "noted", "new", "changed", "measured", "timely")


def rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def months_between(first: date, last: date) -> list[str]:
    """The months from that of `first` to that of `last`, both included."""
    starts = _month_starts(first, last)
    return [start.isoformat()[:7] for start in starts[:-1]]


def monthly_figures(connection: Connection, first: date, last: date, *, unit: str | None = None) -> list[MonthFigures]:
    """The figures of every unit, or of this one, and kind that delivered something in these months, in their order."""
    found: dict[Place, Figures] = {}
    for unit_key, kind, month, *values in connection.execute(_of_deliveries(first, last, unit)):
        found[Place(unit_key, kind, month)] = _figures(values)
    for *place, count, corrected in connection.execute(_of_wrong_codes(first, last, unit)):
        figures = found.get(Place(*place), Figures())
        found[Place(*place)] = replace(figures, wrong_codes=count, wrong_codes_corrected=corrected)
    return [MonthFigures(place, found[place]) for place in sorted(found)]


def kind_figures(connection: Connection, first: date, last: date) -> list[KindFigures]:
    """The figures of every unit and kind that delivered something in these months, added up over them, in order."""
    months = _of_deliveries(first, last, None).subquery()
    reported = [months.c.rows > 0, months.c.month == last.isoformat()[:7]]
    statement = select(
        months.c.unit,
        months.c.kind,
        func.sum(case((reported[0], 1), else_=0)),
        func.sum(case((reported[0] & reported[1], 1), else_=0)),
        func.sum(months.c.deliveries),
        func.max(months.c.newest),
        *(func.sum(months.c[name]) for name in _SUMMED),
    ).group_by(months.c.unit, months.c.kind)
    found = {
        (unit, kind): KindFigures(unit, kind, _figures(values), reported_months, bool(reported_last))
        for unit, kind, reported_months, reported_last, *values in connection.execute(statement)
    }
    wrong = _of_wrong_codes(first, last, None).subquery()
    statement = select(wrong.c.unit, wrong.c.kind, func.sum(wrong.c.found), func.sum(wrong.c.corrected)).group_by(
        wrong.c.unit, wrong.c.kind
    )
    for unit, kind, count, corrected in connection.execute(statement):
        known = found.get((unit, kind), KindFigures(unit, kind, Figures()))
        figures = replace(known.figures, wrong_codes=count, wrong_codes_corrected=corrected)
        found[unit, kind] = known._replace(figures=figures)
    return [found[pair] for pair in sorted(found)]


def first_months(connection: Connection, last: date, *, unit: str | None = None) -> dict[tuple[str, str], str]:
    """By unit and kind the month in which rows of it first came, where that is not after the month of `last`."""
    until = start_of_day(add_months(last.replace(day=1), 1))
    statement = select(UNIT, delivery.c.kind, func.min(delivery.c.started_at)).where(
        delivery.c.rows > 0, delivery.c.started_at < until
    )
    if unit is not None:
        statement = statement.where(is_of_unit(unit))
    found = connection.execute(statement.group_by(UNIT, delivery.c.kind))
    return {(name, kind): civil_day(instant).isoformat()[:7] for name, kind, instant in found}


def missing_months(
    figures: Sequence[MonthFigures], since: Mapping[tuple[str, str], str], months: Sequence[str]
) -> dict[tuple[str, str], list[str]]:
    """By unit and kind, those of the months in which nothing came, from the month on in which it came first."""
    reported = {each.place for each in figures if each.figures.received}
    return {
        pair: [month for month in months if month >= first and Place(*pair, month) not in reported]
        for pair, first in since.items()
    }


def public_counts(connection: Connection, day: date) -> dict[str, int]:
    """How many records of each kind are public on the day."""
    statement = select(record.c.kind, func.count()).where(is_public(day)).group_by(record.c.kind)
    return {row[0]: row[1] for row in connection.execute(statement)}


def is_of_unit(unit: str) -> ColumnElement[bool]:
    """The condition that a delivery is the unit's, in words that use the index on providers."""
    if not unit.startswith(SOURCE_MARK):
        return delivery.c.provider == unit
    return delivery.c.provider.is_(None) & (delivery.c.source == unit.removeprefix(SOURCE_MARK))


def _figures(values: Sequence[Any]) -> Figures:
    deliveries, newest, rows, refused, noted, new, changed, measured, timely = values
    return Figures(
        deliveries=deliveries,
        received=rows,
        accepted=rows - refused,
        refused=refused,
        noted=noted,
        new=new,
        corrected=changed,
        measured=measured,
        timely=timely,
        last_delivery=newest,
    )


def _of_deliveries(first: date, last: date, unit: str | None) -> Select[Any]:
    month = _month_of(delivery.c.started_at, first, last)
    statement = (
        select(
            UNIT.label("unit"),
            delivery.c.kind,
            month.label("month"),
            func.count().label("deliveries"),
            func.max(func.coalesce(delivery.c.finished_at, delivery.c.started_at)).label("newest"),
            *(func.sum(delivery.c[name]).label(name) for name in _SUMMED),
        )
        .where(*_within(delivery.c.started_at, first, last))
        .group_by("unit", delivery.c.kind, "month")
    )
    return statement if unit is None else statement.where(is_of_unit(unit))


def _of_wrong_codes(first: date, last: date, unit: str | None) -> Select[Any]:
    month = _month_of(wrong_code.c.found_at, first, last)
    statement = (
        select(
            UNIT.label("unit"),
            wrong_code.c.kind,
            month.label("month"),
            func.count().label("found"),
            func.count(wrong_code.c.corrected_at).label("corrected"),
        )
        .select_from(wrong_code.join(delivery, delivery.c.id == wrong_code.c.delivery_id))
        .where(*_within(wrong_code.c.found_at, first, last))
        .group_by("unit", wrong_code.c.kind, "month")
    )
    return statement if unit is None else statement.where(is_of_unit(unit))


def _month_of(instant: Column[Any], first: date, last: date) -> Case[str]:
    """The month in China of an instant kept in UTC, in words that every database knows."""
    ends = [(instant < start_of_day(end), start.isoformat()[:7]) for start, end in pairwise(_month_starts(first, last))]
    return case(*ends)


def _within(instant: Column[Any], first: date, last: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    starts = _month_starts(first, last)
    return instant >= start_of_day(starts[0]), instant < start_of_day(starts[-1])


def _month_starts(first: date, last: date) -> list[date]:
    """The first days of the months from that of `first`, and of the one after that of `last`."""
    start, end = first.replace(day=1), add_months(last.replace(day=1), 1)
    count = (end.year - start.year) * 12 + end.month - start.month
    return [add_months(start, offset) for offset in range(count + 1)]
