"""A file into the database: looked through as a whole, then taken in."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from credit_records.catalogue import Kind
from credit_records.deliveries import Delivery, NewDelivery, start_delivery
from sqlalchemy import Engine as Database

from credit_indexer.intake import Progress, take, tell_nobody
from credit_indexer.sources.bytestream import content_digest
from credit_indexer.sources.opening import inspect
from credit_indexer.sources.source import Source, UnreadableFileError, shown_name

_SIZE = 2  # where a file's state holds it


class FileChangedError(UnreadableFileError):
    """The file was changed or replaced after it was looked through."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that can be read, with what identifies its content; `state` differs once the file was written to."""

    path: Path
    source: Source
    digest: str
    size: int
    state: tuple[int, ...]

    def refuse_changed(self) -> None:
        """Raise FileChangedError where the path no longer holds what was looked through."""
        if file_state(self.path) != self.state:
            raise changed(self.path)


@dataclass(frozen=True, slots=True)
class Loaded:
    delivery: Delivery
    seconds: float
    description: str
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: its title as profiles say it, its name where it is a registered provider, and by which way."""

    title: str
    provider: str | None = None
    way: str = "command"


def inspect_file(path: Path, kind: Kind) -> Inspected:
    """Look through the whole file; an UnreadableFileError, and nothing recorded, where it cannot be read."""
    before = file_state(path)
    source = inspect(path, kind)
    inspected = Inspected(path, source, content_digest(path), before[_SIZE], before)
    inspected.refuse_changed()
    return inspected


def file_state(path: Path) -> tuple[int, ...]:
    """Which file lies there and when it was last written to; empty where there is none, which reading then tells."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def changed(path: Path) -> FileChangedError:
    return FileChangedError(
        path, "读取期间文件被改写或替换", "已经提交的批次完整有效；请等文件传完、不再改动后重新装载，不会重复"
    )


class Loader:
    """Loads files of one kind from one sender, or from an operator who names the source."""

    def __init__(self, database: Database, kind: Kind, sender: Sender | str) -> None:
        self._database = database
        self._kind = kind
        self._sender = Sender(sender) if isinstance(sender, str) else sender

    def load(
        self,
        file: Inspected,
        progress: Progress = tell_nobody,
        *,
        resume: Delivery | None = None,
        on_begun: Callable[[int], None] = lambda _: None,
    ) -> Loaded:
        """Record the whole file. Cut off anywhere, it is loaded again from the start and doubles nothing.

        `resume` is the delivery as which a load of this very file was cut off, and goes on. `on_begun` is told the
        number of the delivery before anything is recorded.

        Raises:
            FileChangedError: the file was changed meanwhile; nothing of what was put in its place is recorded.
        """
        started = time.monotonic()
        file.refuse_changed()
        number = resume.id if resume else self.begin(file.path, file.digest, file.size)
        on_begun(number)
        try:
            delivery = take(
                self._database,
                self._kind,
                file.source,
                number,
                already=resume.rows if resume else 0,
                before_recording=file.refuse_changed,
                progress=progress,
            )
        except UnreadableFileError:
            file.refuse_changed()  # then that is why
            raise
        return Loaded(delivery, time.monotonic() - started, file.source.description, file.source.ignored)

    def begin(self, path: Path, digest: str, size: int) -> int:
        """The number of a delivery of this file, of which nothing is recorded yet."""
        sender, name = self._sender, shown_name(path)
        new = NewDelivery(sender.title, name, digest, size, self._kind.name, sender.provider, sender.way)
        return start_delivery(self._database, new)
