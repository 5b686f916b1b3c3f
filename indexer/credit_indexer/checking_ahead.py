"""Reading and checking in a process of its own, one batch ahead of the recording.

Both cost about the same for a row, so a large file loads in little more than half the time. The pipe between the two
is the whole of what they share: whichever end dies, the other sees it closed and ends.

This module is also the program of that process. It is not forked, for a fork would share the database's connections
and the threads of Arrow; nor started by multiprocessing, which would run the caller's main program again.
"""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from credit_records.catalogue import Kind, catalogue
from credit_records.checking import Checker

from credit_indexer.memory import expect_bulk_work
from credit_indexer.packing import CheckedBatch, Packed, pack, unpack
from credit_indexer.sources.source import Source, UnreadableFileError

WORTHWHILE_ROWS = 50_000  # below this a second process takes longer to start than it saves


class CheckerDiedError(Exception):
    """The process that checks ended without finishing."""


def checked_batches(source: Source, kind: Kind, checker: Checker) -> Iterator[CheckedBatch]:
    """Every batch of the source, checked: here, or where the file is large, in a second process."""
    if source.expected_rows < WORTHWHILE_ROWS:
        yield from _check(source, checker)
        return
    with _second_process() as pipe:
        with suppress(ConnectionError):  # already dead: the first receiving says so
            pipe.send((source, kind.name))
        while (received := _receive(pipe)) is not None:
            yield unpack(received)


def _check(source: Source, checker: Checker) -> Iterator[CheckedBatch]:
    for batch in source.batches():
        yield checker.check(batch.numbers, batch.rows), batch.broken


@contextmanager
def _second_process() -> Iterator["Connection[object, Packed | UnreadableFileError | None]"]:
    ours, theirs = Pipe()
    number = theirs.fileno()
    command = [sys.executable, "-m", __name__, str(number)]
    with theirs:
        process = subprocess.Popen(command, pass_fds=[number])  # noqa: S603  (this program and a number)
    try:
        yield ours
    finally:
        ours.close()
        process.wait()


def _receive(pipe: "Connection[object, Packed | UnreadableFileError | None]") -> Packed | None:
    try:
        received = pipe.recv()
    except (EOFError, ConnectionError) as error:
        message = "检查数据的进程意外结束（可能是内存不足）。已经提交的批次完整有效；请重新装载同一文件，不会重复。"
        raise CheckerDiedError(message) from error
    if isinstance(received, UnreadableFileError):
        raise received
    return received


def _serve(pipe: "Connection[Packed | UnreadableFileError | None, tuple[Source, str]]") -> None:
    """In the second process: check all of one source and send it, batch by batch."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for whoever records; the pipe then closes
    try:
        source, kind_name = pipe.recv()
        try:
            for batch in _check(source, Checker(catalogue().kinds[kind_name], source.fields)):
                pipe.send(pack(batch))
            pipe.send(None)
        except UnreadableFileError as error:
            pipe.send(error)
    except (BrokenPipeError, ConnectionResetError, EOFError):
        return  # whoever records has stopped, and says why


if __name__ == "__main__":
    expect_bulk_work()
    _serve(Connection(int(sys.argv[1])))
