"""The desk is reminded once on a working day of what is overdue or soon due, each of what is its own to decide."""

from datetime import date, datetime, timedelta

import pytest
from credit_records.calendar import SHANGHAI, add_working_days, is_working_day, today
from credit_records.casework.outbox import due
from credit_records.casework.tables import application
from credit_records.database import writing
from credit_records.staff.tables import staff
from credit_site.mailing.reminders import remind_daily
from sqlalchemy import Engine, update

from tests.records.casework.applying import UNIT, officer, penalise, submitted


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


def with_address(database: Engine, *logins: str) -> None:
    with writing(database) as connection:
        for login in logins:
            values = {"email": f"{login}@credit.example"}
            connection.execute(update(staff).where(staff.c.login == login).values(values))


def due_on(database: Engine, number: int, day: date) -> None:
    with writing(database) as connection:
        connection.execute(update(application).where(application.c.id == number).values(due_on=day.isoformat()))


@pytest.fixture
def working_day() -> date:
    return add_working_days(today(), 1)


def test_each_is_reminded_once_of_its_own_cases(database, settings, working_day):
    late = submitted(database, penalise(database))
    later = submitted(database, penalise(database, 2, 2))
    due_on(database, late.id, working_day - timedelta(days=1))
    due_on(database, later.id, add_working_days(working_day, 10))
    officer(database, "reviewer")
    officer(database, "clerk", unit=UNIT)
    officer(database, "clerk", "stranger", unit="~别的单位")
    officer(database, "auditor")
    with_address(database, "reviewer", "clerk", "stranger", "auditor")
    applicants = len(due(database))
    assert remind_daily(database, settings, lambda: at(working_day)) == 2
    sent = due(database)[applicants:]
    assert sorted(each.to for each in sent) == ["clerk@credit.example", "reviewer@credit.example"]
    for each in sent:
        assert "1 件已超期，0 件将到期" in each.subject
        assert str(late.now.number) in each.body
        assert str(later.now.number) not in each.body
        assert "https://credit.example/desk" in each.body
        assert "13800000000" not in each.body
    assert remind_daily(database, settings, lambda: at(working_day, 15)) == 0
    assert remind_daily(database, settings, lambda: at(add_working_days(working_day, 1))) == 2


def test_nobody_is_reminded_at_night_on_a_day_of_rest_or_of_nothing(database, settings, working_day):
    found = submitted(database, penalise(database))
    officer(database, "reviewer")
    with_address(database, "reviewer")
    assert remind_daily(database, settings, lambda: at(working_day, 7)) == 0
    rest = next(day for day in (working_day + timedelta(days=n) for n in range(15)) if not is_working_day(day))
    due_on(database, found.id, working_day - timedelta(days=1))
    assert remind_daily(database, settings, lambda: at(rest)) == 0
    due_on(database, found.id, add_working_days(working_day, 30))
    assert remind_daily(database, settings, lambda: at(working_day)) == 0
