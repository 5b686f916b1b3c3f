"""Receives what waits in the inbox: each file is taken, loaded and put away with a receipt, one after another."""

import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from credit_records.catalogue import Kind
from credit_records.database import DatabaseUnavailableError
from credit_records.deliveries import Delivery, find_delivery, refuse_delivery, utc_now
from credit_records.durability import outlast_power_cut
from credit_records.inbox_layout import make_folders, provider_folder
from credit_records.providers import Provider, all_providers
from credit_records.receipts import WHOLE_FILE, Receipt, ReceiptProblem, receipt_of, refusal
from credit_records.rows import REFUSED, Problem
from sqlalchemy import Engine as Database
from sqlalchemy.exc import DBAPIError

from credit_indexer.failures import in_short
from credit_indexer.inbox import Inbox, InboxFile
from credit_indexer.loading import FileChangedError, Loader, Sender, inspect_file
from credit_indexer.postponing import Postponed
from credit_indexer.receipt_files import Marker, put_away
from credit_indexer.second_process import SecondProcessDiedError
from credit_indexer.sources.bytestream import content_digest
from credit_indexer.sources.source import UnreadableFileError, shown_name

_PASSING: Final = (DBAPIError, DatabaseUnavailableError, SecondProcessDiedError, FileChangedError, OSError)
"""What is no fault of the file: it stays in `taking` and is tried again."""

EVERYTHING: Final = "收件箱"

MOST_CRASHES: Final = 10
"""A file over which the process died so often is refused, or it would keep out all that come after it."""

CRASHED: Final = f"读取时程序 {MOST_CRASHES} 次异常终止"
UNEXPECTED: Final = "程序没有读懂这个文件"
ANOTHER_FORMAT: Final = "请另存为 UTF-8 编码的 CSV 后重新报送；仍不行时，请与平台联系"

NO_KIND_REASON: Final = "看不出是哪一种数据：文件夹和文件名都不是以数据种类开头"
NOT_ALLOWED: Final = "{provider}没有登记报送{kind}"
GET_ALLOWED: Final = "请核对文件夹和文件名；确应报送的，请联系平台为本单位增加这个种类，再送一次"

NO_KIND_REMEDY: Final = "请放进以数据种类命名的文件夹（如 行政处罚），或让文件名以它开头（如 行政处罚_2026-11.xlsx）"


class StoppedError(Exception):
    """The receiver was asked to stop in the middle of a file, which it goes on with when it is started again."""


@dataclass(frozen=True, slots=True)
class Round:
    """What a look at the inbox came to: files received, put off, and such as may be whole in a moment."""

    received: int
    postponed: int
    settling: bool


class Receiver:
    """Looks through the inbox again and again; `stopped` is asked between batches."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        kinds: Mapping[str, Kind],
        *,
        on_event: Callable[[str], None],
        stopped: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
        keep_turn: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._folder = folder
        self._inbox = Inbox(folder, kinds)
        self._on_event = on_event
        self._stopped = stopped
        self._clock = clock
        self._keep_turn = keep_turn
        self._postponed: Postponed[str] = Postponed(clock)
        self._ignored: set[str] = set()

    def round(self) -> Round:
        """Receive everything that has come whole by now.

        Raises:
            BusyError: another receiver took its turn while the database did not answer.
        """
        if not self._postponed.is_due(EVERYTHING):
            return Round(0, 1, settling=False)
        try:
            self._keep_turn()
            providers = self._providers()
        except _PASSING as error:
            self._put_off(None, error)
            return Round(0, 1, settling=False)
        self._postponed.succeeded(EVERYTHING)
        received = sum(map(self._receive, self._inbox.taking(providers)))
        self._inbox.look(providers, self._clock())
        received += self._receive_new()
        return Round(received, len(self._postponed), self._inbox.may_settle())

    def _providers(self) -> list[Provider]:
        with self._database.connect() as connection:
            providers = [known for known in all_providers(connection) if known.active]
        self._tell_of_strangers({provider.name for provider in providers})
        for provider in providers:
            if not provider_folder(self._folder, provider.name).is_dir():
                make_folders(self._folder, provider.name)
        return providers

    def _tell_of_strangers(self, known: set[str]) -> None:
        """Folders from which nothing is taken, each told once."""
        self._folder.mkdir(parents=True, exist_ok=True)
        strange = {path.name for path in self._folder.iterdir() if not path.name.startswith(".")} - known
        for name in sorted(strange - self._ignored):
            self._on_event(f"收件箱里的 {name} 不是已登记并启用的报送单位，其中的文件不收：见 chengxin provider list")
        self._ignored = strange

    def _receive_new(self) -> int:
        received = 0
        for file in self._inbox.take(self._clock(), is_due=self._is_due, failed=self._put_off):
            received += self._receive(file)
            if self._stopped():
                break
        return received

    def _is_due(self, file: InboxFile) -> bool:
        return self._postponed.is_due(file.name)

    def _receive(self, file: InboxFile) -> bool:
        """Whether the file is done with."""
        if not self._is_due(file):
            return False
        try:
            receipt = self._take(file)
        except StoppedError:
            return False
        except _PASSING as error:
            self._put_off(file, error)
            return False
        self._postponed.succeeded(file.name)
        self._on_event(_told(receipt))
        return True

    def _take(self, file: InboxFile) -> Receipt:
        folder = provider_folder(self._folder, file.provider.name)
        if file.kind is None:
            receipt = _no_kind(file)
            put_away(file.path, folder, receipt)
            return receipt
        marker = Marker(file.path)
        known = self._delivery(file, marker)
        ignored: tuple[str, ...] = ()
        if known is None or known.finished_at is None:
            known, ignored = self._load(file, file.kind, marker, known)
        outlast_power_cut(self._database)
        with self._database.connect() as connection:
            receipt = receipt_of(connection, known.id, ignored=ignored)
            put_away(file.path, folder, receipt, connection)
        marker.remove()
        return receipt

    def _delivery(self, file: InboxFile, marker: Marker) -> Delivery | None:
        """The delivery as which the file was being taken when we were cut off.

        None in a database restored from before, and where the marker, which lies in the provider's own folder, names
        a delivery of somebody else.
        """
        number = marker.delivery()
        if number is None:
            return None
        with self._database.connect() as connection:
            found = find_delivery(connection, number)
        return found if found is not None and found.provider == file.provider.name else None

    def _load(
        self, file: InboxFile, kind: Kind, marker: Marker, cut_off: Delivery | None
    ) -> tuple[Delivery, tuple[str, ...]]:
        """The delivery, and the headers that are no field."""
        loader = Loader(self._database, kind, Sender(file.provider.title, file.provider.name, file.way))
        try:
            with marker.reading() as begun:
                if begun >= MOST_CRASHES:
                    raise UnreadableFileError(file.path, CRASHED, ANOTHER_FORMAT)
                if not file.provider.may_send(kind.name):
                    reason = NOT_ALLOWED.format(provider=file.provider.title, kind=kind.title)
                    raise UnreadableFileError(file.path, reason, GET_ALLOWED)
                inspected = inspect_file(file.path, kind)
                loaded = loader.load(inspected, self._go_on, resume=cut_off, on_begun=marker.write)
        except (StoppedError, *_PASSING):
            raise
        except UnreadableFileError as error:
            return self._refuse(file, loader, marker, error), ()
        except Exception as error:
            self._on_event(f"{shown_name(file.path)}：程序没有料到的情况（{place_of(error)}），请告知开发者")
            return self._refuse(file, loader, marker, UnreadableFileError(file.path, UNEXPECTED, ANOTHER_FORMAT)), ()
        return loaded.delivery, loaded.ignored

    def _refuse(self, file: InboxFile, loader: Loader, marker: Marker, error: UnreadableFileError) -> Delivery:
        begun = self._delivery(file, marker)
        if begun is None:
            try:
                digest, size = content_digest(file.path), file.path.stat().st_size
            except UnreadableFileError:
                digest, size = "", 0
            number = loader.begin(file.path, digest, size)
            marker.write(number)
        else:
            number = begun.id
        return refuse_delivery(self._database, number, _of_file(error.problem, error.remedy))

    def _go_on(self, _done: int, _total: int) -> None:
        if self._stopped():
            raise StoppedError

    def _put_off(self, file: InboxFile | None, error: Exception) -> None:
        """Try the file again later, or everything where it is nobody's fault."""
        name = file.name if file else EVERYTHING
        seconds = self._postponed.failed(name)
        cause = error.problem if isinstance(error, FileChangedError) else in_short(error)
        self._on_event(f"{name}：{cause}；{seconds:.0f} 秒后再试")


def place_of(error: Exception) -> str:
    """Where it went wrong, without what was read there."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}，{Path(last.filename).name}:{last.lineno}"


def _of_file(reason: str, remedy: str) -> Problem:
    return Problem(0, REFUSED, WHOLE_FILE, "", "file", reason, remedy, "{}")


def _no_kind(file: InboxFile) -> Receipt:
    problem = ReceiptProblem(0, REFUSED, WHOLE_FILE, "", "kind", NO_KIND_REASON, NO_KIND_REMEDY)
    return refusal(
        provider=file.provider.name,
        source=file.provider.title,
        file_name=shown_name(file.path),
        size=file.path.stat().st_size,
        at=utc_now(),
        problem=problem,
    )


def _told(receipt: Receipt) -> str:
    """For the log, which holds nothing of what was in the file."""
    number = f"（第 {receipt.delivery} 次报送）" if receipt.delivery is not None else ""
    told = receipt.sentence if receipt.rows else "见回执" if not receipt.accepted else "没有数据行"
    return f"{receipt.source}：{receipt.file_name}{number}：{told}"
