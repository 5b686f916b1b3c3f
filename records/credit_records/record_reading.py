"""What pages and the API read of records: one, several, sections and badges. Public unless said otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, Select, Text, bindparam, select

from credit_records.calendar import today
from credit_records.casework.marks import contested
from credit_records.catalogue import Catalogue, ListSpec
from credit_records.published import counts_of_subject, newest, published
from credit_records.tables import delivery, record, subject

_COLUMNS: Final = (
    record.c.id,
    record.c.kind,
    record.c.key,
    record.c.fields,
    delivery.c.source,
    delivery.c.file_name,
    record.c.received_at,
    record.c.updated_at,
    record.c.document_number,
    record.c.authority,
    record.c.decision_date,
    record.c["class"],
    record.c.published_at,
    record.c.ends_on,
    record.c.working_days,
    record.c.state,
    record.c.state_reason,
    record.c.state_at,
    subject.c.uscc,
    subject.c.name,
)
_INSTANTS: Final = ("received_at", "updated_at", "published_at", "state_at")
_DAYS: Final = ("decision_date", "ends_on")
_NAMES: Final = tuple({"class": "dishonesty_class"}.get(column.name, column.name) for column in _COLUMNS)


@dataclass(frozen=True, slots=True)
class Record:
    """A record with where it came from and how it stands.

    Attributes:
        fields: field name → value as kept; see `credit_records.field_types` for each type's form.
        source: the provider that delivered its newest state, in the file `file_name`.
        received_at: when it first came; `updated_at` when its content last changed.
        dishonesty_class: slight, ordinary or serious, where a policy classes the kind.
        ends_on: the last day of publication; None is without end.
        working_days: from decision to publication, where the kind is measured.
        state_reason: why it is no longer published. For staff only.
        uscc: of its subject, as `name`; both None where it is of a natural person.
        contested: whether an objection to it is being looked into, where the policy has that marked.
    """

    id: int
    kind: str
    key: str
    fields: dict[str, Any]
    source: str
    file_name: str
    received_at: datetime
    updated_at: datetime
    document_number: str | None = None
    authority: str | None = None
    decision_date: date | None = None
    dishonesty_class: str | None = None
    published_at: datetime | None = None
    ends_on: date | None = None
    working_days: int | None = None
    state: str = "published"
    state_reason: str | None = None
    state_at: datetime | None = None
    uscc: str | None = None
    name: str | None = None
    contested: bool = False


class Badge(NamedTuple):
    """A list on which the subject is, and how many records put it there."""

    kind: str
    entry: ListSpec
    records: int


def find_record(connection: Connection, number: int, *, on: date | None = None) -> Record | None:
    """The public record of this number on the day `on`, today by default."""
    found = connection.execute(published(on or today(), *_COLUMNS).where(record.c.id == number)).first()
    return _marked(connection, [_as_record(found)])[0] if found else None


def find_records(connection: Connection, numbers: Sequence[int], *, on: date | None = None) -> list[Record]:
    """The public records among these numbers, in their order."""
    statement = published(on or today(), *_COLUMNS).where(record.c.id.in_(numbers))
    found = {row[0]: _as_record(row) for row in connection.execute(statement)}
    return _marked(connection, [found[number] for number in numbers if number in found])


def newest_records(connection: Connection, kinds: Sequence[str], limit: int) -> list[Record]:
    """The newest public records of these kinds, the last that came first; each kind is read by its index."""
    day = today()
    found = [row for kind in kinds for row in connection.execute(newest(day, kind, limit, *_COLUMNS))]
    return _marked(connection, [_as_record(row) for row in sorted(found, key=lambda row: -row.id)[:limit]])


def find_record_for_staff(connection: Connection, number: int) -> Record | None:
    """The record of this number in whatever state."""
    statement = _all(*_COLUMNS).where(record.c.id == number)
    found = connection.execute(statement).first()
    return _marked(connection, [_as_record(found)])[0] if found else None


def records_of(connection: Connection, subject_id: int, *, on: date | None = None) -> list[Record]:
    """All public records of a subject, the newest delivered first."""
    statement = (
        published(on or today(), *_COLUMNS)
        .where(record.c.subject_id == subject_id)
        .order_by(record.c.updated_at.desc(), record.c.id.desc())
    )
    return _marked(connection, [_as_record(row) for row in connection.execute(statement)])


def sections(connection: Connection, subject_id: int, declared: Catalogue, *, on: date | None = None) -> dict[str, int]:
    """How many public records the subject has of each kind, in the catalogue's order, kinds without any left out."""
    given = {"day": (on or today()).isoformat(), "subject": subject_id}
    found = {row[0]: row[1] for row in connection.execute(_COUNTED, given)}
    return {kind: found[kind] for kind in declared.kinds if kind in found}


def badges(counts: dict[str, int], declared: Catalogue) -> list[Badge]:
    """The lists among a subject's sections."""
    kinds = ((declared.kinds[name], count) for name, count in counts.items())
    return [Badge(kind.name, kind.list, count) for kind, count in kinds if kind.list is not None]


def read_in_order(connection: Connection, numbers: Sequence[int]) -> list[Record]:
    """The records of these numbers in their order, whatever their state: whoever found the numbers has asked that."""
    rows = connection.execute(_BY_NUMBERS, {"numbers": numbers}) if numbers else ()
    found = {row[0]: _as_record(row) for row in rows}
    return _marked(connection, [found[number] for number in numbers])


def _all(*columns: ColumnElement[Any]) -> Select[Any]:
    delivered = record.join(delivery, delivery.c.id == record.c.delivery_id)
    return select(*columns).select_from(delivered.outerjoin(subject, subject.c.id == record.c.subject_id))


_BY_NUMBERS: Final = _all(*_COLUMNS).where(record.c.id.in_(bindparam("numbers", expanding=True)))
_COUNTED: Final = counts_of_subject(bindparam("day", type_=Text), bindparam("subject"))


def _marked(connection: Connection, records: list[Record]) -> list[Record]:
    """The same records, each told whether it is contested: one question for all of them."""
    marked = contested(connection, [each.id for each in records])
    return [replace(each, contested=True) if each.id in marked else each for each in records] if marked else records


def _as_record(row: Sequence[Any]) -> Record:
    values = dict(zip(_NAMES, row, strict=True))
    values["fields"] = orjson.loads(values["fields"])
    for name in _INSTANTS:
        if values[name]:
            values[name] = datetime.fromisoformat(values[name])
    for name in _DAYS:
        if values[name]:
            values[name] = date.fromisoformat(values[name])
    return Record(**values)
