"""Whatever comes in an address is answered: never a failure, never an unescaped echo."""

import re
from urllib.parse import quote

import pytest

HOSTILE = {
    "ten thousand letters": "lz" * 5_000,
    "seven thousand characters": "商" * 7_000,  # as many as the client sends: each is nine bytes of an address
    "control characters": "%00%01%1b鑫%7f源%0d%0aSet-Cookie:x=y",
    "half a surrogate": "%ED%A0%80鑫源",
    "no UTF-8": "%ff%fe%c0%af",
    "overlong and GBK": "%D0%C5%D4%B4",
    "SQL": quote("' OR 1=1; DROP TABLE subject; --"),
    "HTML": quote("<script>alert(1)</script><img src=x onerror=alert(1)>\"'>"),
    "a lone bracket": "(",
    "brackets": quote("（【[{<((("),
    "regular expression": quote(r".*+?^${}()|[\]\\(?=a)(a+)+$"),
    "query syntax": quote('name:* AND -code:[* TO *] OR "鑫源" ~2 ^5 /a.*/ !x'),
    "quotes": quote("\"'“”‘’`"),
    "only spaces": "%20%E3%80%80%09",
    "emoji": quote("🏮👨‍👩‍👧‍👦鑫源"),
    "combining": quote("a" + "\u0301" * 300),
    "right to left": quote("\u202e源鑫\u2066"),
    "template": quote("{{7*7}}{% raw %}${7*7}#{7*7}"),
    "path": quote("../../../../etc/passwd"),
    "format": quote("%s%n%(q)s{0}"),
    "percent": "%",
    "broken percent": "%zz%4",
}
STRANGE = [
    "page=1000000000",
    "page=-1",
    "page=abc",
    "page=1e9",
    "page=" + "9" * 4400,
    "page=%00",
    "size=0",
    "size=1000000",
    "sort=<script>",
    "colour=red&colour=blue&__proto__=x",
    "q=a&q=b&q=c&page=1&page=2",
    "status=active&" * 200,
    "region=" + quote("620102' OR 1=1"),
    "year=99999999999999999999",
    "year=-1&year=0x7d0&year=２０１５",
    "industry=%00&type=%ff",
    "&&&=&=x&q",
    "lang=xx&text=<b>",
    "lang=en&lang=zh",
    "&".join(f"p{n}=1" for n in range(1500)),
]
ESCAPED = ("<script>alert", "<img src=x", 'onerror=alert(1)>"', "49${7")


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("partial", [False, True], ids=["page", "htmx"])
async def test_hostile_queries_get_a_page_that_only_quotes_them(client, value, partial):
    answer = await client.get(f"/search?q={value}", headers={"HX-Request": "true"} if partial else {})
    assert answer.status_code == 200
    assert not any(raw in answer.text for raw in ESCAPED)
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]", answer.text)
    assert "set-cookie" not in answer.headers
    if not partial:
        assert len(re.findall(r"<title>", answer.text)) == 1


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile_queries_get_json_or_a_problem(client, value):
    for path in ("/api/v1/search", "/api/v1/suggest"):
        answer = await client.get(f"{path}?q={value}")
        assert answer.status_code in (200, 422)
        told = answer.json()
        assert ("items" in told) == (answer.status_code == 200)
        for item in told.get("items", ()):
            assert re.sub(r"</?mark>", "", item["highlight"]).count("<") == 0


@pytest.mark.parametrize("query", STRANGE, ids=range(len(STRANGE)))
async def test_strange_parameters_get_a_page(client, query):
    answer = await client.get(f"/search?q=%E5%95%86%E8%B4%B8&{query}")
    assert answer.status_code == 200
    assert "<script>&" not in answer.text


@pytest.mark.parametrize("query", STRANGE, ids=range(len(STRANGE)))
async def test_strange_parameters_never_break_the_api(client, query):
    answer = await client.get(f"/api/v1/search?q=%E5%95%86%E8%B4%B8&{query}")
    assert answer.status_code in (200, 422)
    if answer.status_code == 422:
        assert answer.json()["errors"]


@pytest.mark.parametrize("path", ["/credit/", "/api/v1/subjects/", "/static/", "/"])
@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile_paths_are_not_found(client, path, value):
    answer = await client.get(f"{path}{value}x")
    assert answer.status_code == 404
    assert not any(raw in answer.text for raw in ESCAPED)


async def test_hostile_headers_change_nothing(client):
    headers = {
        "accept-language": "en;q=x,zh;q=1e400,*;q=-1," + "a," * 500,
        "cookie": 'lang="<script>"; text=\x01; =; lang',
        "accept": "*/*;q=nonsense",
        "hx-request": "TRUE",
    }
    answer = await client.get("/search?q=商贸", headers=headers)
    assert answer.status_code == 200
    assert "<!doctype html>" in answer.text
