import csv
from pathlib import Path

import orjson
import pytest
from credit_indexer.loading import FileChangedError, Loader, inspect_file
from credit_indexer.sources import source
from credit_records.corrections import QuarantinedValue, Scope, count_problems, export, read_problems
from credit_records.deliveries import last_deliveries
from credit_records.reading import find_subject, records_of

from tests.databases import everything_in
from tests.indexer.conftest import City
from tests.indexer.dressed_tables import FORMATS, delimited, write_as

HEADER = ("企业名称", "统一社会信用代码", "注册日期", "注册资本", "经营范围")
GOOD = ("金城虚构茶馆", "92620199MA00000022", "2021年3月4日", "12.5万元", "茶水")
BAD = [
    ("", "92620199MA00000030", "2021-01-01", "", "没有名称"),
    ("金城虚构书店", "", "2021-01-01", "", "没有代码"),
    ("金城虚构药店", "92620199MA00000040", "2021-13-45", "", "日期不对"),
    ("金城虚构米店", "92620199MA00000050", "2021-01-01", "一些钱", "=HYPERLINK(1)"),
]
IDENTITY_NUMBER = "110101199003074514"  # no place of this product's; a well-known example with a right check digit


def problems(city: City, scope: Scope | None = None) -> list[QuarantinedValue]:
    with city.workplace.database.connect() as connection:
        return list(read_problems(connection, scope or Scope()))


def figures(city: City, name: str, table: tuple[object, object]) -> tuple[int, ...]:
    delivery = city.load_table(table, name).delivery  # type: ignore[arg-type]
    return (delivery.rows, delivery.new, delivery.changed, delivery.unchanged, delivery.refused, delivery.noted)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_loads(name: str, city: City) -> None:
    assert figures(city, name, (HEADER, [GOOD])) == (1, 1, 0, 0, 0, 0)
    with city.workplace.database.connect() as connection:
        subject = find_subject(connection, GOOD[1])
    assert subject is not None
    assert (subject.name, str(subject.established), subject.code_valid) == (GOOD[0], "2021-03-04", False)


def test_the_same_content_loaded_again_changes_nothing_in_whatever_format(city: City) -> None:
    rows = [GOOD, *BAD]
    figures(city, "utf8.csv", (HEADER, rows))
    before = problems(city)
    assert figures(city, "utf8.csv", (HEADER, rows)) == (5, 0, 0, 3, 2, 2)
    assert [p.reason for p in problems(city)] == [p.reason for p in before]
    assert figures(city, "table.xlsx", (HEADER, rows))[1:4] == (0, 0, 3)


def test_a_corrected_file_updates(city: City) -> None:
    figures(city, "utf8.csv", (HEADER, [GOOD, *BAD]))
    renamed = ("金城虚构大茶馆", *GOOD[1:])
    mended = [renamed, ("金城虚构药店", "92620199MA00000040", "2021-12-05", "", "")]
    assert figures(city, "utf8.csv", (HEADER, mended)) == (2, 0, 2, 0, 0, 0)
    with city.workplace.database.connect() as connection:
        tea = find_subject(connection, GOOD[1])
        drugs = find_subject(connection, "92620199MA00000040")
        assert tea is not None
        assert drugs is not None
        [record] = records_of(connection, tea.id)
    assert (tea.name, tea.former_names) == ("金城虚构大茶馆", ("金城虚构茶馆",))
    assert str(drugs.established) == "2021-12-05"
    assert (record.source, record.file_name) == ("虚构市场监管局", "utf8.csv")


def test_a_bad_row_goes_to_quarantine_with_all_that_is_needed_to_mend_it(city: City) -> None:
    loaded = city.load_table((HEADER, [GOOD, *BAD]))
    found = {(p.row, p.field): p for p in problems(city)}
    assert [(row, field, found[row, field].treatment) for row, field in sorted(found)] == [
        (3, "企业名称", "退回"),
        (4, "统一社会信用代码", "退回"),
        (5, "成立日期", "提示"),
        (6, "注册资本", "提示"),
    ]
    dated = found[5, "成立日期"]
    assert (dated.file_name, dated.value, dated.delivery) == ("utf8.csv", "2021-13-45", loaded.delivery.id)
    assert dated.reason
    assert dated.remedy
    assert dated.raw["企业名称"] == "金城虚构药店"


def test_a_line_that_cannot_be_taken_apart_is_quarantined_and_masked(city: City) -> None:
    path = city.folder / "a.csv"
    broken = f"虚构户主{IDENTITY_NUMBER},1,2,3,4,5,6\n".encode()
    path.write_bytes(delimited((HEADER, [GOOD]), newline="\n") + broken)
    delivery = city.load(path).delivery
    assert (delivery.rows, delivery.new, delivery.refused) == (2, 1, 1)
    [problem] = problems(city)
    assert (problem.row, problem.field) == (3, "整行")
    assert IDENTITY_NUMBER not in problem.value + str(problem.raw)


def test_identity_numbers_never_reach_the_database(city: City) -> None:
    scope = f"经营者身份证{IDENTITY_NUMBER}"
    rows = [(*GOOD[:4], scope), ("", "92620199MA00000030", "", "", scope), (*BAD[2][:4], scope)]
    city.load_table((HEADER, rows))
    assert IDENTITY_NUMBER not in everything_in(city.workplace.database)
    city.workplace.database.dispose()
    for path in (city.folder / "data").glob("chengxin.db*"):
        assert IDENTITY_NUMBER.encode() not in path.read_bytes()


def test_the_export_is_corrected_and_loaded_as_it_is(city: City) -> None:
    city.load_table((HEADER, [GOOD, *BAD]))
    path = city.folder / "退回.csv"
    with city.workplace.database.connect() as connection:
        assert export(connection, Scope(), path) == 4
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert header[:7] == ["文件", "行", "处理", "字段", "原值", "原因", "改正办法"]
    assert [row[1] for row in rows] == ["3", "4", "5", "6"]
    mended = {"企业名称": ("3", "金城虚构画廊"), "统一社会信用代码": ("4", "92620199MA00000060")}
    for column, (line, value) in mended.items():
        next(row for row in rows if row[1] == line)[header.index(column)] = value
    path.write_bytes(delimited((header, rows), encoding="utf-8-sig"))
    delivery = city.load(path).delivery
    assert (delivery.new, delivery.refused) == (2, 0)


def test_the_export_holds_no_formula(city: City) -> None:
    rows = [(f"{start}cmd", "", "", "", f"{start}1+1") for start in ("=", "+", "-", "@", "＝")]
    city.load_table((HEADER, rows))
    path = city.folder / "退回.csv"
    with city.workplace.database.connect() as connection:
        export(connection, Scope(), path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "＝"))]
    assert sum("cmd" in cell for cell in cells) == 5


def test_problems_are_counted_and_filtered(city: City) -> None:
    first = city.load_table((HEADER, BAD), "utf8.csv").delivery.id
    city.load_table((HEADER, BAD[:1]), "gbk.csv")
    with city.workplace.database.connect() as connection:
        assert count_problems(connection, Scope()) == 5
        assert count_problems(connection, Scope(delivery=first)) == 4
        assert count_problems(connection, Scope(file_name="gbk")) == 1
        assert count_problems(connection, Scope(file_name="%")) == 0
        assert len(list(read_problems(connection, Scope(), 2))) == 2


def test_json_values_that_are_no_text_are_read_as_text(city: City, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(orjson.dumps({"企业名称": "金城虚构面馆", "信用代码": GOOD[1], "注册资本": 10, "经营范围": None}))
    assert city.load(path).delivery.new == 1


def test_a_record_that_stands_twice_is_recorded_once_and_told(city: City) -> None:
    later = ("金城虚构大茶馆", *GOOD[1:])
    assert figures(city, "utf8.csv", (HEADER, [GOOD, later])) == (2, 1, 1, 0, 0, 1)
    [problem] = problems(city)
    assert (problem.row, problem.treatment) == (3, "提示")
    assert "第 2 行" in problem.reason


def test_a_file_that_is_replaced_while_it_is_read_is_not_mixed(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "BATCH_ROWS", 10)
    rows = [(f"金城虚构{n}号店", f"92620199MA{n:08}") for n in range(50)]
    path = write_as("utf8.csv", (HEADER[:2], rows), city.folder)
    other = city.folder / "other.csv"
    other.write_bytes(delimited((HEADER[:2], [("金城虚构替换店", "92620199MA00000099")])))
    inspected = inspect_file(path, city.kind)
    with pytest.raises(FileChangedError, match="不会重复"):
        Loader(city.workplace.database, city.kind, "").load(inspected, lambda *_: other.exists() and other.rename(path))
    with city.workplace.database.connect() as connection:
        [delivery] = last_deliveries(connection)
        assert (delivery.rows, delivery.finished_at) == (10, None)
        assert find_subject(connection, "92620199MA00000099") is None
    assert city.load(path).delivery.new == 1


def test_a_load_that_was_cut_off_goes_on_where_it_was(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "BATCH_ROWS", 10)
    rows = [(f"金城虚构{n}号店" if n % 7 else "", f"92620199MA{n:08}") for n in range(50)]
    path = write_as("utf8.csv", (HEADER[:2], rows), city.folder)
    loader = Loader(city.workplace.database, city.kind, "某局")

    def interrupt(done: int, _: int) -> None:
        if done == 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        loader.load(inspect_file(path, city.kind), interrupt)
    with city.workplace.database.connect() as connection:
        [cut_off] = last_deliveries(connection)
    delivery = loader.load(inspect_file(path, city.kind), resume=cut_off).delivery
    assert (delivery.id, delivery.rows, delivery.new, delivery.unchanged, delivery.refused) == (1, 50, 42, 0, 8)
    assert count_problems_of(city) == 8


def count_problems_of(city: City) -> int:
    with city.workplace.database.connect() as connection:
        return count_problems(connection, Scope())
