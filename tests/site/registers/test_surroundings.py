"""Where registers stand on the site: cited, found, resting, emptied, led to, and made by a file of their kind."""

import asyncio
import re
import shutil
from html import unescape
from urllib.parse import quote

import pytest
from credit_indexer.indexing_commands import open_workplace
from credit_records.catalogue import catalogue, read_catalogue
from credit_records.catalogue.loading import FOLDER
from credit_records.database import open_database
from credit_records.publication import Act, repair, withdraw
from credit_records.tables import record
from credit_search.facets import RECORD_FACETS
from credit_site.application import create_app
from credit_site.registers import Registers
from credit_site.search_request import SearchRequest
from sqlalchemy import select

from tests.site.pages import page
from tests.site.register_rows import AUTHORITIES, ENTRIES
from tests.site.registers.reading import (
    API,
    asked,
    hits_of,
    months,
    plain,
    reader_of,
    summed,
    table_of,
    total_of,
    totals_of,
)

pytestmark = pytest.mark.every_database


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


async def test_nothing_published_is_said_and_leads_on(place, tmp_path):
    settings = place.new(tmp_path)
    workplace = open_workplace(settings)
    await workplace.follower().run(once=True)
    await workplace.engine.close()
    workplace.database.dispose()
    app = create_app(settings)
    async with reader_of(app) as reader:
        for path in ("/penalties", "/licences", "/lists", "/lists/tax_class_a"):
            assert "这里现在没有公示的记录" in await page(reader, path)
    await app.state.site.close()


@pytest.mark.parametrize("act", [withdraw, repair], ids=["withdrawn", "repaired"])
async def test_a_record_no_longer_public_leaves_list_totals_and_chart(place, register_city, tmp_path, rows, act):
    shutil.copytree(register_city.data_dir / "index", tmp_path / "index")
    settings = place.copy(register_city, tmp_path)
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
