"""Feeds of any search of a register, read by the rules of their formats."""

import json
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote

import jsonschema
import pytest
from feedgen.feed import FeedGenerator
from lxml import etree

from tests.site.test_bad_input import HOSTILE

HERE = Path(__file__).parent
ATOM = {"a": "http://www.w3.org/2005/Atom"}
QUERY = "authority=" + quote("霁川市生态环境局")


def expected(rows):
    return {row["document_number"] for row in rows["administrative_penalty"] if row["authority"] == "霁川市生态环境局"}


async def fed(client, form, query=QUERY):
    answer = await client.get(f"/penalties.{form}?{query}")
    assert answer.status_code == 200, answer.text
    return answer


def schema_of(name):
    return etree.RelaxNG(etree.parse(HERE / name))


async def test_atom_keeps_to_its_schema(client):
    for address in (f"/penalties.atom?{QUERY}", "/lists.atom", "/lists/tax_class_a.atom", "/penalties.atom?q=qqqq"):
        root = etree.fromstring((await client.get(address)).content)
        schema = schema_of("atom.rng")
        assert schema.validate(root), schema.error_log


async def test_rss_keeps_to_its_schema(client):
    for address in (f"/penalties.rss?{QUERY}", "/lists.rss", "/penalties.rss?q=qqqq"):
        root = etree.fromstring((await client.get(address)).content)
        schema = schema_of("rss.rng")
        assert schema.validate(root), schema.error_log
        for day in root.findall("channel/item/pubDate"):
            assert parsedate_to_datetime(day.text).tzinfo is not None


async def test_json_feed_keeps_to_its_schema(client):
    schema = json.loads((HERE / "json_feed.json").read_text())
    for address in (f"/penalties.feed.json?{QUERY}", "/lists.feed.json"):
        document = (await client.get(address)).json()
        jsonschema.validate(document, schema, format_checker=jsonschema.FormatChecker())


async def test_another_program_takes_every_entry_as_valid_and_writes_the_same(client):
    """feedgen refuses what the formats forbid: an entry without id, title or instant, an instant without a zone."""
    root = etree.fromstring((await fed(client, "atom")).content)
    generator = FeedGenerator()
    generator.id(root.findtext("a:id", namespaces=ATOM))
    generator.title(root.findtext("a:title", namespaces=ATOM))
    generator.updated(root.findtext("a:updated", namespaces=ATOM))
    generator.link(href="http://credit.test/penalties", rel="alternate")
    for entry in root.findall("a:entry", ATOM):
        made = generator.add_entry(order="append")
        made.id(entry.findtext("a:id", namespaces=ATOM))
        made.title(entry.findtext("a:title", namespaces=ATOM))
        made.updated(entry.findtext("a:updated", namespaces=ATOM))
        made.published(entry.findtext("a:published", namespaces=ATOM))
        made.summary(entry.findtext("a:summary", namespaces=ATOM))
        made.link(**{key: value for key, value in entry.find("a:link", ATOM).items() if key in ("href", "rel")})
    again = etree.fromstring(generator.atom_str())
    assert schema_of("atom.rng").validate(again)
    for path in ("a:entry/a:id", "a:entry/a:title", "a:entry/a:summary"):
        assert [e.text for e in again.findall(path, ATOM)] == [e.text for e in root.findall(path, ATOM)]
    for path in ("a:entry/a:published", "a:entry/a:updated"):
        times = [[datetime.fromisoformat(e.text) for e in tree.findall(path, ATOM)] for tree in (again, root)]
        assert times[0] == times[1]


async def test_the_three_forms_tell_the_same_records_the_newest_first(client, rows):
    atom = etree.fromstring((await fed(client, "atom")).content)
    rss = etree.fromstring((await fed(client, "rss")).content)
    document = (await fed(client, "feed.json")).json()
    ids = [item["id"] for item in document["items"]]
    assert [each.text for each in atom.findall("a:entry/a:id", ATOM)] == ids
    assert [each.text for each in rss.findall("channel/item/guid")] == ids
    numbers = [int(each.rpartition("/")[2]) for each in ids]
    assert numbers == sorted(numbers, reverse=True)
    assert len(ids) == len(expected(rows))
    assert ids[0] == f"tag:credit.test,2026:/record/{numbers[0]}"
    for item in document["items"]:
        assert any(number in item["content_text"] for number in expected(rows))
        assert (await client.get(item["url"])).status_code == 200
        assert "霁川市生态环境局" in item["content_text"]


async def test_text_that_looks_like_markup_stays_text(client):
    query = "violation=" + quote("未按规定 <设置> 警示标志")
    root = etree.fromstring((await fed(client, "atom", query)).content)
    assert "<设置>" in root.findtext("a:entry/a:title", namespaces=ATOM)


async def test_at_most_fifty(client):
    assert len((await fed(client, "feed.json", "")).json()["items"]) <= 50


@pytest.mark.parametrize("form", ["atom", "rss", "feed.json"])
async def test_a_reader_that_has_it_already_is_told_so(client, form):
    first = await fed(client, form)
    same = await client.get(f"/penalties.{form}?{QUERY}", headers={"if-none-match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    since = {"if-modified-since": first.headers["last-modified"]}
    assert (await client.get(f"/penalties.{form}?{QUERY}", headers=since)).status_code == 304
    both = {**since, "if-none-match": '"another"'}
    assert (await client.get(f"/penalties.{form}?{QUERY}", headers=both)).status_code == 200
    assert first.headers["x-robots-tag"] == "noindex"


async def test_what_cannot_be_followed_is_no_feed(client):
    assert (await client.get("/penalties.atom?colour=red")).status_code == 422
    assert (await client.get("/lists/nothing.rss")).status_code == 404


async def test_while_the_engine_rests_it_says_so(resting):
    assert (await resting.get("/penalties.atom")).status_code == 503


async def test_readers_find_the_feed_from_the_page(client):
    page = etree.HTML((await client.get(f"/penalties?{QUERY}")).text)
    found = {link.get("type"): link.get("href") for link in page.findall('.//link[@rel="alternate"]')}
    assert found["application/atom+xml"] == f"/penalties.atom?{QUERY}"
    assert {"application/rss+xml", "application/feed+json"} <= found.keys()


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile_queries_get_a_well_formed_feed_and_table_or_a_sentence(client, value):
    for form in ("atom", "rss", "csv", "xlsx", "about.json"):
        answer = await client.get(f"/penalties.{form}?q={value}")
        assert answer.status_code in (200, 422)
        assert "set-cookie" not in answer.headers
        if answer.status_code == 200 and form in ("atom", "rss"):
            assert schema_of(f"{form}.rng").validate(etree.fromstring(answer.content))
