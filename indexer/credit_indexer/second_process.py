"""Work done in a process of its own, one item ahead of whoever uses the items.

Where making an item and using it cost about the same, both together take little more than half the time. The pipe
between the two is the whole of what they share: whichever end dies, the other sees it closed and ends.

This module is also the program of that process. It is not forked, for a fork would share the database's connections
and the threads of Arrow; nor started by multiprocessing, which would run the caller's main program again.
"""

import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, TypeVar

from credit_indexer.memory import expect_bulk_work

Item = TypeVar("Item")
Given = ParamSpec("Given")

# What is sent is a pair of one of these and a value: the program's own process knows this module by another name,
# so that a class of ours would not be the same in both.
_ITEM, _RAISED, _END = "item", "raised", "end"


class SecondProcessDiedError(Exception):
    """The second process ended without finishing."""


def ahead(make: Callable[Given, Iterator[Item]], *given: Given.args, **named: Given.kwargs) -> Generator[Item]:
    """What `make`, a function of a module, yields in a second process. Arguments and items are pickled.

    Raises:
        SecondProcessDiedError: it was killed, say for want of memory.
        Exception: whatever `make` raises.
    """
    with _second_process() as pipe:
        with suppress(ConnectionError):  # already dead: the first receiving says so
            pipe.send((make, given, named))
        while (received := _receive(pipe))[0] != _END:
            yield received[1]


@contextmanager
def _second_process() -> Iterator["Connection[object, tuple[str, Any]]"]:
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


def _receive(pipe: "Connection[object, tuple[str, Any]]") -> tuple[str, Any]:
    try:
        sort, value = pipe.recv()
    except (EOFError, ConnectionError) as error:
        message = "辅助进程意外结束（可能是内存不足）。已经提交的部分完整有效；请重新执行同一命令，不会重复。"
        raise SecondProcessDiedError(message) from error
    if sort == _RAISED:
        raise value
    return sort, value


def _serve(pipe: "Connection[tuple[str, Any], tuple[Any, Any, Any]]") -> None:
    """In the second process: make everything and send it, item by item."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the first process; the pipe then closes
    # Whoever uses the items has stopped when the pipe breaks, and says why.
    with suppress(BrokenPipeError, ConnectionResetError, EOFError):
        make, given, named = pipe.recv()
        try:
            for item in make(*given, **named):
                pipe.send((_ITEM, item))
        except (BrokenPipeError, ConnectionResetError):
            raise
        except Exception as error:
            pipe.send((_RAISED, error))  # raised again in the first process
        else:
            pipe.send((_END, None))


if __name__ == "__main__":
    expect_bulk_work()
    _serve(Connection(int(sys.argv[1])))
