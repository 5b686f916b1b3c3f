from credit_records.calendar import today
from credit_records.catalogue import catalogue
from credit_records.published import newest
from credit_records.record_reading import badges, sections
from credit_records.tables import record

from tests.databases import on_sqlite
from tests.records.registering import Office
from tests.records.sample_rows import sample

KINDS = catalogue().kinds


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


@on_sqlite
def test_the_records_of_a_subject_of_many_are_counted_in_the_index_alone(database):
    with database.connect() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT kind, count(*) FROM record WHERE subject_id = 1 AND state = 'published' "
            "AND (ends_on IS NULL OR ends_on >= '2026-01-01') GROUP BY kind"
        ).all()
    assert any("COVERING INDEX ix_record_subject_id" in step[3] for step in plan), plan


@on_sqlite
def test_the_newest_of_a_rare_kind_are_found_without_reading_the_others(database):
    statement = newest(today(), "honour", 20, record.c.id).compile(database, compile_kwargs={"literal_binds": True})
    with database.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}").all()
    assert any("ix_record_kind_id" in step[3] for step in plan), plan
    assert not any("ORDER BY" in step[3] for step in plan), plan
