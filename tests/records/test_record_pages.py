"""Pages of a subject's records: every one once, newest first, found in the index at any depth."""

from datetime import timedelta

import pytest
from credit_records.calendar import today
from credit_records.catalogue import catalogue
from credit_records.database import writing
from credit_records.record_pages import Cursor, first_pages, page_of_records
from credit_records.tables import record
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, event, update

from tests.databases import on_sqlite
from tests.records.registering import Office
from tests.records.sample_rows import sample

HONOUR, PENALTY = catalogue().kinds["honour"], catalogue().kinds["administrative_penalty"]

dates = st.none() | st.integers(0, 5)  # days ago; None is without a date


def put(engine: Engine, ages: list[int | None]) -> None:
    """Records of the subject 1 as old as this, and nothing else."""
    with writing(engine) as connection:
        connection.execute(delete(record))
    rows = [sample(HONOUR, serial, decision_date=today().isoformat()) for serial in range(len(ages))]
    Office(engine, HONOUR).deliver(*rows)
    with writing(engine) as connection:
        for number, age in zip(connection.execute(record.select()).scalars().all(), ages, strict=True):
            day = None if age is None else (today() - timedelta(days=age)).isoformat()
            connection.execute(update(record).where(record.c.id == number).values(decision_date=day))


def leafed(engine: Engine, kind: str | None, limit: int) -> list[tuple[str, int]]:
    seen, after = [], None
    with engine.connect() as connection:
        while True:
            page = page_of_records(connection, 1, kind, after=after, limit=limit)
            assert len(page.records) <= limit
            seen += [(str(each.decision_date or ""), each.id) for each in page.records]
            if page.following is None:
                return seen
            after = page.following


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ages=st.lists(dates, max_size=9), limit=st.integers(1, 4))
def test_pages_show_every_record_once_newest_first_and_undated_last(database, ages, limit):
    put(database, ages)
    whole = leafed(database, None, 1000)
    assert len(whole) == len(ages)
    assert whole == sorted(whole, reverse=True)
    assert leafed(database, None, limit) == leafed(database, "honour", limit) == whole
    with database.connect() as connection:
        pages = first_pages(connection, 1, ["honour", "inspection"], limit=limit)
        assert pages["honour"] == page_of_records(connection, 1, "honour", limit=limit)
    assert pages["inspection"] == ([], None)


def test_the_first_pages_of_several_kinds_are_each_kind_s_own(database):
    for kind in (HONOUR, PENALTY):
        rows = [sample(kind, serial, decision_date=today().isoformat(), valid_until="长期") for serial in range(3)]
        Office(database, kind).deliver(*rows)
    with database.connect() as connection:
        pages = first_pages(connection, 1, ["administrative_penalty", "honour"], limit=2)
        assert list(pages) == ["administrative_penalty", "honour"]
        for kind, page in pages.items():
            assert [each.kind for each in page.records] == [kind] * 2
            assert page == page_of_records(connection, 1, kind, limit=2)


@on_sqlite
@pytest.mark.parametrize("after", [None, Cursor("2026-01-02", 5), Cursor("", 5)], ids=["top", "dated", "undated"])
def test_a_page_of_a_kind_is_read_off_the_index(database, after):
    """However many records come before it or after it, the page alone is read, and they are never sorted."""
    asked = []
    with database.connect() as connection:
        event.listen(connection, "before_cursor_execute", lambda *told: asked.append(told[2:4]))
        page_of_records(connection, 1, "honour", after=after, limit=3)
        finding = [(text, given) for text, given in asked if text.startswith("SELECT") and "fields" not in text]
        assert finding
        for text, given in finding:
            plan = [step[3] for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)]
            searched = "SEARCH record USING COVERING INDEX ix_record_subject_id (subject_id=? AND state=? AND kind=?"
            assert plan[0].startswith(searched), plan
            assert "USE TEMP B-TREE FOR ORDER BY" not in plan, plan  # records of one day alone are put in order
