"""`chengxin audit verify` says whether the trail is whole, in words and by its exit code."""

import re

import pytest
from credit_records.casework.audit import append
from credit_records.casework.tables import audit_entry
from credit_records.database import migrate, open_database, writing
from credit_records.settings import Settings
from credit_site.audit_commands import audit
from sqlalchemy import text, update
from typer.testing import CliRunner


@pytest.fixture
def trail(tmp_path, monkeypatch):
    monkeypatch.setenv("CHENGXIN_DATA_DIR", str(tmp_path))
    database = open_database(Settings(data_dir=tmp_path))
    migrate(database)
    for place in range(4):
        with writing(database) as connection:
            append(connection, "someone", "application.accept", f"application/{place}")
    yield database
    database.dispose()


def run(*arguments):
    return CliRunner().invoke(audit, ["verify", *arguments])


def rewrite(database) -> None:
    with writing(database) as connection:
        connection.execute(text("DROP TRIGGER audit_entry_no_update"))
        connection.execute(update(audit_entry).where(audit_entry.c.seq == 3).values(actor="somebody else"))


@pytest.mark.usefixtures("trail")
def test_a_whole_trail_is_told_with_what_to_note_down():
    told = run()
    assert told.exit_code == 0
    assert "审计记录完整：4 条" in told.output
    noted = re.search(r"4:[0-9a-f]{64}", told.output)[0]
    assert run("--anchor", noted).exit_code == 0
    assert run("--anchor", f"4:{'0' * 64}").exit_code == 1


def test_a_changed_entry_is_told_by_its_number(trail):
    rewrite(trail)
    told = run()
    assert told.exit_code == 1
    assert "第 3 条" in told.output


@pytest.mark.usefixtures("trail")
def test_an_anchor_that_is_none_is_told(tmp_path):
    told = run("--anchor", str(tmp_path))
    assert told.exit_code == 2
    assert "编号:校验值" in told.output
