"""Who of the staff sees which applications: a clerk those about records of its unit, administrators none."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import ColumnElement, Connection, false, select, true

from credit_records.casework.application_rows import Application, by_id
from credit_records.casework.errors import NotAllowedError
from credit_records.casework.states import DRAFT
from credit_records.casework.tables import application
from credit_records.staff.officers import OFFICER_COLUMNS, Officer, officer_from
from credit_records.staff.tables import staff
from credit_records.statistics import is_of_unit

SEES_ALL: Final[Mapping[str, bool]] = {"reviewer": True, "auditor": True, "clerk": False, "administrator": False}
OF_ITS_UNIT: Final = frozenset({"clerk"})


def seen_by(officer: Officer) -> ColumnElement[bool]:
    """The condition that the officer sees an application, whose delivery is joined. Nobody sees drafts."""
    submitted = application.c.state != DRAFT
    if SEES_ALL[officer.role] or (officer.role in OF_ITS_UNIT and officer.unit is None):
        return submitted & true()
    return submitted & (is_of_unit(officer.unit) if officer.role in OF_ITS_UNIT and officer.unit else false())


def may_see(officer: Officer, found: Application) -> bool:
    """Whether the officer sees this application."""
    if found.state == DRAFT:
        return False
    return SEES_ALL[officer.role] or (officer.role in OF_ITS_UNIT and officer.unit in {None, found.unit})


def application_for(connection: Connection, officer: Officer, application_id: int) -> Application:
    """The application of this id.

    Raises:
        NotAllowedError: the officer does not see it, or there is none: nobody learns which.
    """
    found = by_id(connection, application_id)
    if found is None or not may_see(officer, found):
        raise NotAllowedError(NOT_YOURS)
    return found


def as_of_now(connection: Connection, officer: Officer) -> Officer:
    """The officer as the table has it now.

    Raises:
        NotAllowedError: the account has been closed.
    """
    row = connection.execute(select(*OFFICER_COLUMNS).where(staff.c.id == officer.id)).first()
    current = officer_from(row) if row else None
    if current is None or not current.active:
        message = "您的账号已经停用"
        raise NotAllowedError(message)
    return current


NOT_YOURS: Final = "没有这件申请，或者不由您办理"
