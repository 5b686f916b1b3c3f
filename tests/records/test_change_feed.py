"""Who follows the changes has exactly the records that are public, and hears of none that never was."""

from datetime import timedelta

import pytest
from credit_records import change_feed
from credit_records.calendar import today
from credit_records.catalogue import catalogue
from credit_records.change_feed import feed_after
from credit_records.publication import Act, correct, end_due, reinstate, repair, withdraw

from tests.records.registering import Office
from tests.records.sample_rows import sample

PENALTY = catalogue().kinds["administrative_penalty"]
ACT = Act("某", "某")
RECENT = (today() - timedelta(days=5)).isoformat()


@pytest.fixture
def penalties(database):
    office = Office(database, PENALTY)
    rows = [sample(PENALTY, serial, decision_date=RECENT, valid_until="长期") for serial in range(1, 7)]
    office.deliver(*rows)
    # Of a class that is not published, and so never was.
    office.deliver(sample(PENALTY, 7, decision_date=RECENT, valid_until="长期", category="警告"))
    return office


def follow(engine, copy: dict, cursor: int = 0, limit: int = 2) -> int:
    """Apply the feed to a copy until there is no more; the cursor."""
    with engine.connect() as connection:
        while True:
            page = feed_after(connection, cursor, limit)
            assert page.cursor >= cursor
            for told in page.changes:
                if told.record is None:
                    copy.pop(told.id, None)
                else:
                    assert told.record.id == told.id
                    copy[told.id] = told.record.fields["facts"]
            cursor = page.cursor
            if not page.more:
                return cursor


def tombstones(engine, cursor: int = 0) -> list[int]:
    with engine.connect() as connection:
        return [told.id for told in feed_after(connection, cursor, 100).changes if told.record is None]


def test_a_copy_that_follows_is_what_is_public(penalties):
    engine, copy = penalties.engine, {}
    cursor = follow(engine, copy)
    assert sorted(copy) == [1, 2, 3, 4, 5, 6]
    withdraw(engine, 1, ACT)
    repair(engine, 2, ACT)
    correct(engine, 3, ACT, {"facts": "更正后的事实"})
    withdraw(engine, 4, ACT)
    cursor = follow(engine, copy, cursor)
    assert sorted(copy) == [3, 5, 6]
    assert copy[3] == "更正后的事实"
    reinstate(engine, 4, ACT)
    cursor = follow(engine, copy, cursor)
    assert sorted(copy) == [3, 4, 5, 6]
    end_due(engine, today() + timedelta(days=4000))
    assert follow(engine, copy, cursor) > cursor
    assert copy == {}


def test_whoever_begins_later_hears_each_record_once_as_it_is_now(penalties):
    repair(penalties.engine, 2, ACT)
    correct(penalties.engine, 3, ACT, {"facts": "更正后的事实"})
    with penalties.engine.connect() as connection:
        told = feed_after(connection, 0, 100).changes
    assert sorted(each.id for each in told) == [1, 2, 3, 4, 5, 6]
    assert [each.seq for each in told] == sorted(each.seq for each in told)
    assert tombstones(penalties.engine) == [2]
    assert next(each.kind for each in told if each.id == 2) == PENALTY.name


def test_of_a_record_that_never_was_public_nothing_is_told(penalties):
    withdraw(penalties.engine, 7, ACT)
    with penalties.engine.connect() as connection:
        assert 7 not in {told.id for told in feed_after(connection, 0, 100).changes}


def test_a_record_past_its_last_day_is_gone_before_anybody_ends_it(penalties):
    with penalties.engine.connect() as connection:
        page = feed_after(connection, 0, 100, on=today() + timedelta(days=4000))
    assert {told.record for told in page.changes} == {None}


def test_far_apart_changes_are_reached_over_empty_pages(penalties, monkeypatch):
    monkeypatch.setattr(change_feed, "LOOKED_THROUGH", 1)
    copy: dict = {}
    follow(penalties.engine, copy)
    assert sorted(copy) == [1, 2, 3, 4, 5, 6]


def test_at_the_end_there_is_nothing_and_the_cursor_stays(penalties):
    cursor = follow(penalties.engine, {})
    with penalties.engine.connect() as connection:
        assert feed_after(connection, cursor, 10) == change_feed.FeedPage([], cursor, more=False)
        assert feed_after(connection, cursor + 99, 10) == change_feed.FeedPage([], cursor + 99, more=False)
