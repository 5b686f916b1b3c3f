"""Records of the fictional city: of every kind, accepted by the checks that real ones meet, the same for one seed."""

import csv
import gzip
from collections import Counter
from datetime import date
from itertools import islice
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from credit_indexer.demo.authorities import Authorities
from credit_indexer.demo.city_records import CityRecords
from credit_indexer.demo.delivery import make_subjects
from credit_indexer.demo.kind_vocabulary import KindVocabulary, read_kind_vocabularies
from credit_indexer.demo.records import RecordMaker
from credit_indexer.demo.reporting import MONTHS, Reporting
from credit_indexer.demo.showcases import known_well
from credit_indexer.demo.subjects import SubjectMaker
from credit_indexer.demo.town import fictional_town
from credit_indexer.demo.vocabulary import read_vocabulary
from credit_indexer.demo.working_days import YEARS
from credit_records.calendar import add_months
from credit_records.catalogue import Kind, catalogue
from credit_records.checking import Checker
from credit_records.classification import classify
from credit_records.rows import REFUSED
from stdnum.cn import uscc

TODAY = date(2026, 11, 20)
SUBJECTS, RECORDS = 2_500, 15_000


@pytest.fixture(scope="module")
def town():
    return fictional_town(catalogue())


def made(town, *, subjects=SUBJECTS, records=RECORDS, seed=1, known=None):
    of = make_subjects(town, subjects=subjects, seed=seed)
    city = CityRecords(town, catalogue(), seed, TODAY)
    return city.of(of, of_subjects=subjects, records=records, known=known or {})


@pytest.fixture(scope="module")
def records(town):
    return list(made(town))


@pytest.fixture(scope="module")
def checked(records):
    """Kind → rows as the checker keeps them, with whatever it has against them."""
    found = {}
    for maker in {record.maker.kind.name: record.maker for record in records}.values():
        rows = [record.values for record in records if record.maker is maker]
        found[maker.kind.name] = Checker(maker.kind, maker.columns).check(range(2, len(rows) + 2), rows)
    return found


def test_there_are_records_of_every_kind_but_that_which_makes_the_subjects(records):
    kinds = {kind.name for kind in catalogue().kinds.values() if not kind.subject.authoritative}
    assert len(kinds) >= 30
    assert {record.maker.kind.name for record in records} == kinds


def test_there_are_exactly_as_many_as_were_asked_for(town, records):
    assert len(records) == RECORDS
    for subjects, count in ((1, 3), (700, 50), (1_300, 0), (2_100, 2_099)):
        assert sum(1 for _ in made(town, subjects=subjects, records=count)) == count


def test_the_checker_accepts_every_one_and_has_nothing_to_note(checked):
    assert sum(len(each.rows) for each in checked.values()) == RECORDS
    assert [problem for each in checked.values() for problem in each.problems] == []


def test_what_was_reported_before_it_ended_is_accepted_too_and_is_the_same_record(records):
    ended = [record for record in records if record.earlier]
    assert len(ended) > 500
    for maker in {record.maker.kind.name: record.maker for record in ended}.values():
        mine = [record for record in ended if record.maker is maker]
        checker = Checker(maker.kind, maker.columns)
        before = checker.check(range(len(mine)), [record.earlier for record in mine])
        after = checker.check(range(len(mine)), [record.values for record in mine])
        assert before.problems == after.problems == []
        assert [row.key for row in before.rows] == [row.key for row in after.rows]
        assert all(old.fields != new.fields for old, new in zip(before.rows, after.rows, strict=True))


def test_no_two_are_one_record(checked):
    keys = Counter((kind, row.key) for kind, each in checked.items() for row in each.rows)
    assert len(keys) > RECORDS * 0.999


def test_they_span_six_years_up_to_today(checked):
    days = sorted(row.terms.decision_date for each in checked.values() for row in each.rows if row.terms.decision_date)
    first = add_months(TODAY, -12 * YEARS).isoformat()
    assert first <= days[0] < f"{int(first[:4]) + 1}-01-01"
    assert f"{TODAY:%Y-%m}-01" <= days[-1] <= TODAY.isoformat()
    assert len({day[:7] for day in days}) == 12 * YEARS + 1


def test_the_same_seed_makes_the_same_records_and_another_does_not(town):
    one, same, other = ([tuple(r.values) for r in made(town, subjects=300, records=900, seed=s)] for s in (5, 5, 6))
    assert one == same
    assert one != other


def test_records_come_before_all_subjects_are_made(town):
    """What is asked for need not fit in memory: a small part of the subjects is enough for the first records."""
    passed = 0

    def counted():
        nonlocal passed
        for subject in SubjectMaker(town, read_vocabulary(), 1).subjects(1_000_000):
            passed += 1
            yield subject

    city = CityRecords(town, catalogue(), 1, TODAY)
    of = city.of(counted(), of_subjects=1_000_000, records=2_000_000, known={})
    assert len(list(islice(of, 3_000))) == 3_000
    assert passed <= 3_000


def test_penalties_are_slight_ordinary_and_serious(checked):
    policy = catalogue().policies["administrative_penalty"]
    classes = Counter(row.terms.dishonesty_class for row in checked["administrative_penalty"].rows)
    assert set(classes) == {period.name for version in policy.versions for period in version.classes}
    assert classes["ordinary"] == max(classes.values())
    assert classify(policy.version_on(TODAY), ("warning",), None) == "slight"


def test_lists_have_entries_and_exits(checked):
    lists = [kind for kind in catalogue().kinds.values() if kind.list is not None]
    assert len(lists) >= 10
    left = {kind.name: _left(kind, checked[kind.name].rows) for kind in lists}
    assert all(any(not one for one in each) for each in left.values())
    assert sum(any(each) for each in left.values()) >= len(left) - 2  # short lists may have nobody who has left


def _left(kind: Kind, rows):
    return [f'"{kind.roles.exited_on}"' in row.fields for row in rows]


def test_natural_persons_are_masked_or_kept_under_a_name_of_nobody(records, checked):
    persons = [record for record in records if not record.party.uscc]
    assert len(persons) > 100
    assert all(record.party.name[1] == "某" for record in persons)
    numbers = {value for record in persons for value in record.values if len(value) == 18 and value[:4] == "6299"}
    kept = "\n".join(row.fields for each in checked.values() for row in each.rows)
    assert len(numbers) > 50
    assert [number for number in numbers if number in kept] == []


def test_some_have_no_code_only_because_they_are_persons(records):
    coded = [record for record in records if record.maker.kind.subject.code is not None]
    assert all(record.party.uscc or record.party.category == "自然人" for record in coded)


def test_every_authority_is_of_the_fictional_city_and_has_a_code_that_no_other_has(town, real_data: Path):
    offices = Authorities(town).all()
    divisions = {town.division, *(district.division for district in town.districts)}
    assert len({office.name for office in offices}) == len({office.code for office in offices}) == len(offices)
    assert all(uscc.is_valid(office.code) and office.code[2:8] in divisions for office in offices)
    assert all(town.short in office.title for office in offices)
    with gzip.open(real_data / "lanzhou_enterprises.csv.gz", "rt", encoding="utf-8", newline="") as file:
        real = {row["企业名称"] for row in csv.DictReader(file)}
    real.update(pq.read_table(real_data / "national_names.parquet", columns=["企业名称"])["企业名称"].to_pylist())
    assert {office.title for office in offices} & real == set()


def test_every_office_may_send_what_it_sends_and_none_says_who_subjects_are(town, records):
    allowed = CityRecords(town, catalogue(), 1, TODAY).kinds_of_offices()
    sent = {(record.authority.name, record.maker.kind.name) for record in records}
    assert [pair for pair in sent if pair[1] not in allowed[pair[0]]] == []
    assert all(kinds and "registration" not in kinds for kinds in allowed.values())
    assert allowed["water-supply"] == {"water_arrears"}


def test_every_code_in_a_record_lies_in_the_fictional_division(records):
    for record in records:
        for name, value in zip(record.maker.columns, record.values, strict=True):
            if value and record.maker.kind.by_name[name].type == "code":
                assert value[2:6] == "6299", (name, value)


def test_no_record_names_a_real_city(records):
    real = [city.city_name.removesuffix("市") for city in catalogue().cities.values() if not city.fictional]
    assert real
    said = {value for record in records for value in record.values}
    assert [value for value in said if any(name in value for name in real)] == []


def test_every_vocabulary_is_of_a_kind_and_each_of_its_templates_can_be_filled(town):
    told = read_kind_vocabularies()
    assert set(told) <= set(catalogue().kinds)
    city = CityRecords(town, catalogue(), 1, TODAY)
    offices = Authorities(town)
    for name, vocabulary in told.items():
        senders = {*vocabulary.senders, *(one.sender for group in vocabulary.choice.values() for one in group)} - {None}
        assert all(offices.has(sender) for sender in senders), name
        maker = city.makers[name]
        for group, alternatives in enumerate(vocabulary.choice.values()):
            for number in range(len(alternatives)):
                chosen = [0] * len(vocabulary.choice)
                chosen[group] = number
                for is_person in (False, True):
                    steps = dict(maker._plan(tuple(chosen), is_person))
                    assert set(alternatives[number].set) & set(maker.columns) <= set(steps)


def test_a_kind_without_vocabulary_gets_records_from_its_catalogue_file_alone(town):
    """A new kind needs its TOML file and nothing else, in the demo too."""
    makers = CityRecords(town, catalogue(), 1, TODAY)
    party = next(made(town, subjects=1, records=1)).party
    rng = makers._random
    for kind in makers.makers.values():
        plain = RecordMaker(kind.kind, KindVocabulary(), makers.city)
        rows = [plain.make(party, rng, serial).values for serial in range(60)]
        checked = Checker(plain.kind, plain.columns).check(range(60), rows)
        refused = [problem for problem in checked.problems if problem.severity == REFUSED]
        assert refused == [], kind.kind.name
        assert len(checked.rows) == 60


def test_somebody_is_known_by_hundreds_of_records(town):
    wanted = known_well(town)
    found = Counter(record.party.subject for record in made(town, known=wanted))
    names = {subject.uscc: subject.name for subject in make_subjects(town, subjects=12, seed=1)}
    assert max(wanted.values()) >= 200
    assert all(found[names[code]] >= count for code, count in wanted.items())


def test_reports_come_by_the_month_with_gaps_and_with_rows_that_go_back_and_come_again(records):
    reporting = Reporting(TODAY, seed=1)
    lines = [line for record in records for line in reporting.lines(record)]
    months = {line.report.month for line in lines}
    last = TODAY.year * 12 + TODAY.month - 1
    assert months == set(range(last - MONTHS + 1, last + 1))
    assert len(lines) > len(records)
    reporters = {(line.report.provider, line.report.kind) for line in lines if line.report.provider == "transport"}
    reports = {line.report for line in lines if line.report.provider == "transport"}
    assert len(reports) < len(reporters) * MONTHS
    assert _refused(lines) > 50


def _refused(lines):
    city = CityRecords(fictional_town(catalogue()), catalogue(), 1, TODAY)
    count = 0
    for name, maker in city.makers.items():
        rows = [line.values for line in lines if line.report.kind == name]
        checked = Checker(maker.kind, maker.columns).check(range(len(rows)), rows)
        count += len(rows) - len(checked.rows)
    return count
