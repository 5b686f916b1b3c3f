"""Totals, months, facets and orders of a register are those of a plain reading of its rows."""

import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from urllib.parse import quote

import pytest
from credit_search.amounts import band_of

from tests.site import register_rows
from tests.site.pages import page
from tests.site.register_rows import AUTHORITIES, VIOLATIONS
from tests.site.registers.reading import (
    Row,
    asked,
    months,
    summed,
    table_of,
    total_of,
    totals_of,
)

pytestmark = pytest.mark.every_database

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
