"""kill -9 at random moments: nothing is lost, nothing is doubled, and running the command again puts all right."""

import asyncio
import random
import sqlite3
from pathlib import Path

import pytest
from credit_indexer.comparing import Drift, compare
from credit_records.database import open_database
from credit_records.settings import Settings
from credit_search.engines import open_engine
from credit_search.schema import SUBJECTS as SCHEMA

from tests.faults.conftest import SUBJECTS, Driver

ROUNDS = range(8)


def drift(data_dir: Path) -> Drift:
    settings = Settings(data_dir=data_dir)
    database = open_database(settings)
    found = asyncio.run(compare(database, open_engine(settings).reader(SCHEMA)))
    database.dispose()
    return found


def moment(seed: int, seconds: float) -> float:
    return random.Random(seed).uniform(0.02, 0.95) * seconds  # noqa: S311  (a reproducible moment, not a secret)


def query(data_dir: Path, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(data_dir / "chengxin.db") as connection:
        found = connection.execute(sql).fetchall()
    connection.close()
    return found


def assert_sound(data_dir: Path) -> None:
    assert query(data_dir, "PRAGMA integrity_check") == [("ok",)]
    assert query(data_dir, "PRAGMA foreign_key_check") == []
    half_made = """
        SELECT (SELECT count(*) FROM subject WHERE id NOT IN (SELECT subject_id FROM record)),
               (SELECT count(*) FROM subject WHERE version NOT IN (SELECT seq FROM change)),
               (SELECT count(*) FROM record) - (SELECT count(DISTINCT key) FROM record),
               (SELECT count(*) FROM subject) - (SELECT count(DISTINCT uscc) FROM subject)
    """
    assert query(data_dir, half_made) == [(0, 0, 0, 0)]
    newest = "SELECT new + changed + unchanged, rows FROM delivery"
    assert all(kept == rows for kept, rows in query(data_dir, newest))


@pytest.fixture(scope="session")
def undisturbed(driver: Driver, editions: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    for edition in editions:
        assert driver.run(folder, "load", str(edition)).code == 0
    return folder


STATE = "SELECT uscc, name, division, established, code_valid FROM subject ORDER BY uscc"


def test_load_killed_at_any_moment(
    driver: Driver, editions: tuple[Path, Path], undisturbed: Path, tmp_path: Path
) -> None:
    seconds = driver.run(tmp_path / "measure", "load", str(editions[0])).seconds
    killed = 0
    for seed in ROUNDS:
        ended = driver.run(tmp_path, "load", str(editions[seed % 2]), kill_after=moment(seed, seconds))
        killed += ended.killed
        assert ended.killed or ended.code == 0, ended.output
        if (tmp_path / "chengxin.db").exists() and query(
            tmp_path, "SELECT 1 FROM sqlite_master WHERE name = 'subject'"
        ):
            assert_sound(tmp_path)
    assert killed
    for edition in editions:
        assert driver.run(tmp_path, "load", str(edition)).code == 0
    assert_sound(tmp_path)
    assert query(tmp_path, STATE) == query(undisturbed, STATE)
    again = driver.run(tmp_path, "load", str(editions[1]))
    assert f"新增 0，更新 0，未变 {SUBJECTS:,}，退回 0" in again.output


def test_index_killed_at_any_moment(driver: Driver, editions: tuple[Path, Path], tmp_path: Path) -> None:
    driver.run(tmp_path, "load", str(editions[0]))
    seconds = driver.run(tmp_path, "index", "--once").seconds
    killed = 0
    for seed in ROUNDS:
        driver.run(tmp_path, "load", str(editions[1 - seed % 2]))
        ended = driver.run(tmp_path, "index", "--once", kill_after=moment(seed, seconds))
        killed += ended.killed
        assert ended.killed or ended.code == 0, ended.output
    assert killed
    ended = driver.run(tmp_path, "index", "--once")
    assert ended.code == 0, ended.output
    found = drift(tmp_path)
    assert (found.compared, found.subjects, found.waiting) == (SUBJECTS, (), 0)


def test_rebuild_killed_at_any_moment(driver: Driver, editions: tuple[Path, Path], tmp_path: Path) -> None:
    driver.run(tmp_path, "load", str(editions[0]))
    driver.run(tmp_path, "index", "--once")
    seconds = driver.run(tmp_path, "rebuild").seconds
    killed = 0
    for seed in ROUNDS:
        ended = driver.run(tmp_path, "rebuild", kill_after=moment(seed, seconds))
        killed += ended.killed
        assert ended.killed or ended.code == 0, ended.output
        found = drift(tmp_path)
        assert (found.compared, found.subjects) == (SUBJECTS, ()), f"after round {seed}"
    assert killed
    ended = driver.run(tmp_path, "rebuild")
    assert ended.code == 0, ended.output
    assert drift(tmp_path).subjects == ()
    assert len(asyncio.run(open_engine(Settings(data_dir=tmp_path)).generations(SCHEMA))) == 2


def test_first_index_killed_at_any_moment(driver: Driver, editions: tuple[Path, Path], tmp_path: Path) -> None:
    """Where there was no index yet, none is ever live before it is whole."""
    driver.run(tmp_path, "load", str(editions[0]))
    engine = open_engine(Settings(data_dir=tmp_path))
    for seed in ROUNDS[:4]:
        ended = driver.run(tmp_path, "index", "--once", kill_after=moment(seed, 0.5))
        assert ended.killed or ended.code == 0, ended.output
        if asyncio.run(engine.live(SCHEMA)):
            assert drift(tmp_path).subjects == ()
    assert driver.run(tmp_path, "index", "--once").code == 0
    assert drift(tmp_path).subjects == ()
