"""How far each pull from a department's database has come."""

from sqlalchemy import Connection, Engine, insert, select, update

from credit_records.database import writing
from credit_records.deliveries import utc_now
from credit_records.tables import pull_mark


def read_mark(connection: Connection, name: str) -> str | None:
    """JSON of how far the pull of this name has come; None before its first row."""
    return connection.execute(select(pull_mark.c.mark).where(pull_mark.c.name == name)).scalar()


def keep_mark(engine: Engine, name: str, mark: str) -> None:
    """Keep how far it has come, whatever the clock says of which is newer."""
    values = {"mark": mark, "at": utc_now()}
    with writing(engine) as connection:
        changed = connection.execute(update(pull_mark).where(pull_mark.c.name == name).values(values))
        if changed.rowcount == 0:
            connection.execute(insert(pull_mark).values(name=name, **values))
