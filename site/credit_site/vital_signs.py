"""What an operator watches beside requests: indexes, database, inbox, disk, and the programs that have no port.

They are looked up when they are asked for, at most every few seconds whoever asks, and each for itself: what rests or
fails is told as such and leaves the others as they are.
"""

import asyncio
import shutil
import time
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Final

from credit_records.heartbeats import last_beats
from credit_records.inbox_figures import InboxFigures, inbox_figures
from credit_records.operating_figures import OperatingFigures, operating_figures, waiting_since
from credit_search.protocol import EngineUnavailableError, IndexReader
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from credit_site.database import Database

SECONDS: Final = 5.0


class VitalSigns:
    """One per process. `readers` maps the name of each index to its reader."""

    def __init__(self, database: Database, readers: Mapping[str, IndexReader], data_dir: Path, inbox: Path) -> None:
        self._database = database
        self._readers = readers
        self._data_dir = data_dir
        self._inbox = inbox
        self._looking = asyncio.Lock()
        self._known = b""
        self._until = 0.0

    async def exposition(self) -> bytes:
        """In the text format of Prometheus."""
        async with self._looking:
            if time.monotonic() >= self._until:
                self._known = _exposition(await self._look())
                self._until = time.monotonic() + SECONDS
        return self._known

    async def _look(self) -> list[Metric]:
        try:
            figures = await self._database.read_aside(operating_figures)
        except SQLAlchemyError:
            figures = None
        found = [
            _gauge("chengxin_build_info", "Version of the program", {(version("chengxin"),): 1}, ("version",)),
            _gauge("chengxin_database_up", "Whether the database can be read", {(): figures is not None}),
            *await self._indexes(figures),
            *_of_beats(last_beats(self._data_dir)),
            *_of_disk(self._data_dir),
            *_of_inbox(await asyncio.to_thread(inbox_figures, self._inbox)),
        ]
        return found + _of_database(figures) if figures else found

    async def _indexes(self, figures: OperatingFigures | None) -> Iterator[Metric]:
        cursors: dict[str, int] = {}
        sizes: dict[str, int] = {}
        for name, reader in self._readers.items():
            try:
                cursors[name], sizes[name] = await reader.cursor(), await reader.size()
            except EngineUnavailableError:
                continue
        up = {name: name in cursors for name in self._readers}
        lag = {name: max(figures.newest_change - cursor, 0) for name, cursor in cursors.items()} if figures else {}
        waited = await self._waited(cursors) if figures else {}
        return iter(
            (
                _by("chengxin_index_up", "Whether the index answers", "index", up),
                _by("chengxin_index_documents", "Documents that can be found", "index", sizes),
                _by("chengxin_index_lag_changes", "Changes that wait to be indexed", "index", lag),
                _by("chengxin_index_lag_seconds", "How long the first of these has waited", "index", waited),
            )
        )

    async def _waited(self, cursors: Mapping[str, int]) -> dict[str, float]:
        now = time.time()
        found = {}
        for name, cursor in cursors.items():
            try:
                since = await self._database.read_aside(waiting_since, cursor)
            except SQLAlchemyError:
                continue
            found[name] = max(now - since, 0.0) if since is not None else 0.0
        return found


def _of_database(figures: OperatingFigures) -> list[Metric]:
    return [
        _gauge("chengxin_change_log_last", "Number of the last change", {(): figures.newest_change}),
        _by(
            "chengxin_delivery_last_timestamp_seconds",
            "When the last delivery of each way began",
            "way",
            figures.newest_deliveries,
        ),
        _by("chengxin_rows_last_day", "Rows delivered in the last 24 hours", "outcome", figures.rows),
        _gauge(
            "chengxin_deliveries_unfinished",
            "Deliveries of the last 24 hours that have not ended",
            {(): figures.unfinished},
        ),
        _by("chengxin_applications_open", "Applications that wait for somebody", "state", figures.applications),
        _gauge("chengxin_applications_overdue", "Open applications whose day has passed", {(): figures.overdue}),
        _gauge("chengxin_mails_waiting", "Mails that are not sent yet", {(): figures.mails}),
    ]


def _of_beats(beats: Mapping[str, float]) -> list[Metric]:
    name = "chengxin_alive_timestamp_seconds"
    return [_by(name, "When a program on this data folder last gave a sign of life", "program", beats)]


def _of_disk(data_dir: Path) -> list[Metric]:
    try:
        usage = shutil.disk_usage(data_dir)
    except OSError:
        return []
    return [
        _gauge("chengxin_data_free_bytes", "Free space on the disk of the data folder", {(): usage.free}),
        _gauge("chengxin_data_size_bytes", "Size of the disk of the data folder", {(): usage.total}),
    ]


def _of_inbox(figures: InboxFigures) -> list[Metric]:
    age = max(time.time() - figures.oldest, 0.0) if figures.oldest is not None else 0.0
    states = {"waiting": figures.waiting, "taking": figures.taking}
    return [
        _by("chengxin_inbox_files", "Files in the inbox that are not done with", "state", states),
        _gauge("chengxin_inbox_oldest_seconds", "How long the oldest of these has lain there", {(): age}),
    ]


def _by(name: str, told: str, label: str, values: Mapping[str, float]) -> Metric:
    return _gauge(name, told, {(key,): value for key, value in values.items()}, (label,))


def _gauge(
    name: str, told: str, values: Mapping[tuple[str, ...], float], labels: tuple[str, ...] = ()
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, told, labels=labels)
    for given, value in values.items():
        family.add_metric(given, float(value))
    return family


class _Found(Collector):
    """What was found, as the library wants it."""

    def __init__(self, found: list[Metric]) -> None:
        self._found = found

    def collect(self) -> list[Metric]:
        return self._found


def _exposition(found: list[Metric]) -> bytes:
    registry = CollectorRegistry()
    registry.register(_Found(found))
    return generate_latest(registry)
