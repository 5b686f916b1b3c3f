"""Pulls from departments' databases: each in a thread of its own, so that a slow one keeps nobody waiting."""

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import typer
from credit_records.catalogue import Kind
from credit_records.deliveries import Delivery, NewDelivery, finish_delivery, start_delivery
from credit_records.providers import Provider, find_provider
from credit_records.pull_marks import keep_mark, read_mark
from credit_records.receipts import receipt_of
from sqlalchemy import Engine as Database
from sqlalchemy.exc import DBAPIError

from credit_indexer.failures import NO_SERVICE, in_short
from credit_indexer.intake import take
from credit_indexer.postponing import Postponed
from credit_indexer.pull_table import DepartmentTable, Mark, Passed, PullError, Rows, as_text
from credit_indexer.receiving import StoppedError, place_of
from credit_indexer.settings import PullSettings
from credit_indexer.sources.headers import Header, HeaderMatcher
from credit_indexer.sources.source import Batch
from credit_indexer.terminal import complain

LONGEST_WAIT: Final = 300.0  # seconds between tries of a source that is down


def check_pulls(pulls: Sequence[PullSettings], kinds: Mapping[str, Kind]) -> None:
    """End the command where a pull names a kind that does not exist."""
    for pull in pulls:
        if pull.kind not in kinds:
            complain(f"设置有误：抽取 {pull.name} 的种类 {pull.kind} 不在目录里；可用：{'、'.join(kinds)}。")
            raise typer.Exit(NO_SERVICE)


class PulledRows:
    """A `Source` of the rows of a department's table; `reached` is the mark of the last batch given."""

    description = "数据库"
    expected_rows = 0  # unknown: they are checked here, each page before the next is asked for

    def __init__(self, table: DepartmentTable, header: Header, pages: Iterator[Rows], passed: Passed) -> None:
        self._table = table
        self._passed = passed
        self._pages = pages
        self._header = header
        self.reached: Mark | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        return self._header.fields

    @property
    def ignored(self) -> tuple[str, ...]:
        return self._header.ignored

    def batches(self) -> Iterator[Batch]:
        first = 1
        for rows in self._pages:
            for row in rows:
                self._passed.add(self._table.mark_of(row), row)
            self.reached = self._passed.mark()
            yield Batch(range(first, first + len(rows)), [self._texts(tuple(row.values())) for row in rows])
            first += len(rows)

    def _texts(self, values: Sequence[object]) -> tuple[str, ...]:
        return tuple(as_text(values[position]) for position in self._header.positions)


class Pulling:
    """All pulls that are set. As a context manager it keeps pulling until `stopped` is set, and then waits for ends."""

    def __init__(
        self,
        database: Database,
        kinds: Mapping[str, Kind],
        pulls: Sequence[PullSettings],
        *,
        on_event: Callable[[str], None],
        stopped: threading.Event,
    ) -> None:
        self._database = database
        self._kinds = kinds
        self._pulls = pulls
        self._on_event = on_event
        self._stopped = stopped
        self._threads = [threading.Thread(target=self._keep_pulling, args=(pull,), name=pull.name) for pull in pulls]

    def __enter__(self) -> "Pulling":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def pull_each(self) -> bool:
        """Pull everything once; whether all of it could be."""
        faults = [self._try(pull) for pull in self._pulls]
        return not any(faults)

    def _keep_pulling(self, pull: PullSettings) -> None:
        waits: Postponed[str] = Postponed(lambda: 0.0, max(pull.every, LONGEST_WAIT))
        while not self._stopped.is_set():
            fault = self._try(pull)
            if fault is None:
                waits.succeeded(pull.name)
            self._stopped.wait(pull.every if fault is None else waits.failed(pull.name))

    def _try(self, pull: PullSettings) -> str | None:
        """Pull what is new; what failed, which is told too."""
        try:
            delivery = self.pull(pull)
            if delivery is not None:
                with self._database.connect() as connection:
                    self._on_event(f"抽取 {pull.name}：{receipt_of(connection, delivery.id).sentence}")
        except StoppedError:
            return None
        except PullError as error:
            fault = str(error)
        except (DBAPIError, OSError) as error:
            fault = in_short(error)
        except Exception as error:
            fault = f"程序没有料到的情况（{place_of(error)}），请告知开发者"
        else:
            return None
        self._on_event(f"抽取 {pull.name}：{fault}；稍后再试")
        return fault

    def pull(self, pull: PullSettings) -> Delivery | None:
        """Take what is new since the last time; None where nothing is.

        Raises:
            PullError: the department's database can't be asked, or does not hold what the kind needs.
        """
        kind = self._kinds[pull.kind]
        with self._database.connect() as connection:
            provider = find_provider(connection, pull.provider)
            kept = read_mark(connection, pull.name)
        if provider is None or not provider.active:
            message = f"{pull.provider} 不是已登记并启用的报送单位"
            raise PullError(message)
        with DepartmentTable(pull) as table:
            header = _header(table.columns(), kind)
            after = Mark.from_json(kept) if kept else None
            pages = table.pages(after)
            first = next(pages, None)
            if first is None:
                return None
            source = PulledRows(table, header, _chained(first, pages), Passed(after))
            return self._take(pull, kind, source, self._begin(pull, provider, kept))

    def _begin(self, pull: PullSettings, provider: Provider, kept: str | None) -> int:
        """Begin a delivery; what it holds is told by where it starts from."""
        digest = hashlib.sha256(f"{pull.name} {kept}".encode()).hexdigest()
        new = NewDelivery(provider.title, pull.name, digest, 0, pull.kind, provider.name, "pull")
        return start_delivery(self._database, new)

    def _take(self, pull: PullSettings, kind: Kind, source: PulledRows, number: int) -> Delivery:
        def keep(_done: int, _total: int) -> None:
            if source.reached is not None:
                keep_mark(self._database, pull.name, source.reached.as_json())
            if self._stopped.is_set():
                raise StoppedError

        try:
            return take(self._database, kind, source, number, progress=keep)
        except (PullError, StoppedError):
            finish_delivery(self._database, number)  # whole up to the mark that is kept
            raise


def _chained(first: Rows, others: Iterator[Rows]) -> Iterator[Rows]:
    yield first
    yield from others


def _header(columns: Sequence[str], kind: Kind) -> Header:
    header = HeaderMatcher(kind).match(columns)
    if header is None:
        needed = "、".join(field.title for field in kind.fields if field.required)
        message = f"缺少{kind.title}必需的列（{needed}）；有的列是：{'、'.join(columns)}。请用 query 给列起标准名或别名"
        raise PullError(message)
    return header
