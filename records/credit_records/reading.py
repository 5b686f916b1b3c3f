"""What pages and the API read of subjects, and the newest deliveries."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

import orjson
from sqlalchemy import Connection, bindparam, func, select

from credit_records.deliveries import Delivery, last_deliveries
from credit_records.record_reading import Record, records_of
from credit_records.subjects import Capital, Subject
from credit_records.tables import subject

__all__ = [
    "SITEMAP_SIZE",
    "Delivery",
    "Record",
    "find_subject",
    "last_deliveries",
    "records_of",
    "sitemap_codes",
    "sitemap_pages",
    "subjects_by_exact_name",
]

SITEMAP_SIZE: Final = 50_000  # the most addresses that one sitemap may hold (sitemaps.org protocol 0.90)

# Read on every profile: building a statement anew would cost more than running it.
_BY_CODE: Final = select(subject).where(subject.c.uscc == bindparam("code"))


def find_subject(connection: Connection, uscc: str) -> Subject | None:
    """The subject of this code, folded as `credit_records.codes.fold_code` does."""
    found = connection.execute(_BY_CODE, {"code": uscc}).first()
    return as_subject(found) if found else None


def subjects_by_exact_name(connection: Connection, name: str, limit: int = 20) -> list[Subject]:
    """Subjects that now bear exactly this name; several where different registers gave it twice."""
    statement = select(subject).where(subject.c.name == name).order_by(subject.c.id).limit(limit)
    return [as_subject(row) for row in connection.execute(statement)]


def sitemap_pages(connection: Connection) -> int:
    """How many sitemaps of `SITEMAP_SIZE` all subjects fill; page n holds the numbers up to n × that size."""
    newest: int = connection.execute(select(func.max(subject.c.id))).scalar() or 0
    return -(-newest // SITEMAP_SIZE)


def sitemap_codes(connection: Connection, page: int) -> list[str]:
    """The codes for the sitemap's page, from 1. A range of numbers costs the last page no more than the first."""
    first = (page - 1) * SITEMAP_SIZE
    statement = (
        select(subject.c.uscc).where(subject.c.id > first, subject.c.id <= first + SITEMAP_SIZE).order_by(subject.c.id)
    )
    return list(connection.execute(statement).scalars())


def as_subject(row: Sequence[Any]) -> Subject:
    """A row of the table `subject`, all its columns in order, as a `Subject`."""
    number, uscc, code_valid, name, former_names, *facts, established, amount, currency, version = row
    status, division, division_basis, entity_type, entity_type_basis, industry, industry_basis = facts
    return Subject(
        id=number,
        uscc=uscc,
        code_valid=bool(code_valid),
        name=name,
        former_names=tuple(orjson.loads(former_names)),
        status=status,
        division=division,
        division_basis=division_basis,
        entity_type=entity_type,
        entity_type_basis=entity_type_basis,
        industry=industry,
        industry_basis=industry_basis,
        established=date.fromisoformat(established) if established else None,
        capital=Capital(Decimal(amount), currency) if amount else None,
        version=version,
    )
