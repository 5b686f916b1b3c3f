"""Any question to a register is answered: odd, hostile, too deep, without an answer, by page and API."""

import re
from urllib.parse import quote

import pytest
from credit_search.facets import RECORD_FACETS
from credit_site.api.models import ProblemDocument, RecordSearchDocument

from tests.site.pages import page
from tests.site.register_rows import AUTHORITIES, PENALTIES
from tests.site.registers.reading import API, asked, hits_of, total_of
from tests.site.test_bad_input import ESCAPED, HOSTILE, STRANGE

pytestmark = pytest.mark.every_database


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("since=2026-02-30", "“since”应是日期"),
        ("until=x", "“until”应是日期"),
        ("since=20260101", "“since”应是日期"),
        ("since=2026-05-01&until=2026-04-30", "截止日期“2026-04-30”早于起始日期"),
        ("kind=judicial", "没有名为“kind”的条件"),
        ("sort=cheapest", "“sort”没有“cheapest”这一项"),
        ("amount_band=7", "“amount_band”没有“7”这一项"),
        ("authority=", "“authority”没有“”这一项"),
        ("month=2026", "“month”没有“2026”这一项"),
        ("page=0", "“page”的值“0”超出范围"),
    ],
)
async def test_what_is_not_understood_is_said_and_the_rest_followed(client, query, sentence):
    html = await page(client, f"/penalties?{query}")
    assert sentence in html
    assert total_of(html) == PENALTIES


@pytest.mark.parametrize(
    ("query", "parameter", "reason"),
    [
        ("since=2026-02-30", "since", "not_a_date"),
        ("since=2026-05-01&until=2026-04-30", "until", "before_its_start"),
        ("kind=nothing", "kind", "unknown_value"),
        ("sort=cheapest", "sort", "unknown_value"),
        ("colour=green", "colour", "unknown_value"),
        ("month=2026-01", "month", "unknown_value"),
        ("month=202613", "month", "unknown_value"),
        ("violation=" + "长" * 101, "violation", "unknown_value"),
        ("page=501&size=20", "page", "out_of_range"),
        ("after=.1", "after", "unknown_parameter"),
    ],
)
async def test_the_api_refuses_by_name_what_it_cannot_follow(client, query, parameter, reason):
    answer = await client.get(f"{API}?{query}")
    assert answer.status_code == 422
    told = ProblemDocument.model_validate(answer.json(), strict=True)
    assert [(error.parameter, error.reason) for error in told.errors or ()] == [(parameter, reason)]


@pytest.mark.parametrize("query", ["", "q=示例", "q=((", "q=qqqq&colour=red", "kind=tax_class_a&size=1&page=2"])
async def test_the_api_answers_as_its_model_says(client, query):
    found = RecordSearchDocument.model_validate(await asked(client, query), strict=True)
    assert found.total >= len(found.items)
    if found.total:
        assert list(found.facets) == [facet.key for facet in RECORD_FACETS]


async def test_nothing_found_says_what_stands_in_the_way(client):
    html = await page(client, "/penalties?q=没有这种事情&amount_band=100-&until=2001-01-01")
    assert "没有找到" in html
    assert "所选条件下没有记录" in html  # no single one of them is in the way
    html = await page(client, f"/penalties?q=水污染物&authority={AUTHORITIES[1]}&until=2001-01-01")
    ways = re.findall(r'<li><a href="([^"]+)" rel="nofollow">去掉 ([^<]+)</a> <span class="count">(\d+) 条', html)
    assert [named for _, named, _ in ways] == ["日期：2001-01-01 止"]
    for address, _, count in ways:
        assert total_of(await page(client, address)) == int(count)
    html = await page(client, "/penalties?q=没有这种事情")
    assert "没有提到“没有这种事情”的记录" in html
    assert 'href="/search?q=' in html
    assert "没有文字或数字" in await page(client, "/penalties?q=((")


async def test_a_page_too_deep_or_past_the_last_leads_back(client):
    assert "只能翻到前 10,000 条" in await page(client, "/penalties?page=9999")
    html = await page(client, "/penalties?page=4")
    assert "结果只有 3 页" in html
    assert total_of(html) == PENALTIES
    assert "/penalties?page=3" in html
    last = await page(client, "/penalties?page=3")
    assert len(hits_of(last)) == PENALTIES - 40


async def test_pages_follow_on_without_gap_or_repeat(client):
    seen = [number for n in (1, 2, 3) for number in hits_of(await page(client, f"/penalties?sort=oldest&page={n}"))]
    assert len(set(seen)) == len(seen) == PENALTIES


async def test_htmx_gets_the_part_that_the_page_has(client):
    address = f"/penalties?q=示例&authority={AUTHORITIES[0]}&sort=oldest"
    whole, part = await page(client, address), await page(client, address, **{"hx-request": "true"})
    assert hits_of(part) == hits_of(whole)
    assert "<html" not in part
    assert part.count("<title>“示例”") == 1
    region = whole[whole.index('<div id="results"') : whole.index("</main>")]
    assert part[part.index('<div id="results"') :].strip() == region.strip()


async def test_the_form_asks_within_what_is_chosen(client):
    html = await page(client, f"/penalties?q=示例&authority={AUTHORITIES[0]}&sort=oldest&size=5")
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)" form="asking">', html)
    assert hidden == [("authority", AUTHORITIES[0]), ("sort", "oldest"), ("size", "5")]
    assert '<form id="asking" class="search" action="/penalties" method="get"' in html


async def test_empty_fields_of_the_form_leave_no_trace_in_the_address(client):
    answer = await client.get(f"/penalties?q=&since=2026-01-01&until=&authority={AUTHORITIES[0]}")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/penalties?authority={quote(AUTHORITIES[0])}&since=2026-01-01"
    assert (await client.get(answer.headers["location"])).status_code == 200


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile_words_get_a_page_that_only_quotes_them(client, value):
    for name in ("q", "authority"):
        answer = await client.get(f"/penalties?{name}={value}", follow_redirects=True)
        assert answer.status_code == 200
        assert not any(raw in answer.text for raw in ESCAPED)
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]", answer.text)
        assert (await client.get(f"{API}?{name}={value}")).status_code in (200, 422)


@pytest.mark.parametrize("query", STRANGE, ids=range(len(STRANGE)))
async def test_strange_parameters_are_answered(client, query):
    for path in ("/penalties", "/lists", "/lists/tax_class_a"):
        assert (await client.get(f"{path}?{query}", follow_redirects=True)).status_code == 200
    assert (await client.get(f"{API}?{query}")).status_code in (200, 422)


async def test_requests_are_counted_by_register(client):
    for path in ("/penalties", "/lists/tax_class_a"):
        await client.get(path)
    routes = re.findall(r'chengxin_requests_total\{route="([^"]+)"', (await client.get("/metrics")).text)
    assert {"/penalties", "/lists/{kind}"} <= set(routes)
