import pytest
from credit_records.calendar import today
from credit_records.catalogue import catalogue
from credit_records.changes import latest_seq, subject_rows_after
from credit_records.publication import Act, RecordNotFoundError, TransitionRefusedError, reinstate, withdraw
from credit_records.record_changes import all_record_rows, record_rows_after, record_versions
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from tests.databases import on_sqlite
from tests.records.registering import Office, code
from tests.records.sample_rows import person, sample

PENALTY = catalogue().kinds["administrative_penalty"]
ACT = Act("某科员", "试验")
RECENT = today().isoformat()


def row(serial: int, owner: int = 1, facts: str = "事实") -> dict[str, str]:
    return sample(PENALTY, serial, owner, facts=facts, decision_date=RECENT, valid_until="长期")


def follow(office: Office, cursor: int, limit: int) -> tuple[dict[int, str], int]:
    """What a projection that starts empty holds when it has read everything after the cursor."""
    known: dict[int, str] = {}
    with office.engine.connect() as connection:
        while (found := record_rows_after(connection, cursor, limit)).cursor != cursor:
            known.update({each.id: each.fields for each in found.records})
            for number in found.deleted:
                known.pop(number, None)
            cursor = found.cursor
    return known, cursor


def test_a_record_comes_with_its_subject_and_a_person_s_without(database):
    office = Office(database, PENALTY)
    office.deliver(row(1), person(PENALTY, 2, decision_date=RECENT, valid_until="长期"))
    with database.connect() as connection:
        first, second = record_rows_after(connection, 0, 10).records
    assert (first.uscc, first.name, first.division) == (code(1), "云上第1商贸有限公司", "629901")
    assert (first.document_number, first.decision_date, first.dishonesty_class) == (
        "某行政处罚决定书文号1",
        RECENT,
        "ordinary",
    )
    assert (second.subject_id, second.uscc, second.name) == (None, None, None)


def test_each_follower_sees_its_own_and_passes_over_the_other_s(database):
    office = Office(database, PENALTY)
    office.deliver(*(row(serial, owner=serial) for serial in range(1, 6)))
    with database.connect() as connection:
        latest = latest_seq(connection)
        subjects, records = subject_rows_after(connection, 0, 100), record_rows_after(connection, 0, 100)
        assert (len(subjects.subjects), len(records.records)) == (5, 5)
        assert (subjects.cursor, records.cursor) == (latest, latest)
        assert subject_rows_after(connection, latest, 10) == ([], [], latest)
        assert record_rows_after(connection, latest, 10) == ([], [], latest)


def test_a_renamed_subject_renews_its_records_and_a_record_leaves_its_subject_alone(office, database):
    Office(database, PENALTY).deliver(row(1))
    before = follow_cursor(office)
    office.deliver({"name": "云端商贸有限公司", "uscc": code(1)})
    with database.connect() as connection:
        assert [each.name for each in record_rows_after(connection, before, 10).records] == ["云端商贸有限公司"]
    before = follow_cursor(office)
    Office(database, PENALTY).deliver(row(2))
    with database.connect() as connection:
        assert subject_rows_after(connection, before, 10).subjects == []
        assert [each.id for each in record_rows_after(connection, before, 10).records] != []


def follow_cursor(office: Office) -> int:
    with office.engine.connect() as connection:
        return latest_seq(connection)


def test_registrations_are_no_records_to_be_found_by_themselves(office):
    office.deliver({"name": "云上商贸有限公司", "uscc": code(1)})
    with office.engine.connect() as connection:
        assert record_rows_after(connection, 0, 10).records == []
        assert all_record_rows(connection, 0, 10) == []
        assert list(record_versions(connection)) == []


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_all_public_records_come_in_pages_by_number(database, limit):
    office = Office(database, PENALTY)
    office.deliver(*(row(serial) for serial in range(1, 6)))
    withdraw(database, 3, ACT)
    seen, after = [], 0
    with database.connect() as connection:
        while page := all_record_rows(connection, after, limit):
            seen += page
            after = page[-1].id
        assert [each.id for each in seen] == [1, 2, 4, 5]
        assert [(each.id, each.version) for each in seen] == list(record_versions(connection))


actions = st.lists(
    st.tuples(st.sampled_from(["deliver", "withdraw", "reinstate"]), st.integers(1, 4), st.sampled_from("甲乙丙")),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=actions, limit=st.integers(1, 5))
def test_whoever_follows_from_anywhere_ends_with_what_is_public(database, actions, limit):
    office = Office(database, PENALTY)
    start = follow_cursor(office)
    for what, serial, facts in actions:
        if what == "deliver":
            office.deliver(row(serial, facts=facts))
            continue
        try:
            (withdraw if what == "withdraw" else reinstate)(database, serial, ACT)
        except (TransitionRefusedError, RecordNotFoundError):
            continue
    with database.connect() as connection:
        public = {each.id: each.fields for each in all_record_rows(connection, 0, 1000)}
    assert follow(office, 0, limit)[0] == public
    since, cursor = follow(office, start, limit)
    assert since.items() <= public.items()
    assert follow(office, cursor, limit) == ({}, cursor)


@on_sqlite
def test_a_change_is_read_without_looking_through_all_records(database):
    """Whoever follows the log asks several times a second, of a table of millions."""
    Office(database, PENALTY).deliver(row(1))
    asked = []
    with database.connect() as connection:
        event.listen(connection, "before_cursor_execute", lambda *told: asked.append(told[2:4]))
        assert record_rows_after(connection, 0, 10).records
        [(text, given)] = [each for each in asked if "fields" in each[0]]
        plan = [step[3] for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)]
    assert all(step.startswith("SEARCH") and "USING INTEGER PRIMARY KEY" in step for step in plan), plan
