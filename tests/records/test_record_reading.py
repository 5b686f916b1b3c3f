from datetime import date, timedelta

import pytest
from credit_records.calendar import today
from credit_records.catalogue import catalogue
from credit_records.published import newest
from credit_records.record_reading import badges, page_of_records, sections
from credit_records.tables import record
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from tests.records.registering import Office
from tests.records.sample_rows import sample

KINDS = catalogue().kinds
HONOUR = KINDS["honour"]


def test_sections_stand_in_the_catalogue_s_order_and_badges_for_lists(database):
    for name in ("serious_dishonesty", "honour", "administrative_licence", "tax_class_a"):
        Office(database, KINDS[name]).deliver(sample(KINDS[name]))
    with database.connect() as connection:
        found = sections(connection, 1, catalogue())
        assert sections(connection, 2, catalogue()) == {}
    assert list(found.items()) == [
        ("administrative_licence", 1),
        ("tax_class_a", 1),
        ("honour", 1),
        ("serious_dishonesty", 1),
    ]
    assert [(badge.kind, badge.entry.colour, badge.records) for badge in badges(found, catalogue())] == [
        ("tax_class_a", "red", 1),
        ("serious_dishonesty", "black", 1),
    ]


def pages(engine: Engine, kind: str | None, limit: int) -> list[tuple[date | None, int]]:
    seen, after = [], None
    with engine.connect() as connection:
        while True:
            page = page_of_records(connection, 1, kind, after=after, limit=limit)
            seen += [(record.decision_date, record.id) for record in page.records]
            if page.following is None:
                return seen
            after = page.following


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ages=st.lists(st.integers(0, 5), max_size=9), limit=st.integers(1, 4))
def test_pages_show_every_record_once_newest_first(database, ages, limit):
    office = Office(database, HONOUR)
    rows = [
        sample(HONOUR, serial, decision_date=(today() - timedelta(days=age)).isoformat())
        for serial, age in enumerate(ages)
    ]
    office.deliver(*rows)
    whole = pages(database, None, 1000)
    assert len(whole) >= len(rows)
    assert whole == sorted(whole, reverse=True)
    assert pages(database, None, limit) == pages(database, "honour", limit) == whole


@pytest.mark.usefixtures("database")
def test_the_page_of_a_subject_of_many_records_is_found_in_the_index_alone(database):
    with database.connect() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT kind, count(*) FROM record WHERE subject_id = 1 AND state = 'published' "
            "AND (ends_on IS NULL OR ends_on >= '2026-01-01') GROUP BY kind"
        ).all()
    assert any("COVERING INDEX ix_record_subject_id" in step[3] for step in plan), plan


def test_the_newest_of_a_rare_kind_are_found_without_reading_the_others(database):
    statement = newest(today(), "honour", 20, record.c.id).compile(database, compile_kwargs={"literal_binds": True})
    with database.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}").all()
    assert any("ix_record_kind_id" in step[3] for step in plan), plan
    assert not any("ORDER BY" in step[3] for step in plan), plan
