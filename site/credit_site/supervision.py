"""A child process that is kept alive: started again when it ends, less and less eagerly, and ended with us.

It is told who keeps it, so that it ends by itself where we are killed.
"""

import os
import subprocess
import threading
import time
from collections.abc import Sequence

import structlog
from credit_records.supervisor import SUPERVISOR

FIRST_WAIT = 1.0  # seconds
LONGEST_WAIT = 60.0
HEALTHY_AFTER = 60.0  # a child that lived so long has its next failure forgiven
PATIENCE = 20.0  # how long a child may take to finish what it is at


class SupervisedProcess:
    """Runs a command until `stop`. Use as a context manager."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self._name = name
        self._command = list(command)
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()
        self._thread = threading.Thread(target=self._keep_alive, name=f"supervise-{name}", daemon=True)
        self._log = structlog.get_logger("supervision")

    def __enter__(self) -> "SupervisedProcess":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """Of the child while it runs."""
        process = self._process
        return process.pid if process and process.poll() is None else None

    def stop(self) -> None:
        """Ask the child to end, and end it if it does not."""
        with self._starting:
            self._stopping.set()
            process = self._process
        if process and process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
        self._thread.join(PATIENCE)

    def _keep_alive(self) -> None:
        wait = FIRST_WAIT
        while True:
            started = time.monotonic()
            with self._starting:
                if self._stopping.is_set():
                    return
                # A session of its own: Ctrl+C reaches us alone, and we end the child once answers are given.
                self._process = subprocess.Popen(  # noqa: S603  # our own command
                    self._command, start_new_session=True, env={**os.environ, SUPERVISOR: str(os.getpid())}
                )
            self._log.info("started", process=self._name, pid=self._process.pid)
            code = self._process.wait()
            if time.monotonic() - started > HEALTHY_AFTER:
                wait = FIRST_WAIT
            if self._stopping.is_set():
                return
            self._log.warning("ended", process=self._name, code=code, starting_again_in=wait)
            if self._stopping.wait(wait):
                return
            wait = min(wait * 2, LONGEST_WAIT)
