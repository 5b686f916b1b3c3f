"""What must hold of a record before an application about it is begun, and still when it is submitted."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from credit_records.casework.eligibility import eligibility, running_among
from credit_records.casework.errors import NotEligibleError
from credit_records.casework.procedures import Procedure
from credit_records.casework.states import REFUSED
from credit_records.casework.tables import application
from credit_records.catalogue import Catalogue
from credit_records.published import is_public
from credit_records.record_reading import Record
from credit_records.tables import record

Requirement = Callable[[Connection, Record, Procedure, date, Catalogue], None]


def require(connection: Connection, found: Record, rules: Procedure, day: date, declared: Catalogue) -> None:
    """Refuse unless the procedure lets the record be applied about on the day.

    Raises:
        NotEligibleError: it does not.
    """
    _REQUIREMENTS[rules.spec.requires](connection, found, rules, day, declared)


def _require_published(connection: Connection, found: Record, rules: Procedure, day: date, _: Catalogue) -> None:
    shown = connection.execute(select(record.c.id).where(record.c.id == found.id, is_public(day))).first()
    if shown is None:
        message = "这条记录已经不公示，不能再申请"
        raise NotEligibleError(message)
    if rules.spec.one_at_a_time and running_among(connection, [found.id], rules.name):
        message = "这条记录已有一件申请正在办理，请等它办结"
        raise NotEligibleError(message)


def _require_repairable(
    connection: Connection, found: Record, rules: Procedure, day: date, declared: Catalogue
) -> None:
    answer = eligibility(found, declared, day)
    if answer.answer != "now":
        raise NotEligibleError(answer.why)
    _require_published(connection, found, rules, day, declared)


_REQUIREMENTS: Final[Mapping[str, Requirement]] = {
    "published": _require_published,
    "repairable": _require_repairable,
}


def require_refused(connection: Connection, about_id: int, record_id: int) -> None:
    statement = select(application.c.state, application.c.record_id).where(application.c.id == about_id)
    about = connection.execute(statement).first()
    if about is None or about.state != REFUSED or about.record_id != record_id:
        message = "只有被决定不予的申请，才能对决定提出异议"
        raise NotEligibleError(message)
