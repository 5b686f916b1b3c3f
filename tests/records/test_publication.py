import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from credit_records.calendar import today
from credit_records.catalogue import catalogue
from credit_records.changes import latest_seq, subject_rows_after
from credit_records.database import writing
from credit_records.publication import (
    Act,
    RecordNotFoundError,
    TransitionRefusedError,
    correct,
    end_due,
    history,
    reinstate,
    repair,
    withdraw,
)
from credit_records.published import newest, published, published_numbers, published_of_subject
from credit_records.reading import records_of
from credit_records.record_changes import all_record_rows, record_rows_after, record_versions
from credit_records.record_pages import page_of_records
from credit_records.record_reading import badges, find_record, find_record_for_staff, sections
from credit_records.statistics import public_counts
from credit_records.tables import record
from sqlalchemy import Engine

from tests.records.registering import Office, code
from tests.records.sample_rows import sample

KINDS = catalogue().kinds
PENALTY = KINDS["administrative_penalty"]
BLACK = KINDS["serious_dishonesty"]
ACT = Act("某科员", "决定已撤销")
RECENT = (today() - timedelta(days=5)).isoformat()


@pytest.fixture
def penalties(database: Engine) -> Office:
    return Office(database, PENALTY)


@pytest.fixture
def blacklist(database: Engine) -> Office:
    return Office(database, BLACK)


def penalty(serial: int = 1, **given: str) -> dict[str, str]:
    return sample(PENALTY, serial, decision_date=RECENT, valid_until="长期") | given


def listed(serial: int = 1, **given: str) -> dict[str, str]:
    return sample(BLACK, serial, entered_on=RECENT) | given


def public_everywhere(engine: Engine, number: int, subject_id: int = 1) -> list[bool]:
    """Whether each way that the public has to a record shows it."""
    day = today()
    with engine.connect() as connection:
        kind = find_record_for_staff(connection, number).kind
        selects = [
            published(day, record.c.id),
            published_of_subject(day, subject_id, record.c.id),
            newest(day, kind, 100, record.c.id),
            newest(day, None, 100, record.c.id),
            published_numbers(day, 1, 100),
        ]
        seen = [number in connection.execute(statement).scalars().all() for statement in selects]
        counts = sections(connection, subject_id, catalogue())
        on_lists = {badge.kind for badge in badges(counts, catalogue())}
        return [
            *seen,
            find_record(connection, number) is not None,
            number in {each.id for each in records_of(connection, subject_id)},
            number in {each.id for each in page_of_records(connection, subject_id).records},
            number in {each.id for each in page_of_records(connection, subject_id, kind).records},
            number in {each.id for each in all_record_rows(connection, 0, 100)},
            number in dict(record_versions(connection)),
            kind in counts,
            kind in public_counts(connection, day),
            kind in (on_lists if KINDS[kind].list else counts),
        ]


def follow(engine: Engine, cursor: int = 0) -> tuple[set[int], set[int]]:
    with engine.connect() as connection:
        found = record_rows_after(connection, cursor, 1000)
    return {each.id for each in found.records}, set(found.deleted)


def seq(engine: Engine) -> int:
    with engine.connect() as connection:
        return latest_seq(connection)


def state(engine: Engine, number: int = 1) -> str:
    with engine.connect() as connection:
        return find_record_for_staff(connection, number).state


def put_to_term(engine: Engine, number: int) -> None:
    assert end_due(engine, today() + timedelta(days=4000)) == 1
    assert state(engine, number) == "ended"


@pytest.mark.parametrize(
    "act", [lambda e: withdraw(e, 1, ACT), lambda e: repair(e, 1, ACT), lambda e: put_to_term(e, 1)]
)
def test_a_record_taken_out_is_out_of_every_public_way_at_once(blacklist, act):
    blacklist.deliver(listed())
    assert all(public_everywhere(blacklist.engine, 1))
    before = seq(blacklist.engine)
    act(blacklist.engine)
    shown = public_everywhere(blacklist.engine, 1)
    assert not any(shown), shown
    assert follow(blacklist.engine, before) == (set(), {1})
    with blacklist.engine.connect() as connection:
        assert find_record_for_staff(connection, 1) is not None
        assert len(history(connection, 1)) == 1


def test_a_record_past_its_term_is_not_public_before_anybody_ends_it(penalties):
    penalties.deliver(penalty())
    with penalties.engine.connect() as connection:
        ends_on = find_record(connection, 1).ends_on
        assert ends_on is not None
        assert find_record(connection, 1, on=ends_on) is not None
        assert find_record(connection, 1, on=ends_on + timedelta(days=1)) is None
        assert record_rows_after(connection, 0, 10, on=ends_on + timedelta(days=1)).deleted == [1]


def test_ending_what_is_due_ends_nothing_else_and_nothing_twice(penalties):
    penalties.deliver(penalty(1), penalty(2, decision_date="2025-06-01", category="罚款"))
    with penalties.engine.connect() as connection:
        first, second = (find_record(connection, number).ends_on for number in (1, 2))
    assert end_due(penalties.engine, min(first, second)) == 0
    assert end_due(penalties.engine, min(first, second) + timedelta(days=1)) == 1
    assert end_due(penalties.engine, min(first, second) + timedelta(days=1)) == 0
    assert end_due(penalties.engine, max(first, second) + timedelta(days=1)) == 1


def test_leaving_a_list_changes_the_subject_too_for_its_badge_goes(blacklist):
    blacklist.deliver(listed())
    before = seq(blacklist.engine)
    blacklist.deliver(listed(exited_on=today().isoformat(), exit_reason="已纠正"))
    assert not any(public_everywhere(blacklist.engine, 1))
    with blacklist.engine.connect() as connection:
        assert [row[2] for row in subject_rows_after(connection, before, 10).subjects] == [code(1)]
    before = seq(blacklist.engine)
    blacklist.deliver(listed(2))
    withdraw(blacklist.engine, 2, ACT)
    with blacklist.engine.connect() as connection:
        assert [row[2] for row in subject_rows_after(connection, before, 10).subjects] == [code(1)]


def test_a_repaired_record_sent_again_stays_repaired(penalties):
    penalties.deliver(penalty())
    repair(penalties.engine, 1, ACT)
    for row in (penalty(), penalty(facts="另一种说法")):
        penalties.deliver(row)
        assert state(penalties.engine) == "repaired"
        assert not any(public_everywhere(penalties.engine, 1))
    with pytest.raises(TransitionRefusedError, match="已修复"):
        reinstate(penalties.engine, 1, ACT)


def test_a_withdrawn_record_comes_back_only_when_it_is_reinstated(penalties):
    penalties.deliver(penalty())
    withdraw(penalties.engine, 1, ACT)
    penalties.deliver(penalty(facts="另一种说法"))
    assert state(penalties.engine) == "withdrawn"
    before = seq(penalties.engine)
    reinstate(penalties.engine, 1, Act("某科长", "撤回有误"))
    assert all(public_everywhere(penalties.engine, 1))
    assert follow(penalties.engine, before) == ({1}, set())
    with penalties.engine.connect() as connection:
        assert [note.action for note in history(connection, 1)] == ["reinstate", "withdraw"]
        assert history(connection, 1)[1].reason == "决定已撤销"


def test_a_correction_changes_the_values_and_what_follows_from_them(penalties):
    penalties.deliver(penalty())
    correct(penalties.engine, 1, ACT, {"category": "吊销许可证件", "licence_taken": "某证 1 号", "fine": ""})
    with penalties.engine.connect() as connection:
        found = find_record(connection, 1)
    assert found.fields["category"] == ["licence_revoked"]
    assert "fine" not in found.fields
    assert found.dishonesty_class == "serious"
    assert penalties.deliver(penalty()).unchanged == 1
    with penalties.engine.connect() as connection:
        assert find_record(connection, 1).dishonesty_class == "serious"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"fine": "若干"}, "罚款金额"),
        ({"nothing": "x"}, "nothing"),
        ({"facts": ""}, "违法事实"),
        ({"category": "没收违法所得", "confiscated": ""}, "没收"),
        ({"uscc": code(7)}, "另一条记录"),
        ({"document_number": "别号"}, "另一条记录"),
        ({"decision_date": "2099-01-01"}, "处罚"),
    ],
)
def test_a_correction_that_cannot_be_says_why_and_changes_nothing(penalties, values, told):
    penalties.deliver(penalty())
    before = seq(penalties.engine)
    with pytest.raises(TransitionRefusedError, match=told):
        correct(penalties.engine, 1, ACT, values)
    assert seq(penalties.engine) == before
    with penalties.engine.connect() as connection:
        assert history(connection, 1) == []


def test_what_cannot_be_done_is_refused_in_words(penalties):
    penalties.deliver(penalty())
    withdraw(penalties.engine, 1, ACT)
    for act in (lambda: withdraw(penalties.engine, 1, ACT), lambda: repair(penalties.engine, 1, ACT)):
        with pytest.raises(TransitionRefusedError, match="已撤回"):
            act()
    with pytest.raises(RecordNotFoundError, match="99"):
        withdraw(penalties.engine, 99, ACT)


def test_what_no_rule_lets_be_repaired_is_not(database):
    licence = KINDS["administrative_licence"]
    Office(database, licence).deliver(sample(licence))
    with pytest.raises(TransitionRefusedError, match="不适用"):
        repair(database, 1, ACT)


def test_an_act_cut_off_leaves_nothing_behind(penalties, monkeypatch):
    penalties.deliver(penalty())
    before = seq(penalties.engine)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("credit_records.publication.insert_rows", die)
    with pytest.raises(KeyboardInterrupt):
        withdraw(penalties.engine, 1, ACT)
    monkeypatch.undo()
    assert (state(penalties.engine), seq(penalties.engine)) == ("published", before)
    with writing(penalties.engine) as connection:
        assert history(connection, 1) == []


KILLED = """
import os, signal, sys
from credit_records import publication
from credit_records.database import open_database
from credit_records.settings import Settings
publication.insert_rows = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
publication.withdraw(open_database(Settings(database_url=sys.argv[1])), 1, publication.Act("某", "某"))
"""


def test_a_process_killed_in_the_middle_has_done_nothing_and_stops_nobody(penalties, settings):
    penalties.deliver(penalty())
    before = seq(penalties.engine)
    done = subprocess.run([sys.executable, "-c", KILLED, settings.resolved_database_url], check=False)
    assert done.returncode == -signal.SIGKILL
    assert (state(penalties.engine), seq(penalties.engine)) == ("published", before)
    withdraw(penalties.engine, 1, ACT)
    assert not any(public_everywhere(penalties.engine, 1))
