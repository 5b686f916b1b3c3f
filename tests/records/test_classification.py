from datetime import date, timedelta
from decimal import Decimal

import pytest
from credit_records.calendar import add_months
from credit_records.catalogue import catalogue
from credit_records.catalogue.policies import Policy
from credit_records.classification import classify, earliest_repair, publication_end
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

PENALTY = catalogue().policies["administrative_penalty"]
CATEGORIES = list(catalogue().codes("penalty_category"))
NEW = PENALTY.version_on(date(2026, 4, 1))
OLD = PENALTY.version_on(date(2026, 3, 31))

days = st.dates(date(2016, 1, 1), date(2040, 12, 31))
cases = st.tuples(st.lists(st.sampled_from(CATEGORIES), unique=True), st.none() | st.decimals(0, 10_000, places=6))


@pytest.mark.parametrize(
    ("categories", "amount", "found"),
    [
        (["warning"], None, "slight"),
        (["warning", "criticism"], None, "slight"),
        (["warning", "fine"], "0.1", "ordinary"),
        (["fine"], "499.999999", "ordinary"),
        (["fine"], "500", "serious"),
        (["licence_revoked"], None, "serious"),
        (["warning", "closure"], None, "serious"),
        (["suspension_of_business"], None, "serious"),
        (["licence_suspended"], None, "ordinary"),
        (["detention"], None, "ordinary"),
        ([], None, "ordinary"),
    ],
)
def test_class_by_category_and_amount_under_the_order_of_2026(categories, amount, found):
    assert classify(NEW, categories, Decimal(amount) if amount else None) == found


@given(cases)
def test_the_earlier_order_knows_one_class(case):
    assert classify(OLD, *case) == "ordinary"


@given(cases)
def test_a_case_is_as_grave_as_its_heaviest_part(case):
    categories, amount = case
    grave = {"slight": 0, "ordinary": 1, "serious": 2}
    whole = grave[classify(NEW, categories, amount)]
    assert all(grave[classify(NEW, [category], None)] <= whole for category in categories)


@pytest.mark.parametrize(
    ("decided", "dishonesty_class", "end"),
    [
        (date(2026, 3, 31), "ordinary", date(2029, 3, 31)),
        (date(2026, 4, 1), "ordinary", date(2027, 4, 1)),
        (date(2026, 4, 1), "serious", date(2029, 4, 1)),
        (date(2026, 11, 30), "slight", date(2027, 2, 28)),
        (date(2028, 2, 29), "ordinary", date(2029, 2, 28)),
        (date(2020, 2, 29), "ordinary", date(2023, 2, 28)),
    ],
)
def test_the_last_day_by_the_order_in_force_on_the_day_of_the_decision(decided, dishonesty_class, end):
    assert publication_end(decided, dishonesty_class, PENALTY) == end


@given(days)
def test_a_period_lies_between_its_shortest_and_longest(decided):
    for period in PENALTY.version_on(decided).classes:
        end = publication_end(decided, period.name, PENALTY)
        repair = earliest_repair(decided, period.name, PENALTY)
        assert decided <= repair <= end
        assert end == add_months(decided, period.maximum_months)
        assert publication_end(decided + timedelta(days=1), period.name, PENALTY) >= end or decided.month in {3, 4}


def test_what_endangers_life_waits_a_year_for_repair_under_the_earlier_order():
    assert earliest_repair(date(2025, 1, 31), "ordinary", PENALTY, "销售不合格食品") == date(2026, 1, 31)
    assert earliest_repair(date(2025, 1, 31), "ordinary", PENALTY, "未公示价格") == date(2025, 4, 30)


def test_every_rule_names_categories_that_exist():
    for version in PENALTY.versions:
        for rule in version.rules:
            assert (rule.any_category | rule.only_categories) <= set(CATEGORIES)


@pytest.mark.parametrize(
    "versions",
    [
        [("2023-01-01", None), ("2024-01-01", None)],
        [("2023-01-01", "2023-12-30"), ("2024-01-01", None)],
        [("2023-01-01", "2023-12-31")],
    ],
)
def test_versions_follow_without_gap_and_the_last_is_open(versions):
    written = [{"effective_from": since, "effective_until": until, "source": "某"} for since, until in versions]
    with pytest.raises(ValidationError):
        Policy.model_validate({"name": "x", "title": "某", "title_en": "x", "versions": written})
