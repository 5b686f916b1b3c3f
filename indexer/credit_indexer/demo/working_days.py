"""The working days of some years in a row, to draw decisions from and to count terms by."""

from bisect import bisect_left
from datetime import date
from functools import lru_cache

from credit_records.calendar import add_months, is_working_day

YEARS = 6


class WorkingDays:
    """Those of the six years up to `today`, as ordinals of dates."""

    def __init__(self, today: date) -> None:
        self.today = today.toordinal()
        first = add_months(today, -12 * YEARS).toordinal()
        self._days = [day for day in range(first, self.today + 1) if is_working_day(date.fromordinal(day))]

    def drawn(self, share: float) -> int:
        """The number of a working day; a `share` from 0 to below 1 goes from the first to the last."""
        return int(share * len(self._days))

    def later(self, number: int, count: int) -> int:
        """The day that is so many working days after that number; today where that is still to come."""
        later = number + count
        return self._days[later] if later < len(self._days) else self.today

    def number_of_today(self) -> int:
        """The number of today, or of the first working day after it."""
        return bisect_left(self._days, self.today)


@lru_cache(maxsize=20_000)
def iso(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


@lru_cache(maxsize=20_000)
def in_words(ordinal: int) -> str:
    """As documents write it: 2025年3月4日."""
    day = date.fromordinal(ordinal)
    return f"{day.year}年{day.month}月{day.day}日"


def month_number(ordinal: int) -> int:
    """Months since the year 0."""
    day = date.fromordinal(ordinal)
    return day.year * 12 + day.month - 1


def last_day_of(month: int) -> date:
    """The last day of a month that is numbered as by `month_number`."""
    year, index = divmod(month + 1, 12)
    return date.fromordinal(date(year, index + 1, 1).toordinal() - 1)
