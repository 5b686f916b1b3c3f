"""Copies of all records of a kind and month, kept as files, and given only while they are what is public now.

A copy knows the records that it was made of, the change-log number that it is complete up to, and the first day on
which a record in it ends. It stands until that day is over, or a later change touches one of its records or one that
is of its month now: then it is made anew. So what is withdrawn is gone from the copies too, with the withdrawal.
"""

import asyncio
import gzip
import hashlib
import os
import re
from array import array
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

import orjson
import pyarrow as pa
from credit_records.calendar import today
from credit_records.catalogue import Catalogue, Kind
from credit_records.exporting.arrow_compute import compute
from credit_records.exporting.record_sheets import RecordSheet
from credit_records.exporting.touched import Touched, touched_since
from credit_records.exporting.writers import CsvWriter
from credit_search.record_search import RecordQuery, RecordSearch
from sqlalchemy import Engine

from credit_site.open_data.streaming import Streaming
from credit_site.site import Site

FOLDER: Final = "open-data"
UNDATED: Final = "undated"
MONTH: Final = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])|undated")
MOST_LOOKED_AT: Final = 20_000  # changes; after more of them a copy is made anew rather than looked at
COMPRESSION: Final = 6
_END: Final = "publication_ends"


@dataclass(frozen=True, slots=True)
class Copy:
    """What is known of a copy; `bytes` and `sha256` are of the file as it is given, `change` what it is complete up to.

    `first_end` is the first day on which a record in it ends, empty where none does; `made` is an instant, UTC.
    """

    file: str
    rows: int
    bytes: int
    sha256: str
    change: int
    first_end: str
    made: str


class Copies:
    """The copies in a data folder. Several processes may make one at once: each file is named by what is in it."""

    def __init__(
        self, data_dir: Path, database: Engine, search: RecordSearch, declared: Catalogue, base_url: str
    ) -> None:
        self.folder = data_dir / FOLDER
        self._database = database
        self._search = search
        self._declared = declared
        self._base_url = base_url
        self._streaming = Streaming(database)
        self._locks: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def months(self, kind: Kind) -> list[tuple[str, int]]:
        """(month, number of records) of the kind, newest first."""
        found = await self._search.months(_query(kind))
        return [(f"{month // 100:04}-{month % 100:02}" if month else UNDATED, count) for month, count in found]

    async def current(self, kind: Kind, month: str) -> Copy:
        """The copy as it stands now, made where there is none or it stands no longer."""
        async with self._locks[kind.name, month]:
            standing = await self._streaming.run(self.standing, kind, [month])
            return standing.get(month) or await self._make(kind, month)

    def standing(self, kind: Kind, months: Iterable[str] | None = None) -> dict[str, Copy]:
        """The copies of the kind, or of these months of it, that are what is public now."""
        folder = self.folder / kind.name
        known = [path.stem for path in folder.glob("*.json")] if months is None else list(months)
        copies = {month: copy for month in known if (copy := _known(folder / f"{month}.json"))}
        if not copies:
            return {}
        with self._database.connect() as connection:
            oldest = min(copy.change for copy in copies.values())
            touched = touched_since(connection, oldest, MOST_LOOKED_AT + 1)
        if len(touched) > MOST_LOOKED_AT:
            return {}
        day = today().isoformat()
        return {
            month: copy
            for month, copy in copies.items()
            if (not copy.first_end or day <= copy.first_end)
            and (folder / copy.file).exists()
            and not _is_touched(copy, kind.name, month, touched, folder)
        }

    def opened(self, kind: Kind, copy: Copy) -> BinaryIO:
        """The file, which stays readable though another takes its place."""
        return (self.folder / kind.name / copy.file).open("rb")

    def forget(self, kind: Kind, months: Iterable[str]) -> None:
        """Remove the copies of all months but these."""
        folder, kept = self.folder / kind.name, set(months)
        for path in folder.glob("*.json"):
            if path.stem not in kept:
                path.unlink(missing_ok=True)
                _remove_others(folder, path.stem, "")

    async def _make(self, kind: Kind, month: str) -> Copy:
        change = await self._search.cursor()
        numbers: array[int] = array("q")
        sheet = RecordSheet([kind], self._declared, "zh", self._base_url)
        folder = self.folder / kind.name
        await self._streaming.run(folder.mkdir, parents=True, exist_ok=True)
        writer = _CopyWriter(CsvWriter(sheet.columns, "zh"), folder / f".{month}.{os.getpid()}.part")
        try:
            found = _noted(self._search.scan(_query(kind, month)), numbers)
            async with aclosing(self._streaming.pieces(found, sheet, writer)) as pieces:
                async for _ in pieces:
                    pass
            return await self._streaming.run(_kept, writer, folder, month, change, numbers)
        finally:
            writer.discard()


def copies_of(site: Site) -> Copies:
    """The copies of a site. Addresses of records in them are whole where the site's own is set."""
    settings = site.settings
    base_url = str(settings.public_url or "").rstrip("/")
    return Copies(settings.data_dir, site.database.engine, site.record_search, site.catalogue, base_url)


class _CopyWriter:
    """Writes into a compressed file instead of giving bytes back."""

    def __init__(self, inner: CsvWriter, path: Path) -> None:
        self._inner = inner
        self.path = path
        self.rows_written = 0
        self.first_end = ""

    def begin(self) -> bytes:
        self._file = self.path.open("wb")
        # Without a time in its head the same rows make the same file, and the same checksum.
        self._packed = gzip.GzipFile("", "wb", COMPRESSION, self._file, mtime=0)
        self._packed.write(self._inner.begin())
        return b""

    def rows(self, table: pa.Table) -> bytes:
        self._packed.write(self._inner.rows(table))
        self.rows_written += table.num_rows
        ends = compute.min(table.column(_END)).as_py()
        self.first_end = min(filter(None, (self.first_end, ends)), default="")
        return b""

    def end(self) -> bytes:
        self._packed.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return b""

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)


async def _noted(numbers: AsyncGenerator[list[int]], into: "array[int]") -> AsyncGenerator[list[int]]:
    async with aclosing(numbers) as found:
        async for several in found:
            into.extend(several)
            yield several


def _kept(writer: _CopyWriter, folder: Path, month: str, change: int, numbers: "array[int]") -> Copy:
    """Put the copy in its place: the file and its numbers first, then the note that names them."""
    with writer.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    copy = Copy(
        file=f"{month}.{digest[:16]}.csv.gz",
        rows=writer.rows_written,
        bytes=writer.path.stat().st_size,
        sha256=digest,
        change=change,
        first_end=writer.first_end,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    _replace(folder / f"{copy.file}.numbers", numbers.tobytes())
    writer.path.replace(folder / copy.file)
    _replace(folder / f"{month}.json", orjson.dumps(asdict(copy)))
    _remove_others(folder, month, copy.file)
    return copy


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(path)


def _remove_others(folder: Path, month: str, kept: str) -> None:
    for path in folder.glob(f"{month}.*.csv.gz*"):
        if not kept or not path.name.startswith(kept):
            path.unlink(missing_ok=True)


def _known(path: Path) -> Copy | None:
    """What is noted of a copy; None where nothing is, or by another version of the program."""
    with suppress(OSError, orjson.JSONDecodeError, TypeError):
        return Copy(**orjson.loads(path.read_bytes()))
    return None


def _is_touched(copy: Copy, kind: str, month: str, touched: Sequence[Touched], folder: Path) -> bool:
    later = [each for each in touched if each.change > copy.change]
    if any(each.kind == kind and month_of(each.decision_date) == month for each in later):
        return True
    changed = {each.record_id for each in later}
    return bool(changed) and not changed.isdisjoint(_numbers(folder / f"{copy.file}.numbers", changed))


def _numbers(path: Path, otherwise: Iterable[int]) -> Iterable[int]:
    """The records that a copy was made of; where that is lost, any of them."""
    numbers: array[int] = array("q")
    try:
        numbers.frombytes(path.read_bytes())
    except (OSError, ValueError):
        return otherwise
    return numbers


def month_of(decision_date: str | None) -> str:
    return decision_date[:7] if decision_date else UNDATED


def _query(kind: Kind, month: str | None = None) -> RecordQuery:
    within: Mapping[str, tuple[str, ...]] = {"kind": (kind.name,)}
    if month is None:
        return RecordQuery(within=dict(within))
    return RecordQuery(within=dict(within), filters={"month": ("0" if month == UNDATED else month.replace("-", ""),)})
