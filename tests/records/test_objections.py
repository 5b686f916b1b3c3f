from datetime import date, timedelta

import pytest
from credit_records.calendar import today
from credit_records.casework.deadlines import due_after
from credit_records.catalogue import Deadline, catalogue
from credit_records.objections import (
    ObjectionClosedError,
    ObjectionNotFoundError,
    OpenCount,
    close_objection,
    objections_to,
    open_counts,
    open_objection,
)
from credit_records.publication import Act, RecordNotFoundError, withdraw

from tests.records.registering import Office
from tests.records.sample_rows import sample

PENALTY = catalogue().kinds["administrative_penalty"]
UNIT = "~市场监管局"


@pytest.fixture
def penalties(database):
    office = Office(database, PENALTY)
    office.deliver(
        *(sample(PENALTY, serial, decision_date=today().isoformat(), valid_until="长期") for serial in (1, 2))
    )
    return office


def counted(database, day: date | None = None):
    with database.connect() as connection:
        return open_counts(connection, on=day)


@pytest.mark.usefixtures("penalties")
def test_an_objection_is_open_for_who_delivered_until_it_is_closed(database):
    first, second = open_objection(database, 1), open_objection(database, 1)
    assert counted(database) == {(UNIT, PENALTY.name): OpenCount(2, 0)}
    closed = close_objection(database, first.id, "upheld")
    assert (closed.outcome, closed.record_id) == ("upheld", 1)
    assert counted(database) == {(UNIT, PENALTY.name): OpenCount(1, 0)}
    with database.connect() as connection:
        assert [(each.id, each.outcome) for each in objections_to(connection, 1)] == [
            (second.id, None),
            (first.id, "upheld"),
        ]
        assert objections_to(connection, 2) == []


@pytest.mark.usefixtures("penalties")
def test_the_last_day_is_counted_by_the_policy_and_overdue_begins_after_it(database):
    found = open_objection(database, 2, on=date(2026, 9, 28))
    # The 28th is a Monday: 29, 30, then the national holiday of October 1 to 7, 8, 9, 10 (worked), 12, 13.
    limit = catalogue().policies["objection"].version_on(date(2026, 9, 28)).deadline("provider_data")
    assert (limit.days, limit.unit) == (7, "working_days")
    assert found.due_on == date(2026, 10, 13)
    assert counted(database, found.due_on) == {(UNIT, PENALTY.name): OpenCount(1, 0)}
    assert counted(database, found.due_on + timedelta(days=1)) == {(UNIT, PENALTY.name): OpenCount(1, 1)}


def test_a_limit_in_days_counts_every_day():
    limit = Deadline(name="x", title="x", title_en="x", days=3, unit="days")
    assert due_after(date(2026, 9, 30), limit) == date(2026, 10, 3)


@pytest.mark.usefixtures("penalties")
def test_what_an_objection_cannot_be_opened_or_closed_for_is_said(database):
    with pytest.raises(RecordNotFoundError, match="没有编号为 99 的记录"):
        open_objection(database, 99)
    with pytest.raises(ObjectionNotFoundError, match="没有编号为 7 的异议"):
        close_objection(database, 7, "upheld")
    found = open_objection(database, 1)
    close_objection(database, found.id, "explained")
    with pytest.raises(ObjectionClosedError, match="已于"):
        close_objection(database, found.id, "upheld")
    with database.connect() as connection:
        assert [each.outcome for each in objections_to(connection, 1)] == ["explained"]


@pytest.mark.usefixtures("penalties")
def test_a_withdrawn_record_keeps_its_objection(database):
    open_objection(database, 1)
    withdraw(database, 1, Act("值班员", "核实中"))
    assert counted(database) == {(UNIT, PENALTY.name): OpenCount(1, 0)}
