from datetime import date, timedelta

import pytest
from credit_records.calendar import today
from credit_records.catalogue import catalogue
from credit_records.database import writing
from credit_records.statistics import MonthFigures, Place, missing_months, monthly_figures, months_between
from credit_records.tables import delivery
from sqlalchemy import update

from tests.records.registering import Office, code
from tests.records.sample_rows import sample

PENALTY = catalogue().kinds["administrative_penalty"]


def figures(database, first: date, last: date) -> list[MonthFigures]:
    with database.connect() as connection:
        return monthly_figures(connection, first, last)


def test_the_figures_of_a_month_follow_from_what_was_delivered(office, database):
    office.deliver({"name": "云上商贸有限公司", "uscc": code(2)})
    penalties = Office(database, PENALTY)
    day = today().isoformat()
    recent, old = {"decision_date": day, "valid_until": "长期"}, {"decision_date": "2025-09-30"}
    penalties.deliver(sample(PENALTY, 1, **recent), sample(PENALTY, 2, **old), sample(PENALTY, 3, facts=""))
    penalties.deliver(sample(PENALTY, 1, **recent, content="更正"), sample(PENALTY, 4, 2, name="山下酒业", **recent))
    (found,) = [each for each in figures(database, today(), today()) if each.place.kind == PENALTY.name]
    assert found.place == Place("市场监管局", PENALTY.name, day[:7])
    assert (found.deliveries, found.received, found.accepted, found.refused) == (2, 5, 4, 1)
    assert (found.new, found.corrected, found.measured, found.timely) == (3, 1, 3, 2)
    assert (found.wrong_codes, found.wrong_codes_corrected) == (1, 0)
    assert found.compliance == pytest.approx(0.8)
    assert found.timeliness == pytest.approx(2 / 3)
    assert found.wrong_code_rate == pytest.approx(0.2)
    assert found.wrong_code_correction == 0


def test_a_month_is_that_of_china(office):
    office.deliver({"name": "云上商贸有限公司", "uscc": code(1)})
    for instant, month in (("2026-04-30T15:59:59.999+00:00", "2026-04"), ("2026-04-30T16:00:00.000+00:00", "2026-05")):
        with writing(office.engine) as connection:
            connection.execute(update(delivery).values(started_at=instant))
        (found,) = figures(office.engine, date(2026, 3, 9), date(2026, 6, 9))
        assert found.place.month == month
    assert figures(office.engine, date(2026, 1, 1), date(2026, 4, 30)) == []


def test_rates_of_nothing_are_no_rates():
    empty = MonthFigures(Place("某局", "某", "2026-01"))
    assert (empty.compliance, empty.timeliness, empty.correction, empty.wrong_code_rate) == (None,) * 4


def test_months_in_which_nothing_came_are_told():
    place = Place("某局", "某", "2026-02")
    found = missing_months([MonthFigures(place, received=1)], date(2025, 12, 31), date(2026, 3, 1))
    assert found == {("某局", "某"): ["2025-12", "2026-01", "2026-03"]}


@pytest.mark.parametrize("days", [0, 31, 400])
def test_months_are_without_gaps(days):
    last = date(2026, 3, 31)
    months = months_between(last - timedelta(days=days), last)
    assert months[-1] == "2026-03"
    assert len(set(months)) == len(months)
