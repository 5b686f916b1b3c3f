"""Who works at the desk, and what each role may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, select

from credit_records.staff.tables import staff

Role = Literal["clerk", "reviewer", "auditor", "administrator"]

ROLE_TITLES: Final[Mapping[Role, str]] = {
    "clerk": "经办员",
    "reviewer": "市级审核员",
    "auditor": "审计员",
    "administrator": "管理员",
}


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody of the staff. `unit` is whose records a clerk answers for (see `credit_records.statistics`), None for
    the whole city.
    """

    id: int
    login: str
    name: str
    role: Role
    unit: str | None
    active: bool


OFFICER_COLUMNS: Final = (staff.c.id, staff.c.login, staff.c.name, staff.c.role, staff.c.unit, staff.c.active)


def officer_from(row: Sequence[Any]) -> Officer:
    """An officer from the values of `OFFICER_COLUMNS`."""
    return Officer(*row)


def officer_named(connection: Connection, login: str) -> Officer | None:
    """The officer of this login, active or not."""
    found = connection.execute(select(*OFFICER_COLUMNS).where(staff.c.login == login)).first()
    return officer_from(found) if found else None


def officer_names(connection: Connection) -> dict[int, str]:
    """What everyone who ever worked at the desk is called, by number."""
    return {row[0]: row[1] for row in connection.execute(select(staff.c.id, staff.c.name))}
