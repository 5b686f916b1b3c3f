import datetime
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from credit_indexer.sources.opening import inspect
from credit_indexer.sources.source import BrokenRow
from credit_records.catalogue import Kind
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.indexer.dressed_tables import FORMATS, Table, delimited, workbook, write_as

HEADER = ("企业名称", "统一社会信用代码", "注册日期", "经营范围")
ROWS = [
    ("金城虚构百货有限公司", "91620199MA00000011", "2020-01-02", "百货、针纺织品，日用品"),
    ("金城虚构茶馆", "92620199MA00000022", "2021年3月4日", '茶水; 含"八宝茶"\t盖碗茶'),
]
FACTS = ("name", "uscc", "established", "scope")


def read(path: Path, kind: Kind) -> tuple[list[dict[str, str]], list[BrokenRow]]:
    source = inspect(path, kind)
    rows, broken = [], []
    for batch in source.batches():
        assert len(batch.numbers) == len(batch.rows)
        rows += [dict(zip(source.fields, row, strict=True)) for row in batch.rows]
        broken += batch.broken
    return rows, broken


def facts(rows: Sequence[dict[str, str]], names: Sequence[str] = FACTS) -> list[tuple[str, ...]]:
    return [tuple(row.get(name, "") for name in names) for row in rows]


CELL = st.text(
    st.sampled_from("金城虚构百货有限公司甲乙丙丁（）()\"',;|、，。 ABCabc019-\t%=+@")
    | st.characters(codec="gbk", exclude_categories=("C", "Z")),
    max_size=12,
).map(str.strip)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(CELL.map(lambda text: f"名{text}"), CELL.map(lambda text: f"码{text}"), CELL, CELL), max_size=6
    ),
    order=st.permutations(range(4)),
)
def test_the_same_table_reads_the_same_in_every_format(
    rows: list[tuple[str, ...]], order: list[int], kind: Kind, tmp_path: Path
) -> None:
    table = ([HEADER[i] for i in order], [[row[i] for i in order] for row in rows])
    for format_name in FORMATS:
        if not rows and "jsonl" in format_name:
            continue  # an object names its own members: without a row there is no header
        found, broken = read(write_as(format_name, table, tmp_path), kind)
        assert (format_name, facts(found), broken) == (format_name, rows, [])


def test_lines_inside_quotes_belong_to_their_row(kind: Kind, tmp_path: Path) -> None:
    rows = [("甲", "码1", "", "一\n二\n三"), ("乙", "码2", "", "四"), ("丙", "码3", "", '"五"\n')]
    found, broken = read(write_as("unix.csv", (HEADER, rows), tmp_path), kind)
    assert (facts(found), broken) == (rows, [])


def test_rows_are_numbered_as_an_editor_numbers_lines(kind: Kind, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(delimited((HEADER, [("甲", "码1", "", "一\n二"), ("乙", "码2", "", "")]), newline="\n"))
    assert [list(batch.numbers) for batch in inspect(path, kind).batches()] == [[2, 4]]


@pytest.mark.parametrize(
    ("headers", "ignored"),
    [
        (("MC", "SHXYM"), ()),
        (("  统一社会信用代码*", "企业 名称"), ()),
        (("enterprise_name", "CREDIT_CODE"), ()),
        (("备注", "公司名称", "信用代码", "序号"), ("备注", "序号")),
        (("名称", "统一社会信用代码／注册号", "企业名称"), ("企业名称",)),
    ],
)
def test_headers_match_by_name_or_alias(
    headers: tuple[str, ...], ignored: tuple[str, ...], kind: Kind, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(delimited((headers, [[f"值{header}" for header in headers]])))
    source = inspect(path, kind)
    assert source.ignored == ignored
    [row] = facts(read(path, kind)[0], ("name", "uscc"))
    assert all(cell.startswith("值") for cell in row)


def test_a_title_above_the_header_is_passed_over(kind: Kind, tmp_path: Path) -> None:
    above = [("金城市虚构企业名单",), ("填表：某某科",), ()]
    (tmp_path / "a.xlsx").write_bytes(workbook((HEADER, ROWS), above))
    (tmp_path / "a.csv").write_bytes("金城市虚构企业名单\n\n".encode() + delimited((HEADER, ROWS)))
    assert facts(read(tmp_path / "a.xlsx", kind)[0]) == ROWS
    assert facts(read(tmp_path / "a.csv", kind)[0]) == ROWS
    assert [list(batch.numbers) for batch in inspect(tmp_path / "a.xlsx", kind).batches()] == [[5, 6]]


def test_the_content_decides_the_format_whatever_the_name(kind: Kind, tmp_path: Path) -> None:
    for format_name, make in FORMATS.items():
        path = tmp_path / f"{format_name}.txt"
        path.write_bytes(make((HEADER, ROWS)))
        assert facts(read(path, kind)[0]) == ROWS


def test_a_workbook_gives_dates_and_numbers_as_text(kind: Kind, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["说明"])
    sheet = book.create_sheet("数据")
    sheet.append(["企业名称", "统一社会信用代码", "注册日期", "注册资本"])
    sheet.append(["甲", 916201990000000012, datetime.datetime.fromisoformat("2020-01-02"), 500.0])
    sheet.append(["乙", "码", datetime.date(2021, 3, 4), 12.5])
    book.save(tmp_path / "a.xlsx")
    assert inspect(tmp_path / "a.xlsx", kind).ignored == ("工作表“Sheet”",)
    found = facts(read(tmp_path / "a.xlsx", kind)[0], ("name", "established", "capital"))
    assert found == [("甲", "2020-01-02", "500"), ("乙", "2021-03-04", "12.5")]


def test_parquet_gives_dates_and_numbers_as_text(kind: Kind, tmp_path: Path) -> None:
    midnight_in_china = datetime.datetime(2020, 1, 1, 16, tzinfo=datetime.UTC)
    table = pa.table(
        {
            "企业名称": pa.array(["甲", None]).dictionary_encode(),
            "统一社会信用代码": pa.array([1, 2]),
            "注册日期": pa.array([midnight_in_china, None], pa.timestamp("us", "UTC")),
            "注册资本": pa.array([1.5, None]),
            "标签": pa.array([["a"], None]),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    found = facts(read(tmp_path / "a.parquet", kind)[0], ("name", "uscc", "established", "capital"))
    assert found == [("甲", "1", "2020-01-02", "1.5"), ("", "2", "", "")]


def test_of_two_columns_of_one_name_the_first_is_read(kind: Kind, tmp_path: Path) -> None:
    columns = [pa.array(["甲"]), pa.array(["码"]), pa.array(["乙"])]
    pq.write_table(pa.table(columns, names=["企业名称", "统一社会信用代码", "企业名称"]), tmp_path / "a.parquet")
    assert facts(read(tmp_path / "a.parquet", kind)[0], ("name", "uscc")) == [("甲", "码")]


def test_json_members_may_change_from_line_to_line(kind: Kind, tmp_path: Path) -> None:
    lines = [
        {"企业名称": "甲", "统一社会信用代码": "码1"},
        {"信用代码": "码2", "备注": 1, "名称": "乙", "注册资本": 12.5},
    ]
    (tmp_path / "a.jsonl").write_bytes(b"\n\n".join(map(orjson.dumps, lines)))
    found, broken = read(tmp_path / "a.jsonl", kind)
    assert facts(found, ("name", "uscc", "capital")) == [("甲", "码1", ""), ("乙", "码2", "12.5")]
    assert not broken
    assert inspect(tmp_path / "a.jsonl", kind).ignored == ("信用代码", "备注", "名称")


def many(table: Table = (HEADER, ROWS), times: int = 15) -> list[bytes]:
    return delimited((table[0], list(table[1]) * times), newline="\n").split(b"\n")


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (b'"\xe7\x94\xb2,91,2020,no end', "quotes"),
        ("甲,91,2020-01-02,一,多出来的".encode(), "columns"),
        (b"\xe7\x94\xb2,91,2020,\xff\xfe\xff", "encoding"),
        ("甲,9\0001,2020,".encode(), "encoding"),
    ],
)
@pytest.mark.parametrize("position", [1, 7, -1])
def test_a_broken_line_spoils_no_other(line: bytes, rule: str, position: int, kind: Kind, tmp_path: Path) -> None:
    lines = many()
    lines.insert(position, line)
    (tmp_path / "a.csv").write_bytes(b"\n".join(lines))
    found, broken = read(tmp_path / "a.csv", kind)
    assert facts(found) == ROWS * 15
    assert [(row.number, row.rule) for row in broken] == [(lines.index(line) + 1, rule)]


def test_a_stray_quote_inside_a_cell_is_a_character(kind: Kind, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('企业名称,信用代码,经营范围\n甲"乙,码1,长 12" 管\n丙,码2,丁\n', encoding="utf-8")
    assert facts(read(tmp_path / "a.csv", kind)[0], ("name", "uscc", "scope")) == [
        ('甲"乙', "码1", '长 12" 管'),
        ("丙", "码2", "丁"),
    ]


def test_short_rows_are_filled_but_a_cut_last_line_is_not(kind: Kind, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("企业名称,信用代码,经营范围\n甲,码1\n,,\n\n乙,码2,一\n丙,码", encoding="utf-8")
    found, broken = read(tmp_path / "a.csv", kind)
    assert facts(found, ("name", "uscc", "scope")) == [("甲", "码1", ""), ("乙", "码2", "一")]
    assert [(row.number, row.rule) for row in broken] == [(6, "columns")]


def test_blocks_and_batches_cut_no_row(kind: Kind, tmp_path: Path) -> None:
    rows = [(f"名{i}", f"码{i}", "", "范围，" * (i % 90) + ("\n行" if i % 50 == 0 else "")) for i in range(30_000)]
    (tmp_path / "a.csv").write_bytes(delimited((HEADER, rows), encoding="gb18030"))
    found, broken = read(tmp_path / "a.csv", kind)
    assert not broken
    assert facts(found) == [(*row[:3], row[3]) for row in rows]


def test_a_header_alone_is_an_empty_table(kind: Kind, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(delimited((HEADER, [])))
    assert read(tmp_path / "a.csv", kind) == ([], [])


def test_old_mac_line_ends(kind: Kind, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(delimited((HEADER, ROWS), newline="\r"))
    assert facts(read(tmp_path / "a.csv", kind)[0]) == ROWS
