"""How an application is changed: read under a lock, written once, its version counted up."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, select, update

from credit_records.calendar import SHANGHAI, today
from credit_records.casework.application_rows import Application, applications, as_application, hash_of
from credit_records.casework.tables import application
from credit_records.deliveries import utc_now
from credit_records.privacy import mask

OFFICE_HOUR: Final = time_of_day(10)
LONGEST_TEXT: Final = 2_000


def instant(on: date | None) -> str:
    """Now, or, where something is done as on another day, that day at ten in the morning, as the tables keep it."""
    if on is None or on == today():
        return utc_now()
    return datetime.combine(on, OFFICE_HOUR, SHANGHAI).astimezone(UTC).isoformat(timespec="milliseconds")


def lock_by_secret(connection: Connection, secret: str) -> Application | None:
    """The application that the secret opens, which nobody else changes until the transaction ends."""
    return _lock(connection, application.c.secret_hash == hash_of(secret))


def lock_by_id(connection: Connection, application_id: int) -> Application | None:
    """The application of this id, locked in the same way."""
    return _lock(connection, application.c.id == application_id)


def change(connection: Connection, found: Application, values: Mapping[str, Any]) -> Application:
    """Write the values by column, and read what the application has become."""
    counted = {**values, "updated_at": utc_now(), "version": found.version + 1}
    connection.execute(update(application).where(application.c.id == found.id).values(counted))
    return read(connection, found.id)


def read(connection: Connection, application_id: int) -> Application:
    """The application of this id, which must be there."""
    statement = applications().where(application.c.id == application_id)
    return as_application(connection.execute(statement).mappings().one())


def said(text: str) -> str:
    """A text that somebody wrote, as it is kept: without identity numbers, and not without end."""
    return mask(text.strip())[:LONGEST_TEXT]


def _lock(connection: Connection, condition: ColumnElement[bool]) -> Application | None:
    # Locked alone first: what is read afterwards is what the lock holds, on databases where a join would lock more.
    locked = connection.execute(select(application.c.id).where(condition).with_for_update()).first()
    if locked is None:
        return None
    return read(connection, locked.id)
