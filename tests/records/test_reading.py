import pytest
from credit_records import reading
from credit_records.reading import (
    find_subject,
    last_deliveries,
    sitemap_codes,
    sitemap_pages,
    subjects_by_exact_name,
)

from tests.records.registering import code


def test_a_subject_that_nobody_has_told_of_is_not_found(database):
    with database.connect() as connection:
        assert find_subject(connection, code(1)) is None
        assert subjects_by_exact_name(connection, "某某") == []
        assert sitemap_pages(connection) == 0
        assert sitemap_codes(connection, 1) == []


def test_subjects_of_one_name_are_all_found(office):
    office.deliver(
        *({"name": "同名商行", "uscc": code(serial)} for serial in (1, 2)), {"name": "异名", "uscc": code(3)}
    )
    with office.engine.connect() as connection:
        found = subjects_by_exact_name(connection, "同名商行")
        assert [subject.uscc for subject in found] == [code(1), code(2)]


def test_sitemaps_hold_every_code_once(office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "SITEMAP_SIZE", 2)
    office.deliver(*({"name": "某某", "uscc": code(serial)} for serial in range(1, 6)))
    with office.engine.connect() as connection:
        pages = [sitemap_codes(connection, page) for page in range(1, sitemap_pages(connection) + 1)]
    assert pages == [[code(1), code(2)], [code(3), code(4)], [code(5)]]


def test_deliveries_are_listed_newest_first(office):
    for serial in (1, 2, 3):
        office.deliver({"name": "某某", "uscc": code(serial)})
    with office.engine.connect() as connection:
        found = last_deliveries(connection, 2)
    assert [delivery.id for delivery in found] == [3, 2]
    assert all(delivery.finished_at and delivery.finished_at.tzinfo for delivery in found)
