"""What a search finds, taken away as a table."""

import io
from decimal import Decimal
from urllib.parse import quote, unquote

import pyarrow.parquet as pq
import pytest

from tests.site.open_data.reading import read_csv, read_json_lines, read_parquet, read_workbook

NUMBER = "行政处罚决定书文号"
FINE = "罚款金额（万元）"


async def taken(client, address):
    answer = await client.get(address)
    assert answer.status_code == 200, answer.text
    return answer


async def test_a_register_without_conditions_is_given_whole(client, rows):
    found = read_csv((await taken(client, "/penalties.csv")).content)
    delivered = rows["administrative_penalty"]
    assert sorted(row[NUMBER] for row in found) == sorted(row["document_number"] for row in delivered)
    by_number = {row["document_number"]: row for row in delivered}
    for row in found:
        assert row["行政相对人名称"] == by_number[row[NUMBER]]["name"]
        assert row["违法事实"] == by_number[row[NUMBER]]["facts"]
        assert Decimal(row[FINE]) == Decimal(by_number[row[NUMBER]]["fine"])
        assert row["处罚类别"] == "、".join(
            sorted(by_number[row[NUMBER]]["category"].split("、"), key=row["处罚类别"].index)
        )
        assert row["记录网址"] == f"http://credit.test/record/{row['记录编号']}"


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("authority=" + quote("霁川市生态环境局"), lambda row: row["authority"] == "霁川市生态环境局"),
        ("q=" + quote("网店"), lambda row: "网店" in row["facts"]),
        ("since=2026-01-01", lambda row: row["decision_date"] >= "2026-01-01"),
        ("q=" + quote("没有这样的话"), lambda _: False),
    ],
)
async def test_every_form_holds_just_what_the_search_finds(client, rows, query, kept):
    expected = sorted(row["document_number"] for row in rows["administrative_penalty"] if kept(row))
    contents = {
        form: (await taken(client, f"/penalties.{form}?{query}&sort=largest&page=2&size=5")).content
        for form in ("csv", "xlsx", "jsonl", "parquet")
    }
    assert sorted(row[NUMBER] for row in read_csv(contents["csv"])) == expected
    assert sorted(row["document_number"] for row in read_json_lines(contents["jsonl"])) == expected
    assert sorted(row["document_number"] for row in read_parquet(contents["parquet"])) == expected
    head, *body = read_workbook(contents["xlsx"])["数据"]
    assert sorted(row[head.index(NUMBER)] for row in body) == expected


async def test_rows_come_in_one_order_whatever_the_form(client):
    numbers = [row["record_id"] for row in read_json_lines((await taken(client, "/penalties.jsonl")).content)]
    assert numbers == sorted(numbers)
    assert [row["record_id"] for row in read_parquet((await taken(client, "/penalties.parquet")).content)] == numbers


async def test_numbers_stay_numbers_and_dates_dates(client):
    book = read_workbook((await taken(client, "/penalties.xlsx")).content)
    head, first, *_ = book["数据"]
    assert isinstance(first[head.index(FINE)], int | float)
    assert isinstance(first[head.index("记录编号")], int)
    assert isinstance(first[head.index("统一社会信用代码")], str)
    schema = pq.read_schema(io.BytesIO((await taken(client, "/penalties.parquet")).content))
    assert str(schema.field("fine").type).startswith("decimal")
    assert str(schema.field("decision_date").type) == "date32[day]"
    assert schema.field("fine").metadata[b"title"].decode() == "罚款金额"


async def test_lists_together_share_their_columns_and_single_ones_have_their_own(client, rows):
    together = read_csv((await taken(client, "/lists.csv")).content)
    entries = [row for kind in ("serious_dishonesty", "tax_class_a") for row in rows[kind]]
    assert sorted(row["文号"] for row in together) == sorted(row.get("document_number", "") for row in entries)
    assert {row["信息类别"] for row in together} == {"严重失信主体名单", "A级纳税人"} or len(
        {row["信息类别"] for row in together}
    ) == 2
    alone = read_csv((await taken(client, "/lists/serious_dishonesty.csv")).content)
    assert len(alone) == len(rows["serious_dishonesty"])
    assert (await client.get("/lists/nothing.csv")).status_code == 404


async def test_subjects_are_given_as_the_search_finds_them(client, subjects):
    found = read_csv((await taken(client, "/search.csv")).content)
    assert {row["统一社会信用代码"] for row in found} <= {subject.uscc for subject in subjects}
    name = found[0]["名称"]
    alone = read_csv((await taken(client, f"/search.csv?q={quote(name)}")).content)
    assert name in {row["名称"] for row in alone}
    page = await client.get(f"/search?q={quote(name)}")
    assert f"/search.csv?q={quote(name)}" in page.text.replace("&amp;", "&")


async def test_it_says_whence_and_of_what_moment_it_is(client):
    query = "authority=" + quote("霁川市生态环境局")
    answer = await taken(client, f"/penalties.xlsx?{query}")
    told = dict(read_workbook(answer.content)["说明"])
    assert told["条件"].endswith("霁川市生态环境局")
    assert told["网址"] == f"http://credit.test/penalties?{query}"
    assert int(told["变更号"]) > 0
    assert told["变更号"] == answer.headers["chengxin-change"]
    beside = (await taken(client, f"/penalties.about.json?{query}")).json()
    assert beside["change"] == int(told["变更号"])
    assert beside["conditions"] == [told["条件"]]
    assert {"name", "title", "type"} <= beside["columns"][0].keys()
    assert f"/penalties.about.json?{query}>" in answer.headers["link"]
    kept = pq.read_schema(io.BytesIO((await taken(client, f"/penalties.parquet?{query}")).content)).metadata
    assert told["网址"] in kept[b"citation"].decode()


async def test_the_file_has_a_chinese_name_and_is_not_for_crawlers(client):
    headers = (await taken(client, "/penalties.csv")).headers
    assert headers["x-robots-tag"] == "noindex"
    plain, _, chinese = headers["content-disposition"].partition("; filename*=UTF-8''")
    assert plain == 'attachment; filename="penalties.csv"'
    assert unquote(chinese).startswith("行政处罚_")
    assert chinese.isascii()


async def test_in_english_heads_and_labels_are_english(client):
    found = read_csv((await taken(client, "/penalties.csv?lang=en")).content)
    assert {"Record number", "Fine (CNY 10,000)"} <= found[0].keys()
    assert "Fine" in found[0]["Category"]


async def test_what_cannot_be_followed_gives_no_file_but_a_sentence(client):
    answer = await client.get("/penalties.csv?colour=red")
    assert answer.status_code == 422
    assert "colour" in answer.text
    assert "content-disposition" not in answer.headers


async def test_asked_for_the_head_alone_nothing_is_made(client):
    answer = await client.head("/penalties.csv")
    assert answer.status_code == 200
    assert answer.content == b""
    assert "content-disposition" in answer.headers


async def test_while_the_engine_rests_it_says_so(resting):
    answer = await resting.get("/penalties.csv")
    assert answer.status_code == 503
    assert "retry-after" in answer.headers


async def test_a_page_links_to_its_own_results(client):
    query = "authority=" + quote("霁川市生态环境局")
    page = (await client.get(f"/penalties?{query}&sort=largest&page=2")).text
    for form in ("csv", "xlsx", "jsonl", "parquet", "atom", "rss", "feed.json"):
        assert f'href="/penalties.{form}?{query}"' in page
