"""Figures of the departments' mirror, by provider, kind and month of delivery (in China), added up by the database.

They come from deliveries and the ledger of wrong codes, which are small, never from the records themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import Case, Column, Connection, Select, case, func, select

from credit_records.calendar import add_months, start_of_day
from credit_records.published import is_public
from credit_records.tables import delivery, record, wrong_code


class Place(NamedTuple):
    """What a figure is of: `source` is the provider as in deliveries, `month` is like 2026-04."""

    source: str
    kind: str
    month: str


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """Counts of rows.

    Attributes:
        received: accepted + refused.
        corrected: rows that changed a record already there.
        measured: newly published with their timeliness counted; `timely` of these within the kind's working days.
        wrong_codes: entered in the ledger; `wrong_codes_corrected` of these corrected since.
    """

    place: Place
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
    last_delivery: str | None = field(default=None)

    @property
    def compliance(self) -> float | None:
        """合规率: accepted ÷ received; None where nothing was received, as in all rates."""
        return _rate(self.accepted, self.received)

    @property
    def timeliness(self) -> float | None:
        """及时率: published in time ÷ measured."""
        return _rate(self.timely, self.measured)

    @property
    def correction(self) -> float | None:
        """更正率: corrected ÷ accepted."""
        return _rate(self.corrected, self.accepted)

    @property
    def wrong_code_rate(self) -> float | None:
        """重错码率: wrong codes ÷ received."""
        return _rate(self.wrong_codes, self.received)

    @property
    def wrong_code_correction(self) -> float | None:
        """纠正率: corrected ÷ found."""
        return _rate(self.wrong_codes_corrected, self.wrong_codes)


def months_between(first: date, last: date) -> list[str]:
    """The months from that of `first` to that of `last`, both included."""
    starts = _month_starts(first, last)
    return [start.isoformat()[:7] for start in starts[:-1]]


def monthly_figures(connection: Connection, first: date, last: date) -> list[MonthFigures]:
    """The figures of every provider and kind that delivered something in these months, in their order."""
    found: dict[Place, MonthFigures] = {}
    for source, kind, month, *values in connection.execute(_of_deliveries(first, last)):
        place = Place(source, kind, month)
        deliveries, rows, refused, noted, new, changed, measured, timely, newest = values
        found[place] = MonthFigures(
            place=place,
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
    for source, kind, month, count, corrected in connection.execute(_of_wrong_codes(first, last)):
        place = Place(source, kind, month)
        figures = found.get(place, MonthFigures(place))
        found[place] = replace(figures, wrong_codes=count, wrong_codes_corrected=corrected)
    return [found[place] for place in sorted(found)]


def missing_months(figures: Sequence[MonthFigures], first: date, last: date) -> dict[tuple[str, str], list[str]]:
    """Per provider and kind that ever delivered in these months, those in which nothing came."""
    months = months_between(first, last)
    seen: dict[tuple[str, str], set[str]] = {}
    for figure in figures:
        if figure.received:
            seen.setdefault((figure.place.source, figure.place.kind), set()).add(figure.place.month)
    return {pair: [month for month in months if month not in delivered] for pair, delivered in seen.items()}


def public_counts(connection: Connection, day: date) -> dict[str, int]:
    """How many records of each kind are public on the day."""
    statement = select(record.c.kind, func.count()).where(is_public(day)).group_by(record.c.kind)
    return {row[0]: row[1] for row in connection.execute(statement)}


def _of_deliveries(first: date, last: date) -> Select[Any]:
    month = _month_of(delivery.c.started_at, first, last).label("month")
    names = ("rows", "refused", "noted", "new", "changed", "measured", "timely")
    sums = [func.sum(delivery.c[name]) for name in names]
    newest = func.max(func.coalesce(delivery.c.finished_at, delivery.c.started_at))
    since, until = _bounds(first, last)
    return (
        select(delivery.c.source, delivery.c.kind, month, func.count(), *sums, newest)
        .where(delivery.c.started_at >= since, delivery.c.started_at < until)
        .group_by(delivery.c.source, delivery.c.kind, month)
    )


def _of_wrong_codes(first: date, last: date) -> Select[Any]:
    month = _month_of(wrong_code.c.found_at, first, last).label("month")
    since, until = _bounds(first, last)
    return (
        select(delivery.c.source, wrong_code.c.kind, month, func.count(), func.count(wrong_code.c.corrected_at))
        .select_from(wrong_code.join(delivery, delivery.c.id == wrong_code.c.delivery_id))
        .where(wrong_code.c.found_at >= since, wrong_code.c.found_at < until)
        .group_by(delivery.c.source, wrong_code.c.kind, month)
    )


def _month_of(instant: Column[Any], first: date, last: date) -> Case[str]:
    """The month in China of an instant kept in UTC, in words that every database knows."""
    ends = [(instant < start_of_day(end), start.isoformat()[:7]) for start, end in pairwise(_month_starts(first, last))]
    return case(*ends)


def _bounds(first: date, last: date) -> tuple[str, str]:
    starts = _month_starts(first, last)
    return start_of_day(starts[0]), start_of_day(starts[-1])


def _month_starts(first: date, last: date) -> list[date]:
    """The first days of the months from that of `first`, and of the one after that of `last`."""
    start, end = first.replace(day=1), add_months(last.replace(day=1), 1)
    count = (end.year - start.year) * 12 + end.month - start.month
    return [add_months(start, offset) for offset in range(count + 1)]


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None
