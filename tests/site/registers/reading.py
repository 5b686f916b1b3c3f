"""What a page of a register tells, taken from its HTML, and the plain reading of the rows beside it."""

import re
from collections import Counter
from decimal import Decimal

import httpx

Row = dict[str, str]
API = "/api/v1/records"


def reader_of(app):
    headers = {"accept-language": "zh-CN"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://credit.test", headers=headers)


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
