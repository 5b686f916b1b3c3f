"""Who works at the desk, and what each role may do."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["clerk", "reviewer", "auditor", "administrator"]


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
