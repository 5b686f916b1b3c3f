"""Parquet, read by columns."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from credit_indexer.sources.bytestream import BOMB_FROM_BYTES, BOMB_RATIO
from credit_indexer.sources.headers import Header, HeaderMatcher
from credit_indexer.sources.source import BATCH_ROWS, Batch, UnreadableFileError

CIVIL_TIME_ZONE = "Asia/Shanghai"
Column: TypeAlias = "pa.Array[Any]"
_UNREADABLE = (pa.ArrowException, OSError, ValueError)  # the last where a text or a name is not UTF-8
DAMAGED = "请重新导出或重新传送完整的文件"


@dataclass(frozen=True, slots=True)
class ParquetSource:
    path: Path
    header: Header
    names: tuple[str, ...]
    expected_rows: int

    @property
    def fields(self) -> tuple[str, ...]:
        return self.header.fields

    @property
    def ignored(self) -> tuple[str, ...]:
        return self.header.ignored

    @property
    def description(self) -> str:
        return "Parquet"

    def batches(self) -> Iterator[Batch]:
        first = 1
        for batch in self._record_batches():
            with self._told():
                places = map(batch.schema.names.index, self._wanted())  # the first of two of one name
                columns = [_texts(batch.column(place)) for place in places]
            numbers = range(first, first + batch.num_rows)
            yield Batch(numbers, list(zip(*columns, strict=True)))
            first += batch.num_rows

    def _wanted(self) -> list[str]:
        return [self.names[position] for position in self.header.positions]

    def _record_batches(self) -> Iterator[pa.RecordBatch]:
        try:
            with pq.ParquetFile(self.path) as parquet:
                yield from parquet.iter_batches(batch_size=BATCH_ROWS, columns=self._wanted())
        except _UNREADABLE as error:
            raise UnreadableFileError(self.path, "Parquet 文件已损坏", DAMAGED) from error

    def look_through(self) -> None:
        """Decode every column wanted; an UnreadableFileError where a page is damaged, or a text is none."""
        for batch in self._record_batches():
            with self._told():
                for column in batch.columns:
                    _cast(column).validate(full=True)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except _UNREADABLE as error:
            raise UnreadableFileError(
                self.path, "Parquet 文件里有不能读成文本的值，可能不是 UTF-8 编码", "请在原系统里改正乱码后重新导出"
            ) from error


def inspect_parquet(path: Path, matcher: HeaderMatcher) -> ParquetSource:
    try:
        with pq.ParquetFile(path) as parquet:
            schema, rows = parquet.schema_arrow, parquet.metadata.num_rows
            groups = range(parquet.metadata.num_row_groups)
            unpacked = sum(parquet.metadata.row_group(group).total_byte_size for group in groups)
            names = [field.name if _is_scalar(field.type) else "" for field in schema]
    except _UNREADABLE as error:
        raise UnreadableFileError(path, "Parquet 文件已损坏或不完整", DAMAGED) from error
    if unpacked > max(BOMB_FROM_BYTES, path.stat().st_size * BOMB_RATIO):
        raise UnreadableFileError(
            path, f"解压后的大小超过文件的 {BOMB_RATIO} 倍，不像正常的数据", "请确认来源后重新导出"
        )
    header = matcher.match(names)
    if header is None:
        raise matcher.unreadable(path, [names])
    source = ParquetSource(path, header, tuple(names), rows)
    source.look_through()
    return source


def _is_scalar(data_type: pa.DataType) -> bool:
    return not pa.types.is_nested(data_type)


def _cast(column: Column) -> Column:
    """The column as text: dates as ISO civil dates of China, everything else as Arrow writes it."""
    data_type = column.type
    if isinstance(data_type, pa.DictionaryType):
        return _cast(pc.call_function("dictionary_decode", [column]))
    if isinstance(data_type, pa.TimestampType):
        if data_type.tz is not None:
            civil = column.cast(pa.timestamp("us", CIVIL_TIME_ZONE), safe=False)
            column = pc.call_function("local_timestamp", [civil])
        return column.cast(pa.date32(), safe=False).cast(pa.string())
    if pa.types.is_string(data_type) or pa.types.is_large_string(data_type):
        return column
    return column.cast(pa.string(), safe=False)


def _texts(column: Column) -> list[str]:
    return [text or "" for text in _cast(column).to_pylist()]
