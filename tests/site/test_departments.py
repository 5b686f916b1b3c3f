"""The mirror of those who report: the league table, its CSV and JSON, and each unit's own page."""

import csv
import re
from io import StringIO
from urllib.parse import quote

import pytest
from credit_records.database import migrate, open_database
from credit_records.provider_sessions import sign_in
from credit_site.api.league_models import LeagueDocument
from credit_site.api.models import ProblemDocument
from credit_site.application import create_app
from credit_site.league_view import percent
from credit_site.provider_room.session import SESSION
from hypothesis import given
from hypothesis import strategies as st

from tests.site.pages import page
from tests.site.reported_months import (
    DISTRICT,
    DISTRICT_MARKET,
    LICENCE,
    MARKET,
    PENALTY,
    SILENT,
    SOURCE,
    TAX,
    month,
    write_months,
)

pytestmark = pytest.mark.every_database

ROW = re.compile(r'<tr>\s*<th scope="row">(.*?)</th>(.*?)</tr>', re.DOTALL)
TAGS = re.compile(r"<[^>]+>")


@pytest.fixture(scope="module")
def settings(place, once_per_database, tmp_path_factory):
    def report():
        found = place.new(tmp_path_factory.mktemp("departments"))
        database = open_database(found)
        migrate(database)
        write_months(database)
        database.dispose()
        return found

    return once_per_database("departments", report)


@pytest.fixture(scope="module")
def app(once_per_database, settings):
    return once_per_database("departments app", lambda: create_app(settings))


def rows(html):
    """Text of each row's head → texts of its cells."""

    def words(part):
        return " ".join(TAGS.sub(" ", part).split())

    return {words(head): [words(cell) for cell in re.split(r"</td>", rest)[:-1]] for head, rest in ROW.findall(html)}


def row_of(html, title):
    (found,) = [cells for head, cells in rows(html).items() if head.startswith(title)]
    return found


def order(html):
    return [head.split()[0] for head in rows(html)]


async def items(client, query=""):
    answer = await client.get(f"/api/v1/departments{query}")
    assert answer.status_code == 200
    found = answer.json()
    LeagueDocument.model_validate(found, strict=True)
    return {item["title"]: item for item in found["items"]}


async def test_the_table_adds_up_what_each_unit_reported(client):
    html = await page(client, "/departments")
    cells = row_of(html, MARKET.title)
    assert cells[:3] == ["1,010", "947", "63"]  # ten months of 100 and a licence's 10; refused 11+…+1 without the 3
    assert cells[3].startswith("93.8%")
    assert "1,010" in cells[3]
    assert "缺 2 个月" in cells[5]
    assert cells[6].startswith("0.40%")
    assert cells[7].startswith("75.0%")
    assert row_of(html, SOURCE)[8] == "1 逾期 1"
    assert row_of(html, SILENT.title)[:4] == ["0", "0", "0", "没有 —"]
    assert "共报送 2,693 行" in html


async def test_city_districts_and_unregistered_sources_stand_apart(client):
    html = await page(client, "/departments")
    headings = re.findall(r'<h2 id="group-\d">([^<]+) <span class="count">(\d)', html)
    assert headings == [("市级部门", "3"), ("区县部门", "1"), ("没有登记为报送单位的来源", "1")]
    assert html.index(DISTRICT_MARKET.title) > html.index("区县部门")


async def test_every_filter_and_order_is_an_address(client):
    kind = await items(client, f"?kind={LICENCE}")
    assert {title: item["received"] for title, item in kind.items()} == {MARKET.title: 10}
    assert set(await items(client, f"?department={MARKET.department}")) == {MARKET.title, DISTRICT_MARKET.title}
    assert set(await items(client, f"?district={DISTRICT}")) == {DISTRICT_MARKET.title}
    assert set(await items(client, "?district=city")) == {MARKET.title, TAX.title, SILENT.title}
    one = await items(client, f"?from={month(2)}&to={month(2)}")
    assert (one[MARKET.title]["received"], one[TAX.title]["received"]) == (110, 0)
    together = await items(client, "?by=department")
    assert together[MARKET.department]["received"] == 1010 + 440
    assert together[MARKET.department]["unit"] is None
    assert {"市级", "其他来源"} < set(await items(client, "?by=district"))
    assert order(await page(client, "/departments?sort=received"))[:3] == [TAX.title, MARKET.title, SILENT.title]
    assert order(await page(client, "/departments?sort=received&order=asc"))[:3] == [
        SILENT.title,
        MARKET.title,
        TAX.title,
    ]


async def test_a_rate_of_few_rows_is_marked_and_stands_last_in_its_order(client):
    for way in ("desc", "asc"):
        html = await page(client, f"/departments?kind={LICENCE}&sort=compliance&order={way}")
        assert "数量少" in row_of(html, MARKET.title)[3]
    html = await page(client, f"/departments?sort=timeliness&by=unit&kind={PENALTY}")
    assert order(html)[0] == MARKET.title


async def test_links_of_the_table_keep_what_was_asked(client):
    html = await page(client, f"/departments?from={month(5)}&to={month(1)}&kind={PENALTY}&sort=received")
    assert f'href="/departments?from={month(5)}&to={month(1)}&kind={PENALTY}&sort=received&order=asc"' in html
    assert f'href="/departments/market?from={month(5)}&to={month(1)}"' in html
    assert f'href="/departments.csv?from={month(5)}' in html
    assert 'aria-sort="descending"' in html
    assert f'<option value="{PENALTY}" selected>' in html


async def test_what_is_not_understood_is_said_and_left_out(client):
    html = await page(client, "/departments?from=2026-13&sort=luck&colour=red&kind=nothing&to=2099-01")
    for told in ("“from”没有“2026-13”", "“sort”没有“luck”", "名为“colour”", "“kind”没有", "“to”的值“2099-01”超出范围"):
        assert told in html, told
    assert row_of(html, MARKET.title)[0] == "1,010"
    swapped = await page(client, f"/departments?from={month(1)}&to={month(4)}")
    assert f"“from”的值“{month(1)}”超出范围" in swapped
    empty = await page(client, "/departments?department=&kind=&district=&sort=")
    assert 'class="notice"' not in empty


async def test_nobody_under_the_filters_is_said_so(client):
    html = await page(client, f"/departments?department={TAX.department}&district={DISTRICT}")
    assert "没有符合条件的报送单位" in html


async def test_the_definitions_are_on_the_page_with_their_sources(client):
    html = await page(client, "/departments")
    for told in (
        "收下的行数 ÷ 报送的行数",
        "7 个工作日内公示",
        "《行政处罚法》第四十八条",
        "放假安排",
        "待确认",
        "不排名次",
    ):
        assert told in html, told
    assert '<a href="#definitions">' in html


async def test_the_sheet_holds_the_table_and_no_formula(client):
    answer = await client.get(f"/departments.csv?kind={PENALTY}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text.startswith("\ufeff")
    table = list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff"))))
    told = {row["单位"]: row for row in table}
    assert (told[MARKET.title]["报送"], told[MARKET.title]["退回"]) == ("1000", "63")
    assert (told[MARKET.title]["合规率"], told[MARKET.title]["纠正率"]) == ("0.937", "0.75")
    assert (told[MARKET.title]["应报月份"], told[MARKET.title]["有报送的月份"]) == ("11", "10")
    assert set(told) == {MARKET.title, DISTRICT_MARKET.title}
    whole = csv.DictReader(StringIO((await client.get("/departments.csv")).text.removeprefix("\ufeff")))
    assert [row["合规率"] for row in whole if row["单位"] == SILENT.title] == [""]
    english = (await client.get("/departments.csv", headers={"accept-language": "en"})).text
    assert "Received" in english.splitlines()[0]


async def test_the_api_tells_the_same_and_refuses_what_it_does_not_know(client):
    found = await items(client)
    told = found[MARKET.title]
    assert (told["unit"], told["district"]) == ("market", {"value": "city", "label": "市级"})
    assert told["coverage"] == {"expected": 13, "reported": 11, "rate": pytest.approx(11 / 13)}
    assert found[SOURCE]["objections"] == {"open": 1, "overdue": 1}
    assert found[SOURCE]["unit"] == f"~{SOURCE}"
    for item in found.values():
        assert (await client.get(item["url"])).status_code == 200
    answer = await client.get("/api/v1/departments?sort=luck&form=2026-01")
    assert answer.status_code == 422
    errors = ProblemDocument.model_validate(answer.json(), strict=True).errors or ()
    assert [(error.parameter, error.reason) for error in errors] == [
        ("form", "unknown_parameter"),
        ("sort", "unknown_value"),
    ]
    for empty in ("kind=", "from=", "department="):
        assert (await client.get(f"/api/v1/departments?{empty}")).status_code == 422


async def test_a_unit_s_page_has_its_months_by_kind_and_says_what_is_missing(client):
    html = await page(client, f"/departments/{MARKET.name}")
    grid = html[html.index('class="grid"') : html.index("</table>", html.index('class="grid"'))]
    cells = row_of(grid, "行政处罚")
    assert cells == ["100"] * 8 + ["缺报", "100", "100", "未到月底", "1"]
    assert row_of(grid, "行政许可")[-4:] == ["10", "缺报", "未到月底", "1"]
    assert row_of(grid, "行政许可")[0] == "还没有开始报送"
    table = html[html.index('aria-labelledby="kind-administrative_penalty"') :]
    assert row_of(table[: table.index("</table>")], month(11))[:4] == ["89", "11", "9", "4"]
    assert f"{month(11)} 开始报送" in html
    assert "/provider/rows" not in html
    assert re.search(r'<th scope="col" class="number"><time datetime="\d{4}-\d\d">', grid)


async def test_staff_of_the_unit_are_led_to_the_rows_behind_its_figures_and_nobody_else_is(client, settings):
    database = open_database(settings)
    client.cookies.set(SESSION, sign_in(database, MARKET.name))
    database.dispose()
    html = await page(client, f"/departments/{MARKET.name}")
    address = f"/provider/rows?measure=refused&month={month(11)}&kind={PENALTY}"
    assert f'<a href="{address}">11</a>' in html
    assert (await client.get(address)).status_code == 200
    assert "/provider/rows" not in await page(client, f"/departments/{DISTRICT_MARKET.name}")
    client.cookies.clear()
    html = await page(client, f"/departments/{MARKET.name}")
    assert "/provider/rows" not in html
    assert "/provider/sign-in?next=%2Fdepartments%2Fmarket" in html


async def test_a_source_that_is_no_provider_has_a_page_too(client):
    html = await page(client, f"/departments/{quote('~' + SOURCE)}")
    assert f'<h1 lang="zh-CN">{SOURCE}</h1>' in html
    assert "1 件异议未办结，其中逾期 1 件" in html


async def test_months_of_a_unit_before_it_began_are_empty_and_not_missing(client):
    html = await page(client, f"/departments/{TAX.name}?from={month(11)}&to={month(6)}")
    assert "这段时间没有收到报送" in html
    assert "缺报</td>" not in html
    assert "还没有收到这个单位的报送" in await page(client, f"/departments/{SILENT.name}")


@pytest.mark.parametrize("key", ["nobody", "~nobody", "~", "market/x", SOURCE])
async def test_nobody_is_404(client, key):
    assert (await client.get(f"/departments/{quote(key)}")).status_code == 404


@pytest.mark.parametrize("path", ["/departments", "/departments/market"])
async def test_english_pages_hold_no_chinese_sentence_of_ours(client, path):
    html = (await client.get(path, headers={"accept-language": "en"})).text
    body = re.sub(r'<(\w+)[^>]* lang="zh-CN"[^>]*>.*?</\1>', "", html, flags=re.DOTALL)
    left = [line for line in body.splitlines() if re.search("[\u4e00-\u9fff]", line)]
    assert [line for line in left if not re.search(r'class="place"|canonical|alternate|<title>', line)] == []


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.sampled_from([1, 2]))
def test_all_is_only_said_of_all_and_nothing_of_nothing(part, whole, places):
    part = min(part, whole)
    text = percent(part / whole, places)
    assert (text.rstrip("0%").rstrip(".") == "100" or text.startswith("100")) == (part == whole)
    assert (text.strip("0.%") == "") == (part == 0)
    if not text.startswith("<"):
        assert abs(float(text[:-1]) - 100 * part / whole) <= 10**-places
