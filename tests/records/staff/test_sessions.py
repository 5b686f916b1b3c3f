"""Sessions at the desk: how they begin, how long they last, and that they can be ended."""

from datetime import timedelta

from credit_records.staff import sessions
from credit_records.staff.accounts import revoke_sessions, set_active
from credit_records.staff.sessions import begin, end, session_of, sessions_of, touch
from credit_records.staff.tables import staff_session
from sqlalchemy import select


def who(desk, token: str) -> str | None:
    with desk.database.connect() as connection:
        found = session_of(connection, token)
    return found.officer.login if found else None


def test_a_session_is_known_by_its_token_alone_and_the_table_holds_none(desk):
    anna = desk.add("anna")
    token = begin(desk.database, anna.id, "Firefox" * 100, passed=False)
    assert len(token) >= 43  # 256 bits
    assert [who(desk, token), who(desk, token + "x"), who(desk, ""), who(desk, "\ud800")] == ["anna", None, None, None]
    with desk.database.connect() as connection:
        assert token not in str(connection.execute(select(staff_session)).all())
        (living,) = sessions_of(connection, anna.id)
        assert who(desk, living.handle) is None
        assert len(living.client) <= sessions.LONGEST_CLIENT


def test_a_session_replaces_the_one_before_it(desk):
    anna = desk.add("anna")
    first = begin(desk.database, anna.id, "", passed=False)
    second = begin(desk.database, anna.id, "", passed=True, replaces=first)
    assert first != second
    assert [who(desk, first), who(desk, second)] == [None, "anna"]


def test_sessions_end_one_by_one_all_but_one_or_all(desk):
    anna, bert = desk.add("anna"), desk.add("bert")
    tokens = [begin(desk.database, anna.id, "", passed=True) for _ in range(4)]
    others = begin(desk.database, bert.id, "", passed=True)
    end(desk.database, tokens[0])
    assert revoke_sessions(desk.database, "boss", "anna", handle=sessions.handle_of(tokens[1])) == 1
    assert revoke_sessions(desk.database, "boss", "anna", handle=sessions.handle_of(others)) == 0
    assert revoke_sessions(desk.database, "boss", "anna", handle="%") == 0
    assert revoke_sessions(desk.database, "anna", "anna", but=tokens[2]) == 1
    assert [who(desk, token) for token in (*tokens, others)] == [None, None, "anna", None, "bert"]
    assert revoke_sessions(desk.database, "boss", "anna") == 1
    assert who(desk, others) == "bert"


def test_a_session_that_nobody_uses_is_over_and_so_is_one_that_lasted_a_day(desk, monkeypatch):
    anna = desk.add("anna")
    token = begin(desk.database, anna.id, "", passed=True)
    monkeypatch.setattr(sessions, "IDLE", timedelta(seconds=-1))
    assert who(desk, token) is None
    monkeypatch.undo()
    assert who(desk, token) == "anna"
    monkeypatch.setattr(sessions, "LASTS", timedelta(seconds=-1))
    short = begin(desk.database, anna.id, "", passed=True)
    monkeypatch.undo()
    touch(desk.database, short)  # being used does not lengthen it
    assert who(desk, short) is None
    begin(desk.database, anna.id, "", passed=True)
    with desk.database.connect() as connection:
        assert len(connection.execute(select(staff_session)).all()) == 2


def test_use_is_written_down_now_and_then(desk):
    anna = desk.add("anna")
    token = begin(desk.database, anna.id, "", passed=True)
    with desk.database.connect() as connection:
        before = session_of(connection, token)
    assert not before.is_due()
    assert before.is_due(before.seen_at + timedelta(minutes=1))
    touch(desk.database, token)
    with desk.database.connect() as connection:
        assert session_of(connection, token).seen_at >= before.seen_at


def test_who_rests_has_no_session(desk):
    anna = desk.add("anna")
    set_active(desk.database, "boss", "anna", active=False)
    assert who(desk, begin(desk.database, anna.id, "", passed=True)) is None


def test_reviewers_and_administrators_need_a_second_factor(desk):
    wanted = {}
    for role in ("reviewer", "auditor", "administrator"):
        officer = desk.add(role, role)
        with desk.database.connect() as connection:
            wanted[role] = session_of(
                connection := connection, begin(desk.database, officer.id, "", passed=False)
            ).wants_second_factor
    assert wanted == {"reviewer": True, "auditor": False, "administrator": True}
