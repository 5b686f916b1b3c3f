"""Objections to records (异议) as the league table counts them, and those that come by letter or over the counter.

They are applications like those of the form (see `credit_records.casework`), which nobody follows from outside.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, NamedTuple

from sqlalchemy import Connection, Engine, Row, Select, case, func, insert, select, update

from credit_records.calendar import today, working_days_between
from credit_records.casework import audit
from credit_records.casework.deadlines import due_after
from credit_records.casework.events import add_event
from credit_records.casework.numbers import new_number
from credit_records.casework.procedures import procedure
from credit_records.casework.states import ACCEPTED, OPEN
from credit_records.casework.tables import application
from credit_records.catalogue import Catalogue
from credit_records.database import writing
from credit_records.deliveries import utc_now
from credit_records.publication import RecordNotFoundError
from credit_records.states import civil_day
from credit_records.statistics import UNIT
from credit_records.tables import delivery, record

PROCEDURE: Final = "objection"

Outcome = Literal["upheld", "explained", "dropped"]
OUTCOME_TITLES: Final[Mapping[Outcome, str]] = {
    "upheld": "异议成立，已更正",
    "explained": "异议不成立，已说明",
    "dropped": "已撤回异议",
}


_STATES: Final[Mapping[Outcome, str]] = {"upheld": "granted", "explained": "refused", "dropped": "dropped"}
_ACTIONS: Final[Mapping[Outcome, str]] = {"upheld": "grant", "explained": "refuse", "dropped": "drop"}
_OUTCOMES: Final = {state: outcome for outcome, state in _STATES.items()}
_OPEN: Final = (application.c.procedure == PROCEDURE) & application.c.state.in_(OPEN)


class ObjectionNotFoundError(Exception):
    """There is no objection of this number."""


class ObjectionClosedError(Exception):
    """The objection has been closed already."""


class OpenCount(NamedTuple):
    """Objections that a unit has still to answer; `overdue` of these are past their last day."""

    open: int = 0
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class Objection:
    """`due_on` is the last day to answer and `closed_at` UTC: each None where the other tells."""

    id: int
    record_id: int
    opened_at: str
    due_on: date | None
    closed_at: str | None
    outcome: str | None


def open_objection(
    engine: Engine, record_id: int, *, on: date | None = None, declared: Catalogue | None = None
) -> Objection:
    """Open an objection to a record in whatever state; whoever delivered its newest state has to answer it.

    `on` is the day in China from which the deadline of the procedure is counted, today by default.

    Raises:
        RecordNotFoundError: there is no such record.
    """
    day, now = on or today(), utc_now()
    rules = procedure(PROCEDURE, day, declared)
    limit = rules.deadline(ACCEPTED)
    with writing(engine) as connection:
        found = connection.execute(select(record.c.delivery_id, record.c.kind).where(record.c.id == record_id)).first()
        if found is None:
            message = f"没有编号为 {record_id} 的记录"
            raise RecordNotFoundError(message)
        values = {
            "procedure": PROCEDURE,
            "number": new_number(connection, rules.spec.prefix, day),
            "secret_hash": secrets.token_hex(32),  # of no secret: nobody follows it from outside
            "record_id": record_id,
            "delivery_id": found.delivery_id,
            "kind": found.kind,
            "state": ACCEPTED,
            "answers": "{}",
            "policy_on": day.isoformat(),
            "created_at": now,
            "updated_at": now,
            "submitted_at": now,
            "accepted_at": now,
            "due_on": due_after(day, limit).isoformat() if limit else None,
        }
        number: int = connection.execute(insert(application).values(values).returning(application.c.id)).scalar_one()
        _note(connection, number, "accept", ACCEPTED)
        return _read(connection, number)


def close_objection(engine: Engine, number: int, outcome: Outcome) -> Objection:
    """Close an objection. What is found wrong is put right by `publication`, not here.

    Raises:
        ObjectionNotFoundError: there is none of this number.
        ObjectionClosedError: it has been closed before; the first outcome stands.
    """
    with writing(engine) as connection:
        now = utc_now()
        closed = connection.execute(
            update(application)
            .where(_OPEN & (application.c.id == number))
            .values(state=_STATES[outcome], decided_at=now, updated_at=now, due_on=None)
        ).rowcount
        known = _read(connection, number)
        if not closed:
            message = f"异议 {number} 已于 {known.closed_at} 办结"
            raise ObjectionClosedError(message)
        worked = working_days_between(civil_day(known.opened_at), civil_day(now))
        connection.execute(update(application).where(application.c.id == number).values(worked_days=worked))
        _note(connection, number, _ACTIONS[outcome], _STATES[outcome])
        return known


def open_counts(connection: Connection, *, on: date | None = None) -> dict[tuple[str, str], OpenCount]:
    """By unit (see `credit_records.statistics`) and kind, the objections that are open on the day, today by default."""
    overdue = case((application.c.due_on < (on or today()).isoformat(), 1), else_=0)
    statement = (
        select(UNIT, delivery.c.kind, func.count(), func.sum(overdue))
        .select_from(application.join(delivery, delivery.c.id == application.c.delivery_id))
        .where(_OPEN)
        .group_by(UNIT, delivery.c.kind)
    )
    return {(unit, kind): OpenCount(count, late) for unit, kind, count, late in connection.execute(statement)}


def objections_to(connection: Connection, record_id: int) -> list[Objection]:
    """The objections to a record, newest first."""
    found = connection.execute(_all().where(application.c.record_id == record_id).order_by(application.c.id.desc()))
    return [_as_objection(row) for row in found]


def _note(connection: Connection, number: int, action: str, state: str) -> None:
    add_event(connection, number, action, state)
    audit.append(connection, audit.SYSTEM, f"application.{action}", f"application/{number}", {"state": state})


def _all() -> Select[int, int, str, str, str, str]:
    return select(
        application.c.id,
        application.c.record_id,
        application.c.submitted_at,
        application.c.due_on,
        application.c.decided_at,
        application.c.state,
    ).where(application.c.procedure == PROCEDURE, application.c.submitted_at.is_not(None))


def _read(connection: Connection, number: int) -> Objection:
    found = connection.execute(_all().where(application.c.id == number)).first()
    if found is None:
        message = f"没有编号为 {number} 的异议"
        raise ObjectionNotFoundError(message)
    return _as_objection(found)


def _as_objection(row: Row[int, int, str, str, str, str]) -> Objection:
    number, record_id, opened_at, due_on, closed_at, state = row
    due = date.fromisoformat(due_on) if due_on else None
    return Objection(number, record_id, opened_at, due, closed_at, _OUTCOMES.get(state))
