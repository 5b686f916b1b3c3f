from datetime import UTC, date, datetime, timedelta

import pytest
from credit_records.calendar import (
    KNOWN_YEARS,
    add_months,
    add_working_days,
    is_known,
    is_working_day,
    start_of_day,
    today,
    working_days_between,
)
from credit_records.states import civil_day
from hypothesis import given
from hypothesis import strategies as st

days = st.dates(date(2003, 1, 1), date(2031, 12, 31))


def test_the_day_is_that_of_china():
    assert today(lambda: datetime(2026, 4, 30, 15, 59, tzinfo=UTC)) == date(2026, 4, 30)
    assert today(lambda: datetime(2026, 4, 30, 16, 0, tzinfo=UTC)) == date(2026, 5, 1)


@given(days)
def test_a_day_begins_on_its_own_day(day):
    assert civil_day(start_of_day(day)) == day


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 5, 1), False),  # 劳动节
        (date(2025, 10, 8), False),  # 国庆节
        (date(2025, 9, 28), True),  # 国庆节调休上班的星期日
        (date(2025, 10, 11), True),  # 国庆节调休上班的星期六
        (date(2025, 10, 12), False),
        (date(2025, 10, 9), True),
    ],
)
def test_holidays_and_days_worked_instead(day, works):
    assert is_working_day(day) is works


def test_a_year_that_nobody_has_decided_has_its_weekdays():
    year = KNOWN_YEARS.stop
    assert not is_known(year)
    assert is_known(2026)
    assert not is_working_day(date(year, 1, 1) + timedelta(days=(5 - date(year, 1, 1).weekday()) % 7))
    assert working_days_between(date(year, 1, 31), date(year, 2, 28)) == 20


def test_seven_working_days_over_a_long_holiday():
    assert working_days_between(date(2025, 9, 30), date(2025, 10, 16)) == 7
    assert add_working_days(date(2025, 9, 30), 7) == date(2025, 10, 16)


@given(days, st.integers(1, 60))
def test_adding_working_days_is_what_counting_them_undoes(start, count):
    end = add_working_days(start, count)
    assert working_days_between(start, end) == count
    assert is_working_day(end)


@given(days, days)
def test_counting_is_what_looking_at_each_day_finds(start, end):
    end = min(end, start + timedelta(days=500))
    counted = sum(is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))
    assert working_days_between(start, end) == counted


def test_a_term_is_at_least_a_day():
    with pytest.raises(ValueError, match="one working day"):
        add_working_days(date(2026, 1, 1), 0)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 4, 1), 36, date(2029, 4, 1)),
    ],
)
def test_months_end_on_the_same_number_or_the_last_day(start, months, end):
    assert add_months(start, months) == end


@given(days, st.integers(0, 100))
def test_months_later_is_in_that_month_and_never_another_number(start, months):
    end = add_months(start, months)
    assert (end.year - start.year) * 12 + end.month - start.month == months
    assert end.day == start.day or (end + timedelta(days=1)).day == 1
