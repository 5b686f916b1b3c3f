"""Published records: on the profile, in their section, in the timeline, on their own page and in the API."""

import re
from html import unescape

import httpx
import pytest
from credit_records.database import open_database
from credit_records.publication import Act, correct, repair, withdraw
from credit_site.api.models import ProblemDocument, RecordDocument, RecordsDocument, SubjectDocument
from credit_site.application import create_app
from credit_site.profile_view import FIRST_RECORDS
from credit_site.record_request import RECORDS

from tests.site.pages import page
from tests.site.published_records import AUTHORITY, NEVER, OVER, PENALTIES, number_of

pytestmark = pytest.mark.every_database

LINE = re.compile(r'<li class="line">')


@pytest.fixture
def address(shown):
    return f"/credit/{shown['光电科技'].uscc}"


@pytest.fixture
def api_address(shown):
    return f"/api/v1/subjects/{shown['光电科技'].uscc}"


def numbers_in(html):
    return re.findall(r'<li class="line">\s*<h\d><a href="/record/(\d+)"', html)


def following(html):
    return unescape(re.search(r'<li class="more"><a href="([^"]+)"', html)[1])


async def test_sections_stand_in_the_catalogues_order_with_their_counts(app, client, address):
    html = await page(client, address)
    counted = re.findall(r'<h2 id="kind-(\w+)">[^<]*<span class="count">([\d,]+)</span>', html)
    assert dict(counted)["administrative_penalty"] == str(PENALTIES)
    names = [name for name, _ in counted]
    assert names == [kind.name for kind in app.state.site.kinds if kind.name in names]
    assert {"registration", "administrative_penalty", "tax_class_a", "serious_dishonesty", "voluntary"} == set(names)
    without = html[html.index('id="without"') :]
    assert "<li>行政许可</li>" in without
    assert "<li>行政处罚</li>" not in without


async def test_the_newest_of_a_section_come_first_and_only_so_many(client, address, number):
    html = await page(client, address)
    section = html[html.index('id="kind-administrative_penalty"') : html.index('id="kind-tax_class_a"')]
    assert numbers_in(section) == [str(number[number_of(index)]) for index in range(1, FIRST_RECORDS + 1)]


async def test_more_leads_through_every_record_once(client, address, number):
    html = await page(client, address)
    seen = numbers_in(html[html.index('id="kind-administrative_penalty"') : html.index('id="kind-tax_class_a"')])
    link = following(html)
    while link:
        assert link.startswith(f"{address}/administrative_penalty?after=")
        html = await page(client, link)
        seen += numbers_in(html)
        link = following(html) if 'class="more"' in html else ""
    assert seen == [str(number[number_of(index)]) for index in range(1, PENALTIES + 1)]


async def test_htmx_gets_the_same_lines_without_the_page(client, address):
    link = following(await page(client, address))
    whole, part = await page(client, link), await page(client, link, **{"hx-request": "true"})
    assert numbers_in(part) == numbers_in(whole)
    assert len(numbers_in(part)) == RECORDS
    assert "<html" not in part
    assert part.count("autofocus") == 1
    assert "autofocus" not in whole.partition("<article")[2]


async def test_lists_are_said_in_words_and_with_a_mark(client, address, shown):
    html = await page(client, address)
    assert re.search(r'<a class="badge black" href="#kind-serious_dishonesty">失信惩戒名单：\S+</a>', html)
    assert re.search(r'<a class="badge red" href="#kind-tax_class_a">守信激励名单：\S+</a>', html)
    english = await page(client, f"{address}?lang=en")
    assert "Black list: " in english
    assert "Red list: " in english
    assert 'class="badge' not in await page(client, f"/credit/{shown['长风'].uscc}")


async def test_what_a_subject_declares_itself_is_marked_so(client, address, number):
    html = await page(client, address)
    assert html.count("自行申报") == 1
    assert html.index("自行申报") > html.index('id="kind-voluntary"')
    own = await page(client, f"/record/{number['自愿-1']}")
    assert "没有经部门核实" in own
    assert "自行申报" not in await page(client, f"/record/{number[number_of(1)]}")


async def test_the_timeline_holds_every_kind_newest_first(client, address):
    seen, days, kinds, link = [], [], set(), f"{address}/timeline"
    while link:
        html = await page(client, link)
        seen += numbers_in(html)
        days += re.findall(r'<time datetime="([^"]+)"', html)
        kinds |= set(re.findall(r"<strong>([^<]+)</strong>", html))
        link = following(html) if 'class="more"' in html else ""
    assert len(seen) == len(set(seen)) == PENALTIES + 4
    assert days == sorted(days, reverse=True)
    assert {"行政处罚", "A级纳税人", "严重违法失信企业", "自愿注册", "登记信息"} <= kinds


async def test_a_page_of_nothing_says_so(client, address):
    assert "这里没有公示的记录" in await page(client, f"{address}/honour")
    assert "这里没有公示的记录" in await page(client, f"{address}/timeline?after=.1")


async def test_a_cursor_that_is_none_is_said_and_passed_over(client, address):
    html = await page(client, f"{address}/timeline?after=yesterday&colour=red")
    assert "“after”没有“yesterday”这一项" in html
    assert "没有名为“colour”的条件" in html
    assert len(numbers_in(html)) == RECORDS


@pytest.mark.parametrize("rest", ["/nothing", "/administrative_penalty/1", "/<b>"])
async def test_no_section_of_that_name_is_404(client, address, rest):
    assert (await client.get(address + rest)).status_code == 404


async def test_any_dress_of_a_code_leads_to_the_section_of_its_one_address(client, shown):
    code = shown["光电科技"].uscc
    for rest in ("/timeline?after=2020-01-01.5", "/administrative_penalty"):
        answer = await client.get(f"/credit/{code.lower()}{rest}")
        assert (answer.status_code, answer.headers["location"]) == (308, f"/credit/{code}{rest}")
    answer = await client.get(f"/api/v1/subjects/{code.lower()}/records?size=2")
    assert answer.headers["location"] == f"/api/v1/subjects/{code}/records?size=2"


async def test_a_record_page_tells_everything_that_is_public(client, shown, number):
    path = f"/record/{number[number_of(1)]}"
    html = await page(client, path)
    for told in (
        f"发布虚假广告 <{number_of(1)}>",
        shown["光电科技"].name,
        "处罚类别",
        "警告、罚款",
        "1.2 万元",
        "《中华人民共和国广告法》第五十五条",
        AUTHORITY,
        "administrative_penalty.csv",
        "一般失信",
        "最长公示 12 个月",
        "国家发展改革委令第36号",
        "待确认",
        "提出异议",
        "申请信用修复",
        "个工作日",
    ):
        assert told in html, told
    assert f'<link rel="canonical" href="http://credit.test{path}">' in html
    assert "<示例" not in (await client.get(path)).text


async def test_a_record_page_promises_repair_only_where_its_kind_allows_it(client, number):
    allows, forbids = number["霁市监列〔示例〕1号"], number["霁税信〔示例〕1号"]
    assert f"/record/{forbids}/repair" not in await page(client, f"/record/{forbids}")
    assert f"/record/{allows}/repair" in await page(client, f"/record/{allows}")


async def test_english_pages_hold_no_chinese_words_of_ours(client, address, number):
    for path in (f"{address}/timeline", f"{address}/honour", f"/record/{number['自愿-1']}"):
        html = await page(client, path, **{"accept-language": "en"})
        for ours in ("更多", "公示", "异议", "自行申报", "记录内容", "决定或列入"):
            assert f">{ours}" not in html, (path, ours)


@pytest.mark.parametrize("path", ["/record/0", "/record/99999999", "/record/x", "/record/-1", f"/record/{9**60}"])
async def test_a_number_of_no_record_is_404(client, path):
    for each in (path, f"/api/v1{path.replace('record', 'records')}"):
        assert (await client.get(each)).status_code == 404


async def test_a_record_whose_term_is_over_or_that_never_was_public_answers_like_none(client, number):
    def told(answer):
        return re.sub(r"[0-9a-f]{16,}|/record/\d+", "", answer.text), answer.status_code

    none = told(await client.get("/record/99999999"))
    for document in (OVER, NEVER):
        assert told(await client.get(f"/record/{number[document]}")) == none
        assert (await client.get(f"/api/v1/records/{number[document]}")).status_code == 404


async def test_the_api_pages_through_a_subjects_records(client, api_address):
    seen, after = [], ""
    while after is not None:
        more = f"&after={after}" if after else ""
        found = (await client.get(f"{api_address}/records?kind=administrative_penalty&size=15{more}")).json()
        RecordsDocument.model_validate(found, strict=True)
        seen += [item["document_number"] for item in found["items"]]
        after = found["following"]
    assert seen == [number_of(index) for index in range(1, PENALTIES + 1)]
    every = (await client.get(f"{api_address}/records?size=100")).json()
    assert len(every["items"]) == PENALTIES + 4


async def test_the_api_tells_what_the_record_page_tells(client, number, shown):
    answer = await client.get(f"/api/v1/records/{number[number_of(3)]}", headers={"accept-language": "en"})
    found = answer.json()
    RecordDocument.model_validate(found, strict=True)
    assert found["kind"] == {"value": "administrative_penalty", "label": "Penalties"}
    assert found["uscc"] == shown["光电科技"].uscc
    assert found["fields"]["fine"] == "1.2"
    assert found["dishonesty_class"] == {"value": "ordinary", "label": "Ordinary"}
    assert not [name for name in found["fields"] if "_id_" in name]
    assert (await client.get(found["url"])).status_code == 200


async def test_a_subject_in_the_api_holds_the_newest_and_how_many_there_are(client, api_address):
    found = (await client.get(api_address)).json()
    SubjectDocument.model_validate(found, strict=True)
    section = next(each for each in found["sections"] if each["kind"] == "administrative_penalty")
    assert (section["count"], len(section["records"])) == (PENALTIES, FIRST_RECORDS)
    more = await client.get(f"{api_address}/records?kind=administrative_penalty&after={section['following']}&size=1")
    assert more.json()["items"][0]["document_number"] == number_of(FIRST_RECORDS + 1)


@pytest.mark.parametrize(
    ("query", "parameter", "reason"),
    [
        ("kind=nothing", "kind", "unknown_value"),
        ("after=yesterday", "after", "unknown_value"),
        ("size=0", "size", "out_of_range"),
        ("size=101", "size", "out_of_range"),
        ("size=x", "size", "not_a_number"),
        ("page=2", "page", "unknown_parameter"),
        ("size=1&size=2", "size", "repeated"),
    ],
)
async def test_a_parameter_of_the_api_that_cannot_be_followed_is_refused_by_name(
    client, api_address, query, parameter, reason
):
    answer = await client.get(f"{api_address}/records?{query}")
    assert answer.status_code == 422
    told = ProblemDocument.model_validate(answer.json(), strict=True)
    assert [(error.parameter, error.reason) for error in told.errors or ()] == [(parameter, reason)]


@pytest.fixture
async def changing(copied):
    """The city in a folder of its own, to be changed: its database and a reader of its pages."""
    app, database = create_app(copied), open_database(copied)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://credit.test", headers={"accept-language": "zh-CN"}
    ) as client:
        yield database, client
    database.dispose()
    await app.state.site.close()


@pytest.mark.parametrize("act", [withdraw, repair], ids=["withdrawn", "repaired"])
async def test_a_record_that_is_withdrawn_or_repaired_is_gone_from_every_address(
    changing, address, api_address, number, act
):
    database, client = changing
    gone = number[number_of(1)]
    lists = (
        address,
        f"{address}/administrative_penalty",
        f"{address}/timeline",
        api_address,
        f"{api_address}/records",
        f"{api_address}/records?kind=administrative_penalty",
    )
    own = (f"/record/{gone}", f"/api/v1/records/{gone}")
    for path in (*lists, *own):
        assert number_of(1) in await page(client, path), path
    act(database, gone, Act("值班员", "决定已撤销"))
    for path in lists:
        assert number_of(1) not in await page(client, path), path
    for path in own:
        answer = await client.get(path)
        assert answer.status_code == 404
        assert "决定已撤销" not in answer.text
    assert f'<span class="count">{PENALTIES - 1}</span>' in await page(client, address)


async def test_the_first_screen_counts_penalties_and_names_black_lists_first(client, address):
    html = await page(client, address)
    header = html[html.index("<h1") : html.index("</header>", html.index("<h1"))]
    glance = re.search(
        r'<a href="#kind-administrative_penalty">行政处罚：([\d,]+) 条记录</a> [^>]+>最近一条 [\d-]{10}<', header
    )
    assert glance
    assert int(glance[1]) == PENALTIES
    assert header.index("badge black") < header.index("badge red")
    assert "没有列入失信惩戒名单" not in header


async def test_a_withdrawn_entry_takes_its_badge_along(changing, address, number):
    database, client = changing
    assert 'class="badge black"' in await page(client, address)
    withdraw(database, number["霁市监列〔示例〕1号"], Act("值班员", "列入有误"))
    html = await page(client, address)
    assert 'class="badge black"' not in html
    assert 'class="badge red"' in html


async def test_an_entry_that_is_about_to_leave_its_list_says_when(changing, number):
    database, client = changing
    entry = number["霁市监列〔示例〕1号"]
    correct(database, entry, Act("值班员", "移出"), {"exited_on": "2090-01-02"})
    assert "2090-01-02 移出名单" in await page(client, f"/record/{entry}")
    assert "公示至" in await page(client, f"/record/{entry}")
