"""Programs that are measured from outside: what they took, and servers that stop when their part is done."""

import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

CHENGXIN = Path(sys.executable).with_name("chengxin")
UP_WITHIN = 60  # seconds
LOOK_EVERY = 0.1  # seconds


@dataclass(frozen=True, slots=True)
class Took:
    """`peak` is in bytes, of all processes of the program together; pages that they share count in each."""

    seconds: float
    cpu_seconds: float
    peak: int
    output: str


def run(words: Sequence[str | Path], settings: Mapping[str, str]) -> Took:
    """Run a program to its end and tell what it took; a failure ends the benchmark."""
    start = time.perf_counter()
    process = subprocess.Popen(
        words,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    with watched(process.pid) as peak:
        assert process.stdout is not None
        output = process.stdout.read().decode(errors="replace")
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(map(str, words))} ended with {process.returncode}:\n{output}")
    seconds = time.perf_counter() - start
    # Not ru_maxrss: a program begins with that of whoever starts it, and this one has held a city's documents by then.
    return Took(seconds, usage.ru_utime + usage.ru_stime, peak[0], output)


@contextmanager
def watched(session: int) -> Iterator[list[int]]:
    """The memory of all processes of a session, looked at all the while; a list that holds the highest so far."""
    peak, ended = [0], threading.Event()

    def watch() -> None:
        while not ended.wait(LOOK_EVERY):
            peak[0] = max(peak[0], session_memory(session))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        ended.set()
        watcher.join()


def session_memory(session: int) -> int:
    """Bytes that all processes of a session hold together; pages that they share count in each."""
    return sum(int(fields[21]) for _, fields in _processes(session)) * os.sysconf("SC_PAGE_SIZE")


def processor_seconds(session: int) -> float:
    """Seconds of processor that a session's processes took so far, with those of their children that ended."""
    ticks = sum(sum(map(int, fields[11:15])) for _, fields in _processes(session))
    return ticks / os.sysconf("SC_CLK_TCK")


def own_memory(session: int) -> int:
    """Bytes of a session's processes that no file backs: what a leak would be, without mapped databases and indexes."""
    total = 0
    for status, _ in _processes(session):
        with suppress(OSError):
            found = re.search(
                r"^RssAnon:\s+(\d+) kB", status.read_text(encoding="ascii", errors="replace"), re.MULTILINE
            )
            total += int(found[1]) * 1024 if found else 0
    return total


def _processes(session: int) -> Iterator[tuple[Path, list[str]]]:
    """The status file of each process of the session, with the fields of its stat file from the third on."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            fields = stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == session:
                yield stat.with_name("status"), fields


@contextmanager
def served(words: Sequence[str | Path], settings: Mapping[str, str], *, port: int, path: str) -> Iterator[str]:
    """A server while the block lasts, once it answers at the path; its address."""
    with running(words, settings) as process:
        yield served_at(port, path, process)


def served_at(port: int, path: str, process: "subprocess.Popen[bytes]") -> str:
    """The address of a server, once it answers at the path."""
    address = f"http://127.0.0.1:{port}"
    _wait_for(address + path, process)
    return address


@contextmanager
def running(words: Sequence[str | Path], settings: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """A program, in a session of its own, while the block lasts; asked to end, it must do so in time and cleanly."""
    process = subprocess.Popen(words, env={**os.environ, **settings}, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + UP_WITHIN
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
        else:
            return
    sys.exit(f"nothing answered at {address}")
