"""Accounts: who may have one, with which password, and that every act on them is in the audit trail."""

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type
from credit_records.casework.audit import entries, verify
from credit_records.staff import passwords
from credit_records.staff.accounts import (
    AccountError,
    UnknownOfficerError,
    account,
    accounts,
    add_officer,
    change_own_password,
    identity,
    reset_password,
    reset_second_factor,
    revoke_sessions,
    set_active,
    set_identity,
    set_role,
    unlock,
)
from credit_records.staff.sessions import begin, session_of
from credit_records.staff.signing_in import Wrong, officer_of_identity, verify_password
from credit_records.staff.tables import staff
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

OWN = "三只白鹤飞过黄河边的旧水车"


def told(database) -> list[tuple[str, str, str]]:
    with database.connect() as connection:
        assert verify(connection).sound
        return [(each.actor, each.action, each.object) for each in entries(connection)]


def test_passwords_are_hashed_with_argon2id_as_rfc_9106_recommends(desk):
    desk.add("anna")
    with desk.database.connect() as connection:
        kept = connection.execute(select(staff.c.password_hash)).scalar_one()
    found = extract_parameters(kept)
    assert (found.type, found.memory_cost, found.time_cost, found.parallelism) == (Type.ID, 65536, 3, 4)
    assert (found.salt_len, found.hash_len) == (16, 32)
    assert desk.passwords["anna"] not in kept
    assert extract_parameters(passwords._NOBODY) == found  # unknown logins cost as much as known ones


def test_a_given_password_lets_in_and_has_to_be_changed(desk):
    officer = desk.add("anna")
    assert verify_password(desk.database, "anna", desk.passwords["anna"]) == officer
    token = begin(desk.database, officer.id, "", passed=False)
    with desk.database.connect() as connection:
        assert session_of(connection, token).must_change
    new = change_own_password(desk.database, officer, desk.passwords["anna"], OWN, "", passed=True)
    with desk.database.connect() as connection:
        assert session_of(connection, token) is None
        assert not session_of(connection, new).must_change
    assert isinstance(verify_password(desk.database, "anna", desk.passwords["anna"]), Wrong)
    assert verify_password(desk.database, "anna", OWN) == officer


def test_the_old_password_is_asked_and_weak_ones_are_refused(desk):
    officer = desk.add("anna")
    old = desk.passwords["anna"]
    assert change_own_password(desk.database, officer, "not it", OWN, "", passed=True) is None
    for weak in (old, "short", "password1234", "annaannaanna"):
        with pytest.raises(AccountError):
            change_own_password(desk.database, officer, old, weak, "", passed=True)
    assert verify_password(desk.database, "anna", old) == officer


@pytest.mark.parametrize(
    "weak",
    [
        "12345678901",
        "123456789012",
        "passwordpassword",
        "qwertyuiop123",
        "chengxin2026",
        "aaaaaaaaaaaaaaaa",
        "a" * 201,
        "",
    ],
)
def test_weak_passwords_are_told_in_a_sentence(weak):
    fault = passwords.fault_of(weak)
    assert fault is not None
    assert fault.endswith("。")


@pytest.mark.parametrize(
    "fine",
    [OWN, "correct horse battery staple", "7f3a9c1e5b2d", "ünï cødé — ✓ wörds äs wéll", "x9" * 3 + "很长的密码" * 12],
)
def test_nothing_is_asked_of_what_a_password_is_made_of(fine):
    assert passwords.fault_of(fine) is None


@given(st.text(max_size=300))
def test_any_text_is_judged(text):
    fault = passwords.fault_of(text)
    assert fault is None or fault.endswith("。")
    assert len(text) >= passwords.SHORTEST or fault


def test_a_password_counts_to_its_last_character(desk):
    officer = desk.add("anna")
    long = OWN * 10
    change_own_password(desk.database, officer, desk.passwords["anna"], long, "", passed=True)
    assert verify_password(desk.database, "anna", long) == officer
    assert isinstance(verify_password(desk.database, "anna", long[:-1]), Wrong)
    assert isinstance(verify_password(desk.database, "anna", long + "x"), Wrong)


def test_every_act_is_in_the_trail_with_who_did_it_and_ends_sessions(desk):
    officer = desk.add("anna", "clerk", "water")
    desk.add("boss", "administrator")

    def living() -> bool:
        with desk.database.connect() as connection:
            return session_of(connection, token) is not None

    acts = {
        "set-role": lambda: set_role(desk.database, "boss", "anna", "reviewer"),
        "reset-password": lambda: reset_password(desk.database, "boss", "anna"),
        "reset-second-factor": lambda: reset_second_factor(desk.database, "boss", "anna"),
        "link": lambda: set_identity(desk.database, "boss", "anna", identity("https://id", "7")),
        "revoke-sessions": lambda: revoke_sessions(desk.database, "boss", "anna"),
        "disable": lambda: set_active(desk.database, "boss", "anna", active=False),
    }
    for action, act in acts.items():
        token = begin(desk.database, officer.id, "", passed=True)
        assert living()
        act()
        assert not living(), action
        assert told(desk.database)[0] == ("boss", action, f"staff/{officer.id}")
    unlock(desk.database, "boss", "anna")
    set_active(desk.database, "boss", "anna", active=True)
    assert [action for _, action, _ in told(desk.database)[:2]] == ["enable", "unlock"]
    with desk.database.connect() as connection:
        details = " ".join(each.detail for each in entries(connection))
    assert not any(given in details for given in desk.passwords.values())


def test_an_account_that_rests_is_not_let_in(desk):
    desk.add("anna")
    set_active(desk.database, "boss", "anna", active=False)
    assert isinstance(verify_password(desk.database, "anna", desk.passwords["anna"]), Wrong)


def test_the_last_administrator_stays(desk):
    desk.add("boss", "administrator")
    for act in (
        lambda: set_active(desk.database, "boss", "boss", active=False),
        lambda: set_role(desk.database, "boss", "boss", "auditor"),
    ):
        with pytest.raises(AccountError, match="最后一个管理员"):
            act()
    desk.add("second", "administrator")
    set_role(desk.database, "second", "boss", "auditor")


def test_an_identity_of_another_house_belongs_to_one_active_account(desk):
    officer = desk.add("anna")
    desk.add("bert")
    known = identity("https://id.example", "7")
    set_identity(desk.database, "boss", "anna", known)
    with desk.database.connect() as connection:
        assert officer_of_identity(connection, known) == officer
        assert officer_of_identity(connection, identity("https://id.example", "8")) is None
    with pytest.raises(AccountError, match="关联了别的"):
        set_identity(desk.database, "boss", "bert", known)
    set_active(desk.database, "boss", "anna", active=False)
    with desk.database.connect() as connection:
        assert officer_of_identity(connection, known) is None


@pytest.mark.parametrize(
    ("given", "more", "why"),
    [
        (("Anna", "甲", "reviewer"), {"unit": None, "email": None}, "小写"),
        (("../x", "甲", "reviewer"), {"unit": None, "email": None}, "小写"),
        (("anna", " ", "reviewer"), {"unit": None, "email": None}, "姓名"),
        (("anna", "甲", "reviewer"), {"unit": None, "email": "nowhere"}, "邮箱"),
        (("anna", "甲", "clerk"), {"unit": None, "email": None}, "报送单位"),
        (("anna", "甲", "clerk"), {"unit": "nobody", "email": None}, "nobody"),
        (("anna", "甲", "clerk"), {"unit": "~nobody", "email": None}, "~nobody"),
        (("anna", "甲", "auditor"), {"unit": "water", "email": None}, "全市"),
        (("anna", "甲", "emperor"), {"unit": None, "email": None}, "emperor"),
    ],
)
def test_what_will_not_do_is_told(desk, given, more, why):
    with pytest.raises(AccountError, match=why):
        add_officer(desk.database, "boss", *given, **more)
    assert told(desk.database) == []


def test_logins_are_unique_and_unknown_ones_are_told(desk):
    desk.add("anna")
    with pytest.raises(AccountError, match="已经有人"):
        desk.add("anna")
    with pytest.raises(UnknownOfficerError, match="nobody"):
        unlock(desk.database, "boss", "nobody")
    with desk.database.connect() as connection:
        assert [each.officer.login for each in accounts(connection)] == ["anna"]
        assert account(connection, "nobody") is None
