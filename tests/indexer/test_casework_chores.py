"""The indexer throws away what nobody needs: drafts whose time is over, and files that no application has."""

import os
import time

import pytest
from credit_indexer.chores import Chores, chores_of
from credit_records.casework.store import FOLDER, Store
from credit_records.casework.tables import application
from credit_records.database import migrate, open_database, writing
from credit_records.settings import Settings
from sqlalchemy import update

from tests.records.casework.applying import filled, penalise, submitted

LONG_AGO = time.time() - 7200


@pytest.fixture
def database(tmp_path):
    engine = open_database(Settings(data_dir=tmp_path))
    migrate(engine)
    yield engine
    engine.dispose()


def test_old_drafts_and_files_that_nobody_has_are_thrown_away(database, tmp_path):
    store, said = Store(tmp_path / FOLDER), []
    kept, lost = store.keep(b"of an application"), store.keep(b"of nobody")
    for each in (kept, lost):
        path = tmp_path / FOLDER / each.sha256[:2] / each.sha256[2:]
        os.utime(path, (LONG_AGO, LONG_AGO))
    desk, old = submitted(database, penalise(database)), filled(database, penalise(database, 2))
    with writing(database) as connection:
        connection.execute(update(application).where(application.c.id == old.id).values(expires_at="2026-01-01"))
        connection.exec_driver_sql(f"UPDATE application_material SET sha256 = '{kept.sha256}'")
    Chores(database, said.append, chores_of(tmp_path)).do_due()
    assert [sentence.partition("：")[2] for sentence in said] == ["1 条", "1 条"]
    assert desk.now.state == "submitted"
    with store.open(kept.sha256) as file:
        assert file.read() == b"of an application"
    with pytest.raises(FileNotFoundError):
        store.open(lost.sha256)


def test_where_nothing_was_ever_handed_in_nothing_is_done(database, tmp_path):
    said: list[str] = []
    Chores(database, said.append, chores_of(tmp_path / "elsewhere")).do_due()
    assert said == []
