import pytest
from credit_records.bulk import insert_rows, take_numbers
from credit_records.changes import (
    PROJECTED,
    all_subject_rows,
    latest_seq,
    subject_rows_after,
    subject_versions,
)
from credit_records.database import writing
from credit_records.tables import change, record, subject
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from tests.records.registering import code

NAMES = ("甲有限公司", "乙有限公司", "丙商行")


def row(serial: int, name: str = NAMES[0]) -> dict[str, str]:
    return {"uscc": code(serial), "name": name}


def remove(office, serial: int) -> None:
    number = office.subject(code(serial)).id
    with writing(office.engine) as connection:
        connection.execute(delete(record).where(record.c.subject_id == number))
        connection.execute(delete(subject).where(subject.c.id == number))
        insert_rows(connection, change, [(take_numbers(connection, "change", 1), number, "now", None)])


def follow(office, cursor: int, limit: int) -> tuple[dict[int, str], int]:
    """What a projection that starts empty holds when it has read everything after the cursor."""
    known: dict[int, str] = {}
    with office.engine.connect() as connection:
        while (found := subject_rows_after(connection, cursor, limit)).cursor != cursor:
            known.update({values[0]: values[4] for values in found.subjects})
            for number in found.deleted:
                known.pop(number, None)
            cursor = found.cursor
    return known, cursor


def test_nothing_recorded_is_nothing_changed(office):
    with office.engine.connect() as connection:
        assert latest_seq(connection) == 0
        assert subject_rows_after(connection, 0, 10) == ([], [], 0)


def test_a_change_comes_with_what_a_projection_needs(office):
    office.deliver({**row(1), "status": "存续", "address": "甘肃省兰州市城关区", "established": "2020-01-02"})
    with office.engine.connect() as connection:
        ((values,), deleted, cursor) = subject_rows_after(connection, 0, 10)
    found = dict(zip(PROJECTED, values, strict=True))
    assert (found["uscc"], found["name"], found["former_names"]) == (code(1), NAMES[0], "[]")
    assert (found["status"], found["division"], found["established"]) == ("active", "620102", "2020-01-02")
    assert found["version"] == cursor == 1
    assert deleted == []


def test_a_subject_changed_twice_stands_at_its_last_change_only(office):
    office.deliver(row(1), row(2))
    office.deliver(row(1, NAMES[1]))
    with office.engine.connect() as connection:
        found = subject_rows_after(connection, 0, 10)
        assert [(values[2], values[4]) for values in found.subjects] == [(code(2), NAMES[0]), (code(1), NAMES[1])]
        assert subject_rows_after(connection, found.cursor, 10) == ([], [], found.cursor)


def test_a_deleted_subject_is_told(office):
    office.deliver(row(1), row(2))
    number = office.subject(code(1)).id
    remove(office, 1)
    with office.engine.connect() as connection:
        found = subject_rows_after(connection, 2, 10)
    assert (found.subjects, found.deleted) == ([], [number])


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_all_subjects_come_in_pages_by_number(office, limit):
    office.deliver(*(row(serial) for serial in range(1, 6)))
    seen, after = [], 0
    with office.engine.connect() as connection:
        while page := all_subject_rows(connection, after, limit):
            seen += page
            after = page[-1][0]
        assert [values[2] for values in seen] == [code(serial) for serial in range(1, 6)]
        assert [(values[0], values[1]) for values in seen] == list(subject_versions(connection))


actions = st.lists(
    st.one_of(
        st.tuples(st.just("deliver"), st.integers(1, 4), st.sampled_from(NAMES)),
        st.tuples(st.just("remove"), st.integers(1, 4), st.none()),
    ),
    max_size=12,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=actions, limit=st.integers(1, 5))
def test_whoever_follows_from_anywhere_ends_with_what_the_table_holds(office, actions, limit):
    with office.engine.connect() as connection:
        start = latest_seq(connection)
        existing = {values[2] for values in all_subject_rows(connection, 0, 100)}
    for what, serial, name in actions:
        if what == "deliver":
            office.deliver(row(serial, name))
            existing.add(code(serial))
        elif code(serial) in existing:
            remove(office, serial)
            existing.discard(code(serial))
    with office.engine.connect() as connection:
        table = {values[0]: values[4] for values in all_subject_rows(connection, 0, 100)}
    from_start, _ = follow(office, 0, limit)
    assert from_start == table
    since, cursor = follow(office, start, limit)
    assert since.items() <= table.items()
    assert follow(office, cursor, limit) == ({}, cursor)
