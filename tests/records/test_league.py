"""The league table: whoever reports stands in it, with what is missing."""

from datetime import date

import pytest
from credit_records.catalogue import catalogue
from credit_records.database import writing
from credit_records.league import Coverage, LeagueRow, league, league_cells, together
from credit_records.objections import OpenCount, open_objection
from credit_records.providers import add_provider, set_active
from credit_records.tables import delivery
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from tests.records.registering import Office
from tests.records.sample_rows import sample

PENALTY, LICENCE = "administrative_penalty", "administrative_licence"
DAY = date(2026, 6, 15)


def deliver(database, month: str, kind: str = PENALTY, *, provider: str | None = "market", rows: int = 10, **counts):
    values = {
        "source": "某局",
        "file_name": "某.csv",
        "content_sha256": f"{month}{kind}",
        "bytes": 1,
        "kind": kind,
        "started_at": f"{month}-10T03:00:00.000+00:00",
        "finished_at": f"{month}-10T03:00:01.000+00:00",
        "rows": rows,
        "provider": provider,
    }
    with writing(database) as connection:
        connection.execute(insert(delivery).values(values | counts))


def rows_of(database, first: str = "2026-01-01", last: str = "2026-06-01", kind: str | None = None):
    with database.connect() as connection:
        cells = league_cells(connection, date.fromisoformat(first), date.fromisoformat(last), on=DAY)
    return {row.units[0].key: row for row in league(cells, kind)}


@pytest.fixture
def market(database):
    add_provider(database, "market", "市市场监管局", "市场监督管理局", None)
    return database


def test_figures_of_all_months_and_kinds_are_added_up(market):
    deliver(market, "2026-03", refused=2, measured=4, timely=3)
    deliver(market, "2026-04", LICENCE, rows=5)
    deliver(market, "2025-12", rows=1000)
    row = rows_of(market)["market"]
    assert (row.figures.received, row.figures.refused, row.figures.timeliness) == (15, 2, 0.75)
    assert row.kinds == {PENALTY, LICENCE}
    assert (row.units[0].title, row.units[0].department) == ("市市场监管局", "市场监督管理局")
    assert rows_of(market, kind=LICENCE)["market"].figures.received == 5


def test_what_is_expected_begins_with_the_first_delivery_of_a_kind_and_leaves_out_the_month_under_way(market):
    deliver(market, "2026-02")
    deliver(market, "2026-04")
    assert rows_of(market)["market"].coverage == Coverage(expected=4, reported=2)  # 02 to 05
    deliver(market, "2026-06")
    assert rows_of(market)["market"].coverage == Coverage(expected=5, reported=3)
    assert rows_of(market, "2026-02-01", "2026-03-01")["market"].coverage == Coverage(2, 1)


def test_who_has_gone_silent_is_told_so(market):
    deliver(market, "2025-01")
    row = rows_of(market)["market"]
    assert row.coverage == Coverage(expected=5, reported=0)
    assert (row.coverage.missing, row.coverage.rate) == (5, 0)
    assert (row.figures.received, row.figures.compliance) == (0, None)


def test_a_delivery_without_rows_reports_nothing(market):
    deliver(market, "2026-02")
    deliver(market, "2026-03", rows=0)
    assert rows_of(market)["market"].coverage.reported == 1


def test_providers_that_never_delivered_stand_there_and_those_given_up_do_not(market):
    add_provider(market, "tax", "市税务局", "税务局")
    assert (rows_of(market)["tax"].coverage.rate, rows_of(market)["tax"].figures.received) == (None, 0)
    set_active(market, "tax", active=False)
    assert "tax" not in rows_of(market)
    deliver(market, "2026-01", provider="tax")
    assert not rows_of(market)["tax"].units[0].active


def test_an_operator_s_file_stands_under_its_source_apart_from_the_provider_of_that_name(market):
    deliver(market, "2026-01")
    deliver(market, "2026-01", provider=None, rows=3)
    found = rows_of(market)
    assert (found["~某局"].figures.received, found["market"].figures.received) == (3, 10)
    assert (found["~某局"].units[0].title, found["~某局"].units[0].department) == ("某局", None)


def test_open_objections_are_those_of_today_whatever_the_months(database):
    kind = catalogue().kinds[PENALTY]
    Office(database, kind).deliver(sample(kind))
    open_objection(database, 1, on=date(2026, 6, 1))
    row = rows_of(database)["~市场监管局"]
    assert row.objections == OpenCount(open=1, overdue=1)
    assert rows_of(database, kind=LICENCE).get("~市场监管局", LeagueRow(())).objections == OpenCount()


counts = st.builds(Coverage, st.integers(0, 9), st.integers(0, 9))


@given(st.lists(counts, max_size=6), st.integers(0, 6))
def test_rows_may_be_put_together_in_any_groups(coverages, cut):
    rows = [LeagueRow((), coverage=coverage) for coverage in coverages]
    assert together([together(rows[:cut]), together(rows[cut:])]) == together(rows)
