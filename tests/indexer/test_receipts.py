"""The receipt beside a file: its provider reads there what became of each row and what to correct."""

import csv
import os
from pathlib import Path

import pytest
from credit_records.receipts import as_json, from_json, receipt_of

from tests.databases import on_sqlite
from tests.indexer.conftest import City
from tests.indexer.dressed_tables import delimited
from tests.indexer.receiving import HEADER, Department, rows, table

BAD = [("", "92620199MA00000044"), ("金城虚构药店", "12345")]


@pytest.fixture
def department(city: City) -> Department:
    return Department(city)


def corrections(department: Department, place: str = "done") -> list[list[str]]:
    [path] = (department.folder / place).glob("*.receipt.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_a_receipt_tells_the_figures_and_the_problems(department: Department) -> None:
    department.drop("登记信息.csv", delimited((("备注", *HEADER), [("注", *row) for row in [*rows(), *BAD]])))
    department.receive()
    [receipt] = department.receipts()
    assert (receipt.rows, receipt.new, receipt.refused, receipt.accepted) == (5, 3, 2, True)
    assert [(problem.row, problem.field) for problem in receipt.problems] == [(5, "企业名称"), (6, "统一社会信用代码")]
    assert all(problem.reason and problem.remedy for problem in receipt.problems)
    assert receipt.ignored == ("备注",)
    assert "新增 3" in receipt.sentence
    assert "退回 2" in receipt.sentence


def test_a_receipt_tells_how_many_subjects_are_named_for_the_first_time(department: Department) -> None:
    department.drop("登记信息.csv", delimited((HEADER, rows()[:2])))
    department.receive()
    department.drop("登记信息_又.csv", delimited((HEADER, rows())))
    department.receive()
    first, second = sorted(department.receipts(), key=lambda receipt: receipt.delivery or 0)
    assert (first.subjects, second.subjects) == (2, len(rows()) - 2)
    assert "2 个主体是首次出现" in first.sentence


def test_what_is_to_correct_lies_beside_it_and_can_be_sent_again(department: Department) -> None:
    department.drop("登记信息.csv", delimited((HEADER, [*rows(), *BAD])))
    department.receive()
    header, *refused = corrections(department)
    assert [row[1] for row in refused] == ["5", "6"]
    refused[0][header.index("企业名称")] = "金城虚构画廊"
    refused[1][header.index("统一社会信用代码")] = "92620199MA00000055"
    department.drop("登记信息_更正.csv", delimited((header, refused)))
    department.receive()
    assert (department.deliveries()[1].new, department.deliveries()[1].refused) == (2, 0)


def test_a_file_of_which_nothing_was_accepted_is_refused(department: Department) -> None:
    department.drop("登记信息.csv", delimited((HEADER, BAD)))
    department.receive()
    assert department.files("refused") == ["登记信息.csv"]
    assert not department.receipts("refused")[0].accepted
    assert len(corrections(department, "refused")) == 3


def test_a_file_without_rows_is_told_to_be_so(department: Department) -> None:
    department.drop("登记信息.csv", delimited((HEADER, [])))
    department.receive()
    assert "没有数据行" in department.receipts()[0].sentence


def test_a_file_without_problems_has_nothing_to_correct(department: Department) -> None:
    department.drop("登记信息.csv", table())
    department.receive()
    assert list((department.folder / "done").glob("*.receipt.csv")) == []


def test_a_receipt_is_read_as_it_was_written(department: Department, city: City) -> None:
    department.drop("登记信息.csv", delimited((HEADER, [*rows(), *(BAD * 20)])))
    department.receive()
    [receipt] = department.receipts()
    assert from_json(as_json(receipt)) == receipt
    assert (len(receipt.problems), receipt.more) == (20, 20)
    with city.workplace.database.connect() as connection:
        assert receipt_of(connection, receipt.delivery or 0) == receipt


def test_no_half_receipt_is_ever_seen(department: Department) -> None:
    department.drop("登记信息.csv", delimited((HEADER, [*rows(), *BAD])))
    department.receive()
    seen = {Path(name).suffix for name in map(str, (department.folder / "done").iterdir())}
    assert seen == {".csv", ".json"}
    assert department.waiting() == []


@on_sqlite
def test_what_a_receipt_tells_is_on_the_disk_before_it(department: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    real, seen = os.fsync, []

    def fsync(descriptor: int) -> None:
        seen.append((Path(f"/proc/self/fd/{descriptor}").readlink().name, department.files("done")))
        real(descriptor)

    monkeypatch.setattr("credit_records.durability.os.fsync", fsync)
    department.drop("登记信息.csv", table())
    department.receive()
    assert seen == [("chengxin.db-wal", [])]
    assert department.files("done") == ["登记信息.csv"]
