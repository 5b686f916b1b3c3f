"""Reports into the database as any delivery comes: checked, recorded; then dated back to the day on which they came.

Only the fictional city is ever dated back, so that its departments have a year and a half behind them at once.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple

from credit_records.calendar import SHANGHAI
from credit_records.database import writing
from credit_records.deliveries import Delivery, utc_now
from credit_records.providers import add_provider, all_providers
from credit_records.tables import delivery, record, wrong_code
from sqlalchemy import Engine as Database
from sqlalchemy import bindparam, case, select, update

from credit_indexer.demo.authorities import Authority
from credit_indexer.demo.city_records import CityRecords
from credit_indexer.demo.records import RecordMaker
from credit_indexer.demo.reporting import Report
from credit_indexer.demo.working_days import last_day_of
from credit_indexer.loading import Inspected, Loader, Sender, inspect_file

WAYS = ("inbox", "push", "pull", "upload")
OFFICE_HOURS = range(9, 18)
MENDED_AFTER = timedelta(days=31)


def register_offices(database: Database, records: CityRecords) -> None:
    """Make the city's offices known as providers, each of the kinds that it sends; their keys, which nobody needs, are
    thrown away.
    """
    sent = records.kinds_of_offices()
    with database.connect() as connection:
        known = {provider.name for provider in all_providers(connection)}
    for office in records.city.authorities.all():
        if office.name not in known:
            add_provider(
                database, office.name, office.title, office.department, office.district, kinds=sent[office.name]
            )


class Taken(NamedTuple):
    """What came in: deliveries, their rows, and how many of these went back."""

    deliveries: int = 0
    rows: int = 0
    refused: int = 0


class Arrivals:
    """Takes in the reports of the city's offices. `today` is when the last of them come."""

    def __init__(self, database: Database, today: date) -> None:
        self._database = database
        self._today = today
        self._came_in: dict[int, str] = {}

    def take(
        self,
        reports: Sequence[tuple[Report, Path]],
        offices: Mapping[str, Authority],
        makers: Mapping[str, RecordMaker],
        progress: Callable[[int, int], None],
    ) -> Taken:
        """Record every report that has not come before, then date them back."""
        began, known = utc_now(), self._known()
        total = Taken()
        for number, (report, path) in enumerate(reports, 1):
            office, maker = offices[report.provider], makers[report.kind]
            file = inspect_file(path, maker.kind)
            if (office.title, file.digest) not in known:
                done = self._take_one(report, file, office, maker)
                total = Taken(total.deliveries + 1, total.rows + done.rows, total.refused + done.refused)
            progress(number, len(reports))
        self._date_back(began)
        return total

    def _known(self) -> set[tuple[str, str]]:
        statement = select(delivery.c.source, delivery.c.content_sha256).where(delivery.c.finished_at.is_not(None))
        with self._database.connect() as connection:
            return {(source, digest) for source, digest in connection.execute(statement)}

    def _take_one(self, report: Report, file: Inspected, office: Authority, maker: RecordMaker) -> Delivery:
        way = random.Random(office.name).choice(WAYS)
        sender = Sender(office.title, office.name, way)
        done = Loader(self._database, maker.kind, sender).load(file).delivery
        self._came_in[done.id] = self._instant(report, office)
        return done

    def _instant(self, report: Report, office: Authority) -> str:
        """Some time in office hours of the month's last day, today where the month is not over."""
        day = min(last_day_of(report.month), self._today)
        drawn = random.Random(f"{office.name}/{report.kind}/{report.month}")
        at = time(drawn.choice(OFFICE_HOURS), drawn.randrange(60), drawn.randrange(60), tzinfo=SHANGHAI)
        came = datetime.combine(day, at).astimezone(UTC)
        return min(came, datetime.now(UTC)).isoformat(timespec="milliseconds")

    def _date_back(self, began: str) -> None:
        """What bears an instant of this run gets that of its delivery."""
        if not self._came_in:
            return
        first, last = min(self._came_in), max(self._came_in)
        dates = [{"number": number, "at": at} for number, at in self._came_in.items()]
        mended = [{"number": number, "at": at, "mended": _month_after(at)} for number, at in self._came_in.items()]
        came = select(delivery.c.started_at).where(delivery.c.id == record.c.delivery_id).scalar_subquery()
        with writing(self._database) as connection:
            connection.execute(
                update(delivery)
                .where(delivery.c.id == bindparam("number"))
                .values(started_at=bindparam("at"), finished_at=bindparam("at")),
                dates,
            )
            connection.execute(
                update(wrong_code)
                .where(wrong_code.c.delivery_id == bindparam("number"))
                .values(
                    found_at=bindparam("at"),
                    corrected_at=case((wrong_code.c.corrected_at.is_not(None), bindparam("mended"))),
                ),
                mended,
            )
            connection.execute(
                update(record)
                .where(record.c.delivery_id.between(first, last))
                .values(
                    received_at=came,
                    updated_at=came,
                    published_at=case((record.c.published_at >= began, came), else_=record.c.published_at),
                )
            )


def _month_after(at: str) -> str:
    later = datetime.fromisoformat(at) + MENDED_AFTER
    return min(later, datetime.now(UTC)).isoformat(timespec="milliseconds")
