"""How long applications typically take, from those that were decided lately."""

from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, select

from credit_records.calendar import add_months, start_of_day, today
from credit_records.casework.states import DECIDED
from credit_records.casework.tables import application

MONTHS: Final = 12
FEWEST: Final = 5  # of fewer, nothing is said


class Times(NamedTuple):
    """Working days from submission to decision, those of waiting for applicants not counted: of `n` applications half
    took `median` at most, and nine tenths `p90`.
    """

    n: int
    median: int
    p90: int


def typical_times(connection: Connection, procedure: str, *, on: date | None = None) -> Times | None:
    """Of the applications decided in the last twelve months; None where they are fewer than `FEWEST`."""
    since = start_of_day(add_months(on or today(), -MONTHS))
    statement = (
        select(application.c.worked_days, func.count())
        .where(
            application.c.procedure == procedure,
            application.c.state.in_(DECIDED),
            application.c.decided_at >= since,
            application.c.worked_days.is_not(None),
        )
        .group_by(application.c.worked_days)
        .order_by(application.c.worked_days)
    )
    counts = [(days, count) for days, count in connection.execute(statement)]
    n = sum(count for _, count in counts)
    return Times(n, _at(counts, n, 50), _at(counts, n, 90)) if n >= FEWEST else None


def _at(counts: list[tuple[int, int]], n: int, percent: int) -> int:
    """The smallest number of days that so many per cent took at most."""
    wanted, seen = -(-n * percent // 100), 0
    for days, count in counts:
        seen += count
        if seen >= wanted:
            return days
    return counts[-1][0]
