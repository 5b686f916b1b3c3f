"""A subject (信用主体) as it is known: the facts that kinds of record have established about it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Capital:
    """Registered capital: `amount` in 万元 of `currency` (ISO 4217)."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject. `*_basis` says how a derived fact came to be, and is shown wherever the fact is.

    Attributes:
        uscc: 统一社会信用代码 as it was received, folded to half width and upper case; the permanent key.
        code_valid: whether the code passes GB 32100-2015; a code that fails is kept and flagged.
        status: code of the list `subject_status`, or None where no source gives one.
        division: six digits of GB/T 2260, the finest that was found.
        division_basis: `address`, `declared` or `code` (the division inside the uscc).
        entity_type: code of the list `entity_type`; `entity_type_basis` is `declared`, `code_kind` (the first
            two characters of the uscc) or `name`.
        industry: section letter of GB/T 4754; `industry_basis` is `declared`, `name` or `scope`.
        version: the change-log number of the newest change to this subject.
    """

    id: int
    uscc: str
    code_valid: bool
    name: str
    former_names: tuple[str, ...]
    status: str | None
    division: str | None
    division_basis: str | None
    entity_type: str | None
    entity_type_basis: str | None
    industry: str | None
    industry_basis: str | None
    established: date | None
    capital: Capital | None
    version: int
