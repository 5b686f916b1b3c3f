"""Who somebody is, by login and password; wrong ones are counted, and lock the account for longer and longer."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, RowMapping, select, update

from credit_records.casework.audit import append
from credit_records.database import writing
from credit_records.staff.officers import OFFICER_COLUMNS, Officer, officer_from
from credit_records.staff.passwords import hash_of, is_outdated, is_right
from credit_records.staff.sessions import NEED_SECOND_FACTOR
from credit_records.staff.tables import staff

FREE_FAILURES: Final = 4  # nobody mistypes oftener in a row; the next one locks
FIRST_LOCK: Final = timedelta(minutes=1)
LONGEST_LOCK: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Wrong:
    """There is no such account, it is not active, or the password is another."""


@dataclass(frozen=True, slots=True)
class Locked:
    """So many were wrong that none is looked at before then. Who signs in must not be told apart from `Wrong`."""

    until: datetime


def verify_password(
    engine: Engine, login: str, password: str, *, now: datetime | None = None
) -> Officer | Locked | Wrong:
    """The officer whose password this is. Takes as long for a login that does not exist, or is locked."""
    now = now or datetime.now(UTC)
    with engine.connect() as connection:
        found = _account(connection, login)
    right = is_right(found["password_hash"] if found else None, password)
    if found is None or not found["active"]:
        return Wrong()
    if found["locked_until"] and datetime.fromisoformat(found["locked_until"]) > now:
        return Locked(datetime.fromisoformat(found["locked_until"]))
    officer = officer_from([found[column] for column in OFFICER_COLUMNS])
    if not right:
        count_failure(engine, officer, now)
        return Wrong()
    # Failures of who has a second factor are forgotten when that is shown, lest a password buy more guesses at it.
    forgets = found["failures"] and found["totp"] is None and officer.role not in NEED_SECOND_FACTOR
    outdated = is_outdated(found["password_hash"])
    if forgets or outdated:
        with writing(engine) as connection:
            if outdated:
                _set(connection, officer.id, password_hash=hash_of(password))
            if forgets:
                forget_failures(connection, officer.id)
    return officer


def count_failure(engine: Engine, officer: Officer, now: datetime | None = None) -> None:
    """Count a wrong password or code; from the fifth in a row on each locks the account twice as long."""
    now = now or datetime.now(UTC)
    with writing(engine) as connection:
        counted = update(staff).where(staff.c.id == officer.id).values(failures=staff.c.failures + 1)
        failures: int = connection.execute(counted.returning(staff.c.failures)).scalar_one()
        if failures > FREE_FAILURES:
            minutes = min(FIRST_LOCK * 2 ** min(failures - FREE_FAILURES - 1, 16), LONGEST_LOCK)
            until = (now + minutes).isoformat(timespec="milliseconds")
            _set(connection, officer.id, locked_until=until)
            append(connection, officer.login, "lock", f"staff/{officer.id}", {"failures": failures, "until": until})


def is_locked(connection: Connection, staff_id: int, *, now: datetime | None = None) -> bool:
    until = connection.execute(select(staff.c.locked_until).where(staff.c.id == staff_id)).scalar_one_or_none()
    return until is not None and datetime.fromisoformat(until) > (now or datetime.now(UTC))


def forget_failures(connection: Connection, staff_id: int) -> None:
    _set(connection, staff_id, failures=0, locked_until=None)


def officer_of_identity(connection: Connection, identity: str) -> Officer | None:
    """The active officer for whom another house vouches under this identity (see `accounts.identity`)."""
    statement = select(*OFFICER_COLUMNS).where(staff.c.oidc_subject == identity, staff.c.active)
    found = connection.execute(statement).first()
    return officer_from(found) if found else None


def _account(connection: Connection, login: str) -> RowMapping | None:
    columns = (staff.c.password_hash, staff.c.locked_until, staff.c.failures, staff.c.totp)
    found = connection.execute(select(*OFFICER_COLUMNS, *columns).where(staff.c.login == login))
    return found.mappings().first()


def _set(connection: Connection, staff_id: int, **values: object) -> None:
    connection.execute(update(staff).where(staff.c.id == staff_id).values(values))
