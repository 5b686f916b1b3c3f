"""The audit trail: who did what to which object, when and why; each entry's hash covers the one before.

Whoever changes, removes or adds an entry in the table behind the program's back would have to write every later one
again, and even then the newest hash is another than the one that was noted down elsewhere.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection, insert, select

from credit_records.bulk import take_numbers
from credit_records.casework.tables import audit_entry
from credit_records.deliveries import utc_now
from credit_records.tables import counter

COUNTER: Final = "audit"
SYSTEM: Final = "system"
APPLICANT: Final = "applicant"
_BATCH: Final = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """`at` is UTC; `detail` is JSON text."""

    seq: int
    at: str
    actor: str
    action: str
    object: str
    detail: str
    previous: str
    hash: str

    @property
    def told(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = orjson.loads(self.detail)
        return found


class Anchor(NamedTuple):
    """An entry that was noted down elsewhere."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many entries are sound from the first on; where the chain breaks, at which number and why (Chinese).

    `newest` is worth noting down elsewhere: against it a later check finds even a trail that was written anew.
    """

    count: int
    broken_at: int | None = None
    why: str | None = None
    newest: Anchor | None = None

    @property
    def sound(self) -> bool:
        return self.broken_at is None


def append(connection: Connection, actor: str, action: str, about: str, detail: Mapping[str, Any] | None = None) -> int:
    """Add an entry in the transaction of what it tells; its number. `about` is such as `application/17`.

    The counter's row stays locked until commit, so no two entries follow the same one.
    """
    seq = take_numbers(connection, COUNTER, 1)
    before = connection.execute(select(audit_entry.c.hash).where(audit_entry.c.seq == seq - 1)).scalar()
    told = orjson.dumps(detail or {}, option=orjson.OPT_SORT_KEYS).decode()
    unsealed = Entry(seq, utc_now(), actor, action, about, told, before or "", "")
    entry = replace(unsealed, hash=_hash(unsealed))
    connection.execute(insert(audit_entry).values(asdict(entry)))
    return seq


def verify(connection: Connection, anchor: Anchor | None = None) -> Verdict:
    """Read the whole trail and say whether it is whole: every number there, every hash right, none cut off the end."""
    given_out = _given_out(connection)
    last: Entry | None = None
    expected = 1
    statement = select(audit_entry).order_by(audit_entry.c.seq)
    with connection.execute(statement, execution_options={"yield_per": _BATCH}) as rows:
        for row in rows:
            entry = Entry(*row)
            fault = _fault(entry, expected, last.hash if last else "", anchor)
            if fault:
                return Verdict(expected - 1, entry.seq, fault, _anchor(last))
            last, expected = entry, expected + 1
    if expected - 1 < given_out:
        return Verdict(expected - 1, expected, f"末尾缺少记录：已经编到第 {given_out} 条", _anchor(last))
    if expected - 1 > _given_out(connection):  # asked again, for entries may have been added while they were read
        return Verdict(expected - 1, expected - 1, "末尾多出不是由程序写入的记录", _anchor(last))
    if anchor is not None and anchor.seq >= expected:
        return Verdict(expected - 1, anchor.seq, "此前记下的这一条已经不在", _anchor(last))
    return Verdict(expected - 1, newest=_anchor(last))


def entries(
    connection: Connection,
    *,
    after: int | None = None,
    about: str | None = None,
    actor: str | None = None,
    limit: int = 50,
) -> list[Entry]:
    """Entries, newest first: the next `limit` before the number `after`, of one object or actor where asked."""
    statement = select(audit_entry).order_by(audit_entry.c.seq.desc()).limit(limit)
    if after is not None:
        statement = statement.where(audit_entry.c.seq < after)
    if about is not None:
        statement = statement.where(audit_entry.c.object == about)
    if actor is not None:
        statement = statement.where(audit_entry.c.actor == actor)
    return [Entry(*row) for row in connection.execute(statement)]


def _given_out(connection: Connection) -> int:
    return connection.execute(select(counter.c.value).where(counter.c.name == COUNTER)).scalar() or 0


def _fault(entry: Entry, expected: int, previous: str, anchor: Anchor | None) -> str | None:
    if entry.seq != expected:
        return f"缺少第 {expected} 条"
    if entry.previous != previous:
        return "与前一条接不上"
    if entry.hash != _hash(entry):
        return "内容与校验值不符，被改动过"
    if anchor is not None and anchor.seq == entry.seq and anchor.hash != entry.hash:
        return "与此前记下的校验值不同，整个链条被重写过"
    return None


def _anchor(entry: Entry | None) -> Anchor | None:
    return Anchor(entry.seq, entry.hash) if entry else None


def _hash(entry: Entry) -> str:
    """Over a JSON array, in which no two different entries read the same."""
    told = [entry.seq, entry.at, entry.actor, entry.action, entry.object, entry.detail, entry.previous]
    return hashlib.sha256(orjson.dumps(told)).hexdigest()
