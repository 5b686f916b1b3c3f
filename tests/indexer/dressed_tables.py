"""The same small table in every dress that departments send, written by `write_as`."""

import csv
import gzip
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import openpyxl
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl.cell import WriteOnlyCell

Table = tuple[Sequence[str], Sequence[Sequence[str]]]


def delimited(table: Table, *, delimiter: str = ",", encoding: str = "utf-8", newline: str = "\r\n") -> bytes:
    header, rows = table
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=newline)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def workbook(table: Table, above: Sequence[Sequence[str]] = ()) -> bytes:
    header, rows = table
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("名单")
    for row in (*above, header, *rows):
        sheet.append([_cell(sheet, text) for text in row])
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _cell(sheet: object, text: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, text or None)
    if text:
        cell.data_type = "s"  # a text that begins with = is still a text
    return cell


def json_lines(table: Table) -> bytes:
    header, rows = table
    return b"".join(orjson.dumps(dict(zip(header, row, strict=True))) + b"\n" for row in rows)


def parquet(table: Table) -> bytes:
    header, rows = table
    columns = [pa.array([row[index] or None for row in rows], pa.string()) for index in range(len(header))]
    packed = io.BytesIO()
    pq.write_table(pa.table(columns, names=list(header)), packed)
    return packed.getvalue()


FORMATS: Mapping[str, Callable[[Table], bytes]] = {
    "utf8.csv": delimited,
    "unix.csv": lambda table: delimited(table, newline="\n"),
    "bom.csv": lambda table: delimited(table, encoding="utf-8-sig"),
    "gbk.csv": lambda table: delimited(table, encoding="gbk"),
    "gb18030.csv": lambda table: delimited(table, encoding="gb18030"),
    "utf16.csv": lambda table: delimited(table, encoding="utf-16"),
    "utf8.csv.gz": lambda table: gzip.compress(delimited(table)),
    "gbk.csv.gz": lambda table: gzip.compress(delimited(table, encoding="gbk")),
    "utf8.tsv": lambda table: delimited(table, delimiter="\t"),
    "gbk.tsv.gz": lambda table: gzip.compress(delimited(table, delimiter="\t", encoding="gbk")),
    "semicolons.csv": lambda table: delimited(table, delimiter=";"),
    "table.xlsx": workbook,
    "lines.jsonl": json_lines,
    "lines.jsonl.gz": lambda table: gzip.compress(json_lines(table)),
    "table.parquet": parquet,
}


def write_as(format_name: str, table: Table, folder: Path) -> Path:
    path = folder / format_name
    path.write_bytes(FORMATS[format_name](table))
    return path
