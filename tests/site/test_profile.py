"""The permanent page of a subject."""

import json
import re
from html import unescape

import httpx
import pytest
from credit_records.database import open_database
from credit_records.publication import Act, withdraw
from credit_records.reading import find_subject, records_of
from credit_site.application import create_app

pytestmark = pytest.mark.every_database


async def test_it_says_who_since_when_how_it_is_known_and_from_whom(client, shown):
    subject = shown["长风"]
    html = (await client.get(f"/credit/{subject.uscc}")).text
    for told in (subject.name, "霁川第二机械厂", "56,800 万元人民币", subject.address, subject.established, "存续"):
        assert told in html, told
    assert "registrations.csv" in html
    assert re.search(r"收到 <time>\d{4}-\d\d-\d\d \d\d:\d\d</time>", html)
    assert "根据" in html


async def test_other_currencies_keep_their_own_unit(client, shown):
    assert "300 万美元" in (await client.get(f"/credit/{shown['光电科技'].uscc}")).text


async def test_english_keeps_names_in_chinese_and_marks_them_so(client, shown):
    html = (await client.get(f"/credit/{shown['长风'].uscc}?lang=en")).text
    assert f'<h1 lang="zh-CN">{shown["长风"].name}</h1>' in html
    assert "568,000,000 yuan" in html


async def test_a_subject_without_penalties_is_told_so_before_anything_else(client, shown):
    html = (await client.get(f"/credit/{shown['长风'].uscc}")).text
    header = html[html.index("<h1") : html.index("</header>", html.index("<h1"))]
    assert "没有列入失信惩戒名单" in header
    assert "行政处罚：没有公示的记录" in header


async def test_a_doubtful_code_is_flagged_not_hidden(client, shown):
    html = (await client.get(f"/credit/{shown['错码'].uscc}")).text
    assert "代码存疑" in html
    assert "代码存疑" not in (await client.get(f"/credit/{shown['长风'].uscc}")).text


async def test_every_public_kind_has_its_section_or_is_said_to_be_without_records(app, client, shown):
    html = (await client.get(f"/credit/{shown['长风'].uscc}")).text
    without = html[html.index('id="without"') :]
    assert re.findall(r'<h2 id="kind-([a-z_]+)">', html) == ["registration"]
    for kind in app.state.site.catalogue.kinds.values():
        expected = kind.name != "registration" and kind.publication.visibility != "never"
        assert (f"<li>{kind.title}</li>" in without) == expected, kind.name


@pytest.mark.parametrize(
    "dress",
    [
        str.lower,
        lambda code: "".join(chr(ord(c) + 0xFEE0) for c in code),
        lambda code: f" {code[:2]} {code[2:8]} {code[8:]} ",
        lambda code: f"{code[:8]}-{code[8:]}",
    ],
    ids=["lower case", "full width", "spaced", "hyphenated"],
)
async def test_any_dress_of_a_code_leads_to_its_one_address(client, shown, dress):
    code = shown["长风"].uscc
    for start in ("/credit/", "/api/v1/subjects/"):
        answer = await client.get(start + dress(code))
        assert answer.status_code == 308
        assert answer.headers["location"] == start + code


async def test_the_canonical_address_and_linked_data_name_the_subject(client, shown):
    subject = shown["长风"]
    html = (await client.get(f"/credit/{subject.uscc}?lang=en&utm=x")).text
    assert f'<link rel="canonical" href="http://credit.test/credit/{subject.uscc}">' in html
    script = re.search(r'<script type="application/ld\+json">(.+?)</script>', html)
    assert script
    data = json.loads(script[1])
    assert data["legalName"] == subject.name
    assert data["identifier"]["value"] == subject.uscc
    assert data["foundingDate"] == subject.established


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("916299010000000000", "校验位不对"),
        ("91629901", "这里有 8 位"),
        ("abc", "这里有 3 位"),
        ("<script>alert(1)<", "没有这个代码的主体"),
        ("%ff%fe", "没有这个代码的主体"),
        ("9" * 5000, "没有这个代码的主体"),
    ],
)
async def test_nobodys_code_is_404_and_says_what_is_wrong_with_it(client, code, told):
    answer = await client.get(f"/credit/{code}")
    assert answer.status_code == 404
    assert told in unescape(answer.text)
    assert "<script>alert" not in answer.text


async def test_a_misread_letter_is_put_right(client, shown):
    code = shown["长风"].uscc
    digit, letter = next(pair for pair in ("0O", "1I", "5S") if pair[0] in code)
    misread = code.replace(digit, letter, 1)
    answer = await client.get(f"/credit/{misread}")
    assert answer.status_code == 404
    assert f'href="/credit/{code}"' in answer.text


async def test_a_record_that_was_withdrawn_is_shown_nowhere(copied, shown):
    subject = shown["长风"]
    database = open_database(copied)
    with database.connect() as connection:
        found = find_subject(connection, subject.uscc)
        assert found
        (record,) = records_of(connection, found.id)
    app = create_app(copied)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://credit.test") as client:
        paths = (f"/credit/{subject.uscc}", f"/api/v1/subjects/{subject.uscc}")
        for path in paths:
            assert subject.scope in (await client.get(path)).text
        withdraw(database, record.id, Act("值班员", "决定已撤销"))
        for path in paths:
            answer = await client.get(path)
            assert answer.status_code == 200
            assert subject.scope not in answer.text
    database.dispose()
    await app.state.site.close()
