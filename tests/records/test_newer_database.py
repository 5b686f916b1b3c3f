"""A program meets a database that a newer version of it has brought up to date."""

import pytest
from credit_records.database import DatabaseUnavailableError, is_current, migrate, open_database, writing
from credit_records.settings import Settings
from sqlalchemy import text


def test_an_older_program_says_so_and_changes_nothing(tmp_path):
    database = open_database(Settings(data_dir=tmp_path))
    migrate(database)
    with writing(database) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseUnavailableError, match="更新的版本"):
        migrate(database)
    assert not is_current(database)
    with database.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    database.dispose()
