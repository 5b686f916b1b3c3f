"""Which databases a test runs on, where it is not all of them; and what they hold."""

import pytest
from sqlalchemy import Engine, MetaData

# Its subject is how SQLite goes about it: what it plans, what lies in its files.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def everything_in(database: Engine) -> str:
    """Every value of every row, whatever the table."""
    kept = MetaData()
    with database.connect() as connection:
        kept.reflect(connection)
        return repr([tuple(row) for table in kept.sorted_tables for row in connection.execute(table.select())])
