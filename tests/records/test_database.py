import subprocess
import sys
from datetime import date
from pathlib import Path

import credit_records.database as database_module
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from credit_records.catalogue import catalogue
from credit_records.changes import subject_rows_after
from credit_records.database import (
    DatabaseUnavailableError,
    is_current,
    migrate,
    open_database,
    writing,
)
from credit_records.every_table import metadata
from credit_records.objections import OpenCount, objections_to, open_counts
from credit_records.providers import find_provider
from credit_records.reading import records_of
from credit_records.settings import Settings
from credit_records.tables import counter, subject
from sqlalchemy import Engine, select, update
from sqlalchemy.exc import DatabaseError, DBAPIError

MIGRATE = """
import sys
from credit_records.database import is_current, migrate, open_database
from credit_records.settings import Settings
engine = open_database(Settings(database_url=sys.argv[1]))
sys.stdin.readline()
migrate(engine)
sys.exit(not is_current(engine))
"""


def test_migration_makes_the_schema_that_the_tables_declare(database):
    assert is_current(database)
    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(database):
    with writing(database) as connection:
        connection.execute(update(counter).values(value=7))
    migrate(database)
    with database.connect() as connection:
        assert set(connection.execute(select(counter.c.value)).scalars()) == {7}


@pytest.mark.empty_database
def test_a_new_database_is_not_current(settings):
    engine = open_database(settings)
    assert not is_current(engine)
    migrate(engine)
    assert is_current(engine)
    engine.dispose()


@pytest.mark.empty_database
def test_several_processes_may_migrate_at_once(settings):
    command = [sys.executable, "-c", MIGRATE, settings.resolved_database_url]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, text=True) for _ in range(3)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("now\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0


@pytest.mark.usefixtures("database")
def test_a_reader_cannot_write(settings):
    reader = open_database(settings, read_only=True)
    with reader.connect() as connection:
        assert connection.execute(select(subject)).all() == []
    with pytest.raises(DBAPIError), writing(reader) as connection:
        connection.execute(update(counter).values(value=1))
    reader.dispose()


def test_a_reader_sees_what_is_committed_while_a_writer_is_at_work(database, settings):
    reader = open_database(settings, read_only=True)
    with writing(database) as connection:
        connection.execute(update(counter).values(value=41))
        with reader.connect() as other:
            assert set(other.execute(select(counter.c.value)).scalars()) == {0}
    with reader.connect() as other:
        assert set(other.execute(select(counter.c.value)).scalars()) == {41}
    reader.dispose()


def test_a_transaction_that_fails_leaves_nothing(database):
    def fail() -> None:
        with writing(database) as connection:
            connection.execute(update(counter).values(value=5))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    with database.connect() as connection:
        assert set(connection.execute(select(counter.c.value)).scalars()) == {0}


@pytest.mark.parametrize("url", ["nonsense", "sqlite:////proc/nowhere/chengxin.db", "nothing://host/name"])
def test_a_database_that_cannot_be_opened_says_what_to_check(url):
    with pytest.raises(DatabaseUnavailableError, match="CHENGXIN_DATABASE_URL"):
        migrate(open_database(Settings(database_url=url)))


def test_a_file_that_is_no_database_says_so(tmp_path: Path):
    (tmp_path / "chengxin.db").write_text("not a database, but long enough to be looked at" * 100)
    engine = open_database(Settings(data_dir=tmp_path))
    with pytest.raises(DatabaseUnavailableError):
        migrate(engine)
    engine.dispose()


FIRST_REVISION = """
INSERT INTO delivery (source, file_name, content_sha256, bytes, kind, started_at)
    VALUES ('某局', 'f.csv', 'x', 1, 'registration', '2026-01-01T00:00:00.000+00:00');
INSERT INTO subject (id, uscc, code_valid, name, former_names, version)
    VALUES (1, '91629901000000001K', TRUE, '云上商贸有限公司', '[]', 1);
INSERT INTO record (id, kind, key, subject_id, digest, fields, delivery_id, received_at, updated_at)
    VALUES (1, 'registration', '91629901000000001K', 1, 7, '{"name":"云上商贸有限公司"}', 1,
    '2026-01-01T00:00:00.000+00:00', '2026-01-01T00:00:00.000+00:00');
INSERT INTO change (seq, subject_id, at) VALUES (1, 1, '2026-01-01T00:00:00.000+00:00')
"""


def at_revision(engine: Engine, revision: str, *statements: str) -> None:
    """Make the database as it was at a revision, with these rows."""
    with writing(engine) as connection:
        config = database_module._alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        for statement in statements:
            connection.exec_driver_sql(statement)


@pytest.mark.empty_database
def test_an_earlier_database_is_brought_up_to_date_with_all_its_rows(settings):
    engine = open_database(settings)
    at_revision(engine, "0001", *FIRST_REVISION.split(";"))
    assert not is_current(engine)
    migrate(engine)
    with engine.connect() as connection:
        assert [row[2] for row in subject_rows_after(connection, 0, 10).subjects] == ["91629901000000001K"]
        (kept,) = records_of(connection, 1)
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    assert (kept.state, kept.published_at, kept.fields["name"]) == ("published", kept.received_at, "云上商贸有限公司")
    engine.dispose()


def test_no_row_of_an_earlier_file_points_nowhere_afterwards(tmp_path):
    """SQLite alone leaves foreign keys unchecked while tables are made anew."""
    engine = open_database(Settings(data_dir=tmp_path))
    at_revision(engine, "0001", *FIRST_REVISION.split(";"))
    migrate(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    engine.dispose()


@pytest.mark.empty_database
def test_a_provider_from_before_may_send_every_kind_but_those_that_say_who_subjects_are(settings):
    engine = open_database(settings)
    before = "INSERT INTO provider (name, title, department, active) VALUES ('water', '市水务局', '市水务局', TRUE)"
    at_revision(engine, "0003", before)
    migrate(engine)
    with engine.connect() as connection:
        known = find_provider(connection, "water")
    refused = [name for name in catalogue().kinds if not known.may_send(name)]
    assert refused == [kind.name for kind in catalogue().kinds.values() if kind.subject.authoritative] != []
    engine.dispose()


@pytest.mark.empty_database
def test_objections_that_were_counted_become_applications(settings):
    engine = open_database(settings)
    with writing(engine) as connection:
        config = database_module._alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        connection.exec_driver_sql(
            "INSERT INTO delivery (id, source, file_name, content_sha256, bytes, kind, started_at)"
            " VALUES (1, '市场监管局', 'a.csv', '', 0, 'administrative_penalty', '2026-01-01T00:00:00+00:00')"
        )
        connection.exec_driver_sql(
            "INSERT INTO objection (id, record_id, delivery_id, opened_at, due_on, closed_at, outcome) VALUES"
            " (7, 3, 1, '2026-01-02T00:00:00+00:00', '2026-01-12', NULL, NULL),"
            " (8, 4, 1, '2026-01-03T00:00:00+00:00', '2026-01-13', '2026-01-04T00:00:00+00:00', 'explained')"
        )
    migrate(engine)
    with engine.connect() as connection:
        assert open_counts(connection, on=date(2026, 1, 5)) == {
            ("~市场监管局", "administrative_penalty"): OpenCount(1, 0)
        }
        assert [(each.closed_at, each.outcome) for each in objections_to(connection, 4)] == [
            ("2026-01-04T00:00:00+00:00", "explained")
        ]
    engine.dispose()


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET actor = ''", "DELETE FROM audit_entry"])
def test_the_audit_trail_is_only_ever_added_to(database, statement):
    with writing(database) as connection:
        connection.exec_driver_sql(
            "INSERT INTO audit_entry (seq, at, actor, action, object, detail, previous, hash)"
            " VALUES (1, '', '', '', '', '{}', '', '')"
        )
    with pytest.raises(DatabaseError, match="only ever added to"), writing(database) as connection:
        connection.exec_driver_sql(statement)
