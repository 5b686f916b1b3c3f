from datetime import date

import pytest
from credit_records.catalogue import catalogue
from credit_records.record_reading import find_record, find_record_for_staff
from sqlalchemy import Engine

from tests.records.registering import Office
from tests.records.sample_rows import sample
from tests.records.test_publication import PENALTY, penalty

KINDS = catalogue().kinds


@pytest.fixture
def penalties(database: Engine) -> Office:
    return Office(database, PENALTY)


@pytest.mark.parametrize(
    ("given", "shown", "why"),
    [
        ({"category": "警告", "fine": ""}, "hidden", "原则上"),
        ({"decision_date": "2019-05-06"}, "ended", "届满"),
        ({"category": "罚款"}, "published", None),
    ],
)
def test_the_state_follows_from_class_and_day(penalties, given, shown, why):
    penalties.deliver(penalty(**given))
    with penalties.engine.connect() as connection:
        found = find_record_for_staff(connection, 1)
    assert found.state == shown
    assert why is None or why in str(found.state_reason)


def test_a_licence_that_is_revoked_leaves_and_returns_by_its_status(database):
    kind = KINDS["administrative_licence"]
    office = Office(database, kind)
    for status, shown in (("正常", True), ("撤销", False), ("正常", True)):
        office.deliver(sample(kind, status=status))
        with database.connect() as connection:
            assert (find_record(connection, 1) is not None) is shown


def test_working_days_count_from_the_decision_to_the_first_publication(penalties):
    decided, said = date(2025, 9, 30), date(2025, 10, 16)
    penalties.deliver(
        penalty(1, decision_date=decided.isoformat(), published_on=said.isoformat()),
        penalty(2, decision_date=decided.isoformat(), published_on="2025-10-17"),
    )
    with penalties.engine.connect() as connection:
        assert [find_record_for_staff(connection, number).working_days for number in (1, 2)] == [7, 8]
    assert (penalties.delivery.measured, penalties.delivery.timely) == (2, 1)
    penalties.deliver(penalty(1, decision_date=decided.isoformat(), published_on=said.isoformat(), facts="更正"))
    with penalties.engine.connect() as connection:
        assert find_record_for_staff(connection, 1).working_days == 7
