"""What staff and the calendar do to records: withdraw, correct, repair, reinstate, end.

Each is one transaction: the state, a change for every index, a note in the record's history. What is no longer public
is so for every reader from the commit on. Those that end in `_within` are part of a larger transaction, which writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Engine, Row, select, update

from credit_records.bulk import insert_rows, take_numbers, update_rows
from credit_records.calendar import today
from credit_records.catalogue import Catalogue, Kind, catalogue
from credit_records.checking import Checker
from credit_records.database import writing
from credit_records.deliveries import utc_now
from credit_records.rows import CheckedRow
from credit_records.states import ENDED, HIDDEN, PENDING, PUBLISHED, REPAIRED, TERM_OVER, WITHDRAWN, standing
from credit_records.tables import change, record, record_history, subject

SYSTEM: Final = "系统"
END_BATCH: Final = 5_000  # records that end in one transaction

STATE_TITLES: Final[Mapping[str, str]] = {
    PUBLISHED: "公示中",
    PENDING: "待公示",
    ENDED: "公示期满",
    WITHDRAWN: "已撤回",
    REPAIRED: "已修复",
    HIDDEN: "不予公示",
}


class RecordNotFoundError(Exception):
    """There is no record of this number."""


class TransitionRefusedError(Exception):
    """The record's state does not allow this, or the correction can't be read; the message says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something to a record, and why: both stay in its history."""

    actor: str
    reason: str


def withdraw(engine: Engine, record_id: int, act: Act, declared: Catalogue | None = None) -> None:
    """Take a record out of public view; only `reinstate` brings it back, whatever its provider sends again."""
    with writing(engine) as connection:
        withdraw_within(connection, record_id, act, declared)


def withdraw_within(connection: Connection, record_id: int, act: Act, declared: Catalogue | None = None) -> None:
    case = _open(connection, record_id, declared)
    case.allow("withdraw", PUBLISHED, PENDING, HIDDEN, ENDED)
    _write(connection, case, _state_values(WITHDRAWN, act), act, "withdraw")


def repair(engine: Engine, record_id: int, act: Act, declared: Catalogue | None = None) -> None:
    """End publication because credit has been repaired. Nothing brings the record back.

    Raises:
        TransitionRefusedError: the kind can't be repaired, or the record is not published.
    """
    with writing(engine) as connection:
        repair_within(connection, record_id, act, declared)


def repair_within(connection: Connection, record_id: int, act: Act, declared: Catalogue | None = None) -> None:
    case = _open(connection, record_id, declared)
    case.allow("repair", PUBLISHED, ENDED)
    if not case.kind.effect.repairable:
        message = f"{case.kind.title}不适用信用修复"
        raise TransitionRefusedError(message)
    _write(connection, case, _state_values(REPAIRED, act), act, "repair")


def reinstate(engine: Engine, record_id: int, act: Act, declared: Catalogue | None = None) -> None:
    """Bring a withdrawn or pending record back to the state that its terms give it today."""
    with writing(engine) as connection:
        reinstate_within(connection, record_id, act, declared)


def reinstate_within(connection: Connection, record_id: int, act: Act, declared: Catalogue | None = None) -> None:
    case = _open(connection, record_id, declared)
    case.allow("reinstate", WITHDRAWN, PENDING)
    row = Checker(case.kind, [], declared=case.declared).derive.row(orjson.loads(case.row.fields))
    _write(connection, case, _standing_values(case, row), act, "reinstate")


def correct(
    engine: Engine, record_id: int, act: Act, values: Mapping[str, str], declared: Catalogue | None = None
) -> None:
    """Put field name → text in the place of what a record says. An empty text takes an optional value away.

    Raises:
        TransitionRefusedError: a value can't be read, or would make this another record.
    """
    with writing(engine) as connection:
        correct_within(connection, record_id, act, values, declared)


def correct_within(
    connection: Connection, record_id: int, act: Act, values: Mapping[str, str], declared: Catalogue | None = None
) -> None:
    case = _open(connection, record_id, declared)
    case.allow("correct", PUBLISHED, PENDING, HIDDEN, WITHDRAWN)
    row = _corrected(case, values)
    new: dict[str, Any] = {"fields": row.fields, "updated_at": utc_now(), **_terms_values(row)}
    if case.row.state in {PUBLISHED, HIDDEN}:
        new |= _standing_values(case, row)
    _write(connection, case, new, act, "correct")


def end_due(engine: Engine, day: date | None = None, declared: Catalogue | None = None) -> int:
    """End the records whose term is over on the day, today by default; how many. A few thousand a transaction."""
    day, declared = day or today(), declared or catalogue()
    listed = frozenset(name for name, kind in declared.kinds.items() if kind.list is not None)
    ended = 0
    while count := _end_some(engine, day, listed):
        ended += count
    return ended


def history(connection: Connection, record_id: int) -> list[Row[Any]]:
    """What was done to a record, newest first: rows of (at, actor, action, reason). For staff only."""
    columns = (record_history.c.at, record_history.c.actor, record_history.c.action, record_history.c.reason)
    statement = select(*columns).where(record_history.c.record_id == record_id).order_by(record_history.c.id.desc())
    return list(connection.execute(statement))


@dataclass(frozen=True, slots=True)
class _Case:
    """A record that something is done to: its row, its kind and the catalogue that the kind is of."""

    row: Row[Any]
    kind: Kind
    declared: Catalogue

    def allow(self, action: str, *states: str) -> None:
        if self.row.state not in states:
            wanted = "、".join(STATE_TITLES[state] for state in states)
            now = STATE_TITLES[self.row.state]
            message = f"这条记录的状态是“{now}”，只有{wanted}的记录可以{_ACTIONS[action]}"
            raise TransitionRefusedError(message)


_ACTIONS: Final = {"withdraw": "撤回", "repair": "修复", "reinstate": "恢复公示", "correct": "更正"}


def _open(connection: Connection, record_id: int, declared: Catalogue | None) -> _Case:
    found = connection.execute(select(record).where(record.c.id == record_id).with_for_update()).first()
    if found is None:
        message = f"没有编号为 {record_id} 的记录"
        raise RecordNotFoundError(message)
    declared = declared or catalogue()
    return _Case(found, declared.kinds[found.kind], declared)


def _corrected(case: _Case, values: Mapping[str, str]) -> CheckedRow:
    """The record with the corrections in it, checked as a delivered row is."""
    unknown = values.keys() - case.kind.by_name.keys()
    if unknown:
        message = f"{case.kind.title}没有这些字段：{'、'.join(sorted(unknown))}"
        raise TransitionRefusedError(message)
    before = orjson.loads(case.row.fields)
    kept = {name: value for name, value in before.items() if name not in values}
    checker = Checker(case.kind, list(values), declared=case.declared)
    row, problems = checker.recheck(kept, list(values.values()))
    if row is None or problems:
        message = "；".join(f"{problem.field}：{problem.reason}。{problem.remedy}" for problem in problems)
        raise TransitionRefusedError(message)
    owner = before.get(case.kind.subject.code or "", "")
    if row.uscc != owner or (owner and row.key != case.row.key):
        message = "更正后成为另一条记录：请撤回这一条，按正确的内容重新报送"
        raise TransitionRefusedError(message)
    return row


def _state_values(state: str, act: Act) -> dict[str, Any]:
    return {"state": state, "state_reason": act.reason, "state_at": utc_now()}


def _terms_values(row: CheckedRow) -> dict[str, Any]:
    names = ("document_number", "authority", "authority_code", "decision_date", "class", "ends_on")
    return dict(zip(names, row.terms[:6], strict=True))


def _standing_values(case: _Case, row: CheckedRow) -> dict[str, Any]:
    now, found = utc_now(), case.row
    measured = case.kind.publication.timeliness_days is not None
    stands = standing(row.terms, today().isoformat(), now, measured=measured, published_at=found.published_at)
    values = {
        "published_at": stands.published_at,
        "working_days": stands.working_days,
        "state": stands.state,
        "state_reason": stands.reason,
        "state_at": now if stands.state != found.state else found.state_at,
    }
    return values | _terms_values(row)


def _write(connection: Connection, case: _Case, values: Mapping[str, Any], act: Act, action: str) -> None:
    """The new values, a change of the record, one of its subject where a badge may change, and the note."""
    found, now = case.row, utc_now()
    version = take_numbers(connection, "change", 1) if found.version else 0
    connection.execute(update(record).where(record.c.id == found.id).values({**values, "version": version}))
    if version:
        insert_rows(connection, change, [(version, found.subject_id, now, found.id)])
    if case.kind.list is not None and found.subject_id is not None:
        _touch_subjects(connection, [found.subject_id], now)
    note = {"record_id": found.id, "at": now, "actor": act.actor, "action": action, "reason": act.reason}
    connection.execute(record_history.insert(), note)


def _touch_subjects(connection: Connection, subject_ids: Sequence[int], now: str) -> None:
    first = take_numbers(connection, "change", len(subject_ids))
    numbered = list(enumerate(subject_ids, first))
    update_rows(connection, subject, ("version",), numbered)
    insert_rows(connection, change, [(version, number, now, None) for version, number in numbered])


def _end_some(engine: Engine, day: date, listed: frozenset[str]) -> int:
    due = (
        select(record.c.id, record.c.subject_id, record.c.kind, record.c.version)
        .where(record.c.ends_on.is_not(None), record.c.ends_on < day.isoformat(), record.c.state == PUBLISHED)
        .limit(END_BATCH)
    )
    with engine.connect() as connection:
        if connection.execute(due.limit(1)).first() is None:
            return 0  # without taking the write lock, for this is asked every few seconds
    with writing(engine) as connection:
        found = connection.execute(due).all()
        if not found:
            return 0
        now = utc_now()
        first = take_numbers(connection, "change", len(found))
        numbered = list(enumerate(found, first))
        values = [(ENDED, TERM_OVER, now, version if row.version else 0, row.id) for version, row in numbered]
        update_rows(connection, record, ("state", "state_reason", "state_at", "version"), values)
        insert_rows(connection, change, [(version, row.subject_id, now, row.id) for version, row in numbered])
        badged = sorted({row.subject_id for row in found if row.kind in listed and row.subject_id is not None})
        if badged:
            _touch_subjects(connection, badged, now)
        notes = [
            {"record_id": row.id, "at": now, "actor": SYSTEM, "action": "end", "reason": TERM_OVER} for row in found
        ]
        connection.execute(record_history.insert(), notes)
        return len(found)
