"""`chengxin demo --live`: a few records a second with today's dates, of all kinds and by all offices in turn."""

import csv
import io
import random
import signal
import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from itertools import cycle, groupby
from pathlib import Path
from typing import Protocol

from credit_records.calendar import today
from credit_records.catalogue import catalogue
from credit_records.checking import Checker
from credit_records.deliveries import NewDelivery, finish_delivery, start_delivery
from credit_records.inbox_layout import PART
from credit_records.recording import Recorder
from credit_records.tables import record, subject
from sqlalchemy import Engine as Database
from sqlalchemy import func, select

from credit_indexer.demo.arriving import register_offices
from credit_indexer.demo.authorities import Authority
from credit_indexer.demo.city_records import CityRecords
from credit_indexer.demo.parties import Party
from credit_indexer.demo.records import MadeRecord, RecordMaker
from credit_indexer.demo.town import Town
from credit_indexer.terminal import say

TICK = 1.0  # seconds; what is published in one goes out together
DRAWN_AT_ONCE = 200  # subjects
SAID_EVERY = 60.0  # seconds


class EmptyCityError(Exception):
    """There is no subject to publish anything about."""


class Publish(Protocol):
    """Sends records of one maker and one office."""

    def __call__(self, maker: RecordMaker, office: Authority, rows: list[tuple[str, ...]]) -> None: ...


def push(database: Database) -> Publish:
    """Check and record at once, as a call of the API does."""

    def publish(maker: RecordMaker, office: Authority, rows: list[tuple[str, ...]]) -> None:
        content = _as_csv(maker, rows)
        name = f"{maker.kind.title}.csv"
        digest = sha256(content).hexdigest()
        new = NewDelivery(office.title, name, digest, len(content), maker.kind.name, office.name, "push")
        number = start_delivery(database, new)
        checker = Checker(maker.kind, maker.columns)
        checked = checker.check(range(2, len(rows) + 2), rows)
        Recorder(database, maker.kind, number, checker.derive).record(checked.rows, checked.problems, checked.numbers)
        finish_delivery(database, number)

    return publish


def drop(inbox: Path) -> Publish:
    """Put a file in the office's folder, for `chengxin receive` to take."""

    def publish(maker: RecordMaker, office: Authority, rows: list[tuple[str, ...]]) -> None:
        folder = inbox / office.name / maker.kind.name
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{time.time_ns()}.csv"
        part = path.with_name(path.name + PART)
        part.write_bytes(_as_csv(maker, rows))
        part.rename(path)

    return publish


def publish_live(database: Database, town: Town, publish: Publish, *, rate: float) -> int:
    """Publish so many records a second until the process is asked to stop; how many they were.

    Raises:
        EmptyCityError: the city has not been made.
    """
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    source = _Source(database, town)
    say(f"每秒公示约 {rate:g} 条虚构的记录，日期为今天。按 Ctrl+C 结束。")
    started = said = time.monotonic()
    published = 0
    while not stopped.wait(TICK if rate >= 1 else 1 / rate):
        due = int((time.monotonic() - started) * rate) - published
        for maker, office, rows in source.next(min(due, int(rate * TICK * 2) + 1)):
            publish(maker, office, rows)
            published += len(rows)
        if time.monotonic() - said >= SAID_EVERY:
            said = time.monotonic()
            say(f"已公示 {published:,} 条。")
    say(f"已停止，共公示 {published:,} 条。")
    return published


class _Source:
    """Records of today about subjects of the database, kind after kind."""

    def __init__(self, database: Database, town: Town) -> None:
        self._database = database
        self._town = town
        self._random = random.Random()
        self._records = self._records_of_today()
        register_offices(database, self._records)
        self._kinds: Iterator[str] = cycle(self._records.makers)
        self._parties: list[Party] = []

    def next(self, count: int) -> Iterator[tuple[RecordMaker, Authority, list[tuple[str, ...]]]]:
        """So many records, of one office and kind together."""
        if self._records.today != today():
            self._records = self._records_of_today()
        made = sorted((self._one() for _ in range(count)), key=_sender)
        for _, group in groupby(made, key=_sender):
            same = list(group)
            yield same[0].maker, same[0].authority, [one.values for one in same]

    def _one(self) -> MadeRecord:
        maker = self._records.makers[next(self._kinds)]
        if len(self._parties) < DRAWN_AT_ONCE // 2:
            self._parties += self._draw()
        suited = (place for place, party in enumerate(self._parties) if maker.suits(party))
        return self._records.about(self._parties.pop(next(suited, -1)), maker, self._records.number_of_today)

    def _draw(self) -> list[Party]:
        with self._database.connect() as connection:
            last = connection.execute(select(func.max(subject.c.id))).scalar() or 0
            wanted = [self._random.randint(1, last) for _ in range(DRAWN_AT_ONCE)] if last else []
            statement = select(subject.c.name, subject.c.uscc, subject.c.division).where(subject.c.id.in_(wanted))
            found = list(connection.execute(statement))
        if not found:
            message = "虚构城市还没有主体。请先执行 chengxin demo。"
            raise EmptyCityError(message)
        self._random.shuffle(found)
        return [self._records.city.parties.of_subject(*row) for row in found]

    def _records_of_today(self) -> CityRecords:
        """Makes records under numbers that none of the database has, for every record had a number below its id."""
        records = CityRecords(self._town, catalogue(), self._random.getrandbits(32), today())
        with self._database.connect() as connection:
            records.number_from(connection.execute(select(func.max(record.c.id))).scalar() or 0)
        return records


def _sender(made: MadeRecord) -> tuple[str, str]:
    return made.maker.kind.name, made.authority.name


def _as_csv(maker: RecordMaker, rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([maker.titles, *rows])
    return text.getvalue().encode()
