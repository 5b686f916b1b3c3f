"""What every answer carries."""

import re

import pytest

EVERY_KIND = [
    "/",
    "/search?q=有限公司",
    "/search?q=x&page=x",
    "/about",
    "/api",
    "/credit/abc",
    "/nowhere",
    "/api/v1/search?q=有限公司",
    "/api/v1/search?page=x",
    "/api/v1/subjects/abc",
    "/openapi.json",
    "/healthz",
    "/readyz",
    "/metrics",
    "/robots.txt",
    "/sitemap.xml",
    "/favicon.ico",
]


@pytest.mark.parametrize("path", EVERY_KIND)
async def test_every_answer_is_guarded(client, path):
    headers = (await client.get(path)).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert re.fullmatch(r"[0-9a-f]{16}", headers["x-request-id"])


@pytest.mark.parametrize("path", ["/", "/search?q=有限公司&status=active", "/about", "/api", "/nowhere"])
async def test_no_page_needs_what_the_policy_forbids(client, path):
    html = (await client.get(path)).text
    assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:|<style", html)
    assert all("src=" in tag or "ld+json" in tag for tag in re.findall(r"<script[^>]*>", html))
    assert not re.search(r'(?:src|href)="(?:https?:)?//(?!credit\.test)', html)


async def test_answers_that_differ_by_reader_say_by_what(client):
    vary = (await client.get("/search?q=有限公司")).headers["vary"]
    assert {"HX-Request", "Accept-Language", "Cookie"} <= {each.strip() for each in vary.split(",")}


async def test_pages_are_compressed_for_those_who_can_read_that(client):
    plain = await client.get("/search?q=有限公司", headers={"accept-encoding": "identity"})
    packed = await client.get("/search?q=有限公司", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"


async def test_a_first_visit_and_a_page_of_results_are_small(client):
    """60 KB and 15 KB, as bytes on the wire."""

    async def weight(path: str) -> int:
        answer = await client.get(path, headers={"accept-encoding": "gzip"})
        assert answer.status_code == 200
        return int(answer.headers["content-length"])

    home = (await client.get("/")).text
    parts = re.findall(r'(?:src|href)="(/static/[^"]+)"', home)
    assert len(parts) == 4
    assert await weight("/") + sum([await weight(part) for part in parts]) <= 60 * 1024
    assert await weight("/search?q=有限公司&size=20") <= 15 * 1024


async def test_static_files_are_kept_for_ever_under_an_address_of_their_content(client):
    home = (await client.get("/")).text
    for part in re.findall(r'(?:src|href)="(/static/[^"]+)"', home):
        packed = await client.get(part, headers={"accept-encoding": "gzip"})
        assert "immutable" in packed.headers["cache-control"]
        assert packed.headers["content-encoding"] == "gzip"
        plain = await client.get(part, headers={"accept-encoding": "identity"})
        assert plain.content == packed.content
        unchanged = await client.get(part, headers={"if-none-match": plain.headers["etag"]})
        assert unchanged.status_code == 304


async def test_other_sites_may_read_the_api_and_nothing_else(client):
    assert (await client.get("/api/v1/search?q=商贸")).headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in (await client.get("/search?q=商贸")).headers
