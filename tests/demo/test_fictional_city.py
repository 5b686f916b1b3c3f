import csv
import gzip
import hashlib
from itertools import islice
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from credit_indexer.demo.codes import SERIALS, make_code, spoil
from credit_indexer.demo.delivery import make_subjects, write_delivery
from credit_indexer.demo.subjects import AS_OF, SubjectMaker, TooManySubjectsError
from credit_indexer.demo.town import fictional_town
from credit_indexer.demo.vocabulary import read_vocabulary
from credit_records.catalogue import catalogue
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

SHIPPED = 20_000


@pytest.fixture(scope="module")
def town():
    return fictional_town(catalogue())


@pytest.fixture(scope="module")
def city(town):
    return list(make_subjects(town, subjects=SHIPPED, seed=1))


def test_no_two_subjects_share_a_name_or_a_code(city):
    assert len(city) == SHIPPED
    assert len({subject.name for subject in city}) == SHIPPED
    assert len({subject.uscc for subject in city}) == SHIPPED


def test_names_stay_apart_when_the_space_of_names_is_walked_a_second_time(town):
    maker = SubjectMaker(town, read_vocabulary(), seed=1)
    second_turn = maker._space
    names = {maker._subject(number).name for turn in (0, second_turn) for number in range(turn, turn + 2000)}
    assert len(names) == 4000


def test_exactly_the_deliberate_code_fails_its_check_digit(city):
    assert [subject.name for subject in city if not uscc.is_valid(subject.uscc)] == ["霁川错码示例商贸有限公司"]


def test_every_subject_names_the_fictional_city_or_its_districts(town, city):
    marks = [town.short, "霽川", *(district.short for district in town.districts)]
    assert [subject.name for subject in city if not any(mark in subject.name for mark in marks)] == []


def test_codes_and_addresses_lie_in_the_fictional_division(town, city):
    divisions = {district.division for district in town.districts} | {town.division}
    assert {subject.uscc[2:8] for subject in city} <= divisions
    assert all(subject.address.startswith(town.name) for subject in city if subject.address)


def test_no_name_belongs_to_a_real_enterprise(city, real_data: Path):
    with gzip.open(real_data / "lanzhou_enterprises.csv.gz", "rt", encoding="utf-8", newline="") as file:
        real = {row["企业名称"] for row in csv.DictReader(file)}
    real.update(pq.read_table(real_data / "national_names.parquet", columns=["企业名称"])["企业名称"].to_pylist())
    invented = {subject.name for subject in city} | {subject.former_names for subject in city}
    assert len(real) > 900_000
    assert invented & real == set()
    assert not any("霁川" in name for name in real)


def test_the_mix_is_that_of_a_city(city):
    kinds = [subject.uscc[:2] for subject in city]
    assert all(kinds.count(kind) > 200 for kind in ("91", "92", "93"))
    assert len({subject.status for subject in city}) >= 6
    assert sum(subject.name.endswith("分公司") for subject in city) > 100
    assert sum(bool(subject.former_names) for subject in city) > 100
    assert len({subject.established[:4] for subject in city}) > 30
    assert max(subject.established for subject in city) <= AS_OF.isoformat()
    assert max(len(subject.name) for subject in city) > 50


def test_the_same_seed_writes_the_same_file_and_another_does_not(tmp_path: Path):
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        write_delivery(tmp_path / name, catalogue(), subjects=300, seed=seed)
    first, same, other = (hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in "abc")
    assert first == same
    assert first != other


def test_a_larger_city_begins_with_the_smaller_one(town):
    few = list(make_subjects(town, subjects=100, seed=1))
    assert list(islice(make_subjects(town, subjects=5_000, seed=1), 100)) == few


def test_fewer_subjects_than_deliberate_cases_is_still_exactly_as_many(town):
    assert [len(list(make_subjects(town, subjects=count, seed=1))) for count in (1, 5, 12)] == [1, 5, 12]


def test_a_city_without_end_is_refused_in_words(town):
    with pytest.raises(TooManySubjectsError, match="最多能生成"):
        make_subjects(town, subjects=10**9, seed=1)


@given(st.integers(0, SERIALS - 1), st.integers(1980, 2030), st.sampled_from(["91", "92", "93"]))
def test_every_code_is_right_in_every_digit_until_it_is_spoilt(serial, year, kind):
    code = make_code(kind, "629901", serial, year=year)
    assert uscc.is_valid(code)
    assert not uscc.is_valid(spoil(code))


@given(st.lists(st.integers(0, SERIALS - 1), min_size=2, unique=True), st.integers(1980, 2030))
def test_different_serials_make_different_codes(serials, year):
    assert len({make_code("91", "629901", serial, year=year) for serial in serials}) == len(serials)
