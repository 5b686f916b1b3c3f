"""Deadlines over holidays and ends of months, standing still while applicants are waited for."""

from datetime import date, timedelta

import pytest
from credit_records.calendar import KNOWN_YEARS, add_working_days, is_working_day, working_days_between
from credit_records.casework.deadlines import days_left, due_after, due_again, extended
from credit_records.catalogue import Deadline
from hypothesis import given
from hypothesis import strategies as st

DAYS = st.dates(date(KNOWN_YEARS[0], 1, 1), date(KNOWN_YEARS[-1], 12, 31))
LIMITS = st.integers(1, 30)


def limit(days: int, extension: int = 0) -> Deadline:
    return Deadline(name="x", title="x", title_en="x", days=days, extension_days=extension)


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        ("2026-09-28", 7, "2026-10-13"),  # over the national holiday, with a Saturday that is worked
        ("2026-02-13", 1, "2026-02-14"),  # the Saturday before the Spring Festival is worked
        ("2026-02-14", 1, "2026-02-24"),  # and then nothing for nine days
        ("2024-02-28", 1, "2024-02-29"),  # a leap day is a working day like others
    ],
)
def test_a_deadline_ends_on_a_working_day_counted_by_the_calendar(start, days, last):
    assert due_after(date.fromisoformat(start), limit(days)) == date.fromisoformat(last)


@given(DAYS, LIMITS)
def test_a_deadline_has_as_many_working_days_as_it_says(start, days):
    last = due_after(start, limit(days))
    assert is_working_day(last)
    assert working_days_between(start, last) == days == days_left(start, last)


@given(DAYS, LIMITS, st.integers(0, 40), st.integers(0, 60))
def test_waiting_costs_nobody_a_day(start, days, until_asked, waited):
    last = due_after(start, limit(days))
    asked_on = start + timedelta(days=until_asked)
    supplied_on = asked_on + timedelta(days=waited)
    left = days_left(asked_on, last)
    again = due_again(supplied_on, left)
    if left > 0:
        assert days_left(supplied_on, again) == left
    elif left < 0:
        assert days_left(supplied_on, again) == left  # what was overdue stays overdue by as much
    else:
        assert again >= supplied_on
        assert is_working_day(again)
    if is_working_day(asked_on) or left > 0:
        assert due_again(asked_on, left) == last or left < 0


@given(DAYS, LIMITS, LIMITS)
def test_an_extension_adds_its_working_days(start, days, more):
    last = due_after(start, limit(days))
    assert extended(last, limit(days, more)) == add_working_days(last, more)
    with pytest.raises(ValueError, match="extended"):
        extended(last, limit(days))
