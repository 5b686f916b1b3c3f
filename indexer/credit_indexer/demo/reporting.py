"""How offices report what they decided: month by month for a year and a half, with what goes wrong in real reporting.

Some months bring nothing; some rows go back and come again mended, some bear the code of another subject until they are
corrected; what has ended since was reported before it had.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from credit_records.catalogue import FieldSpec, FieldType

from credit_indexer.demo.authorities import Authority
from credit_indexer.demo.codes import spoil
from credit_indexer.demo.records import MadeRecord
from credit_indexer.demo.working_days import month_number

MONTHS = 18
CORRECTED = 0.7  # of wrong codes, so many are put right
FAILS_ITS_CHECK = 0.3  # of wrong codes, so many are nobody's

_UNREADABLE = {
    FieldType.DATE: "2026-02-30",
    FieldType.ENUMERATION: "待核实",
    FieldType.CODE: "6299000012345",
    FieldType.AMOUNT: "若干",
    FieldType.INTEGER: "若干",
}


class Report(NamedTuple):
    """What one office sends of one kind in one month, numbered as by `working_days.month_number`."""

    month: int
    provider: str
    kind: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a report."""

    report: Report
    values: tuple[str, ...]


class Reporting:
    """Turns records into lines of reports."""

    def __init__(self, today: date, seed: int) -> None:
        self._last = today.year * 12 + today.month - 1
        self._first = self._last - MONTHS + 1
        self._seed = seed
        self._random = random.Random(seed + 1)
        self._neighbour = ""
        self._is_silent = lru_cache(maxsize=None)(self._draw_silence)

    def lines(self, record: MadeRecord) -> Iterator[Line]:
        """The record as it is sent, once or more often."""
        month = self._next(record, record.reported)
        neighbour, self._neighbour = self._neighbour, record.party.uscc or self._neighbour
        later = self._next(record, record.passed) if record.earlier is not None else month
        values = record.values
        if record.earlier is not None and later > month + 1:  # else what goes back would come after it
            yield self._line(record, later, values)
            values = record.earlier
        yield from self._sent(record, month, values, neighbour)

    def _sent(self, record: MadeRecord, month: int, values: tuple[str, ...], neighbour: str) -> Iterator[Line]:
        """The line as it comes at first, and as it comes again a month later."""
        care, drawn = record.authority.care, self._random.random()
        if month == self._last or drawn >= care.refused + care.wrong_codes:
            yield self._line(record, month, values)
        elif drawn < care.refused:
            yield self._line(record, month, self._damaged(record, values))
            yield self._line(record, month + 1, values)
        else:
            wrong = self._miscoded(record, values, neighbour)
            yield self._line(record, month, wrong)
            if wrong != values and self._random.random() < CORRECTED:
                yield self._line(record, month + 1, values)

    def _damaged(self, record: MadeRecord, values: tuple[str, ...]) -> tuple[str, ...]:
        """The row with a required value that can't be read, or is not there."""
        kind, columns = record.maker.kind, record.maker.columns
        places = [place for place, name in enumerate(columns) if kind.by_name[name].required and values[place]]
        place = places[int(self._random.random() * len(places))]
        bad = _unreadable(kind.by_name[columns[place]])
        return (*values[:place], bad, *values[place + 1 :])

    def _miscoded(self, record: MadeRecord, values: tuple[str, ...], neighbour: str) -> tuple[str, ...]:
        code = record.maker.kind.subject.code
        if not code or not record.party.uscc or not neighbour:
            return values
        bad = spoil(record.party.uscc) if self._random.random() < FAILS_ITS_CHECK else neighbour
        place = record.maker.columns.index(code)
        return (*values[:place], bad, *values[place + 1 :])

    def _line(self, record: MadeRecord, month: int, values: tuple[str, ...]) -> Line:
        return Line(Report(month, record.authority.name, record.maker.kind.name), values)

    def _next(self, record: MadeRecord, day: int) -> int:
        """The month in which the office reports what it published on the day."""
        month = min(max(month_number(day), self._first), self._last)
        while month < self._last and self._is_silent(record.authority, record.maker.kind.name, month):
            month += 1
        return month

    def _draw_silence(self, authority: Authority, kind: str, month: int) -> bool:
        drawn = random.Random(f"{self._seed}/{authority.name}/{kind}/{month}").random()
        return month > self._first and drawn < authority.care.silent


def _unreadable(spec: FieldSpec) -> str:
    return _UNREADABLE.get(spec.type, "")
