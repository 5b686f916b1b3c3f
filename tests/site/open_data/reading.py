"""Tables as whoever took them away reads them."""

import csv
import io
import json

import openpyxl
import pyarrow.parquet as pq


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_json_lines(content: bytes) -> list[dict]:
    return [json.loads(line) for line in content.splitlines()]


def read_parquet(content: bytes) -> list[dict]:
    return pq.read_table(io.BytesIO(content)).to_pylist()


def read_workbook(content: bytes) -> dict[str, list[tuple]]:
    """Sheet → its rows."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
