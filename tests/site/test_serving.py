"""`chengxin serve`, as an operator starts and stops it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from credit_records.database import migrate, open_database
from credit_records.inbox_layout import make_folders
from credit_records.providers import add_provider
from credit_records.settings import Settings

CHENGXIN = Path(sys.executable).with_name("chengxin")
PATIENCE = 60


@contextmanager
def served(data_dir: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    environment = {**os.environ, "CHENGXIN_DATA_DIR": str(data_dir), "CHENGXIN_CITY": "demo"}
    log = (data_dir / "serve.log").open("w")
    server = subprocess.Popen(
        [CHENGXIN, "serve", "--port", str(port), *options], env=environment, stdout=log, stderr=log, text=True
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/healthz", server)
        yield server, address
    finally:
        server.kill()
        server.wait()
        log.close()


def wait_for(address: str, server: subprocess.Popen[str]) -> bytes:
    end = time.monotonic() + PATIENCE
    while True:
        assert server.poll() is None
        assert time.monotonic() < end
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # our own server
                body: bytes = answer.read()
                return body
        except OSError:
            time.sleep(0.05)


def children_of(pid: int) -> list[int]:
    """Of every thread, since the indexer is started by one of its own."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for thread in threads for child in (thread / "children").read_text().split()]


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize(("number", "workers"), [(signal.SIGTERM, 2), (signal.SIGINT, 1)])
def test_workers_and_indexer_end_with_the_server(tmp_path, number, workers):
    with served(tmp_path, "--workers", str(workers), "--with-indexer") as (server, address):
        # A city without data becomes ready once the indexer has made an index of nothing.
        wait_for(f"{address}/readyz", server)
        children = children_of(server.pid)
        assert len(children) >= (3 if workers > 1 else 1)
        server.send_signal(number)
        assert server.wait(PATIENCE) in (0, -number)
        end = time.monotonic() + PATIENCE
        while any(map(is_running, children)):
            assert time.monotonic() < end
            time.sleep(0.05)
    assert list(tmp_path.glob("metrics/*")) == []


def test_what_runs_beside_a_server_that_is_killed_ends_too(tmp_path):
    with served(tmp_path, "--with-indexer") as (server, address):
        wait_for(f"{address}/readyz", server)
        children = children_of(server.pid)
        assert len(children) >= 2
        server.kill()
        server.wait(PATIENCE)
        end = time.monotonic() + PATIENCE
        while any(map(is_running, children)):
            assert time.monotonic() < end
            time.sleep(0.05)


def test_a_file_put_in_the_inbox_is_found(tmp_path):
    settings = Settings(data_dir=tmp_path)
    database = open_database(settings)
    migrate(database)
    add_provider(database, "market", "虚构市场监管局", "虚构市场监管局", kinds=["registration"])
    database.dispose()
    folder = make_folders(settings.resolved_inbox_dir, "market")
    with served(tmp_path, "--with-indexer") as (server, address):
        rows = "企业名称,统一社会信用代码\n金城虚构茶馆,92620199MA00000022\n"
        (folder / "登记信息.csv").write_text(rows, encoding="utf-8")
        end = time.monotonic() + PATIENCE
        while "金城虚构茶馆".encode() not in wait_for(f"{address}/api/v1/search?q=92620199MA00000022", server):
            assert time.monotonic() < end
            time.sleep(0.05)
        while not (done := list((folder / "done").glob("*.csv"))):
            assert time.monotonic() < end
            time.sleep(0.05)
        assert [path.name.partition("_")[2] for path in done] == ["1_登记信息.csv"]


def test_all_workers_count_together(tmp_path):
    with served(tmp_path, "--workers", "2") as (server, address):
        for _ in range(20):
            wait_for(f"{address}/healthz", server)
        text = wait_for(f"{address}/metrics", server).decode()
        (counted,) = re.findall(r'chengxin_requests_total\{route="/healthz",status="200"\} (\S+)', text)
        assert float(counted) >= 21


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"CHENGXIN_CITY": "nowhere"}, "没有名为 nowhere 的城市"),
        ({"CHENGXIN_ENGINE": "abacus"}, "没有名为 abacus 的搜索引擎"),
        ({"CHENGXIN_DATABASE_URL": "sqlite:////proc/nowhere/x.db"}, "数据库"),
        ({"CHENGXIN_PUBLIC_URL": "credit.example.cn"}, "CHENGXIN_PUBLIC_URL"),
        ({"CHENGXIN_LOG_LEVEL": "LOUD"}, "CHENGXIN_LOG_LEVEL"),
    ],
)
def test_a_setting_that_cannot_be_is_one_sentence(tmp_path, settings, told):
    environment = {**os.environ, "CHENGXIN_DATA_DIR": str(tmp_path), **settings}
    ended = subprocess.run([CHENGXIN, "serve"], env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_port_that_is_taken_is_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        environment = {**os.environ, "CHENGXIN_DATA_DIR": str(tmp_path)}
        ended = subprocess.run(
            [CHENGXIN, "serve", "--port", port], env=environment, capture_output=True, text=True, check=False
        )
    assert ended.returncode == 2
    assert port in ended.stderr
    assert "Traceback" not in ended.stderr
