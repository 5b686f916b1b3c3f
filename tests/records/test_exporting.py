"""Tables as files: nothing in them that a spreadsheet would run, and every value as it was."""

import csv
import io
import json
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from credit_records.catalogue import catalogue
from credit_records.exporting import workbook
from credit_records.exporting.columns import Column, ColumnType
from credit_records.exporting.kept_fields import KeptFields
from credit_records.exporting.workbook import WorkbookWriter, letters
from credit_records.exporting.writers import CsvWriter, JsonLinesWriter, ParquetWriter, Writer
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

COLUMNS = (
    Column("number", "编号", "Number", ColumnType.INTEGER),
    Column("text", "=文字", "Text"),
    Column("amount", "金额", "Amount", ColumnType.AMOUNT),
    Column("day", "日期", "Day", ColumnType.DATE),
)
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Kept text holds no control characters: `clean_text` takes them out at the door.
TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=20) | st.builds(
    "{}{}".format, st.sampled_from("=+-@＝＋－＠"), st.text("1+A(\"',;&<>|!", max_size=12)
)
ROWS = st.lists(
    st.tuples(
        st.integers(1, 2**53),
        st.none() | TEXT,
        st.none() | st.decimals(0, 10**12, places=6).map(lambda amount: f"{amount.normalize():f}"),
        st.none() | st.dates().map(str),
    ),
    max_size=5,
)


def table_of(rows: list[tuple]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ([] for _ in COLUMNS)
    arrays = [pa.array(list(values), column.arrow_type) for values, column in zip(columns, COLUMNS, strict=True)]
    return pa.Table.from_arrays(arrays, names=[column.name for column in COLUMNS])


def written(writer: Writer, *tables: pa.Table) -> bytes:
    return b"".join([writer.begin(), *(writer.rows(table) for table in tables), writer.end()])


def safe(text: str | None) -> str | None:
    return f"'{text}" if text and text.startswith(STARTS) else text


@given(ROWS, ROWS)
@settings(deadline=None, max_examples=60)
def test_csv_gives_every_value_back_and_no_formula(first: list[tuple], second: list[tuple]) -> None:
    content = written(CsvWriter(COLUMNS, "zh"), table_of(first), table_of(second))
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert head == ["编号", "'=文字", "金额（万元）", "日期"]
    expected = [[str(n), safe(text) or "", amount or "", day or ""] for n, text, amount, day in first + second]
    assert rows == expected
    assert content.startswith(b"\xef\xbb\xbf")


@given(ROWS)
@settings(deadline=None, max_examples=40)
def test_a_workbook_gives_every_value_back_and_no_formula(given_rows: list[tuple]) -> None:
    content = written(WorkbookWriter(COLUMNS, "zh", [("来源", "=示例 & <b>")]), table_of(given_rows))
    book = openpyxl.load_workbook(io.BytesIO(content))
    data, about = book.worksheets
    _, *rows = data.iter_rows(values_only=True)
    assert [row[0] for row in rows] == [row[0] for row in given_rows]
    assert [row[1] for row in rows] == [safe(row[1]) for row in given_rows]
    assert [row[2] for row in rows] == [None if row[2] is None else pytest.approx(float(row[2])) for row in given_rows]
    assert [row[3] for row in rows] == [row[3] for row in given_rows]
    assert {cell.data_type for row in data.iter_rows() for cell in row} <= {"n", "s", "inlineStr"}
    assert about["B1"].value == "=示例 & <b>"
    assert about["B1"].data_type != "f"


@given(ROWS)
@settings(deadline=None, max_examples=40)
def test_json_lines_and_parquet_hold_what_is_there_untouched(rows: list[tuple]) -> None:
    lines = [json.loads(line) for line in written(JsonLinesWriter(), table_of(rows)).splitlines()]
    names = [column.name for column in COLUMNS]
    assert lines == [{n: v for n, v in zip(names, row, strict=True) if v is not None} for row in rows]
    read = pq.read_table(io.BytesIO(written(ParquetWriter(COLUMNS, {"citation": "x"}), table_of(rows)))).to_pylist()
    assert [row["text"] for row in read] == [row[1] for row in rows]
    assert [row["amount"] for row in read] == [None if row[2] is None else Decimal(row[2]) for row in rows]
    assert [row["day"] and str(row["day"]) for row in read] == [row[3] for row in rows]


@pytest.mark.parametrize("start", STARTS)
def test_each_beginning_of_a_formula_is_made_text(start: str) -> None:
    table = table_of([(1, f"{start}cmd|' /C calc'!A0", "1", None)])
    (_, row) = csv.reader(io.StringIO(written(CsvWriter(COLUMNS, "zh"), table).decode("utf-8-sig"), newline=""))
    assert row[1] == f"'{start}cmd|' /C calc'!A0"


def test_more_rows_than_a_sheet_holds_go_on_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 4)
    rows = [(n, f"第{n}", None, None) for n in range(1, 9)]
    content = written(WorkbookWriter(COLUMNS, "zh", []), table_of(rows[:5]), table_of(rows[5:]))
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["数据", "数据 2", "数据 3", "说明"]
    read = [row for sheet in book.worksheets[:3] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert [row[0] for row in read] == [row[0] for row in rows]


@given(st.integers(0, 16_383))
def test_columns_are_called_as_spreadsheets_call_them(place: int) -> None:
    assert letters(place) == get_column_letter(place + 1)


def test_an_amount_with_more_digits_than_any_column_keeps_is_cut_rather_than_refused() -> None:
    content = written(ParquetWriter(COLUMNS, {}), table_of([(1, None, "0.12345678901234567", None)]))
    assert pq.read_table(io.BytesIO(content)).to_pylist()[0]["amount"] == Decimal("0.123456789012")


def test_what_was_kept_when_a_field_was_declared_otherwise_is_still_read() -> None:
    kind = catalogue().kinds["administrative_penalty"]
    fields = KeptFields([kind.by_name["category"], kind.by_name["name"]], catalogue(), "zh")
    found = fields.columns(['{"name":"甲","category":["fine","warning"]}', '{"name":["乙","丙"],"category":"fine"}'])
    assert found["category"].to_pylist() == ["罚款、警告", "罚款"]
    assert found["name"].to_pylist() == ["甲", "乙、丙"]
