"""The real registrations go through the checks as departments' files do."""

import csv
import gzip
from collections import Counter

import pyarrow.parquet as pq
import pytest
from credit_records.catalogue import catalogue
from credit_records.checking import Checked, Checker

COLUMNS = {
    "企业名称": "name",
    "统一社会信用代码": "uscc",
    "注册日期": "established",
    "企业类型": "entity_type",
    "注册资金": "capital",
    "经营范围": "scope",
    "所在省份": "province",
    "地区": "city",
    "注册地址": "address",
}


@pytest.fixture(scope="module")
def lanzhou(real_data) -> Checked:
    with gzip.open(real_data / "lanzhou_enterprises.csv.gz", "rt", encoding="utf-8-sig") as file:
        header, *rows = csv.reader(file)
    checker = Checker(catalogue().kinds["registration"], [COLUMNS[name] for name in header])
    return checker.check(range(2, len(rows) + 2), rows)


def test_every_real_row_of_the_city_is_kept_whole(lanzhou):
    assert not lanzhou.problems
    assert len(lanzhou.rows) == 28_200
    assert all(row.code_valid for row in lanzhou.rows)


def test_nearly_every_address_gives_its_district(lanzhou):
    """Of 28,200 addresses 334 name no district in full; the rest must be found, and some of those."""
    basis = Counter(row.facts.division_basis for row in lanzhou.rows)
    assert basis["address"] >= 27_866
    assert all(row.facts.division for row in lanzhou.rows)
    assert sum(row.facts.division[:4] == "6201" for row in lanzhou.rows) >= 28_190


def test_type_and_industry_are_mostly_told(lanzhou):
    assert sum(row.facts.entity_type is not None for row in lanzhou.rows) >= 28_000
    assert sum(row.facts.industry is not None for row in lanzhou.rows) >= 28_000


def test_the_nations_rows_are_kept_with_their_wrong_codes_flagged(real_data):
    table = pq.read_table(real_data / "national_names.parquet").slice(0, 100_000)
    checker = Checker(catalogue().kinds["registration"], [COLUMNS[name] for name in table.column_names])
    rows = list(zip(*(table[name].to_pylist() for name in table.column_names), strict=True))
    checked = checker.check(range(2, len(rows) + 2), rows)
    assert len(checked.rows) == len(rows)
    assert not checked.problems
    assert 0 < sum(not row.code_valid for row in checked.rows) <= 20
    assert sum(row.facts.division_basis == "declared" for row in checked.rows) >= 99_900
