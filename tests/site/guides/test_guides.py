"""Guides tell the rules of a day as the policies have them, with an example whose dates are right."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from credit_records.calendar import add_months, today, working_days_between
from credit_records.casework.deciding import grant
from credit_records.casework.tables import application
from credit_records.catalogue import catalogue
from credit_records.catalogue.policies import Policy
from credit_records.database import open_database, writing
from credit_site.guides.editions import editions
from credit_site.guides.rule_changes import rule_changes
from credit_site.guides.worked_example import objection_example, repair_example
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from tests.records.casework.applying import accepted, officer, penalise

REPAIR, TERMS, OBJECTION = (catalogue().policies[name] for name in ("repair", "administrative_penalty", "objection"))
CHANGED = date(2026, 4, 1)
days = st.dates(min_value=date(2023, 5, 1), max_value=date(2035, 12, 31))


def same(text: str) -> str:
    return text


@pytest.mark.parametrize("path", ["/guide/repair", "/guide/objection"])
async def test_a_guide_says_that_it_is_free_how_long_it_takes_and_what_to_prepare(client, path):
    page = await client.get(path)
    assert page.status_code == 200
    version = catalogue().policies[path.removeprefix("/guide/")].version_on(today())
    for told in ("不收费", "个工作日内", *(paper.title for paper in version.papers), version.source):
        assert told in page.text
    assert f"按今天（{today()}）有效的规定写成" in page.text


async def test_what_changed_and_what_was_before_is_told(client):
    page = (await client.get("/guide/repair")).text
    table = page[page.index('id="change"') :]
    assert "2026-04-01 起变了什么" in table
    assert "最短公示 3 个月，最长 3 年" in table
    assert "最短公示 3 个月，最长 1 年" in table
    former = await client.get("/guide/repair?on=2025-06-01")
    assert former.status_code == 200
    assert "现在不适用" in former.text
    assert "最短公示 3 个月，最长 3 年" in former.text
    assert 'href="/guide/repair"' in former.text


@pytest.mark.parametrize("asked", ["tomorrow", "2026-02-30", "", "0001-01-01", "99999-01-01", "2026-04-01%00"])
async def test_a_day_that_is_none_is_today(client, asked):
    page = await client.get(f"/guide/repair?on={asked}")
    assert page.status_code == 200
    assert "按今天" in page.text


@pytest.mark.parametrize("asked", ["2001-01-01", "2026-03-31", "2026-04-01", "2099-01-01"])
@pytest.mark.parametrize("locale", ["zh", "en"])
@pytest.mark.parametrize("path", ["/guide/repair", "/guide/objection"])
async def test_every_day_has_a_guide(client, path, asked, locale):
    assert (await client.get(f"{path}?on={asked}&lang={locale}")).status_code == 200


@given(days)
def test_the_dates_of_the_repair_follow_from_the_rules_of_their_days(day):
    example = repair_example(TERMS, REPAIR, day, "zh", same)
    found = [date.fromisoformat(moment.day) for moment in example.moments]
    decided, _, applied, accepted, answered, *longer, ends = found
    period = TERMS.version_on(decided).period("ordinary")
    version = REPAIR.version_on(applied)
    assert applied == add_months(decided, period.minimum_months)
    assert ends == add_months(decided, period.maximum_months)
    assert working_days_between(applied, accepted) == version.deadline("acceptance").days
    assert working_days_between(accepted, answered) == version.deadline("decision").days
    for later in longer:
        assert working_days_between(answered, later) == version.deadline("decision").extension_days
    assert TERMS.version_on(decided) == TERMS.version_on(day), "the example falls under the edition that is told"


def test_the_example_of_today_passes_over_the_national_holiday():
    example = repair_example(TERMS, REPAIR, date(2026, 11, 23), "zh", same)
    assert [moment.day for moment in example.moments][:4] == ["2026-06-30", "2026-07-09", "2026-09-30", "2026-10-10"]


@given(days)
def test_the_dates_of_the_objection_follow_from_its_rules(day):
    raised, marked, answered, _ = objection_example(OBJECTION, day, same).moments
    version = OBJECTION.version_on(day)
    assert raised.day == day.isoformat()
    assert working_days_between(day, date.fromisoformat(marked.day)) == version.deadline("mark").days
    assert working_days_between(day, date.fromisoformat(answered.day)) == version.deadline("provider_data").days


@given(days, days)
def test_exactly_one_edition_is_shown_and_they_leave_no_day_out(day, now):
    found = editions((REPAIR, TERMS), day, now, "/guide/repair")
    assert sum(edition.shown for edition in found) == 1
    assert sum(edition.current for edition in found) == 1
    for newer, older in pairwise(found):
        assert date.fromisoformat(older.last) + timedelta(days=1) == date.fromisoformat(newer.first)
    assert found[0].last == ""


def test_rules_that_stay_are_no_change():
    for policy in (REPAIR, TERMS, OBJECTION):
        assert isinstance(policy, Policy)
        for version in policy.versions:
            assert rule_changes(version, version, "zh", same) == []


async def test_typical_times_are_told_from_five_on_alone(written_client, written_settings):
    database = open_database(written_settings)
    worked = (2, 3, 4, 5, 11)
    decider = officer(database, "reviewer", "typical")
    with writing(database) as connection:
        connection.execute(update(application).values(worked_days=None))
    assert "不到 5 件" in (await written_client.get("/guide/repair")).text
    for serial, days in enumerate(worked, 9_501):
        desk = accepted(database, penalise(database, serial, serial), decider)
        desk.do(grant, decider, "已核实")
        with writing(database) as connection:
            connection.execute(update(application).where(application.c.id == desk.id).values(worked_days=days))
    database.dispose()
    page = (await written_client.get("/guide/repair")).text
    assert "近一年办结 5 件，一半在 4 个工作日内办完，九成在 11 个工作日内" in page
