"""The ledger of wrong codes (重错码): codes that fail their check, and codes that are known under another name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, insert, select, update

from credit_records.bulk import select_among
from credit_records.catalogue import catalogue
from credit_records.folding import fold
from credit_records.names import same_name
from credit_records.rows import CheckedRow
from credit_records.subject_merging import SUBJECT_COLUMNS
from credit_records.tables import delivery, record, wrong_code

NAME: Final = "name"
CHECK_CHARACTER: Final = "check_character"

_ID: Final = SUBJECT_COLUMNS.index("id")
_NAME: Final = SUBJECT_COLUMNS.index("name")
_FORMER: Final = SUBJECT_COLUMNS.index("former_names")


@dataclass(frozen=True, slots=True)
class WrongCode:
    """A row whose code is wrong; `known_name` is the name that the code is registered under."""

    row: CheckedRow
    fault: str
    known_name: str | None


def find_contradictions(
    connection: Connection, rows: Iterable[CheckedRow], known: Mapping[str, Sequence[Any]]
) -> list[WrongCode]:
    """Rows whose code an authoritative kind has registered under another name; `known` are subjects by code."""
    suspects = [
        (row, owner) for row in rows if (owner := known.get(row.uscc)) is not None and not bears(owner, row.name)
    ]
    if not suspects:
        return []
    registered = _registered(connection, {owner[_ID] for _, owner in suspects})
    return [WrongCode(row, NAME, owner[_NAME]) for row, owner in suspects if owner[_ID] in registered]


def bears(owner: Sequence[Any], name: str) -> bool:
    """Whether the subject bears the name or bore it; a shortened form of its name is no contradiction."""
    current = owner[_NAME]
    if same_name(current, name):
        return True
    one, other = fold(current), fold(name)
    if one in other or other in one:
        return True
    return owner[_FORMER] != "[]" and any(same_name(former, name) for former in orjson.loads(owner[_FORMER]))


def _registered(connection: Connection, subject_ids: set[int]) -> set[int]:
    authoritative = [kind.name for kind in catalogue().kinds.values() if kind.subject.authoritative]
    statement = select(record.c.subject_id).where(
        record.c.subject_id.in_(subject_ids), record.c.kind.in_(authoritative)
    )
    return set(connection.execute(statement).scalars())


def enter(connection: Connection, kind: str, delivery_id: int, found: Sequence[WrongCode], now: str) -> None:
    """Write into the ledger what is not there yet, each row once."""
    keys = {wrong.row.key: wrong for wrong in found}
    for (key,) in select_among(connection, (wrong_code.c.record_key,), wrong_code.c.record_key, list(keys), kind=kind):
        del keys[key]
    if keys:
        connection.execute(
            insert(wrong_code),
            [
                {
                    "delivery_id": delivery_id,
                    "kind": kind,
                    "record_key": wrong.row.key,
                    "document_number": wrong.row.terms.document_number,
                    "fault": wrong.fault,
                    "given_code": wrong.row.uscc,
                    "given_name": wrong.row.name,
                    "known_name": wrong.known_name,
                    "found_at": now,
                }
                for wrong in keys.values()
            ],
        )


def mark_corrected(connection: Connection, kind: str, rows: Iterable[CheckedRow], now: str) -> list[str]:
    """Close open entries that rows without fault correct: the same record, or the same document and name under
    another code. The keys of the records that the corrected codes had made, which are somebody else's.
    """
    statement = select(
        wrong_code.c.id,
        wrong_code.c.record_key,
        wrong_code.c.document_number,
        wrong_code.c.given_name,
        wrong_code.c.given_code,
    ).where(wrong_code.c.kind == kind, wrong_code.c.corrected_at.is_(None))
    found = connection.execute(statement).all()
    if not found:
        return []
    open_keys = {key for _, key, *_ in found}
    open_documents = {document for _, _, document, *_ in found if document}
    keys = set()
    documents: dict[tuple[str, str], str] = {}
    for row in rows:
        if row.key in open_keys:
            keys.add(row.key)
        document = row.terms.document_number
        if document and document in open_documents:
            documents[document, fold(row.name)] = row.uscc
    closed, orphaned = [], []
    for number, key, document, name, code in found:
        corrected = documents.get((document, fold(name))) if document else None
        if key in keys:
            closed.append(number)
        elif corrected is not None and corrected != code:
            closed.append(number)
            orphaned.append(key)
    if closed:
        connection.execute(update(wrong_code).where(wrong_code.c.id.in_(closed)).values(corrected_at=now))
    return orphaned


def open_entries(connection: Connection, source: str, limit: int = 100) -> list[Row[Any]]:
    """The newest entries of a provider that are still open, for staff: rows of (found_at, kind, document_number,
    fault, given_code, given_name, known_name).
    """
    columns = (
        wrong_code.c.found_at,
        wrong_code.c.kind,
        wrong_code.c.document_number,
        wrong_code.c.fault,
        wrong_code.c.given_code,
        wrong_code.c.given_name,
        wrong_code.c.known_name,
    )
    statement = (
        select(*columns)
        .select_from(wrong_code.join(delivery, delivery.c.id == wrong_code.c.delivery_id))
        .where(delivery.c.source == source, wrong_code.c.corrected_at.is_(None))
        .order_by(wrong_code.c.id.desc())
        .limit(limit)
    )
    return list(connection.execute(statement))
