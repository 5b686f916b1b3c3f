"""Who is at the desk: the cookie's value is known to the reader alone, the table holds its SHA-256."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, delete, insert, select, update

from credit_records.database import writing
from credit_records.staff.officers import OFFICER_COLUMNS, Officer, officer_from
from credit_records.staff.tables import staff, staff_session

IDLE: Final = timedelta(minutes=30)
LASTS: Final = timedelta(hours=8)
SEEN_EVERY: Final = timedelta(minutes=1)  # no oftener is it written down that somebody is still there
TOKEN_BYTES: Final = 32
LONGEST_CLIENT: Final = 120
HANDLE_LENGTH: Final = 32  # of the hash's hexadecimal digits; they open nothing

# Whose decisions weigh most: they need more than a password before anything else.
NEED_SECOND_FACTOR: Final = frozenset({"reviewer", "administrator"})


@dataclass(frozen=True, slots=True)
class Session:
    """A session and its officer. `passed` is whether the second factor has been shown too; `handle` names the session
    without opening it.
    """

    officer: Officer
    handle: str
    passed: bool
    must_change: bool
    has_second_factor: bool
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    client: str

    @property
    def wants_second_factor(self) -> bool:
        """Whether its owner has to show one before anything else, or to set one up."""
        return not self.passed and (self.has_second_factor or self.officer.role in NEED_SECOND_FACTOR)

    def is_due(self, now: datetime | None = None) -> bool:
        """Whether it should be written down that somebody is still there."""
        return (now or datetime.now(UTC)) - self.seen_at >= SEEN_EVERY


def begin(engine: Engine, staff_id: int, client: str, *, passed: bool, replaces: str = "") -> str:
    """Begin a session of who proved who he is; its token. The one that it replaces ends in the same moment.

    Every rise of privilege begins a new one, so that a token known from before is worth nothing.
    """
    with writing(engine) as connection:
        return begin_in(connection, staff_id, client, passed=passed, replaces=replaces)


def begin_in(connection: Connection, staff_id: int, client: str, *, passed: bool, replaces: str = "") -> str:
    """The same within a transaction."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    now = datetime.now(UTC)
    gone = (staff_session.c.expires_at <= _text(now)) | (staff_session.c.seen_at <= _text(now - IDLE))
    connection.execute(delete(staff_session).where(gone | (staff_session.c.token_hash == _hash(replaces))))
    values = {
        "token_hash": _hash(token),
        "staff_id": staff_id,
        "passed": passed,
        "created_at": _text(now),
        "seen_at": _text(now),
        "expires_at": _text(now + LASTS),
        "client": client[:LONGEST_CLIENT],
    }
    connection.execute(insert(staff_session).values(values))
    return token


def session_of(connection: Connection, token: str) -> Session | None:
    """The session of the token, while it lasts, is in use and its officer is active."""
    found = connection.execute(_living().where(staff_session.c.token_hash == _hash(token))).first()
    return _session(found) if found else None


def sessions_of(connection: Connection, staff_id: int | None = None) -> list[Session]:
    """The living sessions of one officer, or of all, the one used last first."""
    statement = _living().order_by(staff_session.c.seen_at.desc(), staff_session.c.token_hash)
    if staff_id is not None:
        statement = statement.where(staff_session.c.staff_id == staff_id)
    return [_session(row) for row in connection.execute(statement)]


def touch(engine: Engine, token: str) -> None:
    """Write down that somebody is still there."""
    with writing(engine) as connection:
        now = _text(datetime.now(UTC))
        connection.execute(update(staff_session).where(staff_session.c.token_hash == _hash(token)).values(seen_at=now))


def end(engine: Engine, token: str) -> None:
    """End the session of this token."""
    with writing(engine) as connection:
        connection.execute(delete(staff_session).where(staff_session.c.token_hash == _hash(token)))


def end_all(connection: Connection, staff_id: int, *, handle: str = "", but: str = "") -> int:
    """End the sessions of an officer, or the one of this handle, but not that of the token `but`; how many."""
    chosen = staff_session.c.staff_id == staff_id
    if handle:
        chosen &= staff_session.c.token_hash.startswith(handle[:HANDLE_LENGTH], autoescape=True)
    if but:
        chosen &= staff_session.c.token_hash != _hash(but)
    return connection.execute(delete(staff_session).where(chosen)).rowcount


def handle_of(token: str) -> str:
    return _hash(token)[:HANDLE_LENGTH]


def _living() -> Select[Any]:
    now = datetime.now(UTC)
    return (
        select(
            *OFFICER_COLUMNS,
            staff.c.must_change,
            staff.c.totp.is_not(None),
            staff_session.c.token_hash,
            staff_session.c.passed,
            staff_session.c.created_at,
            staff_session.c.seen_at,
            staff_session.c.expires_at,
            staff_session.c.client,
        )
        .join_from(staff_session, staff, staff.c.id == staff_session.c.staff_id)
        .where(
            staff.c.active,
            staff_session.c.expires_at > _text(now),
            staff_session.c.seen_at > _text(now - IDLE),
        )
    )


def _session(row: Sequence[Any]) -> Session:
    own = len(OFFICER_COLUMNS)
    must_change, has_second_factor, token_hash, passed, created_at, seen_at, expires_at, client = row[own:]
    return Session(
        officer=officer_from(row[:own]),
        handle=token_hash[:HANDLE_LENGTH],
        passed=passed,
        must_change=must_change,
        has_second_factor=bool(has_second_factor),
        created_at=datetime.fromisoformat(created_at),
        seen_at=datetime.fromisoformat(seen_at),
        expires_at=datetime.fromisoformat(expires_at),
        client=client,
    )


def _text(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
