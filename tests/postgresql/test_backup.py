"""A backup of PostgreSQL by its own tools, and the way back."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from credit_records.database import migrate, open_database
from credit_records.settings import Settings
from credit_records.tables import metadata, subject
from sqlalchemy import select

from tests.indexer.dressed_tables import delimited

CHENGXIN = Path(sys.executable).with_name("chengxin")
HEADER = ("企业名称", "统一社会信用代码")


class Site:
    """A data folder with a database on the server."""

    def __init__(self, data_dir: Path, url: str) -> None:
        self.settings = Settings(data_dir=data_dir, database_url=url, city="demo")

    def chengxin(self, *words: str | Path, code: int = 0) -> str:
        own = {
            "CHENGXIN_DATA_DIR": str(self.settings.data_dir),
            "CHENGXIN_DATABASE_URL": str(self.settings.database_url),
            "CHENGXIN_CITY": "demo",
        }
        done = subprocess.run(
            [CHENGXIN, *words], env={**os.environ, **own}, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    def load(self, folder: Path, *numbers: int) -> None:
        path = folder / "registrations.csv"
        path.write_bytes(delimited((HEADER, [(f"虚构{n}号商行", f"92620199MA{n:08}") for n in numbers])))
        self.chengxin("load", path)

    def everything(self) -> dict[str, list[str]]:
        database = open_database(self.settings)
        with database.connect() as connection:
            found = {
                table.name: sorted(map(repr, connection.execute(select(table)).all()))
                for table in metadata.sorted_tables
            }
        database.dispose()
        return found


@pytest.fixture
def site(postgresql, tmp_path) -> Iterator[Site]:
    url = postgresql.new()
    found = Site(tmp_path / "data", url)
    database = open_database(found.settings)
    migrate(database)
    database.dispose()
    yield found
    postgresql.done_with(url)


def test_everything_is_there_again(site, postgresql, tmp_path):
    site.load(tmp_path, *range(20))
    before = site.everything()
    assert len(before["subject"]) == 20
    target = tmp_path / "city.tar"
    site.chengxin("backup", target)
    site.load(tmp_path, 77)

    assert "--force" in site.chengxin("restore", target, code=2)
    site.chengxin("restore", target, "--force")
    assert site.everything() == before
    (aside,) = site.settings.data_dir.glob("before-restore-*")
    assert (aside / "chengxin.pgdump").stat().st_size > 0

    url = postgresql.new()
    other = Site(tmp_path / "other", url)
    other.chengxin("restore", target)
    assert other.everything() == before
    other.load(tmp_path, 99)
    assert len(other.everything()["subject"]) == 21, "numbers go on where they were"
    postgresql.done_with(url)


def test_a_database_that_others_use_is_not_replaced(site, tmp_path):
    site.load(tmp_path, 1)
    target = tmp_path / "city.tar"
    site.chengxin("backup", target)
    database = open_database(site.settings)
    with database.connect() as connection:
        assert connection.execute(select(subject.c.name)).all()
        assert "请先停止" in site.chengxin("restore", target, "--force", code=3)
    database.dispose()


def test_without_the_tools_the_operator_is_told_what_to_do(site, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    told = site.chengxin("backup", tmp_path / "city.tar", code=2)
    assert "pg_dump" in told
    assert "--format=custom" in told
