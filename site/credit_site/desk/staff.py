"""The accounts of the desk, as administrators look after them. One's own is looked after by another administrator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, cast

from credit_records.staff import accounts
from credit_records.staff.accounts import Account, AccountError, UnknownOfficerError
from credit_records.staff.officers import ROLE_TITLES, Role
from credit_records.staff.sessions import sessions_of
from sqlalchemy import Connection, Engine
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import Response

from credit_site.civil_time import civil
from credit_site.desk.lines import session_line
from credit_site.desk.queue import Choice, unit_title, unit_titles
from credit_site.desk.session import ROOM, STAFF, Seat
from credit_site.desk.turns import at_the_door
from credit_site.forms import text_of

NEW: Final = f"{ROOM}/new-account"
FIELDS: Final = ("login", "name", "role", "unit", "email")
DONE: Final[Mapping[str, str]] = {
    "role": "角色已经改好，他要重新登录。",
    "disable": "已经停用，登录已结束。",
    "enable": "已经启用。",
    "unlock": "已经解锁。",
    "reset-second-factor": "动态口令已经重置，他下次登录时重新绑定。",
    "sessions": "登录已经结束。",
}


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account as its line says it."""

    account: Account
    address: str
    role: str
    unit: str
    locked: str


async def show_staff(seat: Seat) -> Response:
    known, units = await seat.site.database.read(_accounts)
    return seat.page("desk/staff.html", {"lines": [_line(each, units) for each in known], "new": NEW})


async def show_new(seat: Seat) -> Response:
    return await _new_page(seat, dict.fromkeys(FIELDS, ""), "")


async def add(seat: Seat) -> Response:
    form = await seat.form()
    typed = {name: text_of(form, name).strip() for name in FIELDS}

    def work(database: Engine) -> str:
        return accounts.add_officer(
            database,
            seat.officer.login,
            typed["login"],
            typed["name"],
            cast("Role", typed["role"]),
            unit=typed["unit"] or None,
            email=typed["email"] or None,
        )

    try:
        given = await at_the_door(seat.site, work)
    except AccountError as error:
        return await _new_page(seat, typed, f"{error}。", 422)
    return _password_given(seat, typed["login"], given)


async def show_one(seat: Seat) -> Response:
    return await _one_page(seat, {})


async def change(seat: Seat) -> Response:
    """One of the things that are done to an account; which one stands in the address."""
    form = await seat.form()
    login, asked = seat.request.path_params["login"], seat.request.path_params["change"]
    work = CHANGES.get(asked)
    if work is None:
        raise HTTPException(404)
    if login == seat.officer.login:
        return await _one_page(seat, {"": "自己的账号请另一位管理员来改。"}, 403)
    try:
        given = await at_the_door(seat.site, lambda database: work(database, seat.officer.login, login, form))
    except UnknownOfficerError as error:
        raise HTTPException(404) from error
    except AccountError as error:
        return await _one_page(seat, {"": f"{error}。"}, 422)
    if given is not None:
        return _password_given(seat, login, given)
    return seat.led_to(f"{STAFF}/{login}?done={asked}")


def _set_role(database: Engine, actor: str, login: str, form: FormData) -> None:
    accounts.set_role(
        database, actor, login, cast("Role", text_of(form, "role")), text_of(form, "unit").strip() or None
    )


def _end_sessions(database: Engine, actor: str, login: str, form: FormData) -> None:
    accounts.revoke_sessions(database, actor, login, handle=text_of(form, "session"))


Change = Callable[[Engine, str, str, FormData], str | None]
CHANGES: Final[Mapping[str, Change]] = {
    "role": _set_role,
    "password": lambda database, actor, login, _: accounts.reset_password(database, actor, login),
    "disable": lambda database, actor, login, _: accounts.set_active(database, actor, login, active=False),
    "enable": lambda database, actor, login, _: accounts.set_active(database, actor, login, active=True),
    "unlock": lambda database, actor, login, _: accounts.unlock(database, actor, login),
    "reset-second-factor": lambda database, actor, login, _: accounts.reset_second_factor(database, actor, login),
    "sessions": _end_sessions,
}


def _accounts(connection: Connection) -> tuple[list[Account], dict[str, str]]:
    return accounts.accounts(connection), unit_titles(connection)


def _line(known: Account, units: Mapping[str, str]) -> AccountLine:
    officer = known.officer
    unit = unit_title(officer.unit, units) if officer.unit else "全市"
    return AccountLine(known, f"{STAFF}/{officer.login}", ROLE_TITLES[officer.role], unit, civil(known.locked_until))


async def _new_page(seat: Seat, typed: Mapping[str, str], fault: str, status: int = 200) -> Response:
    units = await seat.site.database.read(unit_titles)
    context = {
        "typed": typed,
        "fault": fault,
        "roles": _roles(typed["role"]),
        "units": _units(units, typed["unit"]),
        "address": NEW,
    }
    return seat.page("desk/staff_new.html", context, status)


async def _one_page(seat: Seat, faults: Mapping[str, str], status: int = 200) -> Response:
    login = seat.request.path_params["login"]
    known = await seat.site.database.read(accounts.account, login)
    if known is None:
        raise HTTPException(404)
    units = await seat.site.database.read(unit_titles)
    living = await seat.site.database.read(sessions_of, known.officer.id)
    context = {
        "line": _line(known, units),
        "own": login == seat.officer.login,
        "roles": _roles(known.officer.role),
        "units": _units(units, known.officer.unit or ""),
        "sessions": [session_line(each, seat.session.handle) for each in living],
        "address": f"{STAFF}/{login}",
        "faults": faults,
        "done": DONE.get(dict(seat.visit.pairs).get("done", ""), ""),
    }
    return seat.page("desk/staff_one.html", context, status)


def _password_given(seat: Seat, login: str, given: str) -> Response:
    """Shown on the answer itself, for nothing keeps it: whoever reloads the page gives out another one."""
    return seat.page("desk/staff_password.html", {"login": login, "given": given, "address": f"{STAFF}/{login}"})


def _roles(chosen: str) -> list[Choice]:
    return [Choice(role, title, role == chosen) for role, title in ROLE_TITLES.items()]


def _units(units: Mapping[str, str], chosen: str) -> list[Choice]:
    known = dict(units) if not chosen or chosen in units else {**units, chosen: unit_title(chosen, units)}
    return [Choice(name, title, name == chosen) for name, title in known.items()]
