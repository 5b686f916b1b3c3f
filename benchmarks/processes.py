"""Programs that are measured from outside: what they took, and servers that stop when their part is done."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CHENGXIN = Path(sys.executable).with_name("chengxin")
UP_WITHIN = 60  # seconds


@dataclass(frozen=True, slots=True)
class Took:
    """`peak` is in bytes, of the process and of whatever it waited for."""

    seconds: float
    cpu_seconds: float
    peak: int
    output: str


def run(words: Sequence[str | Path], settings: Mapping[str, str]) -> Took:
    """Run a program to its end and tell what it took; a failure ends the benchmark."""
    start = time.perf_counter()
    process = subprocess.Popen(words, env={**os.environ, **settings}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    output = process.stdout.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(map(str, words))} ended with {process.returncode}:\n{output}")
    seconds = time.perf_counter() - start
    return Took(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, output)


@contextmanager
def served(words: Sequence[str | Path], settings: Mapping[str, str], *, port: int, path: str) -> Iterator[str]:
    """A server while the block lasts, once it answers at the path; its address."""
    process = subprocess.Popen(words, env={**os.environ, **settings}, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address + path, process)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + UP_WITHIN
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310  (an address of ours on this machine)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
        else:
            return
    sys.exit(f"nothing answered at {address}")
