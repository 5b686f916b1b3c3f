"""What guessing meets: locks that grow, codes that are taken once, answers that tell nothing."""

import hmac
import stat
import threading
import time
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from credit_records.staff import second_factor, signing_in
from credit_records.staff.accounts import account, reset_second_factor, unlock
from credit_records.staff.sealing import KeyUnavailableError, SealBrokenError, Sealing
from credit_records.staff.second_factor import accept_code, address_of, enrol, new_secret
from credit_records.staff.sessions import begin, session_of
from credit_records.staff.signing_in import FREE_FAILURES, Locked, Wrong, verify_password
from credit_records.staff.tables import staff
from sqlalchemy import select


def code_of(secret: str, periods: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(time.time()) + 30 * periods)


def locked_minutes(desk, login: str) -> int | None:
    with desk.database.connect() as connection:
        until = account(connection, login).locked_until
    return round((until - datetime.now(UTC)).total_seconds() / 60) if until else None


def test_wrong_passwords_lock_the_account_for_longer_and_longer(desk):
    officer = desk.add("anna", "auditor")
    right, now = desk.passwords["anna"], datetime.now(UTC)
    for _ in range(FREE_FAILURES):
        assert isinstance(verify_password(desk.database, "anna", "wrong"), Wrong)
    assert verify_password(desk.database, "anna", right) == officer  # and that is forgotten
    for _ in range(FREE_FAILURES + 1):
        assert isinstance(verify_password(desk.database, "anna", "wrong"), Wrong)
    minutes = [locked_minutes(desk, "anna")]
    found = verify_password(desk.database, "anna", right)
    assert isinstance(found, Locked)
    for _ in range(8):
        now = found.until + timedelta(seconds=1)
        assert isinstance(verify_password(desk.database, "anna", "wrong", now=now), Wrong)
        found = verify_password(desk.database, "anna", right, now=now)
        minutes.append(round((found.until - now).total_seconds() / 60))
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    unlock(desk.database, "boss", "anna")
    assert verify_password(desk.database, "anna", right) == officer


def test_a_lock_ends_by_itself(desk):
    officer = desk.add("anna", "auditor")
    for _ in range(FREE_FAILURES + 1):
        verify_password(desk.database, "anna", "wrong")
    later = datetime.now(UTC) + timedelta(minutes=2)
    assert verify_password(desk.database, "anna", desk.passwords["anna"], now=later) == officer


def test_unknown_logins_are_hashed_too(desk, monkeypatch):
    """That the answer takes as long: the same work is done for whoever there is, or is not, or is locked."""
    desk.add("anna", "auditor")
    hashed = []
    genuine = signing_in.is_right
    monkeypatch.setattr(signing_in, "is_right", lambda *given: hashed.append(given[0] is None) or genuine(*given))
    for login in ("anna", "nobody", "", "' OR 1=1"):
        assert isinstance(verify_password(desk.database, login, "wrong"), Wrong)
    assert hashed == [False, True, True, True]


def test_a_password_does_not_buy_more_guesses_at_the_second_factor(desk, sealing):
    officer = desk.add("anna")
    secret = new_secret()
    assert enrol(desk.database, sealing, officer, secret, code_of(secret, -1))
    for _ in range(FREE_FAILURES + 1):
        assert verify_password(desk.database, "anna", desk.passwords["anna"]) == officer
        assert not accept_code(desk.database, sealing, officer, "000000")
    assert isinstance(verify_password(desk.database, "anna", desk.passwords["anna"]), Locked)
    assert not accept_code(
        desk.database, sealing, officer, code_of(secret)
    )  # not even the right one, while it is locked


def test_a_code_is_taken_once_and_none_before_it(desk, sealing):
    officer = desk.add("anna")
    secret = new_secret()
    assert not enrol(desk.database, sealing, officer, secret, "12345")
    assert enrol(desk.database, sealing, officer, secret, code_of(secret, -1))
    assert not accept_code(desk.database, sealing, officer, code_of(secret, -1))
    code = code_of(secret)
    assert accept_code(desk.database, sealing, officer, f" {code[:3]} {code[3:]} ")
    assert not accept_code(desk.database, sealing, officer, code)
    assert not accept_code(desk.database, sealing, officer, code_of(secret, -1))
    assert not accept_code(desk.database, sealing, officer, code_of(secret, 5))


def test_of_many_who_show_one_code_at_once_one_is_let_in(desk, sealing):
    officer = desk.add("anna")
    secret = new_secret()
    enrol(desk.database, sealing, officer, secret, code_of(secret, -1))
    code, found = code_of(secret), []
    together = threading.Barrier(3)

    def show() -> None:
        together.wait()
        found.append(accept_code(desk.database, sealing, officer, code))

    threads = [threading.Thread(target=show) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [False, False, True]


def test_codes_are_compared_in_constant_time(desk, sealing, monkeypatch):
    officer = desk.add("anna")
    secret = new_secret()
    compared = []
    monkeypatch.setattr(
        second_factor.hmac, "compare_digest", lambda *given: compared.append(given) or hmac_compare(*given)
    )
    enrol(desk.database, sealing, officer, secret, code_of(secret))
    assert len(compared) == len(second_factor.NEIGHBOURS)  # also after the one that fits


hmac_compare = hmac.compare_digest


def test_a_second_factor_is_set_up_once_until_an_administrator_takes_it_away(desk, sealing):
    officer = desk.add("anna")
    first, second = new_secret(), new_secret()
    assert enrol(desk.database, sealing, officer, first, code_of(first))
    assert not enrol(desk.database, sealing, officer, second, code_of(second))
    token = begin(desk.database, officer.id, "", passed=False)
    with desk.database.connect() as connection:
        assert session_of(connection, token).has_second_factor
    reset_second_factor(desk.database, "boss", "anna")
    assert enrol(desk.database, sealing, officer, second, code_of(second))


def test_the_database_alone_tells_no_secret(desk, sealing, tmp_path):
    officer = desk.add("anna")
    secret = new_secret()
    enrol(desk.database, sealing, officer, secret, code_of(secret))
    with desk.database.connect() as connection:
        kept = connection.execute(select(staff.c.totp)).scalar_one()
    assert secret not in kept
    assert sealing.open(kept) == secret
    with pytest.raises(SealBrokenError):
        Sealing(tmp_path / "other.key", makes_key=True).open(kept)
    assert secret in address_of(secret, "anna", "诚信")


def test_the_key_is_made_once_and_read_by_its_owner_alone(tmp_path):
    path = tmp_path / "new" / "secret.key"
    sealed = Sealing(path, makes_key=True).seal("told")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]
    assert Sealing(path, makes_key=False).open(sealed) == "told"
    with pytest.raises(SealBrokenError):
        Sealing(path, makes_key=True).open(sealed[:-1])
    with pytest.raises(KeyUnavailableError, match="CHENGXIN_SECRET_KEY_FILE"):
        Sealing(tmp_path / "missing.key", makes_key=False).seal("x")
    (tmp_path / "wrong.key").write_text("no key")
    with pytest.raises(KeyUnavailableError):
        Sealing(tmp_path / "wrong.key", makes_key=True).seal("x")
