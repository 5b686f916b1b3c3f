"""Approval is whole or not at all: killed in the middle, without room on the disk, and with the search engine away."""

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from credit_records.calendar import today
from credit_records.casework.applications import submit
from credit_records.casework.audit import verify
from credit_records.casework.deciding import accept, grant
from credit_records.casework.events import history
from credit_records.casework.materials import materials_of
from credit_records.casework.store import Store
from credit_records.casework.tables import application_event, audit_entry, mail
from credit_records.database import migrate, open_database
from credit_records.publication import history as history_of_record
from credit_records.record_reading import find_record_for_staff
from credit_records.settings import Settings
from credit_records.staff.officers import officer_named
from credit_records.tables import change
from credit_site.application import create_app
from credit_site.settings import SiteSettings
from sqlalchemy import Engine, func, select

from tests.records.casework.applying import Desk, accepted, filled, officer, penalise, submitted

# A process of its own does one thing and is ended by the system at a given call inside the transaction of it.
PREAMBLE = """
import importlib, os, resource, signal, sys
from pathlib import Path
from credit_records.casework.applications import by_id, submit
from credit_records.casework.deciding import grant
from credit_records.database import open_database
from credit_records.settings import Settings
from credit_records.staff.officers import officer_named

folder, place, secret = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
database = open_database(Settings(data_dir=folder))
with database.connect() as connection:
    officer, seen = officer_named(connection, "reviewer"), by_id(connection, 1)
"""
KILLED_AT = """
module, _, name = place.rpartition(".")
setattr(importlib.import_module(module), name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
"""
NO_ROOM = """
room = (folder / "chengxin.db-wal").stat().st_size if (folder / "chengxin.db-wal").exists() else 0
resource.setrlimit(resource.RLIMIT_FSIZE, (room + int(place), resource.RLIM_INFINITY))
"""
GRANT = "grant(database, officer, 1, seen.version, '同意')"
SUBMIT = "submit(database, secret)"

PLACES_OF_GRANT = (
    "credit_records.publication.insert_rows",
    "credit_records.casework.cases.change",
    "credit_records.casework.audit.insert",
    "credit_records.casework.notices.queue_mail",
)
PLACES_OF_SUBMIT = ("credit_records.casework.applications.change", "credit_records.casework.audit.insert")


@pytest.fixture
def database(tmp_path: Path):
    engine = open_database(Settings(data_dir=tmp_path))
    migrate(engine)
    officer(engine, "reviewer")
    yield engine
    engine.dispose()


def run(folder: Path, place: str, secret: str, *script: str) -> subprocess.CompletedProcess[str]:
    code = "\n".join((PREAMBLE, *script))
    command = [sys.executable, "-c", code, str(folder), place, secret]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def found(engine: Engine, record_id: int):
    """All that an approval would change."""
    tables = (change, application_event, audit_entry, mail)
    with engine.connect() as connection:
        counts = [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]
        notes = len(history_of_record(connection, record_id))
        return find_record_for_staff(connection, record_id), counts, notes


def whole(engine: Engine, desk: Desk, record_id: int) -> None:
    """The approval that did not come about before comes about now."""
    with engine.connect() as connection:
        reviewer = officer_named(connection, "reviewer")
    assert desk.do(grant, reviewer).state == "granted"
    assert found(engine, record_id)[0].state == "repaired"
    with engine.connect() as connection:
        assert verify(connection).sound
        assert [event.action for event in history(connection, desk.id, public_only=True)][-1] == "grant"


@pytest.mark.parametrize("place", PLACES_OF_GRANT)
def test_an_approval_that_is_killed_anywhere_has_not_been(database, tmp_path, place):
    number = penalise(database)
    with database.connect() as connection:
        reviewer = officer_named(connection, "reviewer")
    desk = accepted(database, number, reviewer)
    before, application = found(database, number), desk.now
    done = run(tmp_path, place, desk.secret, KILLED_AT, GRANT)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (found(database, number), desk.now) == (before, application)
    whole(database, desk, number)


@pytest.mark.parametrize("place", PLACES_OF_SUBMIT)
def test_a_submission_that_is_killed_leaves_the_draft_with_all_its_files(database, tmp_path, place):
    number = penalise(database)
    desk = filled(database, number)
    before = desk.now
    done = run(tmp_path, place, desk.secret, KILLED_AT, SUBMIT)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert desk.now == before
    with database.connect() as connection:
        assert len(materials_of(connection, desk.id)) == 2
    assert submit(database, desk.secret).state == "submitted"


def test_what_was_submitted_before_a_kill_is_there_after_it(database, tmp_path):
    desk = filled(database, penalise(database))
    done = run(tmp_path, "", desk.secret, SUBMIT, "os.kill(os.getpid(), signal.SIGKILL)")
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert desk.now.state == "submitted"
    assert submit(database, desk.secret) == desk.now


@pytest.mark.parametrize("room", [0, 8192])
def test_an_approval_without_room_on_the_disk_has_not_been(database, tmp_path, room):
    number = penalise(database)
    with database.connect() as connection:
        reviewer = officer_named(connection, "reviewer")
    desk = accepted(database, number, reviewer)
    before, application = found(database, number), desk.now
    done = run(tmp_path, str(room), desk.secret, NO_ROOM, GRANT)
    assert done.returncode == 1
    assert "disk" in done.stderr
    assert (found(database, number), desk.now) == (before, application)
    whole(database, desk, number)


def test_a_file_without_room_on_the_disk_leaves_nothing(tmp_path):
    script = """
import resource, sys
from pathlib import Path
from credit_records.casework.store import Store
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, resource.RLIM_INFINITY))
Store(Path(sys.argv[1])).keep(b"x" * 100_000)
"""
    folder = tmp_path / "materials"
    command = [sys.executable, "-c", script, str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert "File too large" in done.stderr
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    kept = Store(folder).keep(b"x" * 100_000)
    assert kept.size == 100_000


async def test_with_the_search_engine_away_a_repaired_record_is_gone_at_once_all_the_same(
    database, tmp_path, monkeypatch
):
    number = penalise(database, decision_date=(today() - timedelta(days=200)).isoformat())
    with database.connect() as connection:
        reviewer = officer_named(connection, "reviewer")
    monkeypatch.setenv("CHENGXIN_ELASTICSEARCH_URL", "http://127.0.0.1:9")  # where nobody listens
    settings = SiteSettings(data_dir=tmp_path, city="demo", engine="elasticsearch")
    app = create_app(settings)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://credit.test") as client:
        assert (await client.get(f"/record/{number}")).status_code == 200
        desk = submitted(database, number)
        desk.do(accept, reviewer)
        assert desk.do(grant, reviewer).state == "granted"
        for address in (f"/record/{number}", f"/api/v1/records/{number}"):
            assert (await client.get(address)).status_code == 404
        told = (await client.get("/api/v1/changes")).json()["items"]
    await app.state.site.close()
    assert [(each["id"], each["gone"]) for each in told] == [(number, True)]
