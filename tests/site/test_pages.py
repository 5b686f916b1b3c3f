"""Every page in every state says what it should, in both languages."""

import re
from html import unescape
from urllib.parse import quote

import pytest
from credit_search.facets import SUBJECT_FACETS

pytestmark = pytest.mark.every_database


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


async def page(client, path, status=200, **headers):
    answer = await client.get(path, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text


async def test_home_is_one_box_with_how_new_the_data_are(client):
    html = await page(client, "/")
    assert '<form class="search search-large" action="/search" method="get" role="search">' in html
    assert "400" in text_of(html)
    assert re.search(r"数据更新\d{4}-\d\d-\d\d \d\d:\d\d", text_of(html))
    assert "虚构" in html


async def test_results_say_how_many_and_offer_every_facet_of_the_registry(client):
    html = await page(client, "/search?q=有限公司")
    assert re.search(r"共 \d+ 条", html)
    for facet in SUBJECT_FACETS:
        assert f'id="facet-{facet.key}"' in html
    assert html.count("<li>\n<h2>") == 20
    assert 'rel="next"' in html
    assert 'rel="prev"' not in html


async def test_a_chosen_filter_is_a_chip_that_leads_back(client):
    html = await page(client, "/search?q=有限公司&status=active&sort=newest")
    chip = re.search(r'<a id="chip-status-active" class="chip" href="([^"]+)"', html)
    assert chip
    assert unescape(chip[1]) == f"/search?q={quote('有限公司')}&sort=newest"


async def test_an_exact_name_is_offered_above_the_results(client, shown):
    subject = shown["长风"]
    html = await page(client, f"/search?q={subject.name}")
    card = html[html.index('class="direct"') :]
    assert f'href="/credit/{subject.uscc}"' in html
    assert "精确" in card
    assert subject.name in card


async def test_former_names_find_and_are_named(client, shown):
    html = await page(client, "/search?q=霁川第二机械厂")
    assert shown["长风"].uscc in html
    assert "曾用名" in html


async def test_only_similar_is_never_passed_off_as_found(client, shown):
    html = await page(client, "/search?q=霁川长虹重工集团有限公司")
    assert "没有完全相符的" in html
    assert "相似" in html
    assert "您要找的是不是" in html
    assert shown["长风"].uscc in html


async def test_nothing_found_offers_next_steps(client):
    html = await page(client, "/search?q=qqqqqqxxxxxx")
    assert "没有找到" in html
    assert "只输字号" in html


async def test_filters_that_hide_everything_say_what_is_behind_them(client, shown):
    html = await page(client, f"/search?q={shown['长风'].name}&status=revoked")
    assert "去掉条件，能找到 1 条" in html


async def test_a_query_without_letters_is_told_so(client):
    assert "查询里没有文字或数字" in await page(client, "/search?q=((((")


async def test_what_was_not_followed_is_said(client):
    html = text_of(await page(client, "/search?q=有限公司&page=x&colour=red&status=blue"))
    assert "“page”应是整数，收到的是“x”。" in html
    assert "没有名为“colour”的条件。" in html
    assert "“status”没有“blue”这一项。" in html


async def test_a_query_too_long_is_cut_and_told(client):
    assert "只用了前 200 个字" in await page(client, "/search?q=" + "商贸" * 150)


async def test_too_deep_and_past_the_end_lead_back(client):
    assert "只能翻到前 10,000 条" in await page(client, "/search?q=有限公司&page=1000000000")
    past = await page(client, "/search?q=长风重工&page=40")
    assert "这一页没有内容" in past
    assert "到最后一页" in past


async def test_htmx_gets_exactly_the_region_that_the_page_holds(client):
    whole = await page(client, "/search?q=有限公司&year=2015")
    part = await page(client, "/search?q=有限公司&year=2015", **{"HX-Request": "true"})
    title, _, region = part.partition("</title>\n")
    assert region
    assert region in whole
    assert title.removeprefix("<title>") in whole


async def test_going_back_gets_the_whole_page_even_from_htmx(client):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<!doctype html>" in await page(client, "/search?q=有限公司", **headers)


async def test_english_by_header_by_address_and_by_cookie(client):
    by_header = await page(client, "/search?q=有限公司", **{"accept-language": "en-GB,en;q=0.9,zh;q=0.5"})
    assert '<html lang="en">' in by_header
    assert "results" in by_header
    switched = await client.get("/search?q=有限公司&lang=en")
    assert "lang=en" in switched.headers["set-cookie"]
    assert '<html lang="en">' in await page(client, "/")
    back = await client.get("/?lang=zh")
    assert '<html lang="zh-CN">' in back.text


async def test_large_print_is_a_link_and_is_remembered(client):
    assert '<html lang="zh-CN" class="large">' in await page(client, "/?text=large")
    assert '<html lang="zh-CN" class="large">' in await page(client, "/about")
    assert 'class="large"' not in await page(client, "/about?text=normal")


async def test_preferences_in_the_address_keep_the_search(client):
    html = await page(client, "/search?q=有限公司&status=active")
    switch = re.search(r'href="([^"]+lang=en)"', html)
    assert switch
    assert unescape(switch[1]) == f"/search?q={quote('有限公司')}&status=active&lang=en"


async def test_about_tells_sources_and_rules(client):
    html = await page(client, "/about")
    for told in ("数据更新情况", "怎样推断", "个人信息", "registrations.csv"):
        assert told in html


@pytest.mark.parametrize("path", ["/nowhere", "/credit/", "/static/site.css", "/api/v2/search"])
async def test_unknown_addresses_are_404(client, path):
    answer = await client.get(path, headers={"accept": "text/html"}, follow_redirects=True)
    assert answer.status_code == 404


async def test_a_page_that_is_not_there_offers_the_box_and_a_number_to_quote(client):
    answer = await client.get("/nowhere")
    assert 'role="search"' in answer.text
    assert answer.headers["x-request-id"] in answer.text


async def test_posting_to_a_page_is_refused_politely(client):
    answer = await client.post("/search")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    assert "不接受这种请求" in answer.text


async def test_head_is_answered_like_get_without_the_body(client):
    answer = await client.head("/search?q=有限公司")
    assert answer.status_code == 200


async def test_a_resting_engine_is_said_and_exact_questions_are_still_answered(resting_client, shown):
    html = await page(resting_client, "/search?q=长风重工", 503)
    assert "查询服务暂时休息" in html
    assert "没有找到" not in html
    subject = shown["长风"]
    for exact in (subject.name, subject.uscc, subject.uscc.lower()):
        assert f'href="/credit/{subject.uscc}"' in await page(resting_client, f"/search?q={exact}", 503)
    assert subject.name in await page(resting_client, f"/credit/{subject.uscc}")
    await page(resting_client, "/")


async def test_while_the_engine_rests_a_whole_name_may_be_typed_in_either_width(resting_client, shown):
    subject = shown["ＡＢＣ"]
    typed = subject.name.replace("ＡＢＣ（", "ABC (").replace("）", ") ")
    assert typed != subject.name
    assert f'href="/credit/{subject.uscc}"' in await page(resting_client, f"/search?q={typed}", 503)


async def test_while_the_engine_rests_an_application_can_be_begun_and_gone_on_with(resting_client, shown):
    profile = await page(resting_client, f"/credit/{shown['光电科技'].uscc}")
    guide = re.search(r'href="(/record/\d+)"', profile)[1] + "/objection"
    token = re.search(r'name="form_token" value="([^"]+)"', await page(resting_client, guide))[1]
    begun = await resting_client.post(guide, data={"form_token": token}, headers={"origin": "http://credit.test"})
    assert begun.status_code == 303
    draft = begun.headers["location"]
    steps = re.findall(rf'href="({re.escape(draft)}/[a-z_-]+)"', await page(resting_client, draft))
    assert steps, "the draft leads to what has to be filled in"
    assert 'name="form_token"' in await page(resting_client, steps[0])


async def test_a_failure_is_a_page_with_a_number_and_no_trace(app, client, monkeypatch, capsys):
    async def fail(*_: object) -> None:
        raise ZeroDivisionError("张三的秘密")

    monkeypatch.setattr(app.state.site.search, "search", fail)
    for path, accept in (("/search?q=秘密", "text/html"), ("/api/v1/search?q=秘密", "*/*")):
        answer = await client.get(path, headers={"accept": accept})
        assert answer.status_code == 500
        assert answer.headers["x-request-id"] in answer.text
        assert "content-security-policy" in answer.headers
        assert "ZeroDivision" not in answer.text
        assert "Traceback" not in answer.text
    logged = capsys.readouterr().out
    assert "ZeroDivisionError" in logged
    assert "秘密" not in logged
