"""Records into their table and the change log, many at once, inside the caller's transaction."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from credit_records.bulk import insert_rows, select_among, take_numbers, update_rows
from credit_records.calendar import today
from credit_records.catalogue import Kind
from credit_records.rows import CheckedRow
from credit_records.states import DECIDED, PUBLISHED, WITHDRAWN, Standing, standing
from credit_records.tables import change, record, record_history
from credit_records.terms import Terms

Owner = list[Any]
"""A subject, as `subject_merging` holds one."""

REPLACED: Final = "代码已更正，由更正后的记录代替"
SYSTEM: Final = "系统"

_UPDATED: Final = (
    *("subject_id", "digest", "fields", "delivery_id", "updated_at"),
    *("document_number", "authority", "authority_code", "decision_date", "class", "published_at", "ends_on"),
    *("working_days", "state", "state_reason", "state_at", "version"),
)


class Known(NamedTuple):
    id: int
    subject_id: int | None
    digest: int
    fields: str
    state: str
    state_reason: str | None
    state_at: str | None
    published_at: str | None
    dishonesty_class: str | None
    ends_on: str | None


KNOWN_COLUMNS: Final = (
    record.c.key,
    record.c.id,
    record.c.subject_id,
    record.c.digest,
    record.c.fields,
    record.c.state,
    record.c.state_reason,
    record.c.state_at,
    record.c.published_at,
    record.c["class"],
    record.c.ends_on,
)


class RecordWriter:
    """Writes records of one kind for one delivery."""

    def __init__(self, connection: Connection, kind: Kind, delivery_id: int, now: str) -> None:
        self._connection = connection
        self._kind = kind
        self._delivery_id = delivery_id
        self._now = now
        self._today = today().isoformat()
        self._measured = kind.publication.timeliness_days is not None

    def withdraw_replaced(self, keys: list[str]) -> None:
        """Withdraw the published records of these keys, which records under the right code replace."""
        columns = (record.c.id, record.c.subject_id, record.c.state)
        found = list(select_among(self._connection, columns, record.c.key, keys, kind=self._kind.name))
        rows = [(number, owner) for number, owner, state in found if state == PUBLISHED]
        if not rows:
            return
        first = take_numbers(self._connection, "change", len(rows))
        values = [(WITHDRAWN, REPLACED, self._now, version, number) for version, (number, _) in enumerate(rows, first)]
        update_rows(self._connection, record, ("state", "state_reason", "state_at", "version"), values)
        changes = [(version, owner, self._now, number) for version, (number, owner) in enumerate(rows, first)]
        insert_rows(self._connection, change, changes)
        notes = [
            {"record_id": number, "at": self._now, "actor": SYSTEM, "action": "withdraw", "reason": REPLACED}
            for number, _ in rows
        ]
        self._connection.execute(record_history.insert(), notes)

    def _standing(self, terms: Terms, published_at: str | None = None) -> Standing:
        return standing(terms, self._today, self._now, measured=self._measured, published_at=published_at)

    def insert(self, inserts: Sequence[tuple[CheckedRow, Owner | None]]) -> tuple[int, int]:
        """Insert new records; how many were measured for timeliness, and how many of these were in time."""
        if not inserts:
            return 0, 0
        kind, delivery_id, now, limit = self._kind.name, self._delivery_id, self._now, self._limit
        first = take_numbers(self._connection, "record", len(inserts))
        version = self._first_version(len(inserts))
        measured = timely = 0
        rows, changes = [], []
        last: Terms | None = None
        for number, (row, owner) in enumerate(inserts, first):
            terms = row.terms
            if terms is not last:  # most kinds have one for all their rows
                last, (state, reason, published_at, working_days) = terms, self._standing(terms)
                told = (*terms[:5], published_at, terms.ends_on, working_days, state, reason, None)
            owner_id = owner[0] if owner is not None else None
            if working_days is not None:
                measured += 1
                timely += working_days <= limit
            rows.append(
                (number, kind, row.key, owner_id, row.digest, row.fields, delivery_id, now, now, *told, version)
            )
            if version:
                changes.append((version, owner_id, now, number))
                version += 1
        insert_rows(self._connection, record, rows)
        insert_rows(self._connection, change, changes)
        return measured, timely

    def update(self, updates: Sequence[tuple[CheckedRow, Owner | None, Known]]) -> None:
        """Write changed records; a state that staff gave stays."""
        if not updates:
            return
        version = self._first_version(len(updates))
        rows, changes = [], []
        for row, owner, known in updates:
            state, reason, published_at, working_days = self._standing(row.terms, known.published_at)
            state_at = known.state_at if state == known.state else self._now
            if known.state in DECIDED:
                state, reason, state_at = known.state, known.state_reason, known.state_at
            owner_id = owner[0] if owner is not None else None
            rows.append(
                (
                    *(owner_id, row.digest, row.fields, self._delivery_id, self._now, *row.terms[:5]),
                    *(published_at, row.terms.ends_on, working_days, state, reason, state_at, version, known.id),
                )
            )
            if version:
                changes.append((version, owner_id, self._now, known.id))
                version += 1
        update_rows(self._connection, record, _UPDATED, rows)
        insert_rows(self._connection, change, changes)

    def renew(self, subject_ids: set[int]) -> None:
        """Records that show a subject's name or district are outdated when these change."""
        if not subject_ids:
            return
        statement = select(record.c.id, record.c.subject_id).where(
            record.c.subject_id.in_(subject_ids), record.c.state == PUBLISHED, record.c.version > 0
        )
        found = self._connection.execute(statement).all()
        if not found:
            return
        first = take_numbers(self._connection, "change", len(found))
        update_rows(
            self._connection, record, ("version",), [(version, row[0]) for version, row in enumerate(found, first)]
        )
        insert_rows(
            self._connection,
            change,
            [(version, owner, self._now, number) for version, (number, owner) in enumerate(found, first)],
        )

    @property
    def _limit(self) -> int:
        return self._kind.publication.timeliness_days or 0

    def _first_version(self, count: int) -> int:
        """The first of so many change numbers; 0 where records of this kind are not found by themselves."""
        return take_numbers(self._connection, "change", count) if self._kind.publication.searchable else 0
