"""What the owner of a record is told: how to object, from when it can be repaired, when it ends by itself."""

import re
from datetime import timedelta

import httpx
import pytest
from credit_records.calendar import add_months, add_working_days, today
from credit_records.catalogue import catalogue
from credit_records.database import open_database
from credit_records.publication import Act, withdraw
from credit_site.application import create_app

from tests.site.pages import page
from tests.site.published_records import AUTHORITY, NEVER, OVER, number_of


def heading(html):
    return re.search(r"<h1[^>]*>(.*?)</h1>", html)[1]


def fact(html, title):
    return re.search(rf"<dt>{title}</dt><dd>([^<]*)", html)[1]


async def test_a_new_penalty_tells_from_when_it_can_be_repaired_and_when_it_ends_by_itself(client, number):
    path = f"/record/{number[number_of(1)]}"
    decided = today() - timedelta(days=10)
    assert f'href="{path}/repair"' in await page(client, path)
    html = await page(client, f"{path}/repair")
    earliest = add_months(decided, 3).isoformat()
    assert heading(html) == f"{earliest} 起可以申请信用修复"
    assert fact(html, "最早可以申请") == earliest
    assert fact(html, "自动停止公示") == f"{add_months(decided, 12).isoformat()} 以后"
    assert fact(html, "失信类别") == "一般失信"
    for told in (
        "信用修复承诺书",
        "决定是否受理：3 个工作日内",
        "可以延长 10 个工作日",
        "不收费",
        AUTHORITY,
        "第36号",
        "待确认",
    ):
        assert told in html, told


async def test_a_penalty_older_than_its_shortest_period_can_be_repaired_now(client, number):
    html = await page(client, f"/record/{number[number_of(20)]}/repair")
    assert heading(html) == "改正并履行义务后，现在就可以申请信用修复"


async def test_what_cannot_be_repaired_says_so_and_asks_for_no_papers(client, number):
    path = f"/record/{number['霁税信〔示例〕1号']}"
    assert f"{path}/repair" not in await page(client, path)
    html = await page(client, f"{path}/repair")
    assert heading(html) == "这类记录不适用信用修复"
    assert "要准备的材料" not in html
    assert "最早可以申请" not in html


async def test_an_objection_names_who_answers_and_by_when(client, number):
    path = f"/record/{number[number_of(1)]}"
    assert f'href="{path}/objection"' in await page(client, path)
    html = await page(client, f"{path}/objection")
    assert heading(html) == "认为这条记录有误，现在就可以提出异议"
    limit = catalogue().policies["objection"].version_on(today()).deadline("provider_data").days
    assert fact(html, "今天提出，最迟答复") == add_working_days(today(), limit).isoformat()
    assert fact(html, "提供信息的单位") == AUTHORITY
    for told in ("标注异议：1 个工作日内", "行政复议", "待确认", f'href="{path}/repair"'):
        assert told in html, told


@pytest.mark.parametrize("rest", ["/objection", "/repair"])
async def test_pages_of_what_is_not_public_are_those_of_nothing(client, number, rest):
    for each in (number[OVER], number[NEVER], 99999999, 9**60):
        assert (await client.get(f"/record/{each}{rest}")).status_code == 404


async def test_they_go_with_the_record(copied, number):
    app, database = create_app(copied), open_database(copied)
    withdraw(database, number[number_of(1)], Act("值班员", "撤回"))
    database.dispose()
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://credit.test") as client:
        for rest in ("", "/objection", "/repair"):
            assert (await client.get(f"/record/{number[number_of(1)]}{rest}")).status_code == 404
    await app.state.site.close()


@pytest.mark.parametrize("rest", ["/objection", "/repair"])
async def test_english_pages_hold_no_chinese_sentence_of_ours(client, number, rest):
    html = (await client.get(f"/record/{number[number_of(1)]}{rest}", headers={"accept-language": "en"})).text
    main = html[html.index("<article") : html.index("</article>")]
    body = re.sub(r'<(\w+)[^>]* lang="zh-CN"[^>]*>.*?</\1>', "", main, flags=re.DOTALL)
    left = [line for line in body.splitlines() if re.search("[\u4e00-\u9fff]", line)]
    assert [line for line in left if AUTHORITY not in line] == []


async def test_the_timeline_tells_each_year_once_also_across_pages(client, shown):
    link, years, days = f"/credit/{shown['光电科技'].uscc}/timeline", [], []
    first = True
    while link:
        html = await page(client, link, **({} if first else {"hx-request": "true"}))
        years += re.findall(r'<li class="year"><h2>(\d{4})</h2>', html)
        days += re.findall(r'<time datetime="(\d{4})', html)
        more = re.search(r'<li class="more"><a href="([^"]+)"', html)
        link, first = (more[1] if more else ""), False
    assert years == sorted(set(days), reverse=True)


async def test_a_page_of_the_timeline_by_itself_tells_its_year(client, shown):
    html = await page(client, f"/credit/{shown['光电科技'].uscc}/timeline")
    more = re.search(r'<li class="more"><a href="([^"]+)"', html)[1]
    assert '<li class="year"><h2>' in await page(client, more)


async def test_a_list_says_since_when(client, shown):
    html = await page(client, f"/credit/{shown['光电科技'].uscc}")
    since = (today() - timedelta(days=100)).isoformat()
    assert re.search(rf'class="badge black"[^>]*>[^<]+</a> <span class="small">{since} 起</span>', html)
