"""What was found is marked, quoted and drawn as it stands."""

import re
from html import unescape
from urllib.parse import quote

import pytest

from tests.site.pages import page
from tests.site.registers.reading import (
    asked,
    months,
    plain,
    total_of,
)


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
