from datetime import date, timedelta

import pytest
from credit_records.calendar import today
from credit_records.catalogue import catalogue
from credit_records.database import writing
from credit_records.providers import add_provider
from credit_records.statistics import (
    Figures,
    MonthFigures,
    Place,
    first_months,
    kind_figures,
    missing_months,
    monthly_figures,
    months_between,
)
from credit_records.tables import delivery
from sqlalchemy import update

from tests.records.registering import Office, code
from tests.records.sample_rows import sample

PENALTY = catalogue().kinds["administrative_penalty"]
UNIT = "~市场监管局"  # what an operator called the source


def figures(database, first: date, last: date, unit: str | None = None) -> list[MonthFigures]:
    with database.connect() as connection:
        return monthly_figures(connection, first, last, unit=unit)


def put(database, number: int, **values: object) -> None:
    with writing(database) as connection:
        connection.execute(update(delivery).where(delivery.c.id == number).values(values))


def test_the_figures_of_a_month_follow_from_what_was_delivered(office, database):
    office.deliver({"name": "云上商贸有限公司", "uscc": code(2)})
    penalties = Office(database, PENALTY)
    day = today().isoformat()
    recent, old = {"decision_date": day, "valid_until": "长期"}, {"decision_date": "2025-09-30"}
    penalties.deliver(sample(PENALTY, 1, **recent), sample(PENALTY, 2, **old), sample(PENALTY, 3, facts=""))
    penalties.deliver(sample(PENALTY, 1, **recent, content="更正"), sample(PENALTY, 4, 2, name="山下酒业", **recent))
    (found,) = [each for each in figures(database, today(), today()) if each.place.kind == PENALTY.name]
    assert found.place == Place(UNIT, PENALTY.name, day[:7])
    told = found.figures
    assert (told.deliveries, told.received, told.accepted, told.refused) == (2, 5, 4, 1)
    assert (told.new, told.corrected, told.measured, told.timely) == (3, 1, 3, 2)
    assert (told.wrong_codes, told.wrong_codes_corrected) == (1, 0)
    assert told.compliance == pytest.approx(0.8)
    assert told.timeliness == pytest.approx(2 / 3)
    assert told.wrong_code_rate == pytest.approx(0.2)
    assert told.wrong_code_correction == 0
    with database.connect() as connection:
        (added,) = [each for each in kind_figures(connection, today(), today()) if each.kind == PENALTY.name]
    assert added.figures == told
    assert (added.unit, added.reported_months, added.reported_last) == (UNIT, 1, True)


def test_a_wrong_code_that_is_corrected_counts_as_corrected_in_the_month_of_its_finding(office, database):
    office.deliver({"name": "云上商贸有限公司", "uscc": code(2)})
    penalties = Office(database, PENALTY)
    penalties.deliver(sample(PENALTY, 4, 2, name="山下酒业"))
    penalties.deliver(sample(PENALTY, 4, 2, name="云上商贸有限公司"))
    (found,) = [each for each in figures(database, today(), today()) if each.place.kind == PENALTY.name]
    assert found.figures.wrong_code_correction == 1


def test_what_a_provider_sends_is_its_own_and_an_operator_s_file_stands_under_its_source(database, office):
    add_provider(database, "market", "市场监管局", "市场监督管理局")
    office.deliver({"name": "云上商贸有限公司", "uscc": code(1)})
    office.deliver({"name": "山下酒业有限公司", "uscc": code(2)})
    put(database, 2, provider="market", way="push")
    units = {each.place.unit: each.figures.received for each in figures(database, today(), today())}
    assert units == {UNIT: 1, "market": 1}
    for unit in units:
        (found,) = figures(database, today(), today(), unit)
        assert found.place.unit == unit


def test_a_month_is_that_of_china(office):
    office.deliver({"name": "云上商贸有限公司", "uscc": code(1)})
    for instant, month in (("2026-04-30T15:59:59.999+00:00", "2026-04"), ("2026-04-30T16:00:00.000+00:00", "2026-05")):
        put(office.engine, 1, started_at=instant)
        (found,) = figures(office.engine, date(2026, 3, 9), date(2026, 6, 9))
        assert found.place.month == month
        with office.engine.connect() as connection:
            assert first_months(connection, date(2026, 6, 9)) == {(UNIT, "registration"): month}
            assert first_months(connection, date(2026, 3, 31)) == {}
    assert figures(office.engine, date(2026, 1, 1), date(2026, 4, 30)) == []


def test_rates_of_nothing_are_no_rates():
    empty = Figures()
    assert (empty.compliance, empty.timeliness, empty.correction, empty.wrong_code_rate) == (None,) * 4


def test_figures_add_up_and_the_newest_delivery_stays():
    one = Figures(deliveries=1, received=3, accepted=2, refused=1, last_delivery="2026-01-02")
    assert one + Figures() == one
    assert one + one == Figures(deliveries=2, received=6, accepted=4, refused=2, last_delivery="2026-01-02")
    assert (one + Figures(last_delivery="2026-03-04")).last_delivery == "2026-03-04"


def test_months_in_which_nothing_came_are_told_from_the_first_delivery_on():
    months = months_between(date(2025, 12, 31), date(2026, 3, 1))
    found = [MonthFigures(Place("~某局", "某", "2026-02"), Figures(received=1))]
    late = {("~某局", "某"): "2026-01", ("~某局", "别"): "2020-01"}
    assert missing_months(found, late, months) == {("~某局", "某"): ["2026-01", "2026-03"], ("~某局", "别"): months}


@pytest.mark.parametrize("days", [0, 31, 400])
def test_months_are_without_gaps(days):
    last = date(2026, 3, 31)
    months = months_between(last - timedelta(days=days), last)
    assert months[-1] == "2026-03"
    assert len(set(months)) == len(months)
