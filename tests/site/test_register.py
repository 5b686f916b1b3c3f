"""Registers: penalties, licences and lists to search, narrow, add up and cite; each figure as the rows say it."""

import asyncio
import re
import shutil
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from urllib.parse import quote

import httpx
import pytest
from credit_indexer.demo.showcases import showcases
from credit_indexer.demo.town import fictional_town
from credit_indexer.indexing_commands import open_workplace
from credit_indexer.loading import Loader, inspect_file
from credit_records.catalogue import catalogue, read_catalogue
from credit_records.catalogue.loading import FOLDER
from credit_records.database import open_database
from credit_records.publication import Act, repair, withdraw
from credit_records.tables import record
from credit_search.amounts import band_of
from credit_search.facets import RECORD_FACETS
from credit_site.api.models import ProblemDocument, RecordSearchDocument
from credit_site.application import create_app
from credit_site.registers import Registers
from credit_site.search_request import SearchRequest
from credit_site.settings import SiteSettings
from sqlalchemy import select

from tests.site import register_rows
from tests.site.register_rows import AUTHORITIES, ENTRIES, LICENCES, PENALTIES, VIOLATIONS
from tests.site.test_bad_input import ESCAPED, HOSTILE, STRANGE

Row = dict[str, str]
API = "/api/v1/records"


@pytest.fixture(scope="session")
def subjects():
    return sorted(showcases(fictional_town(catalogue())), key=lambda subject: subject.uscc)


@pytest.fixture(scope="session")
def rows(subjects):
    """What was delivered, by kind: the plain reading that every figure is held against."""
    return {
        "administrative_penalty": register_rows.penalties(subjects),
        "administrative_licence": register_rows.licences(subjects),
        **{kind: register_rows.entries(kind, subjects) for kind in ENTRIES},
    }


@pytest.fixture(scope="session")
def register_dir(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("registers")
    workplace = open_workplace(SiteSettings(data_dir=folder, city="demo"))
    for name, delivered in rows.items():
        kind = catalogue().kinds[name]
        path = register_rows.write(folder / f"{name}.csv", delivered, set(kind.by_name))
        Loader(workplace.database, kind, AUTHORITIES[0]).load(inspect_file(path, kind), lambda *_: None)
    asyncio.run(workplace.follower().run(once=True))
    asyncio.run(workplace.engine.close())
    workplace.database.dispose()
    return folder


def reader_of(app):
    headers = {"accept-language": "zh-CN"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://credit.test", headers=headers)


@pytest.fixture(scope="session")
def register_app(register_dir):
    return create_app(SiteSettings(data_dir=register_dir, city="demo"))


@pytest.fixture
async def client(register_app):
    async with reader_of(register_app) as reader:
        yield reader


@pytest.fixture
async def resting(register_dir, tmp_path):
    for file in register_dir.glob("chengxin.db*"):
        shutil.copy(file, tmp_path)
    app = create_app(SiteSettings(data_dir=tmp_path, city="demo"))
    async with reader_of(app) as reader:
        yield reader
    await app.state.site.close()


async def page(client, path, status=200, **headers):
    answer = await client.get(path, headers=headers)
    assert answer.status_code == status, path
    return unescape(answer.text)


async def asked(client, query):
    answer = await client.get(f"{API}?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def total_of(html):
    found = re.search(r'<h2 id="total"[^>]*>共 ([\d,]+) 条</h2>', html)
    return int(found[1].replace(",", "")) if found else 0


def totals_of(html):
    told = re.findall(r"<dt>([^<]+)合计</dt><dd>([\d,.]+) 万元</dd>", html)
    return {title: Decimal(amount.replace(",", "")) for title, amount in told}


def table_of(html):
    rows = re.findall(r'<tr><th scope="row">(\d{4}) 年 (\d+) 月</th><td class="number">([\d,]+)</td></tr>', html)
    return {f"{year}-{int(month):02}": int(count) for year, month, count in rows}


def hits_of(html):
    return re.findall(r'<h3><a href="/record/(\d+)"', html)


def plain(html):
    return re.sub(r"<[^>]+>", "", html)


def summed(rows: list[Row], name: str) -> Decimal:
    return sum((Decimal(row[name]) for row in rows if row[name]), Decimal(0))


def months(rows: list[Row], name: str = "decision_date") -> dict[str, int]:
    return dict(Counter(row[name][:7] for row in rows))


NARROWED: list[tuple[str, Callable[[Row], bool]]] = [
    ("", lambda _: True),
    (f"authority={AUTHORITIES[1]}", lambda row: row["authority"] == AUTHORITIES[1]),
    (f"authority={AUTHORITIES[0]}&authority={AUTHORITIES[1]}", lambda row: row["authority"] in AUTHORITIES[:2]),
    (f"violation={quote(VIOLATIONS[2])}", lambda row: row["violation"] == VIOLATIONS[2]),
    ("category=没收违法所得", lambda row: "没收违法所得" in row["category"]),
    ("amount_band=0.1-1", lambda row: band_of(Decimal(row["fine"])) == "0.1-1"),
    ("amount_band=100-", lambda row: Decimal(row["fine"]) >= 100),
    (
        f"since={register_rows.before(300)}&until={register_rows.before(100)}",
        lambda row: register_rows.before(300) <= row["decision_date"] <= register_rows.before(100),
    ),
    (
        f"month={register_rows.before(3)[:7].replace('-', '')}",
        lambda row: row["decision_date"][:7] == register_rows.before(3)[:7],
    ),
    (f"year={register_rows.before(400)[:4]}", lambda row: row["decision_date"][:4] == register_rows.before(400)[:4]),
    ("q=网店", lambda row: "网店" in row["facts"]),
    (
        f"q=水污染物&category=罚款&authority={AUTHORITIES[1]}",
        lambda row: "水污染物" in row["violation"] and row["authority"] == AUTHORITIES[1],
    ),
]


@pytest.mark.parametrize(("query", "holds"), NARROWED, ids=[query for query, _ in NARROWED])
async def test_totals_and_months_are_those_of_a_plain_reading(client, rows, query, holds):
    wanted = [row for row in rows["administrative_penalty"] if holds(row)]
    assert wanted, "the case tells nothing"
    html = await page(client, f"/penalties?{query}")
    assert total_of(html) == len(wanted)
    assert totals_of(html) == {
        "罚款金额": summed(wanted, "fine"),
        "没收违法所得、没收非法财物的金额": summed(wanted, "confiscated"),
    }
    told = await asked(client, f"kind=administrative_penalty&{query}")
    assert told["total"] == len(wanted)
    assert {name: Decimal(text) for name, text in told["sums"].items()} == {
        "amount": summed(wanted, "fine"),
        "confiscated": summed(wanted, "confiscated"),
    }
    assert {each["month"]: each["count"] for each in told["by_month"]} == months(wanted)
    if "month=" not in query and len(months(wanted)) > 1:
        assert table_of(html) == months(wanted)


async def test_facets_count_as_a_plain_reading_does_and_each_value_narrows_to_its_count(client, rows):
    penalties = rows["administrative_penalty"]
    facets = (await asked(client, "kind=administrative_penalty"))["facets"]
    counted = {key: {each["value"]: each["count"] for each in values} for key, values in facets.items()}
    assert counted["authority"] == Counter(row["authority"] for row in penalties)
    assert counted["violation"] == Counter(row["violation"] for row in penalties)
    assert counted["category"] == Counter(one for row in penalties for one in row["category"].split("、"))
    assert counted["amount_band"] == Counter(band_of(Decimal(row["fine"])) for row in penalties)
    assert counted["year"] == Counter(row["decision_date"][:4] for row in penalties)
    assert counted["month"] == Counter(row["decision_date"][:7].replace("-", "") for row in penalties)
    for key in set(counted) - {"kind", "colour"}:
        assert counted[key], key
        for value, count in counted[key].items():
            html = await page(client, f"/penalties?{key}={quote(value)}")
            assert total_of(html) == count, (key, value)


async def test_every_choice_on_the_page_leads_to_what_it_says(client):
    html = await page(client, f"/penalties?authority={AUTHORITIES[0]}")
    links = re.findall(
        r'<li><a id="[^"]+" href="([^"]+)" rel="nofollow"><span>[^<]+</span> <span class="count">(\d+)', html
    )
    assert len(links) > 20
    for address, count in links:
        chosen = await page(client, address)
        if "authority=" in address and address.count("authority=") > 1:
            assert total_of(chosen) == total_of(html) + int(count)  # another value of the same facet adds to it
        else:
            assert total_of(chosen) == int(count), address


async def test_a_chosen_facet_is_still_counted_whole_and_its_chip_leads_back(client):
    html = await page(client, f"/penalties?authority={AUTHORITIES[0]}&since={register_rows.before(200)}&sort=largest")
    for authority in AUTHORITIES:
        assert re.search(rf"<span>{authority}</span> <span class=\"count\">\d+</span>", html)
    chips = re.findall(r'class="chip" href="([^"]+)"', html)
    assert chips == [
        f"/penalties?since={register_rows.before(200)}&sort=largest",
        f"/penalties?authority={quote(AUTHORITIES[0])}&sort=largest",
    ]
    assert 'href="/penalties?sort=largest" rel="nofollow">全部去掉' in html


async def test_titles_are_those_of_the_kind(client):
    html = await page(client, "/penalties")
    headings = re.findall(r'<h2 id="facet-(\w+)">([^<]+)</h2>', html)
    assert dict(headings) == {
        "authority": "处罚机关",
        "category": "处罚类别",
        "violation": "违法行为类型",
        "region": "地区",
        "industry": "行业门类",
        "amount_band": "罚款金额",
        "year": "决定年份",
        "month": "决定月份",
    }
    assert "处罚决定日期" in html


async def test_records_come_by_date_or_amount(client, rows):
    penalties = rows["administrative_penalty"]

    async def order(query):
        items = (await asked(client, f"kind=administrative_penalty&size=100&{query}"))["items"]
        return [(item["decision_date"], item["fields"]["fine"]) for item in items]

    days = [row["decision_date"] for row in penalties]
    assert [day for day, _ in await order("")] == sorted(days, reverse=True)
    assert [day for day, _ in await order("sort=oldest")] == sorted(days)
    fines = [Decimal(fine) for _, fine in await order("sort=largest")]
    assert fines == sorted((Decimal(row["fine"]) for row in penalties), reverse=True)
    assert "最相关" not in await page(client, "/penalties")
    assert '<strong aria-current="true">最相关</strong>' in await page(client, "/penalties?q=网店")


@pytest.mark.parametrize(
    ("q", "marked"),
    [
        ("第7处事实", "违法事实：…据确凿"),
        ("示例条例", "处罚依据：《<mark>示例条例</mark>》"),
        ("霁罚(示例)1007号", "<mark>霁罚〔示例〕1007号</mark>"),
        ("水污染物", "超标排放<mark>水污染物</mark>"),
    ],
)
async def test_what_was_found_is_marked_where_it_stands(client, q, marked):
    answer = await client.get(f"/penalties?q={quote(q)}")
    text = re.sub(r"</?(?:span|p|a)[^>]*>", "", unescape(answer.text))
    if q == "第7处事实":
        assert "<mark>第7处事实</mark>" in text
    else:
        assert marked in text


async def test_a_piece_of_a_long_text_is_shown_around_what_was_found(client):
    (item,) = (await asked(client, "q=第7处事实&kind=administrative_penalty"))["items"]
    (excerpt,) = item["excerpts"]
    assert (excerpt["field"], excerpt["title"]) == ("facts", "违法事实")
    assert excerpt["text"].endswith("…")
    assert "<mark>第7处事实</mark>" in excerpt["text"]
    assert len(plain(excerpt["text"])) < len(item["fields"]["facts"])


async def test_words_of_records_never_become_markup(client):
    html = (await client.get("/penalties?q=设置")).text
    assert "&lt;<mark>设置</mark>&gt;" in html
    assert "<设置>" not in html


async def test_the_chart_has_a_bar_for_each_month_and_dims_those_not_chosen(client, rows):
    counted = months(rows["administrative_penalty"])
    html = await page(client, "/penalties")
    bars = re.findall(r"<rect(?: class=\"(\w+)\")? x=[^>]*><title>(\d{4}) 年 (\d+) 月：(\d+)</title>", html)
    assert {f"{year}-{int(month):02}": int(count) for _, year, month, count in bars} == counted
    assert not any(faint for faint, *_ in bars)
    most = max(counted.values())
    assert f"{most} 条。</desc>" in html
    first = min(counted)
    chosen = await page(client, f"/penalties?month={first.replace('-', '')}")
    bars = re.findall(r"<rect(?: class=\"(\w+)\")? x=[^>]*><title>(\d{4}) 年 (\d+) 月：(\d+)</title>", chosen)
    assert [f"{year}-{int(month):02}" for faint, year, month, _ in bars if not faint] == [first]
    assert len(bars) == len(counted)
    assert total_of(chosen) == counted[first]
    assert "style=" not in html


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


async def test_results_are_cited_by_their_address_and_moment(client):
    html = await page(client, f"/penalties?q=网店&authority={AUTHORITIES[0]}&page=1")
    citation = plain(re.search(r'<p id="citation">(.*?)</p>', html, re.DOTALL)[1])
    assert f"行政处罚，“网店”，处罚机关：{AUTHORITIES[0]}，共 {total_of(html)} 条" in citation
    assert re.search(r"数据截至 \d{4}-\d\d-\d\d \d\d:\d\d", citation)
    address = re.search(r'<p class="address"><a href="([^"]+)"', html)[1]
    assert address.startswith("http://credit.test/penalties?q=")
    assert total_of(await page(client, address)) == total_of(html)
    data = re.search(r'<a href="([^"]+)">同样的结果', html)[1]
    assert (await client.get(data)).json()["total"] == total_of(html)


async def test_only_the_plain_page_is_for_robots(client):
    for path, robots in (
        ("/penalties", ""),
        ("/lists/tax_class_a", ""),
        ("/penalties?q=a", "noindex"),
        ("/lists?page=2", "noindex"),
    ):
        assert (await client.get(path)).headers.get("x-robots-tag", "") == robots, path
    assert 'rel="canonical" href="http://credit.test/penalties"' in await page(client, "/penalties?q=网店")


async def test_licences_are_a_register_without_sums(client):
    html = await page(client, "/licences")
    assert total_of(html) == LICENCES
    assert totals_of(html) == {}
    assert "金额最大" not in html
    assert "许可机关" in html
    found = await page(client, "/licences?q=第3类示例商品")
    assert total_of(found) == 1
    assert "<mark>第3类示例商品</mark>" in found


async def test_the_lists_are_told_with_their_colour_in_words_and_how_many_are_on_them(client):
    html = await page(client, "/lists")
    assert total_of(html) == sum(ENTRIES.values())
    told = re.findall(
        r'<tr><th scope="row"><a href="(/lists/\w+)">[^<]+</a></th><td><span class="list-(\w+)">([^<]+)</span></td>'
        r'<td lang="zh-CN">[^<]+</td><td class="number">(\d+)</td></tr>',
        html,
    )
    listed = {kind.name: kind.list.colour for kind in catalogue().kinds.values() if kind.list}
    assert {path.removeprefix("/lists/"): colour for path, colour, _, _ in told} == listed
    assert all(words == ("失信惩戒名单" if colour == "black" else "守信激励名单") for _, colour, words, _ in told)
    counts = {path.removeprefix("/lists/"): int(count) for path, _, _, count in told}
    assert counts == {kind: ENTRIES.get(kind, 0) for kind in listed}
    for path, *_ in told:
        assert total_of(await page(client, path)) == counts[path.removeprefix("/lists/")]


async def test_lists_are_queried_by_name_list_colour_authority_and_period(client, subjects, rows):
    name = subjects[0].name
    html = await page(client, f"/lists?q={name}")
    assert total_of(html) == len(ENTRIES)
    assert f"<mark>{name}</mark>" in html
    assert html.count('<span class="list-black">失信惩戒名单</span>') == 1
    assert total_of(await page(client, f"/lists?q={subjects[0].uscc}")) == len(ENTRIES)
    assert total_of(await page(client, "/lists?colour=red")) == ENTRIES["tax_class_a"]
    assert total_of(await page(client, "/lists?kind=serious_dishonesty")) == ENTRIES["serious_dishonesty"]
    assert total_of(await page(client, "/lists?kind=administrative_penalty")) == 0
    entered = rows["serious_dishonesty"]
    since = register_rows.before(60)
    html = await page(client, f"/lists/serious_dishonesty?authority={AUTHORITIES[0]}&since={since}")
    wanted = [row for row in entered if row["authority"] == AUTHORITIES[0] and row["entered_on"] >= since]
    assert total_of(html) == len(wanted) > 0
    assert "列入" in html


async def test_only_lists_have_a_page_under_lists(client):
    for path in ("/lists/administrative_penalty", "/lists/registration", "/lists/nothing", "/lists/"):
        assert (await client.get(path)).status_code in (404, 307), path


async def test_while_the_engine_rests_the_newest_are_still_told(resting):
    answer = await resting.get("/penalties?q=广告")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    html = unescape(answer.text)
    assert "查询服务暂时休息" in html
    assert "没有找到" not in html
    assert len(hits_of(html)) == 20
    assert f'href="/penalties?q={quote("广告")}">重试' in html
    lists = await page(resting, "/lists", 503)
    assert lists.count("暂缺") == len([kind for kind in catalogue().kinds.values() if kind.list])
    assert len(hits_of(lists)) == sum(ENTRIES.values())
    assert "<html" not in await page(resting, "/penalties", 503, **{"hx-request": "true"})
    assert (await resting.get(API)).status_code == 503


async def test_nothing_published_is_said_and_leads_on(tmp_path):
    workplace = open_workplace(SiteSettings(data_dir=tmp_path, city="demo"))
    await workplace.follower().run(once=True)
    await workplace.engine.close()
    workplace.database.dispose()
    app = create_app(SiteSettings(data_dir=tmp_path, city="demo"))
    async with reader_of(app) as reader:
        for path in ("/penalties", "/licences", "/lists", "/lists/tax_class_a"):
            assert "这里现在没有公示的记录" in await page(reader, path)
    await app.state.site.close()


@pytest.mark.parametrize("act", [withdraw, repair], ids=["withdrawn", "repaired"])
async def test_a_record_no_longer_public_leaves_list_totals_and_chart(register_dir, tmp_path, rows, act):
    folder = tmp_path / "city"
    shutil.copytree(register_dir, folder)
    settings = SiteSettings(data_dir=folder, city="demo")
    gone, *left = rows["administrative_penalty"]
    database = open_database(settings)
    with database.connect() as connection:
        number = connection.execute(
            select(record.c.id).where(record.c.document_number == gone["document_number"])
        ).scalar_one()
    app = create_app(settings)
    async with reader_of(app) as reader:
        assert str(number) in hits_of(await page(reader, "/penalties"))
        act(database, number, Act("值班员", "决定已撤销"))
        for path in ("/penalties", "/penalties?q=霁罚〔示例〕1001号"):
            assert str(number) not in hits_of(await page(reader, path)), "it is shown before the index follows"
        workplace = open_workplace(settings)
        await workplace.follower().run(once=True)
        await workplace.engine.close()
        workplace.database.dispose()
        await asyncio.sleep(0.1)  # longer than a reader takes to look for a new commit
        html = await page(reader, "/penalties")
        assert total_of(html) == len(left)
        assert totals_of(html)["罚款金额"] == summed(left, "fine")
        assert table_of(html) == months(left)
        told = await asked(reader, "kind=administrative_penalty")
        assert {each["month"]: each["count"] for each in told["by_month"]} == months(left)
        assert (await asked(reader, f"q={gone['document_number']}"))["items"] == []
    database.dispose()
    await app.state.site.close()


async def test_a_record_leads_back_to_its_register(client):
    for register in ("/penalties", "/licences", "/lists/serious_dishonesty"):
        (first, *_) = hits_of(await page(client, register))
        assert f'<p><a href="{register}">' in await page(client, f"/record/{first}")


async def test_the_front_door_and_every_page_lead_to_the_registers(client):
    for path in ("/", "/about"):
        html = await page(client, path)
        for register in ("/lists", "/licences", "/penalties"):
            assert f'<a href="{register}">' in html


def test_a_kind_gets_its_register_by_its_file_alone(tmp_path):
    folder = tmp_path / "catalogue"
    shutil.copytree(FOLDER, folder)
    kind = folder / "kinds" / "inspection.toml"
    written = kind.read_text(encoding="utf-8")
    told = '[register]\npath = "inspections"\nintro = "各部门的抽查检查"\nintro_en = "Inspections"\n\n'
    kind.write_text(written.replace("[[fields]]", f"{told}[[fields]]", 1), encoding="utf-8")
    registers = Registers(read_catalogue(folder))
    made = registers.of_kind("inspection")
    assert made in registers.own
    assert made.path == "/inspections"
    assert made.query(SearchRequest(path=made.path)).within == {"kind": ("inspection",)}
    assert {facet.key for facet in made.facets} <= {facet.key for facet in RECORD_FACETS} - {"kind", "colour"}


async def test_english_pages_hold_no_chinese_sentence_of_ours(client):
    chinese = re.compile("[\u4e00-\u9fff]")
    for path in (
        "/penalties?q=网店",
        "/penalties?q=((",
        "/lists",
        "/lists/tax_class_a",
        "/licences?q=zzzz&since=2020-01-01",
    ):
        html = (await client.get(path, headers={"accept-language": "en"})).text
        body = re.sub(r'<(\w+)[^>]* lang="zh-CN"[^>]*>.*?</\1>', "", html, flags=re.DOTALL)
        body = re.sub(r'<p id="citation">.*?</p>|value="[^"]*"|<title>.*?</title>', "", body)
        assert [line for line in body.splitlines() if chinese.search(line)] == [], path


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
