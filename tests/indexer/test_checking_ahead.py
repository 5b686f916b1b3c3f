"""A large file is read and checked in a second process; what is recorded must not tell the difference."""

import gzip
import os

import pytest
from credit_indexer import checking_ahead
from credit_indexer.checking_ahead import checked_batches
from credit_indexer.loading import Loader, inspect_file
from credit_indexer.second_process import SecondProcessDiedError
from credit_indexer.sources.source import UnreadableFileError
from credit_records.checking import Checker

from tests.indexer.conftest import City
from tests.indexer.dressed_tables import Table, delimited, write_as

TABLE: Table = (
    ("企业名称", "统一社会信用代码", "注册日期"),
    [(f"虚构{n}号商行", f"92620199MA{n:08}", "2020-01-02" if n % 7 else "某日") for n in range(3000)] + [("", "", "")],
)


@pytest.fixture
def database_url() -> None:
    """A file: what is recorded, and where, is not in question."""


@pytest.mark.parametrize("name", ["utf8.csv", "lines.jsonl.gz", "table.parquet", "table.xlsx"])
def test_a_second_process_checks_as_the_first_would(name: str, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    source = inspect_file(write_as(name, TABLE, city.folder), city.kind).source
    checker = Checker(city.kind, source.fields)
    here = list(checked_batches(source, city.kind, checker))
    monkeypatch.setattr(checking_ahead, "WORTHWHILE_ROWS", 0)
    assert list(checked_batches(source, city.kind, checker)) == here
    assert sum(len(checked.rows) for checked, _ in here) == 3000


def test_a_file_damaged_after_its_inspection_is_told(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking_ahead, "WORTHWHILE_ROWS", 0)
    path = city.folder / "a.csv.gz"
    path.write_bytes(gzip.compress(delimited(TABLE)))
    inspected = inspect_file(path, city.kind)
    written = path.stat().st_mtime_ns
    path.write_bytes(path.read_bytes()[:-100] + b"?" * 100)
    os.utime(path, ns=(written, written))  # as a disk that fails would leave it
    with pytest.raises(UnreadableFileError, match="gzip"):
        Loader(city.workplace.database, city.kind, "").load(inspected, lambda *_: None)


def test_the_death_of_the_second_process_is_told(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking_ahead, "WORTHWHILE_ROWS", 0)
    monkeypatch.setattr("sys.executable", "/bin/false")
    inspected = inspect_file(write_as("utf8.csv", TABLE, city.folder), city.kind)
    with pytest.raises(SecondProcessDiedError, match="重新执行"):
        Loader(city.workplace.database, city.kind, "").load(inspected, lambda *_: None)
