"""XLSX workbooks, read sheet by sheet and row by row."""

import datetime
import lzma
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from pathlib import Path
from xml.parsers import expat

import openpyxl
from credit_records.template_workbook import GUIDE_SHEET, LISTS_SHEET

from credit_indexer.sources.bytestream import BOMB_FROM_BYTES, BOMB_RATIO
from credit_indexer.sources.headers import HEADER_WITHIN_ROWS, Header, HeaderMatcher
from credit_indexer.sources.source import BATCH_ROWS, Batch, UnreadableFileError

_DAMAGED_ARCHIVE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError)
# What openpyxl raises where the parts of a workbook do not fit together.
_SENSELESS = (LookupError, ValueError, TypeError, AttributeError, SyntaxError, ArithmeticError)
_OF_TEMPLATES = (GUIDE_SHEET, LISTS_SHEET)  # sheets that never hold rows
DAMAGED = "请在 Excel 或 WPS 里打开并另存为 .xlsx，再重新传送"


@dataclass(frozen=True, slots=True)
class WorkbookSource:
    path: Path
    sheet: str
    header: Header
    header_row: int
    ignored: tuple[str, ...]
    expected_rows: int

    @property
    def fields(self) -> tuple[str, ...]:
        return self.header.fields

    @property
    def description(self) -> str:
        return f"XLSX，工作表“{self.sheet}”"

    def batches(self) -> Iterator[Batch]:
        pick = itemgetter(*self.header.positions)
        rows = enumerate(_sheet_rows(self.path, self.sheet), 1)
        data = ((number, row) for number, row in rows if number > self.header_row and any(row))
        while batch := list(islice(data, BATCH_ROWS)):
            numbers = [number for number, _ in batch]
            yield Batch(numbers, [pick(self._fitted(row)) for _, row in batch])

    def _fitted(self, row: list[str]) -> list[str]:
        return row + [""] * (self.header.width - len(row))


def inspect_workbook(path: Path, matcher: HeaderMatcher) -> WorkbookSource:
    """Check every part of the archive; the sheet is the first that has the header."""
    _check_archive(path)
    leading = {}
    for sheet in _sheet_names(path):
        rows = leading[sheet] = list(islice(_sheet_rows(path, sheet), HEADER_WITHIN_ROWS))
        for number, row in enumerate(rows, 1):
            header = matcher.match(row)
            if header is not None:
                others = tuple(f"工作表“{name}”" for name in _sheet_names(path) if name not in (sheet, *_OF_TEMPLATES))
                count = max(0, _height(path, sheet) - number)
                return WorkbookSource(path, sheet, header, number, header.ignored + others, count)
    best: Sequence[Sequence[str]] = max(
        leading.values(), key=lambda rows: max((matcher.recognised(row) for row in rows), default=0), default=[]
    )
    raise matcher.unreadable(path, best)


def _check_archive(path: Path) -> None:
    """Read every part once: its checksum, its size against a bomb, and that XML is XML without a DTD."""
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(part.file_size for part in archive.infolist())
            if total > max(BOMB_FROM_BYTES, path.stat().st_size * BOMB_RATIO):
                raise UnreadableFileError(
                    path,
                    f"解压后的大小超过文件的 {BOMB_RATIO} 倍，不像正常的工作簿",
                    "请确认来源；数据无误时，请另存为 CSV 后再装载",
                )
            for part in archive.infolist():
                _check_part(archive, part)
    except (*_DAMAGED_ARCHIVE, zipfile.LargeZipFile, OSError, ValueError) as error:
        raise UnreadableFileError(path, "XLSX 文件已损坏或不完整", DAMAGED) from error
    except (RuntimeError, NotImplementedError) as error:
        raise UnreadableFileError(path, "XLSX 文件加了密码或用了不支持的压缩方式", DAMAGED) from error
    except expat.ExpatError as error:
        raise UnreadableFileError(path, "XLSX 文件里的 XML 有错误", DAMAGED) from error


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    parser = expat.ParserCreate() if part.filename.endswith((".xml", ".rels")) else None
    if parser is not None:
        parser.StartDoctypeDeclHandler = _refuse_dtd
    with archive.open(part) as stream:
        while chunk := stream.read(1 << 20):
            if parser is not None:
                parser.Parse(chunk, False)
    if parser is not None:
        parser.Parse(b"", True)


def _refuse_dtd(*_declaration: object) -> None:
    message = "a workbook needs no document type"
    raise ValueError(message)


@contextmanager
def _opened(path: Path) -> Iterator[openpyxl.Workbook]:
    """The workbook, whatever the file is called; what openpyxl cannot make sense of is an UnreadableFileError."""
    try:
        with path.open("rb") as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of styles and validations that a reader has no use for
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            try:
                yield book
            finally:
                book.close()
    except (*_DAMAGED_ARCHIVE, *_SENSELESS, OSError) as error:
        raise UnreadableFileError(path, "XLSX 文件的结构有错误", DAMAGED) from error


def _sheet_names(path: Path) -> list[str]:
    with _opened(path) as book:
        return [sheet.title for sheet in book.worksheets]


def _height(path: Path, sheet: str) -> int:
    with _opened(path) as book:
        return book[sheet].max_row or 0


def _sheet_rows(path: Path, sheet: str) -> Iterator[list[str]]:
    with _opened(path) as book:
        page = book[sheet]
        # The size that a file claims may be wrong, and rows beyond it would be lost.
        page.reset_dimensions()
        for row in page.iter_rows(values_only=True):
            yield [_text(cell) for cell in row]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(sep=" ")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
