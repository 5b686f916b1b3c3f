"""kill -9 at random moments: nothing is lost, nothing is doubled, and running the command again puts all right."""

import asyncio
import random
import sqlite3
from pathlib import Path

from credit_indexer.comparing import Drift, compare
from credit_indexer.indexing_commands import every_stream
from credit_records.database import open_database
from credit_records.settings import Settings
from credit_search.engines import open_engine
from credit_search.schema import RECORDS as RECORD_INDEX
from credit_search.schema import SUBJECTS as SUBJECT_INDEX

from tests.faults.conftest import PENALTIES, SUBJECTS, Driver

ROUNDS = range(8)
WHOLE = [Drift(SUBJECTS, (), (), (), 0), Drift(PENALTIES, (), (), (), 0)]

Deliveries = tuple[tuple[str, ...], ...]


def drift(data_dir: Path) -> list[Drift]:
    """Of each index that is there, in the order of the streams."""
    settings = Settings(data_dir=data_dir)
    database, engine = open_database(settings), open_engine(settings)

    async def each() -> list[Drift]:
        return [
            await compare(database, engine.reader(stream.schema), stream)
            for stream in every_stream(settings.city)
            if await engine.live(stream.schema)
        ]

    found = asyncio.run(each())
    database.dispose()
    return found


def assert_in_step(data_dir: Path) -> None:
    assert drift(data_dir) == WHOLE


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
               (SELECT count(*) FROM record
                WHERE (version, id) NOT IN (SELECT seq, record_id FROM change WHERE record_id IS NOT NULL)
                      AND version > 0),
               (SELECT count(*) FROM record) - (SELECT count(DISTINCT kind || key) FROM record),
               (SELECT count(*) FROM subject) - (SELECT count(DISTINCT uscc) FROM subject)
    """
    assert query(data_dir, half_made) == [(0, 0, 0, 0, 0)]
    newest = "SELECT new + changed + unchanged, rows FROM delivery"
    assert all(kept == rows for kept, rows in query(data_dir, newest))


STATE = """
    SELECT uscc, name, division, established, code_valid, kind, key, fields, state, ends_on
    FROM subject JOIN record ON subject_id = subject.id ORDER BY uscc, kind, key
"""


def test_load_killed_at_any_moment(driver: Driver, deliveries: Deliveries, undisturbed: Path, tmp_path: Path) -> None:
    seconds = driver.run(tmp_path / "measure", "load", *deliveries[0]).seconds
    killed = 0
    for seed in ROUNDS:
        ended = driver.run(tmp_path, "load", *deliveries[seed % 4], kill_after=moment(seed, seconds))
        killed += ended.killed
        assert ended.killed or ended.code == 0, ended.output
        if (tmp_path / "chengxin.db").exists() and query(
            tmp_path, "SELECT 1 FROM sqlite_master WHERE name = 'subject'"
        ):
            assert_sound(tmp_path)
    assert killed
    for delivery in deliveries:
        assert driver.run(tmp_path, "load", *delivery).code == 0
    assert_sound(tmp_path)
    assert query(tmp_path, STATE) == query(undisturbed, STATE)
    for newest, rows in ((deliveries[1], SUBJECTS), (deliveries[3], PENALTIES)):
        assert f"新增 0，更新 0，未变 {rows:,}，退回 0" in driver.run(tmp_path, "load", *newest).output


def test_index_killed_at_any_moment(driver: Driver, deliveries: Deliveries, tmp_path: Path) -> None:
    driver.run(tmp_path, "load", *deliveries[0])
    seconds = driver.run(tmp_path, "index", "--once").seconds
    killed = 0
    for seed in ROUNDS:
        driver.run(tmp_path, "load", *deliveries[(seed + 1) % 4])
        ended = driver.run(tmp_path, "index", "--once", kill_after=moment(seed, seconds))
        killed += ended.killed
        assert ended.killed or ended.code == 0, ended.output
    assert killed
    ended = driver.run(tmp_path, "index", "--once")
    assert ended.code == 0, ended.output
    assert_in_step(tmp_path)


def test_rebuild_killed_at_any_moment(driver: Driver, deliveries: Deliveries, tmp_path: Path) -> None:
    driver.run(tmp_path, "load", *deliveries[0])
    driver.run(tmp_path, "load", *deliveries[2])
    driver.run(tmp_path, "index", "--once")
    seconds = driver.run(tmp_path, "rebuild").seconds
    killed = 0
    for seed in ROUNDS:
        ended = driver.run(tmp_path, "rebuild", kill_after=moment(seed, seconds))
        killed += ended.killed
        assert ended.killed or ended.code == 0, ended.output
        assert_in_step(tmp_path)
    assert killed
    ended = driver.run(tmp_path, "rebuild")
    assert ended.code == 0, ended.output
    assert_in_step(tmp_path)
    engine = open_engine(Settings(data_dir=tmp_path))
    assert [len(asyncio.run(engine.generations(schema))) for schema in (SUBJECT_INDEX, RECORD_INDEX)] == [2, 2]


def test_first_index_killed_at_any_moment(driver: Driver, deliveries: Deliveries, tmp_path: Path) -> None:
    """Where there was no index yet, none is ever live before it is whole."""
    driver.run(tmp_path, "load", *deliveries[0])
    driver.run(tmp_path, "load", *deliveries[2])
    for seed in ROUNDS[:4]:
        ended = driver.run(tmp_path, "index", "--once", kill_after=moment(seed, 0.5))
        assert ended.killed or ended.code == 0, ended.output
        found = drift(tmp_path)
        assert found == WHOLE[: len(found)]
    assert driver.run(tmp_path, "index", "--once").code == 0
    assert drift(tmp_path) == WHOLE
