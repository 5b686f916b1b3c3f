"""What was done to an application, in order. Applicants read of it what is public, without names of staff."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from sqlalchemy import Connection, insert, select

from credit_records.calendar import working_days_between
from credit_records.casework.tables import application_event
from credit_records.deliveries import utc_now
from credit_records.staff.tables import staff
from credit_records.states import civil_day

ASK: Final = "ask"
SUPPLY: Final = "supply"
EXTEND: Final = "extend"

TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "begin": ("开始填写", "Begun"),
    "submit": ("提交申请", "Submitted"),
    "accept": ("受理", "Accepted"),
    "decline": ("不予受理", "Not accepted"),
    ASK: ("要求补正材料", "More material asked for"),
    SUPPLY: ("补正材料", "Material supplied"),
    "note": ("备注", "Note"),
    "propose": ("提出准予意见，待复核", "Grant proposed"),
    "send_back": ("复核退回", "Sent back"),
    EXTEND: ("延长办理期限", "Deadline extended"),
    "grant": ("作出准予决定", "Granted"),
    "refuse": ("作出不予决定", "Refused"),
    "drop": ("申请人撤回", "Withdrawn by the applicant"),
    "reopen": ("重新办理", "Taken up again"),
}

By = Literal["applicant", "staff", "system"]


@dataclass(frozen=True, slots=True)
class Event:
    """`at` is UTC; `state` that after it. `officer` is the login, `name` the name, of who of the staff did it."""

    id: int
    at: str
    by: By
    officer: str | None
    name: str | None
    action: str
    title: str
    title_en: str
    state: str
    text: str
    public: bool


def add_event(
    connection: Connection,
    application_id: int,
    action: str,
    state: str,
    text: str = "",
    *,
    staff_id: int | None = None,
    public: bool = True,
    at: str | None = None,
) -> None:
    """Note what was done, in its own transaction; `at` is UTC, now where it is not given."""
    values = {
        "application_id": application_id,
        "at": at or utc_now(),
        "staff_id": staff_id,
        "action": action,
        "state": state,
        "text": text,
        "public": public,
    }
    connection.execute(insert(application_event).values(values))


def history(connection: Connection, application_id: int, *, public_only: bool) -> list[Event]:
    """The application's events, oldest first. Of public ones the names of staff are left out."""
    statement = (
        select(application_event, staff.c.login, staff.c.name)
        .select_from(application_event.outerjoin(staff, staff.c.id == application_event.c.staff_id))
        .where(application_event.c.application_id == application_id)
        .order_by(application_event.c.id)
    )
    if public_only:
        statement = statement.where(application_event.c.public)
    found = []
    for row in connection.execute(statement):
        title, title_en = TITLES.get(row.action, (row.action, row.action))
        by: By = "staff" if row.staff_id else _BY.get(row.action, "system")
        login, name = (None, None) if public_only else (row.login, row.name)
        found.append(
            Event(row.id, row.at, by, login, name, row.action, title, title_en, row.state, row.text, row.public)
        )
    return found


_BY: Final[Mapping[str, By]] = dict.fromkeys(("begin", "submit", SUPPLY, "drop"), "applicant")


def waited_days(connection: Connection, application_id: int, until: date) -> int:
    """Working days up to `until` for which the applicant was waited for."""
    statement = (
        select(application_event.c.action, application_event.c.at)
        .where(application_event.c.application_id == application_id, application_event.c.action.in_((ASK, SUPPLY)))
        .order_by(application_event.c.id)
    )
    waited, asked_on = 0, None
    for action, at in connection.execute(statement):
        day = civil_day(at)
        if action == ASK:
            asked_on = asked_on or day
        elif asked_on is not None:
            waited, asked_on = waited + working_days_between(asked_on, day), None
    return waited + (working_days_between(asked_on, until) if asked_on else 0)


def was_done(connection: Connection, application_id: int, action: str) -> bool:
    """Whether this was ever done to the application."""
    statement = select(application_event.c.id).where(
        application_event.c.application_id == application_id, application_event.c.action == action
    )
    return connection.execute(statement.limit(1)).first() is not None
