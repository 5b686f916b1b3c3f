"""Programs without a port give signs of life, again and again, and none once they hang."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from credit_records.heartbeats import INDEXER, RECEIVER, SECONDS, Heartbeat, last_beats

CHENGXIN = Path(sys.executable).with_name("chengxin")
PATIENCE = 120


def until(happens: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("program", [INDEXER, RECEIVER])
def test_a_program_that_works_beats_until_it_hangs(tmp_path, program):
    environment = {**os.environ, "CHENGXIN_DATA_DIR": str(tmp_path), "CHENGXIN_CITY": "demo"}
    process = subprocess.Popen([CHENGXIN, program], env=environment, stdout=subprocess.DEVNULL)
    try:
        until(lambda: program in last_beats(tmp_path))
        first = last_beats(tmp_path)[program]
        until(lambda: last_beats(tmp_path)[program] > first)
        process.send_signal(signal.SIGSTOP)
        until(lambda: Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T")
        stopped = last_beats(tmp_path)[program]
        time.sleep(SECONDS + 1)
        assert last_beats(tmp_path)[program] == stopped
    finally:
        process.kill()
        process.wait()


def test_a_beat_costs_nothing_where_there_was_one_just_now(tmp_path):
    now = [100.0]
    heartbeat = Heartbeat(tmp_path, INDEXER, clock=lambda: now[0])
    path = tmp_path / "alive" / INDEXER
    heartbeat.beat()
    path.unlink()
    now[0] += SECONDS - 0.1
    heartbeat.beat()
    assert not path.exists()
    now[0] += 0.2
    heartbeat.beat()
    assert path.exists()


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path):
    (tmp_path / "alive").write_text("in the way")
    Heartbeat(tmp_path, INDEXER).beat()
    assert last_beats(tmp_path) == {}
