"""Records checked rows: one transaction a batch, the same row twice being no change.

A subject's facts follow from its records. A null never overwrites what another source told; a record that empties
a value which it had told itself does.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Engine, select, update

from credit_records.bulk import insert_rows, select_among, take_numbers, update_rows
from credit_records.catalogue import Kind
from credit_records.database import writing
from credit_records.deliveries import utc_now
from credit_records.rows import NOTED, REFUSED, CheckedRow, Facts, Problem
from credit_records.subject_merging import SUBJECT_COLUMNS, merge_subject, new_subject
from credit_records.tables import change, delivery, quarantine, record, subject

Derive = Callable[[dict[str, Any]], CheckedRow]
"""Kept fields → the checked row that they make: how facts are found anew when a delivery carries only some fields."""


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """How many of the rows were new, changed, or as they were."""

    new: int
    changed: int
    unchanged: int


class _Known(NamedTuple):
    id: int
    subject_id: int
    digest: int
    fields: str


class Recorder:
    """Records rows of one kind for one delivery. Not for several threads at once."""

    def __init__(self, engine: Engine, kind: Kind, delivery_id: int, derive: Derive) -> None:
        self._engine = engine
        self._kind = kind
        self._delivery_id = delivery_id
        self._derive = derive

    def record(self, rows: Sequence[CheckedRow], problems: Sequence[Problem] = ()) -> BatchOutcome:
        """Record a batch whole or not at all, with its problems and the delivery's running figures."""
        outcome = BatchOutcome(0, 0, 0)
        with writing(self._engine) as connection:
            for part in _without_repeats(rows):
                done = _Batch(connection, self._kind, self._delivery_id, self._derive).record(part)
                outcome = BatchOutcome(
                    outcome.new + done.new, outcome.changed + done.changed, outcome.unchanged + done.unchanged
                )
            self._quarantine(connection, problems)
            self._count(connection, outcome, problems)
        return outcome

    def _quarantine(self, connection: Connection, problems: Sequence[Problem]) -> None:
        if problems:
            values = [{"delivery_id": self._delivery_id, **problem._asdict()} for problem in problems]
            connection.execute(quarantine.insert(), values)

    def _count(self, connection: Connection, outcome: BatchOutcome, problems: Sequence[Problem]) -> None:
        refused = len({problem.row for problem in problems if problem.severity == REFUSED})
        noted = len({problem.row for problem in problems if problem.severity == NOTED})
        kept = outcome.new + outcome.changed + outcome.unchanged
        connection.execute(
            update(delivery)
            .where(delivery.c.id == self._delivery_id)
            .values(
                rows=delivery.c.rows + kept + refused,
                new=delivery.c.new + outcome.new,
                changed=delivery.c.changed + outcome.changed,
                unchanged=delivery.c.unchanged + outcome.unchanged,
                refused=delivery.c.refused + refused,
                noted=delivery.c.noted + noted,
            )
        )


def _without_repeats(rows: Sequence[CheckedRow]) -> Iterator[list[CheckedRow]]:
    """Cut the rows so that no key stands twice in a part: the later of two is then a change to the earlier."""
    part: list[CheckedRow] = []
    seen: set[str] = set()
    for row in rows:
        if row.key in seen:
            yield part
            part, seen = [], set()
        part.append(row)
        seen.add(row.key)
    if part:
        yield part


class _Batch:
    """One pass over rows with distinct keys, inside the caller's transaction."""

    def __init__(self, connection: Connection, kind: Kind, delivery_id: int, derive: Derive) -> None:
        self._connection = connection
        self._kind = kind
        self._delivery_id = delivery_id
        self._derive = derive
        self._now = utc_now()
        self._subjects: dict[str, list[Any]] = {}
        self._created: list[list[Any]] = []
        self._touched: dict[str, list[Any]] = {}
        self._moved_from: set[int] = set()
        self._inserts: list[tuple[CheckedRow, list[Any]]] = []
        self._updates: list[tuple[CheckedRow, list[Any], _Known]] = []

    def record(self, rows: Sequence[CheckedRow]) -> BatchOutcome:
        known = self._known_records(rows)
        differing = [row for row in rows if (found := known.get(row.key)) is None or found.digest != row.digest]
        if differing:
            self._load_subjects(differing)
            for row in differing:
                found = known.get(row.key)
                if found is None:
                    self._add(row)
                else:
                    self._change(row, found)
            self._write()
        new, changed = len(self._inserts), len(self._updates)
        return BatchOutcome(new, changed, len(rows) - new - changed)

    def _known_records(self, rows: Sequence[CheckedRow]) -> dict[str, _Known]:
        columns = (record.c.key, record.c.id, record.c.subject_id, record.c.digest, record.c.fields)
        keys = [row.key for row in rows]
        found = select_among(self._connection, columns, record.c.key, keys, kind=self._kind.name)
        return {key: _Known(*rest) for key, *rest in found}

    def _load_subjects(self, rows: Sequence[CheckedRow]) -> None:
        codes = {row.uscc for row in rows}
        for found in select_among(self._connection, tuple(subject.columns), subject.c.uscc, codes):
            self._subjects[found[1]] = list(found)

    def _add(self, row: CheckedRow) -> None:
        self._inserts.append((row, self._tell(row, Facts())))

    def _change(self, row: CheckedRow, known: _Known) -> None:
        before = orjson.loads(known.fields)
        was = self._derive(before)
        now = self._derive(before | orjson.loads(row.fields))
        if now == was and self._is_told(now):
            return
        owner = self._tell(now, was.facts)
        if owner[0] is not None:
            self._touched[owner[1]] = owner
        if owner[0] != known.subject_id:
            self._moved_from.add(known.subject_id)
        self._updates.append((now._replace(digest=row.digest), owner, known))

    def _is_told(self, row: CheckedRow) -> bool:
        """Whether the subject knows what the row tells; not so where the ways of finding facts have improved since."""
        owner = self._subjects.get(row.uscc)
        return owner is not None and not self._merge(list(owner), row, row.facts)

    def _tell(self, row: CheckedRow, told_before: Facts) -> list[Any]:
        """The row's subject, made if need be, with what the row tells about it."""
        owner = self._subjects.get(row.uscc)
        if owner is None:
            owner = self._subjects[row.uscc] = new_subject(row)
            self._created.append(owner)
            return owner
        self._merge(owner, row, told_before)
        if owner[0] is not None:
            self._touched[row.uscc] = owner
        return owner

    def _merge(self, owner: list[Any], row: CheckedRow, told_before: Facts) -> bool:
        return merge_subject(owner, row, told_before, authoritative=self._kind.subject.authoritative)

    def _write(self) -> None:
        """Number what is new, then write subjects before the records that point to them."""
        connection = self._connection
        self._load_moved_from()
        touched = list(self._touched.values())
        changed = [*self._created, *touched]
        if not changed:
            return
        seq = take_numbers(connection, "change", len(changed))
        if self._created:
            first = take_numbers(connection, "subject", len(self._created))
            for number, owner in enumerate(self._created, first):
                owner[0] = number
        for version, owner in enumerate(changed, seq):
            owner[-1] = version
        insert_rows(connection, subject, [tuple(owner) for owner in self._created])
        update_rows(connection, subject, SUBJECT_COLUMNS[2:], [(*owner[2:], owner[0]) for owner in touched])
        self._write_records()
        insert_rows(connection, change, [(owner[-1], owner[0], self._now) for owner in changed])

    def _load_moved_from(self) -> None:
        """A record that now names another subject is a change to the one that it leaves, too."""
        loaded = {owner[0] for owner in self._subjects.values()}
        statement = select(subject).where(subject.c.id.in_(self._moved_from - loaded))
        for found in self._connection.execute(statement):
            self._subjects[found[1]] = list(found)
        for owner in self._subjects.values():
            if owner[0] in self._moved_from:
                self._touched[owner[1]] = owner

    def _write_records(self) -> None:
        kind, delivery_id, now = self._kind.name, self._delivery_id, self._now
        if self._inserts:
            first = take_numbers(self._connection, "record", len(self._inserts))
            rows = [
                (number, kind, row.key, owner[0], row.digest, row.fields, delivery_id, now, now)
                for number, (row, owner) in enumerate(self._inserts, first)
            ]
            insert_rows(self._connection, record, rows)
        changed = [
            (owner[0], row.digest, row.fields, delivery_id, now, known.id) for row, owner, known in self._updates
        ]
        columns = ("subject_id", "digest", "fields", "delivery_id", "updated_at")
        update_rows(self._connection, record, columns, changed)
