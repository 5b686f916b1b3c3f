"""SIGTERM and Ctrl+C end the loop cleanly, with all that was written committed."""

import signal
from pathlib import Path

import pytest

from tests.faults.conftest import SUBJECTS, Driver
from tests.faults.test_kill import drift


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_the_loop_ends_cleanly(
    sent: signal.Signals, driver: Driver, editions: tuple[Path, Path], tmp_path: Path
) -> None:
    driver.run(tmp_path, "load", str(editions[0]))
    driver.run(tmp_path, "index", "--once")
    driver.run(tmp_path, "load", str(editions[1]))
    ended = driver.run(tmp_path, "index", once_said="已启动", with_signal=sent)
    assert (ended.killed, ended.code) == (False, 0), ended.output
    assert "索引已跟上" in ended.output
    found = drift(tmp_path)
    assert (found.compared, found.subjects) == (SUBJECTS, ())
