"""What pages and the API read: subjects, their records with provenance, and the newest deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import orjson
from sqlalchemy import Connection, bindparam, func, select

from credit_records.deliveries import Delivery, last_deliveries
from credit_records.subjects import Capital, Subject
from credit_records.tables import delivery, record, subject

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
_RECORDS_OF: Final = (
    select(
        record.c.id,
        record.c.kind,
        record.c.key,
        record.c.fields,
        delivery.c.source,
        delivery.c.file_name,
        record.c.received_at,
        record.c.updated_at,
    )
    .join(delivery, delivery.c.id == record.c.delivery_id)
    .where(record.c.subject_id == bindparam("subject_id"))
    .order_by(record.c.updated_at.desc(), record.c.id.desc())
)


@dataclass(frozen=True, slots=True)
class Record:
    """A record with where it came from.

    Attributes:
        fields: field name → value as kept; see `credit_records.field_types` for each type's form.
        source: the provider that delivered its newest state, in the file `file_name`.
        received_at: when it first came; `updated_at` when it last changed.
    """

    id: int
    kind: str
    key: str
    fields: dict[str, Any]
    source: str
    file_name: str
    received_at: datetime
    updated_at: datetime


def find_subject(connection: Connection, uscc: str) -> Subject | None:
    """The subject of this code, folded as `credit_records.codes.fold_code` does."""
    found = connection.execute(_BY_CODE, {"code": uscc}).first()
    return as_subject(found) if found else None


def subjects_by_exact_name(connection: Connection, name: str, limit: int = 20) -> list[Subject]:
    """Subjects that now bear exactly this name; several where different registers gave it twice."""
    statement = select(subject).where(subject.c.name == name).order_by(subject.c.id).limit(limit)
    return [as_subject(row) for row in connection.execute(statement)]


def records_of(connection: Connection, subject_id: int) -> list[Record]:
    """All records of the subject, the newest first."""
    return [_as_record(row) for row in connection.execute(_RECORDS_OF, {"subject_id": subject_id})]


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


def _as_record(row: Sequence[Any]) -> Record:
    number, kind, key, fields, source, file_name, received_at, updated_at = row
    return Record(
        id=number,
        kind=kind,
        key=key,
        fields=orjson.loads(fields),
        source=source,
        file_name=file_name,
        received_at=datetime.fromisoformat(received_at),
        updated_at=datetime.fromisoformat(updated_at),
    )
