"""The queue of the desk: what an officer sees, by deadline, the overdue on top."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, and_, case, func, literal, select, tuple_

from credit_records.calendar import add_working_days, today
from credit_records.casework.application_rows import WITH_DELIVERY, Application, applications, as_application
from credit_records.casework.deadlines import days_left, is_overdue
from credit_records.casework.permissions import seen_by
from credit_records.casework.states import OPEN, PROPOSED
from credit_records.casework.tables import application, application_event
from credit_records.staff.officers import Officer
from credit_records.statistics import is_of_unit
from credit_records.tables import record, subject

PAGE: Final = 50
SOON: Final = 2  # working days
_NO_END: Final = "9999-12-31"
_DUE: Final = func.coalesce(application.c.due_on, literal(_NO_END))


class After(NamedTuple):
    """Where a page ends: the next begins behind it."""

    due_on: str
    id: int


@dataclass(frozen=True, slots=True)
class Queued:
    """A line of the queue. `name` is the subject's, None where the record is of a natural person; `days` are the
    working days left, less than 0 where it is overdue, None where nobody here owes anything.
    """

    application: Application
    name: str | None
    document_number: str | None
    overdue: bool
    days: int | None


class Page(NamedTuple):
    """Lines, and where the next page begins; None where there is none."""

    lines: list[Queued]
    following: After | None


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits in the officer's queue: `due_soon` within two working days, the overdue not among them."""

    overdue: int
    due_soon: int
    open: int
    by_state: dict[str, int]


def queue(
    connection: Connection,
    officer: Officer,
    *,
    procedure: str | None = None,
    state: str | None = None,
    unit: str | None = None,
    mine: bool = False,
    after: After | None = None,
    limit: int = PAGE,
    on: date | None = None,
) -> Page:
    """What the officer sees, the most overdue first; open ones where no state is asked for. `mine`: only those that
    the officer has had in hand.
    """
    day = on or today()
    statement = _named().where(seen_by(officer)).order_by(_DUE, application.c.id).limit(limit + 1)
    statement = statement.where(application.c.state == state if state else application.c.state.in_(OPEN))
    if procedure is not None:
        statement = statement.where(application.c.procedure == procedure)
    if unit is not None:
        statement = statement.where(is_of_unit(unit))
    if mine:
        touched = select(application_event.c.application_id).where(application_event.c.staff_id == officer.id)
        statement = statement.where(application.c.id.in_(touched))
    if after is not None:
        statement = statement.where(tuple_(_DUE, application.c.id) > tuple_(literal(after.due_on), literal(after.id)))
    rows = list(connection.execute(statement).mappings())
    lines = [_line(as_application(row), row["name"], row["document_number"], day) for row in rows[:limit]]
    return Page(lines, _after(lines[-1]) if len(rows) > limit else None)


def counts(connection: Connection, officer: Officer, *, on: date | None = None) -> Counts:
    """What waits in the officer's queue, counted."""
    day = on or today()
    soon = add_working_days(day, SOON).isoformat()
    overdue = application.c.due_on < day.isoformat()
    near = and_(application.c.due_on >= day.isoformat(), application.c.due_on <= soon)
    statement = (
        select(
            application.c.state,
            func.count(),
            func.sum(case((overdue, 1), else_=0)),
            func.sum(case((near, 1), else_=0)),
        )
        .select_from(WITH_DELIVERY)
        .where(seen_by(officer), application.c.state.in_(OPEN))
        .group_by(application.c.state)
    )
    found = connection.execute(statement).all()
    return Counts(
        overdue=sum(row[2] for row in found),
        due_soon=sum(row[3] for row in found),
        open=sum(row[1] for row in found),
        by_state={row[0]: row[1] for row in found},
    )


def waiting_for_confirmation(connection: Connection, officer: Officer) -> int:
    """Proposed grants that the officer did not propose and might confirm."""
    statement = (
        select(func.count())
        .select_from(WITH_DELIVERY)
        .where(seen_by(officer), application.c.state == PROPOSED, application.c.proposer_id != officer.id)
    )
    return connection.execute(statement).scalar_one()


def _named() -> Select[Any]:
    """Applications with the subject's name and the document number."""
    recorded = WITH_DELIVERY.outerjoin(record, record.c.id == application.c.record_id)
    joined = recorded.outerjoin(subject, subject.c.id == record.c.subject_id)
    return applications(subject.c.name, record.c.document_number, joined=joined)


def _line(found: Application, name: str | None, document_number: str | None, day: date) -> Queued:
    days = days_left(day, found.due_on) if found.due_on else None
    return Queued(found, name, document_number, is_overdue(found.due_on, day), days)


def _after(line: Queued) -> After:
    due_on = line.application.due_on
    return After(due_on.isoformat() if due_on else _NO_END, line.application.id)
