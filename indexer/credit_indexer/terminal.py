"""What a command says to the person, or the log, that runs it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


def say(text: str) -> None:
    _write(sys.stdout, text)


def complain(text: str) -> None:
    _write(sys.stderr, text)


def _write(stream: TextIO, text: str) -> None:
    """A line, whatever the stream's encoding: what it cannot show must not end a command."""
    encoding = stream.encoding or "utf-8"
    stream.write(f"{text}\n".encode(encoding, errors="replace").decode(encoding))
    stream.flush()


class Meter:
    """Shows how far a task is: a bar on a terminal, else nothing but what `say` says."""

    def __init__(self, progress: Progress | None, title: str) -> None:
        self._progress = progress
        self._task = progress.add_task(title, total=None) if progress else None

    def show(self, done: int, total: int) -> None:
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=done, total=total)


@contextmanager
def meter(title: str) -> Iterator[Meter]:
    """A meter for one task; a bar only where standard error is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Meter(None, title)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield Meter(progress, title)
