"""Civil dates of China and working days with 调休, as the library chinesecalendar keeps them."""

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import Final

from chinese_calendar import is_workday
from chinese_calendar.constants import holidays

SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")  # without summer time since 1991
KNOWN_YEARS: Final = range(min(holidays).year, max(holidays).year + 1)


def utc_clock() -> datetime:
    return datetime.now(UTC)


def today(clock: Callable[[], datetime] = utc_clock) -> date:
    """The day that it is in China; `clock` gives an instant with its zone."""
    return clock().astimezone(SHANGHAI).date()


def is_known(year: int) -> bool:
    """Whether the year's holidays are known; of other years only weekends are, and pages say so."""
    return year in KNOWN_YEARS


def is_working_day(day: date) -> bool:
    """Whether offices work: weekdays without public holidays, and days of rest that are worked instead."""
    if not is_known(day.year):
        return day.weekday() < 5
    works: bool = is_workday(day)
    return works


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and with `end`; 0 where `end` is not later. The first day is not counted, as
    in article 201 of the Civil Code.
    """
    if end <= start:
        return 0
    if start.year == end.year:
        return _through(end) - _through(start)
    whole_years = sum(_counts(year)[-1] for year in range(start.year, end.year))
    return whole_years - _through(start) + _through(end)


def add_working_days(start: date, days: int) -> date:
    """The working day that is `days` working days after `start`, whose own day is not counted; at least 1 day."""
    if days < 1:
        message = "a term is at least one working day"
        raise ValueError(message)
    day = start
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return day


def add_months(start: date, months: int) -> date:
    """The day of the same number that many months later; the month's last day where it has no such day (Civil Code,
    article 202).
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def start_of_day(day: date) -> str:
    """The instant at which the day begins in China, as the tables keep instants."""
    begins = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    return begins.astimezone(UTC).isoformat(timespec="milliseconds")


def _through(day: date) -> int:
    return _counts(day.year)[day.timetuple().tm_yday - 1]


@cache
def _counts(year: int) -> tuple[int, ...]:
    """For each day of the year, how many working days the year has had with it."""
    first = date(year, 1, 1)
    found, count = [], 0
    for offset in range((date(year, 12, 31) - first).days + 1):
        count += is_working_day(first + timedelta(days=offset))
        found.append(count)
    return tuple(found)
