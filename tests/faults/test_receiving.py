"""What befalls whoever receives: killed, without room, without a database, its file replaced, its clock moved back.

Nothing is lost, nothing is doubled, not even in the figures of deliveries, and a sentence says what is the matter.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from credit_indexer.sources import source
from credit_records.database import migrate, open_database
from credit_records.inbox_layout import make_folders
from credit_records.providers import add_provider
from credit_records.receipts import from_json
from credit_records.settings import Settings
from sqlalchemy import Engine, event

from tests.faults.conftest import BATCH, PENALTIES, SUBJECTS, Driver
from tests.faults.test_kill import ROUNDS, STATE, Deliveries, assert_in_step, assert_sound, moment, query
from tests.indexer.conftest import City, city, kind, open_city
from tests.indexer.receiving import Department, table

__all__ = ["city", "kind", "open_city"]  # fixtures of a city in this process

CHENGXIN = Path(sys.executable).with_name("chengxin")
PATIENCE = 180  # seconds for what takes two on a quiet machine
KILOBYTE = 1024
ROWS = [SUBJECTS, SUBJECTS, PENALTIES, PENALTIES]


def open_office(data_dir: Path) -> Path:
    """A provider in a new data folder; its folder in the inbox."""
    settings = Settings(data_dir=data_dir)
    database = open_database(settings)
    migrate(database)
    add_provider(database, "market", "市场监管局", "市场监管局", kinds=["registration", "administrative_penalty"])
    database.dispose()
    return make_folders(settings.resolved_inbox_dir, "market")


def drop(folder: Path, deliveries: Deliveries) -> None:
    """All editions at once, the second ones written later."""
    for number, delivery in enumerate(deliveries):
        title = "行政处罚" if "--kind" in delivery else "登记信息"
        path = folder / f"{title}_{number}.csv"
        shutil.copyfile(delivery[0], path)
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))


def put_away(folder: Path) -> list[str]:
    """Names of the files that are done, without the time and the number before them."""
    found = [path.name for path in (folder / "done").iterdir() if ".receipt." not in path.name]
    return sorted(name.split("_", 2)[2] for name in found)


def assert_received_once(data_dir: Path, folder: Path, undisturbed: Path) -> None:
    assert put_away(folder) == ["登记信息_0.csv", "登记信息_1.csv", "行政处罚_2.csv", "行政处罚_3.csv"]
    assert not [path for path in folder.rglob("taking/**/*") if path.is_file()]
    receipts = [from_json(path.read_bytes()) for path in (folder / "done").glob("*.receipt.json")]
    assert sorted(receipt.rows for receipt in receipts) == sorted(ROWS)
    assert query(data_dir, "SELECT sum(rows) FROM delivery") == [(sum(ROWS),)]
    assert query(data_dir, "SELECT sum(new) FROM delivery") == [(SUBJECTS + PENALTIES,)]
    assert query(data_dir, STATE) == query(undisturbed, STATE)
    assert_sound(data_dir)


def test_receive_killed_at_any_moment(
    driver: Driver, deliveries: Deliveries, undisturbed: Path, tmp_path: Path
) -> None:
    measured = tmp_path / "measured"
    drop(open_office(measured), deliveries)
    seconds = driver.run(measured, "receive", "--once").seconds
    data_dir = tmp_path / "data"
    folder = open_office(data_dir)
    drop(folder, deliveries)
    killed = 0
    for seed in ROUNDS:
        ended = driver.run(data_dir, "receive", "--once", kill_after=moment(seed, 0.7 * seconds))
        killed += ended.killed
        assert ended.killed or ended.code == 0, ended.output
        assert_sound(data_dir)
    assert killed
    ended = driver.run(data_dir, "receive", "--once")
    assert ended.code == 0, ended.output
    assert_received_once(data_dir, folder, undisturbed)


def test_a_pull_killed_at_any_moment(driver: Driver, tmp_path: Path) -> None:
    path = tmp_path / "department.db"
    department = sqlite3.connect(path)
    department.execute("CREATE TABLE units (id INTEGER PRIMARY KEY, 名称 TEXT, 信用代码 TEXT, changed_at TEXT)")
    rows = [(n, f"金城虚构{n}号店", f"92620199MA{n:08}", f"2026-01-01 08:{n // 700:02}:00") for n in range(SUBJECTS)]
    department.executemany("INSERT INTO units VALUES (?, ?, ?, ?)", rows)
    department.commit()
    department.close()
    pull = {"name": "units", "provider": "market", "kind": "registration", "url": f"sqlite:///{path}", "batch": BATCH}
    environment = {"CHENGXIN_PULLS": json.dumps([{**pull, "table": "units", "mark": "changed_at", "key": "id"}])}
    measured, data_dir = tmp_path / "measured", tmp_path / "data"
    open_office(measured)
    seconds = driver.run(measured, "receive", "--once", environment=environment).seconds
    open_office(data_dir)
    killed = 0
    for seed in ROUNDS:
        after = moment(seed, 0.5 * seconds)
        ended = driver.run(data_dir, "receive", "--once", kill_after=after, environment=environment)
        killed += ended.killed
        assert ended.killed or ended.code == 0, ended.output
        assert_sound(data_dir)
    assert killed
    assert driver.run(data_dir, "receive", "--once", environment=environment).code == 0
    assert query(data_dir, "SELECT sum(new), sum(changed) FROM delivery") == [(SUBJECTS, 0)]
    named = "SELECT count(*) FROM subject WHERE name GLOB '金城虚构*号店'"
    assert query(data_dir, named) == [(SUBJECTS,)]
    again = driver.run(data_dir, "receive", "--once", environment=environment)
    assert "抽取 units" not in again.output


def test_receive_without_room(driver: Driver, deliveries: Deliveries, undisturbed: Path, tmp_path: Path) -> None:
    folder = open_office(tmp_path)
    drop(folder, deliveries)
    ended = driver.run(tmp_path, "receive", "--once", file_size_limit=900 * KILOBYTE)
    assert ended.code == 4, ended.output
    assert "磁盘空间不足" in ended.output
    assert "Traceback" not in ended.output
    assert_sound(tmp_path)
    ended = driver.run(tmp_path, "receive", "--once")
    assert ended.code == 0, ended.output
    assert_received_once(tmp_path, folder, undisturbed)


def test_two_receivers_at_once(deliveries: Deliveries, undisturbed: Path, tmp_path: Path) -> None:
    folder = open_office(tmp_path)
    drop(folder, deliveries)
    ended = at_once("receive", "--once", data_dir=tmp_path)
    assert sorted(code for code, _ in ended) in ([0, 0], [0, 3])  # the second may come when the first is done
    assert all("Traceback" not in output for _, output in ended)
    assert all(code == 0 or "另一个收取进程正在运行" in output for code, output in ended)
    assert_received_once(tmp_path, folder, undisturbed)


def test_two_indexers_at_once(driver: Driver, deliveries: Deliveries, tmp_path: Path) -> None:
    for delivery in deliveries:
        driver.run(tmp_path, "load", *delivery)
    ended = at_once("index", "--once", data_dir=tmp_path)
    assert 0 in [code for code, _ in ended]
    assert all(code == 0 or (code == 3 and "另一个" in output) for code, output in ended), ended
    assert_in_step(tmp_path)


def at_once(*command: str, data_dir: Path) -> list[tuple[int, str]]:
    """Two processes with the same command, started together: exit code and output of each."""
    environment = {**os.environ, "CHENGXIN_DATA_DIR": str(data_dir)}
    started = [
        subprocess.Popen(
            [CHENGXIN, *command], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=PATIENCE)[0] for process in started]
    return [(process.returncode, output) for process, output in zip(started, outputs, strict=True)]


def test_a_receiver_that_runs_for_ever_ends_when_it_is_asked(tmp_path: Path) -> None:
    folder = open_office(tmp_path)
    environment = {**os.environ, "CHENGXIN_DATA_DIR": str(tmp_path)}
    process = subprocess.Popen([CHENGXIN, "receive"], env=environment, stdout=subprocess.PIPE, text=True)
    try:
        (folder / "登记信息.csv").write_bytes(table())
        end = time.monotonic() + PATIENCE
        while not list((folder / "done").glob("*.receipt.json")):
            assert time.monotonic() < end
            assert process.poll() is None
            time.sleep(0.02)
        process.terminate()
        output, _ = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert "收取已停止" in output


@pytest.fixture
def department(city: City) -> Department:
    return Department(city)


def impatient(database: Engine) -> None:
    """Let its connections give up on a lock at once, where the program waits half a minute."""
    database.dispose()
    event.listen(database, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=20"))


def test_a_locked_database_puts_a_file_off(department: Department) -> None:
    impatient(department.city.workplace.database)
    holder = sqlite3.connect(department.city.workplace.settings.data_dir / "chengxin.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    department.drop("登记信息_1.csv", table(mark="旧"))
    department.look()
    department.drop("登记信息_2.csv", table(mark="新"))
    assert department.look().postponed == 1
    assert "locked" in department.said[-1]
    assert "秒后再试" in department.said[-1]
    department.look(2)
    assert department.deliveries() == []
    holder.rollback()
    holder.close()
    department.look(10)
    department.receive()
    assert [(d.file_name, d.rows) for d in department.deliveries()] == [("登记信息_1.csv", 3), ("登记信息_2.csv", 3)]
    assert department.look().postponed == 0


def test_a_file_replaced_while_it_is_read_is_taken_again(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "BATCH_ROWS", 10)
    department.drop("登记信息.csv", table(count=30))
    replaced = False

    def replace() -> bool:
        nonlocal replaced
        taken = department.folder / "taking" / "inbox" / "registration" / "登记信息.csv"
        if taken.exists() and not replaced and department.recorded():
            taken.write_bytes(table(first=100, count=20))
            replaced = True
        return False

    department.start(replace)
    department.receive()
    assert replaced
    assert "改写或替换" in department.said[-1]
    department.look(10)
    first, second = department.deliveries()
    assert (first.rows, first.finished_at) == (10, None)
    assert (second.rows, second.new) == (20, 20)
    assert department.files("done") == ["登记信息.csv"]


def test_a_receiver_that_was_cut_off_after_the_last_batch_only_puts_the_file_away(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    department.drop("登记信息.csv", table())
    with monkeypatch.context() as broken:
        broken.setattr("credit_indexer.receiving.put_away", no_room)
        assert department.receive().postponed == 1
    department.start()
    department.look(10)
    [delivery] = department.deliveries()
    assert (delivery.rows, delivery.new, delivery.unchanged) == (3, 3, 0)
    assert [receipt.new for receipt in department.receipts()] == [3]
    assert department.waiting() == []


def no_room(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_receiver_asked_to_stop_goes_on_later_with_the_rest(
    department: Department, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "BATCH_ROWS", 10)
    department.drop("登记信息.csv", table(count=50))
    department.start(lambda: department.recorded() >= 20)
    department.receive()
    assert [(delivery.rows, delivery.finished_at) for delivery in department.deliveries()] == [(20, None)]
    department.start()
    department.look()
    [delivery] = department.deliveries()
    assert (delivery.rows, delivery.new, delivery.unchanged) == (50, 50, 0)


def test_a_clock_that_is_moved_back_loses_nothing(department: Department) -> None:
    department.drop("登记信息.csv", table(mark="旧"))
    department.receive()
    department.city.follow()
    with department.city.workplace.database.begin() as connection:  # all that was so far happened in the future
        for place, column in (("change", "at"), ("delivery", "started_at"), ("record", "updated_at")):
            connection.exec_driver_sql(f"UPDATE {place} SET {column} = '2099-01-01T00:00:00.000+00:00'")
    newer = department.drop("登记信息.csv", table(mark="新"))
    os.utime(newer, (0, 0))
    department.receive()
    department.city.follow()
    assert [delivery.changed for delivery in department.deliveries()] == [0, 3]
    assert department.city.drift().keys == ()
    with department.city.workplace.database.connect() as connection:
        names = set(connection.exec_driver_sql("SELECT name FROM subject").scalars())
    assert names == {f"金城虚构{n}号新店" for n in range(3)}
