"""A command that another process keeps alive ends when that process is gone, however it went."""

import os
import signal
import threading
import time
from typing import Final

SUPERVISOR: Final = "CHENGXIN_SUPERVISOR"  # in the environment of the command: the process that keeps it alive
SECONDS_BETWEEN_LOOKS: Final = 1.0


def end_with_supervisor() -> None:
    """Ask this process to end, as SIGTERM does, once its supervisor, where it has one, is its parent no more."""
    supervisor = os.environ.get(SUPERVISOR)
    if supervisor is not None:
        threading.Thread(target=_watch, args=(int(supervisor),), name="supervisor", daemon=True).start()


def _watch(supervisor: int) -> None:
    while os.getppid() == supervisor:
        time.sleep(SECONDS_BETWEEN_LOOKS)
    os.kill(os.getpid(), signal.SIGTERM)
