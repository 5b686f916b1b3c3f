"""SIGTERM and Ctrl+C end the loop cleanly, with all that was written committed."""

import signal
from pathlib import Path

import pytest

from tests.faults.conftest import PENALTIES, SUBJECTS, Driver
from tests.faults.test_kill import Deliveries, drift


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_the_loop_ends_cleanly(sent: signal.Signals, driver: Driver, deliveries: Deliveries, tmp_path: Path) -> None:
    driver.run(tmp_path, "load", *deliveries[0])
    driver.run(tmp_path, "index", "--once")
    for later in deliveries[1:3]:
        driver.run(tmp_path, "load", *later)
    ended = driver.run(tmp_path, "index", once_said="已启动", with_signal=sent)
    assert (ended.killed, ended.code) == (False, 0), ended.output
    assert "索引已跟上" in ended.output
    subjects, records = drift(tmp_path)
    assert (subjects.compared, subjects.keys) == (SUBJECTS, ())
    assert (records.compared, records.keys) == (PENALTIES, ())
