"""A case in an officer's hands: opened under a lock, with all that must hold before anything is done to it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, select

from credit_records.calendar import today
from credit_records.casework import audit
from credit_records.casework.application_rows import Application
from credit_records.casework.changing import change, instant, lock_by_id
from credit_records.casework.errors import NotAllowedError, NotNowError, StaleError
from credit_records.casework.events import add_event
from credit_records.casework.notices import tell_applicant
from credit_records.casework.permissions import NOT_YOURS, as_of_now, may_see
from credit_records.casework.procedures import Procedure
from credit_records.casework.tables import application_event
from credit_records.database import writing
from credit_records.durability import outlast_power_cut
from credit_records.staff.officers import Officer

Who = Callable[[Procedure], frozenset[str]]
"""The roles that may do something, by the procedure."""


def deciders(rules: Procedure) -> frozenset[str]:
    return rules.deciders


def confirmers(rules: Procedure) -> frozenset[str]:
    return rules.confirmers


@dataclass(frozen=True, slots=True)
class Case:
    """An application that nobody else changes until the transaction ends; `now` is UTC."""

    connection: Connection
    officer: Officer
    found: Application
    rules: Procedure
    day: date
    now: str

    def be_in(self, *states: str) -> None:
        """Refuse unless the application is in one of the states."""
        if self.found.state not in states:
            message = f"这件申请现在是“{self.rules.state_title(self.found.state)}”，不能这样办理"
            raise NotNowError(message)

    def become(
        self,
        values: Mapping[str, Any],
        action: str,
        text: str = "",
        *,
        mailed: str | None = None,
        public: bool = True,
        told: Mapping[str, Any] | None = None,
    ) -> Application:
        """Write the values, with the event, the entry of the audit trail and the mail that go with them."""
        found = change(self.connection, self.found, values)
        add_event(
            self.connection, found.id, action, found.state, text, staff_id=self.officer.id, public=public, at=self.now
        )
        detail = {"number": found.number, "state": found.state, "text": text, **(told or {})}
        audit.append(self.connection, self.officer.login, f"application.{action}", f"application/{found.id}", detail)
        if mailed is not None:
            tell_applicant(self.connection, found, self.rules, mailed)
        return found


@contextmanager
def opened(
    engine: Engine,
    officer: Officer,
    application_id: int,
    version: int,
    *,
    who: Who,
    on: date | None = None,
) -> Iterator[Case]:
    """One transaction in which the officer does something to the application that it saw in this version.

    Raises:
        NotAllowedError: it is not the officer's to do.
        StaleError: the application has changed since.
    """
    with writing(engine) as connection:
        current = as_of_now(connection, officer)
        found = lock_by_id(connection, application_id)
        if found is None or not may_see(current, found):
            raise NotAllowedError(NOT_YOURS)
        rules = found.rules(on or today())
        if current.role not in who(rules):
            message = "您的岗位不办理这一步"
            raise NotAllowedError(message)
        if found.version != version:
            raise StaleError
        _judge_not_oneself(connection, current, found)
        yield Case(connection, current, found, rules, on or today(), instant(on))
    outlast_power_cut(engine)  # what an applicant is told must not be taken back by one


def _judge_not_oneself(connection: Connection, officer: Officer, found: Application) -> None:
    """Who refused an application does not answer the objection to that."""
    if found.about_id is None:
        return
    statement = select(application_event.c.id).where(
        application_event.c.application_id == found.about_id,
        application_event.c.staff_id == officer.id,
        application_event.c.action == "refuse",
    )
    if connection.execute(statement.limit(1)).first() is not None:
        message = "这是对您作出的决定提出的异议，由其他人员办理"
        raise NotAllowedError(message)
