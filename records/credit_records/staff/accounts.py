"""Accounts of the staff: made, given passwords and roles, rested. Each act is in the audit trail, and ends the
sessions of whose rights it changes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, get_args

from sqlalchemy import Connection, Engine, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from credit_records.casework.audit import append
from credit_records.database import writing
from credit_records.deliveries import utc_now
from credit_records.providers import find_provider
from credit_records.staff import passwords
from credit_records.staff.officers import OFFICER_COLUMNS, ROLE_TITLES, Officer, Role, officer_from
from credit_records.staff.sessions import begin_in, end_all
from credit_records.staff.tables import staff
from credit_records.statistics import SOURCE_MARK, is_of_unit
from credit_records.tables import delivery

LOGIN_PATTERN: Final = r"[a-z0-9][a-z0-9._-]{0,62}"
LONGEST_NAME: Final = 60
LONGEST_EMAIL: Final = 200
ROLES: Final[tuple[Role, ...]] = get_args(Role)

_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class AccountError(Exception):
    """This can't be done; the message says why, in Chinese."""


class UnknownOfficerError(AccountError):
    """There is no account of this login."""


@dataclass(frozen=True, slots=True)
class Account:
    """An officer as the administrator sees him. `identity` is how another house knows him; `locked_until` lies in the
    future, or is None.
    """

    officer: Officer
    email: str | None
    must_change: bool
    has_password: bool
    has_second_factor: bool
    identity: str | None
    locked_until: datetime | None


def add_officer(
    engine: Engine, actor: str, login: str, name: str, role: Role, *, unit: str | None = None, email: str | None = None
) -> str:
    """Add an account; its password, which is shown this once and has to be changed when it is first used.

    Raises:
        AccountError: a value will not do, or the login is taken.
    """
    password = passwords.given_password()
    with writing(engine) as connection:
        _check(login, name, email)
        _check_role(connection, role, unit)
        told = {"login": login, "name": name.strip(), "role": role, "unit": unit, "email": email or None}
        secret = {"password_hash": passwords.hash_of(password), "must_change": True, "active": True}
        try:
            number: int = connection.execute(
                insert(staff).values(**told, **secret, created_at=utc_now()).returning(staff.c.id)
            ).scalar_one()
        except IntegrityError as error:
            message = f"登录名 {login} 已经有人用了"
            raise AccountError(message) from error
        append(connection, actor, "add", f"staff/{number}", {"login": login, "role": role, "unit": unit})
    return password


def reset_password(engine: Engine, actor: str, login: str) -> str:
    """Give the officer another password, which has to be changed when it is first used; it is shown this once."""
    password = passwords.given_password()
    values = {"password_hash": passwords.hash_of(password), "must_change": True, "failures": 0, "locked_until": None}
    _change(engine, actor, login, "reset-password", values)
    return password


def change_own_password(
    engine: Engine, officer: Officer, old: str, new: str, client: str, *, passed: bool
) -> str | None:
    """Set a password that its owner chose, having told the old one; the token of a new session, all others having
    ended. None where the old one is wrong.

    Raises:
        AccountError: the new one is too weak, or is the old one.
    """
    with engine.connect() as connection:
        known = connection.execute(select(staff.c.password_hash).where(staff.c.id == officer.id)).scalar_one()
    if not passwords.is_right(known, old):
        return None
    fault = "新密码和原来的一样，请换一个。" if new == old else passwords.fault_of(new, (officer.login, officer.name))
    if fault:
        raise AccountError(fault)
    with writing(engine) as connection:
        values = {"password_hash": passwords.hash_of(new), "must_change": False}
        connection.execute(update(staff).where(staff.c.id == officer.id).values(values))
        end_all(connection, officer.id)
        append(connection, officer.login, "change-password", f"staff/{officer.id}", {})
        return begin_in(connection, officer.id, client, passed=passed)


def set_role(engine: Engine, actor: str, login: str, role: Role, unit: str | None = None) -> None:
    """Give the officer another role, and a clerk a unit."""
    with engine.connect() as connection:
        _check_role(connection, role, unit)
    _keep_an_administrator(engine, login, stays=role == "administrator")
    _change(engine, actor, login, "set-role", {"role": role, "unit": unit}, detail={"role": role, "unit": unit})


def set_active(engine: Engine, actor: str, login: str, *, active: bool) -> None:
    """Let the officer sign in, or no longer."""
    _keep_an_administrator(engine, login, stays=active)
    _change(engine, actor, login, "enable" if active else "disable", {"active": active})


def unlock(engine: Engine, actor: str, login: str) -> None:
    """Forget the wrong passwords of an account, so that it may be tried again at once."""
    _change(engine, actor, login, "unlock", {"failures": 0, "locked_until": None}, ends_sessions=False)


def reset_second_factor(engine: Engine, actor: str, login: str) -> None:
    """Take the officer's second factor away, as after the loss of a telephone; he sets up another when he signs in."""
    _change(engine, actor, login, "reset-second-factor", {"totp": None, "totp_last": None})


def set_identity(engine: Engine, actor: str, login: str, identity_text: str | None) -> None:
    """Let another house vouch for the officer under this identity (see `identity`), or no longer."""
    try:
        _change(
            engine, actor, login, "link", {"oidc_subject": identity_text}, detail={"linked": identity_text is not None}
        )
    except IntegrityError as error:
        message = "这个统一身份已经关联了别的账号"
        raise AccountError(message) from error


def revoke_sessions(engine: Engine, actor: str, login: str, *, handle: str = "", but: str = "") -> int:
    """End the officer's sessions, or the one of this handle, but not that of the token `but`; how many ended."""
    with writing(engine) as connection:
        officer = _known(connection, login)
        ended = end_all(connection, officer.id, handle=handle, but=but)
        if ended:
            append(connection, actor, "revoke-sessions", f"staff/{officer.id}", {"ended": ended})
        return ended


def accounts(connection: Connection) -> list[Account]:
    """Every account, by login."""
    return [_account(row) for row in connection.execute(select(*_COLUMNS).order_by(staff.c.login))]


def account(connection: Connection, login: str) -> Account | None:
    found = connection.execute(select(*_COLUMNS).where(staff.c.login == login)).first()
    return _account(found) if found else None


def identity(issuer: str, subject: str) -> str:
    """How an account of another house is known: no two houses can mean the same by it."""
    return f"{issuer} {subject}"


def is_unit(connection: Connection, unit: str) -> bool:
    """Whether somebody delivers, or may, under this name (see `credit_records.statistics`)."""
    if not unit.startswith(SOURCE_MARK):
        return find_provider(connection, unit) is not None
    return connection.execute(select(delivery.c.id).where(is_of_unit(unit)).limit(1)).first() is not None


def _check(login: str, name: str, email: str | None) -> None:
    if not re.fullmatch(LOGIN_PATTERN, login):
        message = "登录名以小写字母或数字开头，只用小写字母、数字、点、- 和 _，最多 63 个"
        raise AccountError(message)
    if not name.strip() or len(name) > LONGEST_NAME:
        message = f"请写明姓名，最多 {LONGEST_NAME} 个字"
        raise AccountError(message)
    if email and (not _EMAIL.fullmatch(email) or len(email) > LONGEST_EMAIL):
        message = "邮箱地址写得不对，应像 name@example.cn"
        raise AccountError(message)


def _check_role(connection: Connection, role: Role, unit: str | None) -> None:
    if role not in ROLES:
        message = f"没有“{role}”这个角色，可以是：{'、'.join(f'{each}（{ROLE_TITLES[each]}）' for each in ROLES)}"
        raise AccountError(message)
    if role == "clerk" and not unit:
        message = "经办员要写明所属的报送单位"
        raise AccountError(message)
    if role != "clerk" and unit:
        message = f"{ROLE_TITLES[role]}管全市，不属于某个报送单位，请把单位留空"
        raise AccountError(message)
    if unit and not is_unit(connection, unit):
        message = f"没有代号为 {unit} 的报送单位；由命令装载的来源，前面加 {SOURCE_MARK}"
        raise AccountError(message)


def _keep_an_administrator(engine: Engine, login: str, *, stays: bool) -> None:
    """Refuse to leave the desk without anybody who could let others in."""
    if stays:
        return
    statement = select(staff.c.login).where(staff.c.role == "administrator", staff.c.active)
    with engine.connect() as connection:
        if connection.execute(statement).scalars().all() == [login]:
            message = "这是最后一个管理员：请先另设一个管理员"
            raise AccountError(message)


def _change(
    engine: Engine,
    actor: str,
    login: str,
    action: str,
    values: dict[str, object],
    *,
    detail: dict[str, object] | None = None,
    ends_sessions: bool = True,
) -> None:
    with writing(engine) as connection:
        officer = _known(connection, login)
        connection.execute(update(staff).where(staff.c.id == officer.id).values(values))
        if ends_sessions:
            end_all(connection, officer.id)
        append(connection, actor, action, f"staff/{officer.id}", {"login": login, **(detail or {})})


def _known(connection: Connection, login: str) -> Officer:
    found = connection.execute(select(*OFFICER_COLUMNS).where(staff.c.login == login)).first()
    if found is None:
        message = f"没有登录名为 {login} 的账号"
        raise UnknownOfficerError(message)
    return officer_from(found)


_COLUMNS: Final = (
    *OFFICER_COLUMNS,
    staff.c.email,
    staff.c.must_change,
    staff.c.password_hash.is_not(None),
    staff.c.totp.is_not(None),
    staff.c.oidc_subject,
    staff.c.locked_until,
)


def _account(row: Row[Any] | Sequence[Any]) -> Account:
    own = len(OFFICER_COLUMNS)
    email, must_change, has_password, has_second_factor, known_as, until = row[own:]
    locked = datetime.fromisoformat(until) if until else None
    if locked is not None and locked <= datetime.now(UTC):
        locked = None
    return Account(
        officer_from(row[:own]), email, must_change, bool(has_password), bool(has_second_factor), known_as, locked
    )
