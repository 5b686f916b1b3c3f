"""Tables as files, piece by piece: nothing is kept of a table once its bytes are given."""

import csv
from collections.abc import Mapping, Sequence
from io import BytesIO, IOBase, StringIO
from typing import Any, Final, Protocol, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv as arrow_csv

from credit_records.catalogue import Locale
from credit_records.corrections import defused as defused_cell
from credit_records.exporting.arrow_compute import Chunks, compute
from credit_records.exporting.columns import Column, ColumnType
from credit_records.exporting.defusing import defused

BOM: Final = "\ufeff"  # by which a spreadsheet knows that it is UTF-8
ROW_GROUP: Final = 20_000
AMOUNT: Final = pa.decimal128(38, 12)
_BEYOND: Final = r"(\.\d{12})\d+"


class Writer(Protocol):
    """One file. Called in the order of its methods, by one thread at a time."""

    def begin(self) -> bytes: ...

    def rows(self, table: pa.Table) -> bytes: ...

    def end(self) -> bytes: ...


class CsvWriter:
    """RFC 4180 in UTF-8 with its mark; titles at the head; every text between quotes."""

    def __init__(self, columns: Sequence[Column], locale: Locale) -> None:
        self._columns = columns
        self._locale = locale

    def begin(self) -> bytes:
        text = StringIO()
        titles = [defused_cell(column.titled(self._locale)) for column in self._columns]
        csv.writer(text, lineterminator="\n").writerow(titles)
        return (BOM + text.getvalue()).encode()

    def rows(self, table: pa.Table) -> bytes:
        out = BytesIO()
        options = arrow_csv.WriteOptions(include_header=False)
        arrow_csv.write_csv(defused(table, self._columns), out, options)
        return out.getvalue()

    def end(self) -> bytes:
        return b""


class JsonLinesWriter:
    """One object a line, by names of columns; what is empty is left out. Amounts are decimal text, as in the API."""

    def begin(self) -> bytes:
        return b""

    def rows(self, table: pa.Table) -> bytes:
        lines = ({name: value for name, value in row.items() if value is not None} for row in table.to_pylist())
        return b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines)

    def end(self) -> bytes:
        return b""


class ParquetWriter:
    """Typed columns, with their titles and notes, and of the whole what `about` says."""

    def __init__(self, columns: Sequence[Column], about: Mapping[str | bytes, str | bytes]) -> None:
        self._columns = columns
        self._schema = pa.schema([_field(column) for column in columns], metadata=dict(about))
        self._out = _Outgoing()
        self._writer = pq.ParquetWriter(
            pa.PythonFile(cast("IOBase", self._out), mode="w"), self._schema, compression="zstd"
        )
        self._waiting: list[pa.Table] = []

    def begin(self) -> bytes:
        return self._out.taken()

    def rows(self, table: pa.Table) -> bytes:
        typed = [_typed(table[column.name], column.type) for column in self._columns]
        self._waiting.append(pa.Table.from_arrays(typed, schema=self._schema))
        if sum(each.num_rows for each in self._waiting) >= ROW_GROUP:
            self._write()
        return self._out.taken()

    def end(self) -> bytes:
        self._write()
        self._writer.close()
        return self._out.taken()

    def _write(self) -> None:
        if self._waiting:
            waiting = pa.concat_tables(self._waiting).combine_chunks()
            self._writer.write_table(waiting, row_group_size=waiting.num_rows or None)
            self._waiting = []


class _Outgoing:
    """What is written and not yet taken. It knows how much there was in all, for a footer tells where parts begin."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._written = 0

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        self._written += len(self._pieces[-1])
        return len(self._pieces[-1])

    def tell(self) -> int:
        return self._written

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


_PARQUET_TYPES: Final = {
    ColumnType.TEXT: pa.string(),
    ColumnType.DATE: pa.date32(),
    ColumnType.AMOUNT: AMOUNT,
    ColumnType.INTEGER: pa.int64(),
}


def _field(column: Column) -> "pa.Field[Any]":
    told = {"title": column.title, "title_en": column.title_en, "note": column.note}
    kept = {key: value for key, value in told.items() if value}
    return pa.field(column.name, _PARQUET_TYPES[column.type], metadata=kept)


def _typed(values: Chunks, wanted: ColumnType) -> Chunks:
    if wanted is ColumnType.AMOUNT:
        values = compute.replace_substring_regex(values, _BEYOND, r"\1")
    return values.cast(_PARQUET_TYPES[wanted])
