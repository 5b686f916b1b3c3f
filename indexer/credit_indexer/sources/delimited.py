"""CSV, TSV and their kin."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

from credit_indexer.sources.bytestream import ByteStream
from credit_indexer.sources.headers import HEADER_WITHIN_ROWS, Header, HeaderMatcher
from credit_indexer.sources.source import Batch, BrokenRow, UnreadableFileError, batched
from credit_indexer.sources.text import Decoding, Lines, decodings, read_lines

DELIMITERS = {",": "CSV", "\t": "TSV", ";": "分号分隔", "|": "竖线分隔", "，": "全角逗号分隔"}
MAX_LINES_PER_ROW = 200  # a quote that is still open after so many lines was never meant to stay open


@dataclass(frozen=True, slots=True)
class DelimitedSource:
    stream: ByteStream
    decoding: Decoding
    delimiter: str
    header: Header
    header_line: int

    @property
    def fields(self) -> tuple[str, ...]:
        return self.header.fields

    @property
    def ignored(self) -> tuple[str, ...]:
        return self.header.ignored

    @property
    def description(self) -> str:
        packed = "，gzip 压缩" if self.stream.gzipped else ""
        return f"{DELIMITERS[self.delimiter]}，{self.decoding.title}{packed}"

    @property
    def expected_rows(self) -> int:
        return max(0, self.decoding.lines - self.header_line)

    def batches(self) -> Iterator[Batch]:
        pick = itemgetter(*self.header.positions)
        for table in self._tables():
            yield from batched(table.numbers, [pick(row) for row in table.rows], table.broken)

    def _tables(self) -> "Iterator[_Table]":
        cutter = _Cutter(self.delimiter, self.header.width)
        for block in read_lines(self.stream, self.decoding):
            yield cutter.cut(_after(block, self.header_line))
        yield cutter.finish()


def inspect_delimited(stream: ByteStream, matcher: HeaderMatcher) -> DelimitedSource:
    """Look through the whole stream; the encoding and delimiter are those under which its header makes sense."""
    candidates = decodings(stream)
    for decoding in candidates:
        if not decoding.is_credible:
            continue
        leading = _leading_lines(stream, decoding)
        for delimiter in DELIMITERS:
            for number, line in enumerate(leading, 1):
                header = matcher.match(_split(line, delimiter))
                if header is not None:
                    return DelimitedSource(stream, decoding, delimiter, header, number)
    if not candidates[0].is_credible:
        raise UnreadableFileError(
            stream.path,
            "内容不是文本：按 UTF-8、GBK、GB18030、UTF-16 都不能解码",
            "请确认文件没有损坏、没有传错，并另存为 UTF-8 编码的 CSV",
        )
    leading = _leading_lines(stream, candidates[0])
    by_delimiter = [[_split(line, delimiter) for line in leading] for delimiter in DELIMITERS]
    raise matcher.unreadable(
        stream.path, max(by_delimiter, key=lambda rows: max((matcher.recognised(row) for row in rows), default=0))
    )


def _leading_lines(stream: ByteStream, decoding: Decoding) -> list[str]:
    block = next(read_lines(stream, decoding), None)
    return block.lines[:HEADER_WITHIN_ROWS] if block else []


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def _after(block: Lines, line: int) -> Lines:
    """The block without the lines up to and including `line`."""
    skipped = max(0, line - block.first + 1)
    if not skipped:
        return block
    broken = [row for row in block.broken if row.number > line]
    return Lines(block.first + skipped, block.lines[skipped:], broken, block.ended)


@dataclass(frozen=True, slots=True)
class _Table:
    numbers: Sequence[int]
    rows: list[list[str]]
    broken: list[BrokenRow]


class _Cutter:
    """Cuts lines into rows of one width. A quote left open spoils its own row and no other.

    Lines that are rows each, nearly always all of them, go through the csv module as one block.
    """

    def __init__(self, delimiter: str, width: int) -> None:
        self._delimiter = delimiter
        self._width = width
        self._held: list[str] = []
        self._ended = True
        self._line = 1
        csv.field_size_limit(8 << 20)  # above the limit of a line, which is checked before

    def cut(self, block: Lines) -> _Table:
        """Rows of this block, and of lines held over from the one before."""
        self._ended = block.ended
        if not self._held:
            self._line = block.first
            rows = self._rows_of_lines(block.lines)
            if rows is not None:
                self._line += len(rows)
                return _Table(range(block.first, block.first + len(rows)), rows, block.broken)
        self._held += block.lines
        return self._cut_held(block.broken, final=False)

    def finish(self) -> _Table:
        """What was held over to the end of the stream."""
        return self._cut_held([], final=True)

    def _rows_of_lines(self, lines: list[str]) -> list[list[str]] | None:
        """One row for each line, or None where that is not so and every line needs a look."""
        try:
            rows = list(csv.reader(lines, delimiter=self._delimiter, strict=True))
        except csv.Error:
            return None
        is_plain = len(rows) == len(lines) and set(map(len, rows)) <= {self._width} and all(map(any, rows))
        return rows if is_plain else None

    def _cut_held(self, broken: list[BrokenRow], *, final: bool) -> _Table:
        lines, first = self._held, self._line
        numbers: list[int] = []
        rows: list[list[str]] = []
        refused = list(broken)
        at = 0
        while at < len(lines):
            row, used = self._row_at(lines, at)
            if row is None and not used and not final and len(lines) - at <= MAX_LINES_PER_ROW:
                break
            is_last = at + max(used, 1) == len(lines) and not self._ended
            problem = None if row is None else self._misfit(row, is_last=is_last)
            if row is None or problem:
                refused.append(_refused(first + at, problem, lines[at]))
            elif any(row):
                numbers.append(first + at)
                rows.append(row)
            at += max(used, 1)
        self._held, self._line = lines[at:], first + at
        return _Table(numbers, rows, refused)

    def _row_at(self, lines: list[str], at: int) -> tuple[list[str] | None, int]:
        """The row that begins at this line and how many lines it took; (None, 0) for a quote that nothing closes."""
        line = lines[at]
        try:
            return next(csv.reader([line], delimiter=self._delimiter, strict=True), []), 1
        except csv.Error as error:
            if "unexpected end of data" not in str(error):
                return self._row_with_stray_quotes(line), 1
        closing = next(
            (index for index in range(at + 1, min(at + MAX_LINES_PER_ROW, len(lines))) if lines[index].count('"') & 1),
            None,
        )
        if closing is None:
            return None, 0
        try:
            text = "\n".join(lines[at : closing + 1])
            rows = list(csv.reader([text], delimiter=self._delimiter, strict=True))
        except csv.Error:
            return None, 1
        if len(rows) != 1 or len(rows[0]) != self._width:
            return None, 1
        return rows[0], closing + 1 - at

    def _row_with_stray_quotes(self, line: str) -> list[str] | None:
        try:
            return next(csv.reader([line], delimiter=self._delimiter), [])
        except csv.Error:
            return None

    def _misfit(self, row: list[str], *, is_last: bool) -> str | None:
        """Bring a row to the width of the header, or say why that would be a guess."""
        surplus = row[self._width :]
        if any(cell.strip() for cell in surplus):
            return f"这一行有 {len(row)} 列，表头只有 {self._width} 列"
        if row and any(row) and len(row) < self._width and is_last:
            return "文件的最后一行不完整，可能在传送中被截断"
        del row[self._width :]
        row.extend("" for _ in range(self._width - len(row)))
        return None


def _refused(number: int, problem: str | None, line: str) -> BrokenRow:
    if problem is None:
        return BrokenRow(number, "quotes", "引号没有成对，分不清各列", "请把这一行里的引号补成一对", line)
    return BrokenRow(number, "columns", problem, "请检查这一行：含有逗号的内容要用英文双引号括起来", line)
