"""One batch of checked rows into the tables, inside the caller's transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import orjson
from sqlalchemy import Connection, select

from credit_records.bulk import insert_rows, select_among, take_numbers, update_rows
from credit_records.catalogue import Kind
from credit_records.contradictions import CHECK_CHARACTER, WrongCode, enter, find_contradictions, mark_corrected
from credit_records.deliveries import utc_now
from credit_records.derivation import Derivation
from credit_records.record_writing import KNOWN_COLUMNS, Known, Owner, RecordWriter
from credit_records.rows import NO_FACTS, REFUSED, CheckedRow, Facts, Problem
from credit_records.subject_merging import SUBJECT_COLUMNS, merge_subject, new_subject
from credit_records.tables import change, record, subject

NEW: Final = "new"
CHANGED: Final = "changed"
UNCHANGED: Final = "unchanged"

_FOLLOWED: Final = tuple(SUBJECT_COLUMNS.index(name) for name in ("name", "division", "industry"))


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """How many of the rows were new, changed, as they were, or refused because code and name contradict each other.

    `measured` of the new were published with their timeliness counted, `timely` of these in time. `wrong` are the
    rows whose code is wrong, `problems` what their senders are told of names that contradict. `subjects` is how many
    were named for the first time.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    measured: int = 0
    timely: int = 0
    wrong: tuple[WrongCode, ...] = ()
    problems: tuple[Problem, ...] = ()
    subjects: int = 0

    def __add__(self, other: "BatchOutcome") -> "BatchOutcome":
        return BatchOutcome(
            self.new + other.new,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.refused + other.refused,
            self.measured + other.measured,
            self.timely + other.timely,
            self.wrong + other.wrong,
            self.problems + other.problems,
            self.subjects + other.subjects,
        )


class Batch:
    """One pass over rows with distinct keys."""

    def __init__(self, connection: Connection, kind: Kind, delivery_id: int, derivation: Derivation) -> None:
        self._connection = connection
        self._kind = kind
        self._delivery_id = delivery_id
        self._derivation = derivation
        self._now = utc_now()
        self._writer = RecordWriter(connection, kind, delivery_id, self._now)
        self._subjects: dict[str, Owner] = {}
        self._created: list[Owner] = []
        self._touched: dict[str, Owner] = {}
        self._moved_from: set[int] = set()
        self._outdated: set[int] = set()
        self._inserts: list[tuple[CheckedRow, Owner | None]] = []
        self._updates: list[tuple[CheckedRow, Owner | None, Known]] = []
        self._refused: set[str] = set()

    def record(self, rows: Sequence[CheckedRow]) -> BatchOutcome:
        known = self._known_records(rows)
        differing = [row for row in rows if (found := known.get(row.key)) is None or found.digest != row.digest]
        if not differing:
            return BatchOutcome(unchanged=len(rows))
        self._load_subjects(differing)
        wrong, self._refused = self._wrong_codes(differing)
        for row in differing:
            found = known.get(row.key)
            if row.key in self._refused:
                continue
            if found is None:
                self._add(row)
            else:
                self._change(row, found)
        self._settle_ledger(differing, wrong)
        measured, timely = self._write()
        new, changed = len(self._inserts), len(self._updates)
        refused = len(self._refused)
        unchanged = len(rows) - new - changed - refused
        subjects = len(self._created)
        return BatchOutcome(new, changed, unchanged, refused, measured, timely, tuple(wrong), subjects=subjects)

    def fates(self, rows: Sequence[CheckedRow]) -> Iterator[str]:
        """What became of each of the rows just recorded: new, changed, unchanged or refused."""
        told = dict.fromkeys((row.key for row, _ in self._inserts), NEW)
        told.update(dict.fromkeys((row.key for row, *_ in self._updates), CHANGED))
        told.update(dict.fromkeys(self._refused, REFUSED))
        return (told.get(row.key, UNCHANGED) for row in rows)

    def _known_records(self, rows: Sequence[CheckedRow]) -> dict[str, Known]:
        keys = [row.key for row in rows]
        found = select_among(self._connection, KNOWN_COLUMNS, record.c.key, keys, kind=self._kind.name)
        return {key: Known(*rest) for key, *rest in found}

    def _load_subjects(self, rows: Sequence[CheckedRow]) -> None:
        codes = {row.uscc for row in rows if row.uscc}
        for found in select_among(self._connection, tuple(subject.columns), subject.c.uscc, codes):
            self._subjects[found[1]] = list(found)

    def _wrong_codes(self, rows: Sequence[CheckedRow]) -> tuple[list[WrongCode], set[str]]:
        """The rows whose code is wrong, and the keys of those that are refused for it."""
        contradicting: list[WrongCode] = []
        if not self._kind.subject.authoritative:
            contradicting = find_contradictions(self._connection, rows, self._subjects)
        named = {wrong.row.key for wrong in contradicting}
        failing = [
            WrongCode(row, CHECK_CHARACTER, None)
            for row in rows
            if not row.code_valid and row.uscc and row.key not in named
        ]
        refused = named if self._kind.subject.contradiction == "refused" else set()
        return [*contradicting, *failing], refused

    def _settle_ledger(self, rows: Sequence[CheckedRow], wrong: Sequence[WrongCode]) -> None:
        """Enter what is wrong; a row that corrects an earlier one takes that from the subject it was put on."""
        faulty = {each.row.key for each in wrong}
        if wrong:
            enter(self._connection, self._kind.name, self._delivery_id, wrong, self._now)
        right = (row for row in rows if row.key not in faulty)
        orphaned = mark_corrected(self._connection, self._kind.name, right, self._now)
        if orphaned:
            self._writer.withdraw_replaced(orphaned)

    def _add(self, row: CheckedRow) -> None:
        self._inserts.append((row, self._tell(row, NO_FACTS)))

    def _change(self, row: CheckedRow, known: Known) -> None:
        before = orjson.loads(known.fields)
        was = self._derivation.row(before)
        now = self._derivation.row(before | orjson.loads(row.fields))
        kept_terms = (known.dishonesty_class, known.ends_on) == (now.terms.dishonesty_class, now.terms.ends_on)
        if now == was and kept_terms and self._is_told(now):
            return
        owner = self._tell(now, was.facts)
        if owner is not None and owner[0] is not None and self._kind.subject.authoritative:
            self._touched[owner[1]] = owner
        if known.subject_id is not None and (owner is None or owner[0] != known.subject_id):
            self._moved_from.add(known.subject_id)
        self._updates.append((now._replace(digest=row.digest), owner, known))

    def _is_told(self, row: CheckedRow) -> bool:
        """Whether the subject knows what the row tells; not so where the ways of finding facts have improved since."""
        owner = self._subjects.get(row.uscc)
        return not row.uscc or (owner is not None and not self._merge(list(owner), row, row.facts))

    def _tell(self, row: CheckedRow, told_before: Facts) -> Owner | None:
        """The row's subject, made if need be, with what the row tells about it; none of a natural person's row."""
        if not row.uscc:
            return None
        owner = self._subjects.get(row.uscc)
        if owner is None:
            owner = self._subjects[row.uscc] = new_subject(row, self._derivation.first_facts(row))
            self._created.append(owner)
            return owner
        followed = [owner[place] for place in _FOLLOWED]
        changed = self._merge(owner, row, told_before)
        if owner[0] is not None:
            if changed or self._kind.list is not None:
                self._touched[row.uscc] = owner
            if changed and followed != [owner[place] for place in _FOLLOWED]:
                self._outdated.add(owner[0])
        return owner

    def _merge(self, owner: Owner, row: CheckedRow, told_before: Facts) -> bool:
        return merge_subject(owner, row, told_before, authoritative=self._kind.subject.authoritative)

    def _write(self) -> tuple[int, int]:
        """Number what is new, then write subjects before the records that point to them. Measured and timely rows."""
        connection = self._connection
        self._load_moved_from()
        touched = list(self._touched.values())
        changed = [*self._created, *touched]
        if changed:
            seq = take_numbers(connection, "change", len(changed))
            if self._created:
                first = take_numbers(connection, "subject", len(self._created))
                for number, owner in enumerate(self._created, first):
                    owner[0] = number
            for version, owner in enumerate(changed, seq):
                owner[-1] = version
            insert_rows(connection, subject, [tuple(owner) for owner in self._created])
            update_rows(connection, subject, SUBJECT_COLUMNS[2:], [(*owner[2:], owner[0]) for owner in touched])
            insert_rows(connection, change, [(owner[-1], owner[0], self._now, None) for owner in changed])
        counted = self._writer.insert(self._inserts)
        self._writer.update(self._updates)
        self._writer.renew(self._outdated)
        return counted

    def _load_moved_from(self) -> None:
        """A record that now names another subject is a change to the one that it leaves, too."""
        if not self._moved_from:
            return
        loaded = {owner[0] for owner in self._subjects.values()}
        for found in self._connection.execute(select(subject).where(subject.c.id.in_(self._moved_from - loaded))):
            self._subjects[found[1]] = list(found)
        for owner in self._subjects.values():
            if owner[0] in self._moved_from:
                self._touched[owner[1]] = owner
