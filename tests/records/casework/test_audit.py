"""The audit trail shows whatever is done to it behind the program's back."""

import threading
from dataclasses import asdict, replace

import pytest
from credit_records.casework import audit
from credit_records.casework.audit import Anchor, append, entries, verify
from credit_records.casework.tables import audit_entry
from credit_records.database import writing
from credit_records.tables import counter
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

LENGTH = 6
UNGUARDED = {
    "sqlite": ("DROP TRIGGER audit_entry_no_update", "DROP TRIGGER audit_entry_no_delete"),
    "postgresql": ("SET LOCAL session_replication_role = replica",),
}


@pytest.fixture
def trail(database):
    for place in range(1, LENGTH + 1):
        with writing(database) as connection:
            append(connection, "someone", "application.accept", f"application/{place % 2}", {"place": place})
    return database


def tamper(engine, *statements) -> None:
    """What somebody does who may do anything to the database."""
    with writing(engine) as connection:
        for words in UNGUARDED[connection.dialect.name]:
            connection.execute(text(words))
        for statement in statements:
            connection.execute(statement)


def judged(engine, anchor: Anchor | None = None):
    with engine.connect() as connection:
        return verify(connection, anchor)


def test_a_trail_that_nobody_touched_is_sound_and_says_what_to_note_down(trail):
    verdict = judged(trail)
    assert (verdict.sound, verdict.count, verdict.newest.seq) == (True, LENGTH, LENGTH)
    assert judged(trail, verdict.newest).sound


def test_an_empty_trail_is_sound(database):
    assert judged(database) == audit.Verdict(0)


@pytest.mark.parametrize("statement", [update(audit_entry).values(actor="x"), delete(audit_entry)])
def test_the_database_itself_refuses_to_change_it(trail, statement):
    with pytest.raises(DBAPIError, match="only ever added to"), writing(trail) as connection:
        connection.execute(statement)
    assert judged(trail).sound


@pytest.mark.parametrize("column", ["at", "actor", "action", "object", "detail", "previous", "hash"])
def test_any_change_of_any_entry_is_found_where_it_is(trail, column):
    tamper(trail, update(audit_entry).where(audit_entry.c.seq == 3).values({column: "{}"}))
    verdict = judged(trail)
    assert (verdict.broken_at, verdict.count) == (3, 2)
    assert verdict.why


@pytest.mark.parametrize(("gone", "broken_at"), [(1, 2), (4, 5), (LENGTH, LENGTH)])
def test_an_entry_taken_out_is_missed(trail, gone, broken_at):
    tamper(trail, delete(audit_entry).where(audit_entry.c.seq == gone))
    verdict = judged(trail)
    assert verdict.broken_at == broken_at
    assert "缺少" in verdict.why


def test_a_trail_cut_short_with_its_counter_is_found_by_what_was_noted_down(trail):
    noted = judged(trail).newest
    back = update(counter).where(counter.c.name == audit.COUNTER).values(value=3)
    tamper(trail, delete(audit_entry).where(audit_entry.c.seq > 3), back)
    assert judged(trail).sound
    assert judged(trail, noted).broken_at == LENGTH


def test_a_trail_written_anew_is_found_by_what_was_noted_down(trail):
    noted = judged(trail).newest
    with trail.connect() as connection:
        old = sorted(entries(connection), key=lambda entry: entry.seq)
    anew, previous = [], ""
    for entry in old:
        unsealed = replace(entry, actor="someone else", previous=previous, hash="")
        anew.append(replace(unsealed, hash=audit._hash(unsealed)))
        previous = anew[-1].hash
    tamper(trail, delete(audit_entry), insert(audit_entry).values([asdict(entry) for entry in anew]))
    assert judged(trail).sound
    assert judged(trail, noted).broken_at == LENGTH


def test_an_entry_added_by_another_hand_is_found(trail):
    with trail.connect() as connection:
        last = entries(connection, limit=1)[0]
    unsealed = replace(last, seq=last.seq + 1, previous=last.hash, hash="")
    added = replace(unsealed, hash=audit._hash(unsealed))
    tamper(trail, insert(audit_entry).values(asdict(added)))
    assert judged(trail).broken_at == LENGTH + 1


def test_entries_written_at_once_follow_each_other(database):
    def write() -> None:
        for _ in range(5):
            with writing(database) as connection:
                append(connection, "someone", "x", "y/1")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (judged(database).sound, judged(database).count) == (True, 20)


def test_what_is_rolled_back_leaves_no_gap(database):
    with database.connect() as connection:
        append(connection, "someone", "x", "y/1")
        connection.rollback()
    with writing(database) as connection:
        assert append(connection, "someone", "x", "y/1") == 1
    assert judged(database).sound


def test_entries_are_read_newest_first_page_by_page_and_by_object(trail):
    with trail.connect() as connection:
        assert [entry.seq for entry in entries(connection, limit=2)] == [6, 5]
        assert [entry.seq for entry in entries(connection, after=5, limit=2)] == [4, 3]
        assert [entry.seq for entry in entries(connection, about="application/1")] == [5, 3, 1]
        assert entries(connection, actor="nobody") == []
        assert connection.execute(select(audit_entry.c.detail)).scalars().first() == '{"place":1}'


TEXTS = st.text(max_size=8)


@given(st.lists(TEXTS, min_size=5, max_size=5), st.lists(TEXTS, min_size=5, max_size=5))
def test_two_different_entries_never_have_the_same_hash(first, second):
    made = [audit.Entry(1, *given, previous="", hash="") for given in (first, second)]
    assert (audit._hash(made[0]) == audit._hash(made[1])) == (first == second)
