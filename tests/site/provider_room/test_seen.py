"""What is seen in the provider's room, and that it is nobody else's."""

import csv
import re
from datetime import timedelta
from io import BytesIO, StringIO

import openpyxl
import pytest
from credit_records.calendar import today
from credit_records.providers import add_provider

from tests.site.pushing import KIND, KINDS, Pushing, row

pytestmark = pytest.mark.every_database


async def test_deliveries_are_listed_newest_first_by_way_and_page_by_page(clerk):
    numbers = [(await clerk.push(row())).json()["delivery"] for _ in range(23)][::-1]
    page = (await clerk.client.get("/provider")).text
    first = [int(number) for number in re.findall(r'href="/provider/deliveries/(\d+)"', page)]
    (older,) = re.findall(r'rel="next" href="([^"]+)"', page)
    rest = (await clerk.client.get(older)).text
    rest = [int(number) for number in re.findall(r'href="/provider/deliveries/(\d+)"', rest)]
    assert (first, rest) == (numbers[:20], numbers[20:])
    assert f"/provider/deliveries/{numbers[0]}" in (await clerk.client.get("/provider?way=push")).text
    assert "还没有报送记录" in (await clerk.client.get("/provider?way=upload")).text


@pytest.mark.parametrize("query", ["way=x", "before=x", "before=-1", "before=" + "9" * 40, "way=%00&before=%ff"])
async def test_strange_addresses_show_the_list(clerk, query):
    await clerk.push(row())
    assert (await clerk.client.get(f"/provider?{query}")).status_code == 200


async def test_a_receipt_tells_every_problem_page_by_page_and_as_csv(clerk):
    bad = [row(decision_date=f"第{number}天") for number in range(60)]
    told = (await clerk.push(row(), *bad)).json()
    page = (await clerk.client.get(told["receipt"])).text
    assert "退回 60" in page
    assert page.count('class="tag refused"') == 50
    (following,) = re.findall(r'rel="next" href="([^"#]+)', page)
    assert (await clerk.client.get(following)).text.count('class="tag refused"') == 10
    answer = await clerk.client.get(f"{told['receipt']}.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    lines = list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(lines) == 61
    assert [line[1] for line in lines[1:]] == [str(number) for number in range(2, 62)]
    for query in ("after=x", "after=1", "after=" + "9" * 50 + ".1"):
        assert (await clerk.client.get(f"{told['receipt']}?{query}")).status_code == 200


async def test_what_others_sent_is_as_if_it_never_was(clerk):
    name = f"{clerk.name}-gas"
    other = Pushing(
        clerk.client, clerk.database, add_provider(clerk.database, name, "市燃气局", "市燃气局", kinds=KINDS), name
    )
    told = (await other.push(row(), row(decision_date="去年"))).json()
    number = told["delivery"]
    for path in (f"/provider/deliveries/{number}", f"/provider/deliveries/{number}.csv", "/provider/deliveries/999999"):
        assert (await clerk.client.get(path)).status_code == 404
    assert (await clerk.client.get("/provider/deliveries/" + "9" * 30)).status_code == 404
    assert f"/provider/deliveries/{number}" not in (await clerk.client.get("/provider")).text
    for measure in ("refused", "accepted", "late", "wrong_code"):
        page = await clerk.client.get(f"/provider/rows?measure={measure}")
        assert "没有这样的行" in page.text


async def test_the_rows_behind_each_figure_are_as_many_as_it_says(clerk):
    late = (today() - timedelta(days=60)).isoformat()
    soon = today().isoformat()
    rows = [
        *(row(decision_date=late, valid_until="长期") for _ in range(3)),
        *(row(decision_date=soon, valid_until="长期") for _ in range(2)),
        *(row(decision_date="去年") for _ in range(4)),
        row(uscc="916299010000000000", decision_date=soon, valid_until="长期"),
    ]
    told = (await clerk.push(*rows)).json()
    assert (told["new"], told["refused"]) == (6, 4)
    month = today().isoformat()[:7]

    async def listed(measure: str, **asked: str) -> int:
        page = await clerk.client.get("/provider/rows", params={"measure": measure, "month": month, **asked})
        assert page.status_code == 200
        return len(re.findall(r'<tr><th scope="row">', page.text))

    assert await listed("refused") == 4
    assert await listed("accepted") == 6
    assert await listed("late") == 3
    assert await listed("wrong_code") == 1
    assert await listed("accepted", kind=KIND.name) == 6
    assert await listed("accepted", kind="tax_class_a") == 0
    assert await listed("accepted", month="2020-01") == 0
    before = (today().replace(day=1) - timedelta(days=1)).isoformat()[:7]
    assert await listed("late", month=before) == 0


async def test_figures_of_ones_own_unit_lead_to_their_rows(clerk):
    await clerk.push(row(), row(decision_date="去年"))
    page = (await clerk.client.get(f"/departments/{clerk.name}")).text
    links = re.findall(r'href="(/provider/rows[^"]+)"', page)
    assert links
    for link in links:
        assert "没有这样的行" not in (await clerk.client.get(link.replace("&amp;", "&"))).text
    clerk.client.cookies.clear()
    assert "/provider/rows" not in (await clerk.client.get(f"/departments/{clerk.name}")).text


async def test_rows_go_on_from_page_to_page(clerk):
    await clerk.push(*(row() for _ in range(60)))
    page = (await clerk.client.get("/provider/rows?measure=accepted")).text
    (following,) = re.findall(r'rel="next" href="([^"]+)"', page)
    rest = (await clerk.client.get(following.replace("&amp;", "&"))).text
    links = re.findall(r'href="(/record/\d+)"', page + rest)
    assert len(links) == len(set(links)) == 60
    assert (await clerk.client.get(links[0])).status_code == 200


@pytest.mark.parametrize(
    "query", ["measure=x", "month=2026-13", "month=0000-01", "month=9999-12", "kind=x", "after=x", "after=" + "9" * 15]
)
async def test_strange_figures_show_a_page(clerk, query):
    assert (await clerk.client.get(f"/provider/rows?{query}")).status_code == 200


async def test_each_kind_has_a_blank_sheet(clerk):
    page = (await clerk.client.get("/provider/upload")).text
    links = re.findall(r'href="(/provider/templates/[a-z_]+\.xlsx)"', page)
    assert f"/provider/templates/{KIND.name}.xlsx" in links
    answer = await clerk.client.get(f"/provider/templates/{KIND.name}.xlsx")
    book = openpyxl.load_workbook(BytesIO(answer.content))
    headers = [str(cell.value).strip("*") for cell in book.worksheets[0][1]]
    assert KIND.by_name["name"].title in headers
    assert (await clerk.client.get("/provider/templates/nothing.xlsx")).status_code == 404


async def test_the_room_speaks_english_too(clerk):
    receipt = (await clerk.push(row(), row(decision_date="去年"))).json()["receipt"]
    chinese = re.compile("[\u4e00-\u9fff]")
    for path in ("/provider/sign-in", "/provider", receipt, "/provider/upload", "/provider/rows"):
        html = (await clerk.client.get(path, headers={"accept-language": "en"})).text
        body = re.sub(r'<(\w+)[^>]* lang="zh-CN"[^>]*>.*?</\1>', "", html, flags=re.DOTALL)
        left = [line for line in body.splitlines() if chinese.search(line) and "<title>" not in line]
        assert left == [], path
