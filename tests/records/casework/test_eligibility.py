"""Which record can be repaired, from which day, and when it ends by itself."""

from datetime import date, datetime, timedelta

import pytest
from credit_records.calendar import UTC, add_months, today
from credit_records.casework.eligibility import eligibility, eligibility_of, repairable_of
from credit_records.catalogue import catalogue
from credit_records.record_reading import Record, find_record_for_staff
from hypothesis import given
from hypothesis import strategies as st

from tests.records.casework.applying import blacklist, penalise, submitted
from tests.records.registering import Office, code
from tests.records.sample_rows import sample

KINDS = catalogue().kinds
NEW_RULES = date(2026, 4, 1)
DECIDED = st.dates(NEW_RULES, date(2032, 12, 31))
MONTHS = {"slight": (0, 3), "ordinary": (3, 12), "serious": (12, 36)}


def decided(day: date, of_class: str = "ordinary", kind: str = "administrative_penalty", **fields: str) -> Record:
    ends_on = add_months(day, MONTHS[of_class][1])
    now = datetime.now(UTC)
    told = {"decision_date": day, "dishonesty_class": of_class, "ends_on": ends_on}
    return Record(1, kind, "k", {"name": "某", **fields}, "某单位", "某.csv", now, now, **told)


@given(DECIDED, st.sampled_from(sorted(MONTHS)))
def test_a_record_waits_until_its_shortest_period_is_over_and_ends_by_itself_after_the_longest(day, of_class):
    shortest, longest = MONTHS[of_class]
    earliest, last = add_months(day, shortest), add_months(day, longest)
    record = decided(day, of_class)
    answers = {on: eligibility(record, on=on) for on in (day, earliest - timedelta(days=1), earliest, last)}
    assert {each.earliest for each in answers.values()} == {earliest}
    assert {each.ends_on for each in answers.values()} == {last}
    assert (answers[earliest].answer, answers[last].answer) == ("now", "now")
    assert answers[earliest - timedelta(days=1)].answer == "later"
    assert answers[day].answer == ("later" if shortest else "now")
    after = eligibility(record, on=last + timedelta(days=1))
    assert (after.answer, "不需要修复" in after.why) == ("never", True)
    assert all(each.why and each.why_en and "第36号" in each.source for each in answers.values())


@pytest.mark.parametrize(
    ("day", "earliest", "last"),
    [
        ("2026-11-30", "2027-02-28", "2027-11-30"),
        ("2027-11-30", "2028-02-29", "2028-11-30"),  # a leap year
        ("2028-02-29", "2028-05-29", "2029-02-28"),
        ("2026-05-31", "2026-08-31", "2027-05-31"),
    ],
)
def test_months_that_lack_the_day_end_on_their_last(day, earliest, last):
    found = eligibility(decided(date.fromisoformat(day)))
    assert (found.earliest.isoformat(), found.ends_on.isoformat()) == (earliest, last)


def test_a_slight_one_is_repaired_as_soon_as_the_duty_is_done():
    assert eligibility(decided(NEW_RULES, "slight"), on=NEW_RULES).answer == "now"


@pytest.mark.parametrize("field", ["violation", "facts", "basis"])
def test_decisions_follow_the_rules_of_their_day_with_longer_minimums_for_food_and_the_like(field):
    old, new = date(2026, 3, 31), NEW_RULES
    plain, food = decided(old), decided(old, **{field: "违反《食品安全法》"})
    assert eligibility(plain).earliest == date(2026, 6, 30)
    assert eligibility(food).earliest == date(2027, 3, 31)
    assert "第58号" in eligibility(food).source
    assert eligibility(decided(new, **{field: "违反《食品安全法》"})).earliest == date(2026, 7, 1)


def test_what_cannot_be_repaired_says_when_it_ends_by_itself():
    record = decided(date(2026, 5, 6), "serious", "judgment_defaulter")
    found = eligibility(record, on=date(2026, 6, 1))
    assert KINDS["judgment_defaulter"].effect.repairable is False
    assert (found.answer, found.earliest) == ("never", None)
    assert (record.ends_on + timedelta(days=1)).isoformat() in found.why


def test_what_is_under_way_or_done_is_told(database):
    number = penalise(database)
    desk = submitted(database, number)
    with database.connect() as connection:
        record = find_record_for_staff(connection, number)
        assert eligibility_of(connection, record).answer == "running"
        assert eligibility(record).answer == "now"
    assert desk.now.record_id == number


def test_by_code_black_lists_and_penalties_come_first_and_nothing_that_is_not_public(database):
    penalty, later, entry = penalise(database), penalise(database, 2, days_ago=10), blacklist(database)
    penalise(database, 3, owner=2)
    penalise(database, 4, decision_date="2019-05-05")  # over
    Office(database, KINDS["tax_class_a"]).deliver(sample(KINDS["tax_class_a"]))
    submitted(database, penalty)
    with database.connect() as connection:
        found = repairable_of(connection, code(1))
        assert repairable_of(connection, code(99)) == []
    assert [(each.record.id, each.eligibility.answer) for each in found] == [
        (entry, "now"),
        (later, "later"),
        (penalty, "running"),
    ]
    assert found[0].eligibility.dishonesty_class == "serious"
    assert found[1].eligibility.earliest > today()
