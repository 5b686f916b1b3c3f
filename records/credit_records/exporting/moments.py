"""When a change was made: what is told as the moment of data that is complete up to it."""

from datetime import datetime

from sqlalchemy import Connection, select

from credit_records.tables import change


def change_at(connection: Connection, number: int) -> datetime | None:
    """The instant (UTC) of the newest change up to this number; None where there is none."""
    statement = select(change.c.at).where(change.c.seq <= number).order_by(change.c.seq.desc()).limit(1)
    found = connection.execute(statement).scalar()
    return datetime.fromisoformat(found) if found else None
