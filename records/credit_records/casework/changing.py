"""How an application is changed: read under a lock, written once, its version counted up."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from credit_records.casework.application_rows import Application, applications, as_application, hash_of
from credit_records.casework.tables import application
from credit_records.deliveries import utc_now


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


def _lock(connection: Connection, condition: ColumnElement[bool]) -> Application | None:
    # Locked alone first: what is read afterwards is what the lock holds, on databases where a join would lock more.
    locked = connection.execute(select(application.c.id).where(condition).with_for_update()).first()
    if locked is None:
        return None
    return read(connection, locked.id)
