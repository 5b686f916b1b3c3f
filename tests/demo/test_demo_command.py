import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from credit_records.calendar import today
from credit_records.catalogue import catalogue

CHENGXIN = Path(sys.executable).with_name("chengxin")
PATIENCE = 60  # seconds


@pytest.fixture
def chengxin(tmp_path: Path):
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "CHENGXIN_DATA_DIR": str(tmp_path / "data")}
        return subprocess.run([CHENGXIN, *words], env=environment, capture_output=True, text=True, check=False)

    return run


def asked(tmp_path: Path, question: str):
    with closing(sqlite3.connect(tmp_path / "data" / "chengxin.db")) as connection:
        return connection.execute(question).fetchall()


@contextmanager
def live(tmp_path: Path, *words: str):
    """The command that publishes until it is stopped; killed where the test did not stop it."""
    environment = {**os.environ, "CHENGXIN_DATA_DIR": str(tmp_path / "data")}
    command = [CHENGXIN, "demo", "--live", "--rate", "20", *words]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(holds):
    """Wait for a condition; what it came to."""
    end = time.monotonic() + PATIENCE
    while not (found := holds()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)
    return found


def stop(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGINT)
    told, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, told
    assert "Traceback" not in told
    return told


def test_a_city_is_loaded_indexed_and_said_how_to_be_served(chengxin, tmp_path):
    made = chengxin("demo", "--subjects", "150", "--records", "150")
    assert made.returncode == 0, made.stderr
    assert "新增 150" in made.stdout
    assert "次报送" in made.stdout
    assert "退回 0，提示 0" in made.stdout
    assert "CHENGXIN_CITY=demo chengxin serve" in made.stdout
    assert chengxin("compare").returncode == 0
    assert {path.name for path in tmp_path.iterdir()} == {"data"}


def test_the_same_city_again_changes_nothing(chengxin, tmp_path):
    chengxin("demo", "--subjects", "150", "--records", "60")
    before = asked(tmp_path, "SELECT count(*), max(version) FROM record")
    again = chengxin("demo", "--subjects", "150", "--records", "60")
    assert again.returncode == 0, again.stderr
    assert "新增 0，更新 0，未变 150" in again.stdout
    assert "次报送" not in again.stdout
    assert asked(tmp_path, "SELECT count(*), max(version) FROM record") == before


def test_its_departments_have_a_year_and_a_half_behind_them(chengxin, tmp_path):
    assert chengxin("demo", "--subjects", "200", "--records", "1200", "--day", "2026-11-20").returncode == 0
    [(months, first, last)] = asked(
        tmp_path,
        "SELECT count(DISTINCT substr(started_at, 1, 7)), min(started_at), max(started_at) FROM delivery"
        " WHERE provider IS NOT NULL",
    )
    assert months == 18
    assert first[:7] == "2025-06"
    assert last[:10] <= "2026-11-20"
    [(refused, late, gone)] = asked(
        tmp_path,
        "SELECT (SELECT sum(refused) FROM delivery), (SELECT sum(measured - timely) FROM delivery),"
        " (SELECT count(*) FROM record WHERE state IN ('repaired', 'withdrawn', 'ended'))",
    )
    assert min(refused, late, gone) > 0
    [(strays,)] = asked(
        tmp_path,
        "SELECT count(*) FROM record JOIN delivery ON delivery.id = record.delivery_id"
        " WHERE provider IS NOT NULL AND record.received_at <> delivery.started_at",
    )
    assert strays == 0
    [(kinds,)] = asked(tmp_path, "SELECT count(DISTINCT kind) FROM record")
    assert kinds >= len(catalogue().kinds) - 3  # a town of 200 need not have all of the rarest lists


def test_live_publishes_new_records_of_today_until_it_is_stopped(chengxin, tmp_path):
    assert chengxin("demo", "--subjects", "60", "--records", "60").returncode == 0
    new = (
        "SELECT kind, decision_date FROM record WHERE delivery_id IN"
        " (SELECT id FROM delivery WHERE way = 'push' AND file_name NOT LIKE '%\\_20%' ESCAPE '\\')"
    )
    began = today()
    with live(tmp_path) as process:
        until(lambda: len(asked(tmp_path, new)) >= 40)
        told = stop(process)
    found = asked(tmp_path, new)
    assert f"共公示 {len(found):,} 条" in told
    assert len({kind for kind, _ in found}) > 10
    days = {date.fromisoformat(day) for _, day in found if day}
    assert max(days) - min(days) <= timedelta(days=1)
    assert min(days) >= began
    assert asked(tmp_path, "SELECT count(*) FROM delivery WHERE way = 'push' AND finished_at IS NULL") == [(0,)]
    assert chengxin("index", "--once").returncode == 0
    assert chengxin("compare").returncode == 0


def test_live_can_drop_files_in_the_inbox_for_the_receiver_to_take(chengxin, tmp_path):
    assert chengxin("demo", "--subjects", "60", "--records", "0").returncode == 0
    inbox = tmp_path / "data" / "inbox"
    with live(tmp_path, "--inbox") as process:
        until(lambda: len(list(inbox.glob("*/*/*.csv"))) >= 5)
        stop(process)
    assert not list(inbox.glob("*/*/*.part"))
    kinds = catalogue().kinds
    dropped = list(inbox.glob("*/*/*.csv"))
    assert all(path.parent.name in kinds for path in dropped)
    sample = dropped[0]
    assert chengxin("load", str(sample), "--kind", sample.parent.name).returncode == 0
    assert asked(tmp_path, "SELECT sum(refused) FROM delivery") == [(0,)]


def test_live_without_a_city_says_what_to_do_first(chengxin):
    refused = chengxin("demo", "--live")
    assert refused.returncode == 2
    assert "请先执行 chengxin demo" in refused.stderr


def test_fiction_is_never_put_beside_fact(chengxin, tmp_path):
    real = tmp_path / "real.csv"
    real.write_text("企业名称,统一社会信用代码\n兰州某企业,91620100MA72MW8J59\n", encoding="utf-8")
    assert chengxin("load", str(real)).returncode == 0
    refused = chengxin("demo", "--subjects", "150")
    assert refused.returncode == 2
    assert "不能与之混放" in refused.stderr
    assert "CHENGXIN_DATA_DIR" in refused.stderr
    assert chengxin("load", str(real)).stdout.count("未变 1") == 1


def test_more_subjects_than_there_are_names_is_refused_in_words(chengxin, tmp_path):
    refused = chengxin("demo", "--subjects", "99999999")
    assert refused.returncode == 2
    assert "请减小 --subjects" in refused.stderr
    assert not list((tmp_path / "data").glob("demo/*.csv"))
