"""The one way in: rows of a source, whatever it is, are checked, recorded and put in the change log."""

from collections.abc import Callable
from typing import Final

import orjson
from credit_records.catalogue import Kind
from credit_records.checking import SHOWN_VALUE, Checker
from credit_records.deliveries import Delivery, finish_delivery
from credit_records.privacy import mask
from credit_records.recording import Recorder
from credit_records.repeats import Repeats
from credit_records.rows import REFUSED, Problem
from sqlalchemy import Engine as Database

from credit_indexer.checking_ahead import checked_batches
from credit_indexer.sources.source import BrokenRow, Source

SHOWN_RAW: Final = 4000  # characters of a line that could not be taken apart
WHOLE_ROW: Final = "整行"

Progress = Callable[[int, int], None]
"""Told how many rows are done, and of about how many."""


def tell_nobody(_done: int, _total: int) -> None:
    return None


def take(
    database: Database,
    kind: Kind,
    source: Source,
    delivery: int,
    *,
    already: int = 0,
    before_recording: Callable[[], None] = lambda: None,
    progress: Progress = tell_nobody,
) -> Delivery:
    """Record all of the source as the delivery of this number, which has begun; its final figures.

    Cut off anywhere, it is taken again from the start and doubles nothing. Args:
        already: how many rows of this very source the delivery holds from before it was cut off. Each batch and the
            count of its rows are committed together, so what is counted is recorded.
        before_recording: asked before each batch; what it raises keeps the batch out.
        progress: told after each batch.
    """
    checker = Checker(kind, source.fields)
    recorder = Recorder(database, kind, delivery, checker.derive)
    repeats = Repeats(kind)
    done = 0
    for checked, broken in checked_batches(source, kind, checker):
        problems = [*map(_problem, broken), *checked.problems]
        refused = {problem.row for problem in problems if problem.severity == REFUSED}
        problems += repeats.problems(checked.rows, checked.numbers)
        done += len(checked.rows) + len(refused)
        if done > already:
            before_recording()
            recorder.record(checked.rows, problems, checked.numbers)
        progress(done, max(done, source.expected_rows))
    return finish_delivery(database, delivery)


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
