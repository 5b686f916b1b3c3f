"""A file into the database: read, checked, recorded, batch by batch."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import orjson
from credit_records.catalogue import Kind
from credit_records.checking import SHOWN_VALUE, Checker
from credit_records.deliveries import Delivery, NewDelivery, finish_delivery, start_delivery
from credit_records.privacy import mask
from credit_records.recording import Recorder
from credit_records.rows import REFUSED, Problem
from sqlalchemy import Engine as Database

from credit_indexer.checking_ahead import checked_batches
from credit_indexer.sources.bytestream import content_digest
from credit_indexer.sources.opening import inspect
from credit_indexer.sources.source import BrokenRow, Source, shown_name

SHOWN_RAW = 4000  # characters of a line that could not be taken apart
WHOLE_ROW = "整行"


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that can be read, with what identifies its content."""

    path: Path
    source: Source
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Loaded:
    delivery: Delivery
    seconds: float
    description: str
    ignored: tuple[str, ...]


def inspect_file(path: Path, kind: Kind) -> Inspected:
    """Look through the whole file; an UnreadableFileError, and nothing recorded, where it cannot be read."""
    source = inspect(path, kind)
    return Inspected(path, source, content_digest(path), path.stat().st_size)


class Loader:
    """Loads files of one kind from one provider."""

    def __init__(self, database: Database, kind: Kind, provider: str) -> None:
        self._database = database
        self._kind = kind
        self._provider = provider

    def load(self, file: Inspected, progress: Callable[[int, int], None]) -> Loaded:
        """Record the whole file. Cut off anywhere, it is loaded again from the start and doubles nothing."""
        started = time.monotonic()
        number = start_delivery(
            self._database,
            NewDelivery(self._provider, shown_name(file.path), file.digest, file.size, self._kind.name),
        )
        checker = Checker(self._kind, file.source.fields)
        recorder = Recorder(self._database, self._kind, number, checker.derive)
        done = 0
        for checked, broken in checked_batches(file.source, self._kind, checker):
            recorder.record(checked.rows, [*map(_problem, broken), *checked.problems], checked.numbers)
            done += len(checked.rows) + len(broken)
            progress(done, max(done, file.source.expected_rows))
        delivery = finish_delivery(self._database, number)
        return Loaded(delivery, time.monotonic() - started, file.source.description, file.source.ignored)


def _problem(broken: BrokenRow) -> Problem:
    """A row that could not be taken apart, as a problem to send back."""
    raw = mask(broken.raw[:SHOWN_RAW])
    return Problem(
        row=broken.number,
        severity=REFUSED,
        field=WHOLE_ROW,
        value=raw[:SHOWN_VALUE],
        rule=broken.rule,
        reason=broken.reason,
        remedy=broken.remedy,
        raw=orjson.dumps({WHOLE_ROW: raw}).decode(),
    )
