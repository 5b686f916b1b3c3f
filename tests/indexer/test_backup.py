"""What is backed up while the city works is there again after everything was lost."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import orjson
import pytest
from credit_indexer.loading import Loader, inspect_file
from credit_records.casework.store import Store
from credit_records.catalogue import catalogue
from credit_records.database import open_database
from credit_records.settings import Settings
from credit_search.answers import SubjectQuery
from credit_search.engines import open_engine
from credit_search.subject_search import SubjectSearch

from tests.indexer.dressed_tables import delimited

CHENGXIN = Path(sys.executable).with_name("chengxin")
HEADER = ("企业名称", "统一社会信用代码")
HANDED_IN = b"%PDF-1.7 proof of payment"
SUBJECTS, RECORDS = 200, 400


def chengxin(data_dir: Path, *words: str | Path, code: int = 0) -> str:
    environment = {**os.environ, "CHENGXIN_DATA_DIR": str(data_dir), "CHENGXIN_CITY": "demo"}
    done = subprocess.run([CHENGXIN, *words], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small city that is only copied."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    chengxin(folder, "demo", "--subjects", str(SUBJECTS), "--records", str(RECORDS))
    Store(folder / "materials").keep(HANDED_IN)
    on_its_way = folder / "materials" / "incoming" / "0123456789abcdef0123456789abcdef"
    on_its_way.write_bytes(b"half of")
    return folder


def handed_in(data_dir: Path) -> set[bytes]:
    """Of this test's own, and with the applications of the demo."""
    return {path.read_bytes() for path in (data_dir / "materials").rglob("*") if path.is_file()}


@pytest.fixture
def data_dir(demo: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo, tmp_path / "data"))


@pytest.fixture(scope="module")
def saved(demo: Path) -> Path:
    folder = demo.parent / "backups"
    folder.mkdir()
    chengxin(demo, "backup", folder)
    (found,) = folder.iterdir()
    return found


@contextmanager
def loading(data_dir: Path, folder: Path) -> Iterator[None]:
    """New subjects are recorded one file after another while the block lasts, at least one before it begins."""
    begun, ended = threading.Event(), threading.Event()

    def load() -> None:
        database = open_database(Settings(data_dir=data_dir))
        kind = catalogue().kinds["registration"]
        number = 0
        while not ended.is_set():
            rows = [(f"虚构甲{n}号商行", f"92629901MA{n:08}") for n in range(number, number + 500)]
            path = folder / f"{number}.csv"
            path.write_bytes(delimited((HEADER, rows)))
            Loader(database, kind, "虚构市场监管局").load(inspect_file(path, kind), lambda *_: None)
            number += 500
            begun.set()
        database.dispose()

    thread = threading.Thread(target=load)
    thread.start()
    assert begun.wait(120)
    try:
        yield
    finally:
        ended.set()
        thread.join()


def everything(data_dir: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(data_dir / "chengxin.db")) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
            for name in tables
            if not name.startswith("sqlite_")
        }


def found_by_code(data_dir: Path) -> set[str]:
    """Codes of all subjects of the database that a search finds."""
    with closing(sqlite3.connect(data_dir / "chengxin.db")) as connection:
        codes = [code for (code,) in connection.execute("SELECT uscc FROM subject")]

    async def ask() -> set[str]:
        engine = open_engine(Settings(data_dir=data_dir))
        search = SubjectSearch(engine, "629900")
        try:
            return {code for code in codes if (await search.search(SubjectQuery(code))).direct == code}
        finally:
            await engine.close()

    return asyncio.run(ask())


def test_everything_is_found_again_after_a_backup_under_writes(data_dir, tmp_path):
    before, papers = everything(data_dir), handed_in(data_dir)
    target = tmp_path / "city.tar"
    with loading(data_dir, tmp_path):
        told = chengxin(data_dir, "backup", target)
    assert "已备份到" in told
    assert "secret.key" in told
    shutil.rmtree(data_dir)

    chengxin(data_dir, "restore", target)
    after = everything(data_dir)
    assert {row[1] for row in before["subject"]} < {row[1] for row in after["subject"]}
    assert all(row in after["record"] for row in before["record"])
    assert handed_in(data_dir) == papers - {b"half of"}
    assert HANDED_IN in papers
    assert (data_dir / "materials").stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(data_dir / "chengxin.db")) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert (len(after["subject"]) - len(before["subject"])) % 500 == 0, "a batch was cut in two"

    chengxin(data_dir, "index", "--once")
    assert "一致" in chengxin(data_dir, "compare")
    assert found_by_code(data_dir) == {row[1] for row in after["subject"]}


def test_the_index_of_what_came_after_the_backup_is_not_gone_on_with(data_dir, saved, tmp_path):
    path = tmp_path / "later.csv"
    path.write_bytes(delimited((HEADER, [("虚构后来商行", "92629901MA0000000X")])))
    chengxin(data_dir, "load", path)
    chengxin(data_dir, "index", "--once")
    chengxin(data_dir, "restore", saved, "--force")
    # As many changes as were lost come before the indexer: the log is as long as it was.
    path.write_bytes(delimited((HEADER, [("虚构另一商行", "92629901MA00000011")])))
    chengxin(data_dir, "load", path)
    chengxin(data_dir, "index", "--once")
    assert "一致" in chengxin(data_dir, "compare")


def test_what_is_there_is_not_overwritten_unless_that_is_asked_for(data_dir, saved):
    before = everything(data_dir)
    told = chengxin(data_dir, "restore", saved, code=2)
    assert "--force" in told
    assert everything(data_dir) == before
    told = chengxin(data_dir, "restore", saved, "--force")
    (aside,) = data_dir.glob("before-restore-*")
    assert str(aside) in told
    assert everything(aside) == before
    assert HANDED_IN in handed_in(aside)
    assert everything(data_dir) == before


def test_a_data_folder_that_the_site_has_just_made_is_empty(demo, saved, tmp_path):
    chengxin(tmp_path / "new", "index", "--once")
    chengxin(tmp_path / "new", "restore", saved)
    assert everything(tmp_path / "new")["record"] == everything(demo)["record"]


@pytest.mark.parametrize("place", [0.3, 0.7, 0.95])
def test_a_damaged_backup_is_refused_and_nothing_is_touched(data_dir, saved, tmp_path, place):
    damaged = bytearray(saved.read_bytes())
    with tarfile.open(saved) as archive:
        dump = archive.getmember("chengxin.db")
    damaged[dump.offset_data + int(dump.size * place)] ^= 1
    path = tmp_path / "damaged.tar"
    path.write_bytes(damaged)
    before = everything(data_dir)
    assert "不是完好的备份" in chengxin(data_dir, "restore", path, "--force", code=2)
    path.write_bytes(saved.read_bytes()[: int(saved.stat().st_size * place)])
    assert "不是完好的备份" in chengxin(data_dir, "restore", path, "--force", code=2)
    assert everything(data_dir) == before
    assert list(data_dir.glob("before-restore-*")) == list(data_dir.glob(".restoring-*")) == []


def rewritten(saved: Path, target: Path, **said: object) -> Path:
    """The backup with a manifest that says something else."""
    with tarfile.open(saved) as archive, tarfile.open(target, "w") as copy:
        for member in archive:
            content = archive.extractfile(member)
            if member.name == "manifest.json":
                manifest = {**orjson.loads(content.read()), **said}
                (target.parent / "manifest.json").write_bytes(orjson.dumps(manifest))
                copy.add(target.parent / "manifest.json", "manifest.json")
            else:
                copy.addfile(member, content)
    return target


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"schema_revision": "9999"}, "请先升级程序"),
        ({"database": "postgresql"}, "CHENGXIN_DATABASE_URL"),
        ({"city": "lanzhou"}, "CHENGXIN_CITY"),
        ({"format": 2}, "更新的版本"),
        ({"files": {"../elsewhere": {"bytes": 1, "sha256": "0"}}}, "缺少"),
    ],
)
def test_a_backup_that_does_not_fit_is_told_why(saved, tmp_path, said, told):
    path = rewritten(saved, tmp_path / "other.tar", **said)
    assert told in chengxin(tmp_path / "data", "restore", path, code=2)


def test_a_database_that_is_in_use_is_not_replaced(data_dir, saved):
    database = open_database(Settings(data_dir=data_dir), read_only=True)
    with database.connect() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM subject").all()
    assert "请先停止" in chengxin(data_dir, "restore", saved, "--force", code=3)
    database.dispose()
    chengxin(data_dir, "restore", saved, "--force")


def test_a_folder_keeps_the_newest_backups(demo, tmp_path):
    for day in range(1, 4):
        (tmp_path / f"chengxin-2026010{day}T000000Z.tar").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("mine")
    chengxin(demo, "backup", tmp_path, "--keep", "2")
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept[0] == "chengxin-20260103T000000Z.tar"
    assert len(kept) == 3
    assert kept[-1] == "notes.txt"


def test_a_backup_is_not_written_over_nor_made_of_nothing(demo, saved, tmp_path):
    assert "已经存在" in chengxin(demo, "backup", saved, code=2)
    assert "没有文件夹" in chengxin(demo, "backup", tmp_path / "missing" / "city.tar", code=2)
    assert "没有可备份的内容" in chengxin(tmp_path / "empty", "backup", tmp_path, code=2)
