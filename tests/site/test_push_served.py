"""Pushes to a real server: the program of the docs as it stands, and a server that is killed in the middle of one."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import orjson
import pytest
from credit_records.database import migrate, open_database
from credit_records.providers import add_provider
from credit_records.settings import Settings

from tests.conftest import REPOSITORY
from tests.site.pushing import KIND, row

CHENGXIN = Path(sys.executable).with_name("chengxin")
PATIENCE = 120  # seconds; only a failure waits so long
ROWS = 3_000


@pytest.fixture
def key(tmp_path) -> str:
    database = open_database(Settings(data_dir=tmp_path))
    migrate(database)
    key = add_provider(database, "water", "市水务局", "市水务局", kinds=[KIND.name])
    database.dispose()
    return key


@contextmanager
def served(data_dir: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    settings = {**os.environ, "CHENGXIN_DATA_DIR": str(data_dir), "CHENGXIN_CITY": "demo"}
    server = subprocess.Popen([CHENGXIN, "serve", "--port", str(port)], env=settings, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + PATIENCE
        while not answers(f"{address}/healthz"):
            assert time.monotonic() < end
            assert server.poll() is None
        yield address, server
    finally:
        server.terminate()
        server.wait(30)


def answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=5).close()  # our own server, on this machine
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        time.sleep(0.05)
        return False
    return True


def test_the_program_of_the_docs_pushes_as_it_stands(tmp_path, key, monkeypatch):
    page = (REPOSITORY / "docs" / "api.md").read_text(encoding="utf-8")
    program = page.split("```python\n")[1].split("```")[0]
    with served(tmp_path) as (address, _):
        monkeypatch.setenv("KEY", key)
        known: dict[str, object] = {}
        exec(program.replace("http://127.0.0.1:8000", address), known)  # noqa: S102  # that it runs is the test
        told = known["push"](KIND.name, [row(), row(decision_date="去年")])
        assert [each["status"] for each in told["rows"]] == ["new", "refused"]


def test_a_server_killed_in_the_middle_of_a_push_loses_and_doubles_nothing(tmp_path, key):
    body = orjson.dumps({"kind": KIND.name, "rows": [row() for _ in range(ROWS)]})

    def push(address: str) -> dict[str, object]:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{address}/api/v1/providers/water/records", body, headers)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # our own server
            return orjson.loads(answer.read())

    with served(tmp_path) as (address, server):
        caller = threading.Thread(target=attempt, args=(push, address))
        caller.start()
        end = time.monotonic() + PATIENCE
        while not count(tmp_path, "delivery") and time.monotonic() < end:
            time.sleep(0.002)
        os.kill(server.pid, signal.SIGKILL)
        caller.join()
    assert count(tmp_path, "record") in (0, ROWS)
    with served(tmp_path) as (address, _):
        told = push(address)
    assert told["new"] + told["unchanged"] == ROWS
    assert count(tmp_path, "record") == ROWS == count(tmp_path, "subject")
    assert count(tmp_path, "delivery WHERE finished_at IS NULL") <= 1


def attempt(push, address: str) -> None:
    with suppress(urllib.error.URLError, ConnectionError, OSError):
        push(address)


def count(data_dir: Path, rows: str) -> int:
    with sqlite3.connect(data_dir / "chengxin.db") as connection:
        found: int = connection.execute(f"SELECT count(*) FROM {rows}").fetchone()[0]  # ours
    connection.close()
    return found
