"""JSON Lines: one object a line, its members named as columns would be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from credit_indexer.sources.bytestream import ByteStream
from credit_indexer.sources.headers import Header, HeaderMatcher
from credit_indexer.sources.source import Batch, BrokenRow, UnreadableFileError, batched
from credit_indexer.sources.text import BROKEN_SHARE, Decoding, Lines, decodings, read_lines

MAX_LAYOUTS = 10_000


@dataclass(frozen=True, slots=True)
class JsonLinesSource:
    stream: ByteStream
    decoding: Decoding
    matcher: HeaderMatcher
    header: Header
    expected_rows: int

    @property
    def fields(self) -> tuple[str, ...]:
        return self.header.fields

    @property
    def ignored(self) -> tuple[str, ...]:
        return self.header.ignored

    @property
    def description(self) -> str:
        packed = "，gzip 压缩" if self.stream.gzipped else ""
        return f"JSON Lines，{self.decoding.title}{packed}"

    def batches(self) -> Iterator[Batch]:
        layouts = _Layouts(self.matcher, self.header.fields)
        for block in read_lines(self.stream, self.decoding):
            yield from batched(*layouts.rows_of(block))


def inspect_json_lines(stream: ByteStream, matcher: HeaderMatcher) -> JsonLinesSource:
    """Look through the whole stream; refuse it where too many lines are no JSON object."""
    decoding = decodings(stream)[0]
    layouts = _Layouts(matcher, ())
    rows = broken = 0
    for block in read_lines(stream, decoding):
        found = layouts.rows_of(block)
        rows += len(found[1])
        broken += len(found[2])
    if broken > (rows + broken) * BROKEN_SHARE:
        raise UnreadableFileError(
            stream.path,
            f"不是有效的 JSON Lines：{rows + broken} 行里有 {broken} 行不是 JSON 对象",
            "请导出为每行一个完整对象（行末不加逗号、不换行排版），用 UTF-8 编码",
        )
    members = list(layouts.members)
    header = matcher.match(members)
    if header is None:
        raise matcher.unreadable(stream.path, [members])
    return JsonLinesSource(stream, decoding, matcher, header, rows)


class _Layouts:
    """Which member is which field, worked out once for each sequence of members met."""

    def __init__(self, matcher: HeaderMatcher, fields: Sequence[str]) -> None:
        self._matcher = matcher
        self._fields = fields
        self._known: dict[tuple[str, ...], list[str | None]] = {}
        self.members: dict[str, None] = {}

    def rows_of(self, block: Lines) -> tuple[list[int], list[tuple[str, ...]], list[BrokenRow]]:
        numbers: list[int] = []
        rows: list[tuple[str, ...]] = []
        broken = list(block.broken)
        for number, line in enumerate(block.lines, block.first):
            if not line or line.isspace():
                continue
            try:
                parsed = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                broken.append(_refused(number, f"不是有效的 JSON（第 {error.colno} 个字符处出错）", line))
                continue
            if not isinstance(parsed, dict):
                broken.append(_refused(number, "不是 JSON 对象", line))
                continue
            numbers.append(number)
            rows.append(self._row(parsed))
        return numbers, rows, broken

    def _row(self, parsed: dict[str, Any]) -> tuple[str, ...]:
        members = tuple(parsed)
        layout = self._known.get(members)
        if layout is None:
            layout = self._learn(members)
        return tuple("" if member is None else _text(parsed[member]) for member in layout)

    def _learn(self, members: tuple[str, ...]) -> list[str | None]:
        if len(self._known) > MAX_LAYOUTS:  # a file whose every line is laid out anew must not fill the memory
            self._known.clear()
        if len(self.members) < MAX_LAYOUTS:
            self.members.update(dict.fromkeys(members))
        columns = self._matcher.columns(members)
        layout = [members[columns[name]] if name in columns else None for name in self._fields]
        self._known[members] = layout
        return layout


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else orjson.dumps(value).decode()


def _refused(number: int, reason: str, line: str) -> BrokenRow:
    return BrokenRow(number, "json", f"这一行{reason}", "请把这一行改为一个完整的 JSON 对象", line)
