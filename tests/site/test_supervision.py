"""A child process is started again when it ends, and ends with its keeper."""

import sys
import time
from collections.abc import Callable

from credit_site import supervision
from credit_site.supervision import SupervisedProcess

PATIENCE = 30  # seconds for what takes milliseconds on a quiet machine


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def counting(path) -> str:
    return f"open({str(path)!r}, 'a').write('x')"


def test_a_child_that_ends_is_started_again(tmp_path, monkeypatch):
    monkeypatch.setattr(supervision, "FIRST_WAIT", 0.01)
    starts = tmp_path / "starts"
    with SupervisedProcess("short-lived", (sys.executable, "-c", counting(starts))):
        wait_until(lambda: starts.exists() and len(starts.read_text()) >= 3)
    count = len(starts.read_text())
    assert count >= 3


def test_a_child_ends_with_its_keeper_and_may_finish_first(tmp_path):
    started, finished = tmp_path / "started", tmp_path / "finished"
    program = (
        "import signal, sys, time\n"
        f"signal.signal(signal.SIGTERM, lambda *_: (open({str(finished)!r}, 'w').close(), sys.exit(0)))\n"
        f"open({str(started)!r}, 'w').close()\n"
        "time.sleep(600)\n"
    )
    with SupervisedProcess("long-lived", (sys.executable, "-c", program)) as kept:
        wait_until(started.exists)
    assert finished.exists()
    assert kept.pid is None


def test_a_child_that_will_not_end_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(supervision, "PATIENCE", 0.2)
    started = tmp_path / "started"
    program = (
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"open({str(started)!r}, 'w').close()\n"
        "time.sleep(600)\n"
    )
    with SupervisedProcess("stubborn", (sys.executable, "-c", program)) as kept:
        wait_until(started.exists)
    wait_until(lambda: kept.pid is None)
