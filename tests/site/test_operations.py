"""For those who run the site, and for robots."""

import gzip
import re
from xml.etree import ElementTree

import httpx
from credit_site.application import create_app
from credit_site.settings import SiteSettings
from prometheus_client.parser import text_string_to_metric_families

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


async def test_it_is_alive_and_ready(client):
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    ready = await client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["index"]["documents"] == 400


async def test_it_is_alive_but_not_ready_without_an_index(resting_client):
    assert (await resting_client.get("/healthz")).status_code == 200
    ready = await resting_client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["database"] == {"ready": True}
    assert ready.json()["index"]["ready"] is False


async def test_it_is_not_ready_without_tables(tmp_path):
    app = create_app(SiteSettings(data_dir=tmp_path, city="demo"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://credit.test") as client:
        ready = await client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["database"]["ready"] is False
        page = await client.get("/credit/916299010000000000")
        assert page.status_code == 503
        assert "数据暂时读不出来" in page.text
    await app.state.site.close()


async def test_metrics_count_by_route_and_never_say_what_was_asked(client):
    await client.get("/search?q=秘密查询&year=2015")
    await client.get("/credit/916299010000000000")
    text = (await client.get("/metrics")).text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    routes = {sample.labels["route"] for sample in families["chengxin_requests"].samples}
    assert {"/search", "/credit/{uscc}"} <= routes
    await client.get("/api/v1/search?q=秘密")
    assert 'route="/api/v1/search"' in (await client.get("/metrics")).text
    assert "秘密" not in text
    assert "916299010000000000" not in text
    assert families["chengxin_searches"].samples


async def test_robots_are_kept_out_of_results_and_shown_the_sitemap(client):
    lines = (await client.get("/robots.txt")).text.splitlines()
    assert "Disallow: /search" in lines
    assert "Sitemap: http://credit.test/sitemap.xml" in lines
    assert "noindex" in (await client.get("/search?q=商贸")).headers["x-robots-tag"]


async def test_the_sitemap_leads_to_every_profile(client, shown):
    index = ElementTree.fromstring((await client.get("/sitemap.xml")).content)  # our own answer
    pages, address = [location.text for location in index.iter(f"{SITEMAP}loc")]
    own = ElementTree.fromstring((await client.get(pages)).content)
    for location in own.iter(f"{SITEMAP}loc"):
        answer = await client.get(location.text)
        assert answer.status_code == 200
        assert "noindex" not in answer.headers.get("x-robots-tag", "")
    told = {location.text.removeprefix("http://credit.test") for location in own.iter(f"{SITEMAP}loc")}
    assert {"/", "/lists", "/lists/serious_dishonesty", "/penalties", "/licences"} <= told
    packed = await client.get(address)
    assert packed.headers["content-type"] == "application/gzip"
    assert "content-encoding" not in packed.headers
    sitemap = ElementTree.fromstring(gzip.decompress(packed.content))
    profiles = [location.text for location in sitemap.iter(f"{SITEMAP}loc")]
    assert len(profiles) == len(set(profiles)) == 400
    assert f"http://credit.test/credit/{shown['长风'].uscc}" in profiles
    assert (await client.get("/sitemaps/2.xml.gz")).status_code == 404


async def test_the_public_address_of_the_settings_is_used_everywhere(settings, shown):
    app = create_app(SiteSettings(data_dir=settings.data_dir, city="demo", public_url="https://credit.example.cn/"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://10.0.0.1") as client:
        code = shown["长风"].uscc
        html = (await client.get(f"/credit/{code}")).text
        assert f'rel="canonical" href="https://credit.example.cn/credit/{code}"' in html
        for path in ("/robots.txt", "/sitemap.xml", f"/api/v1/subjects/{code}"):
            text = (await client.get(path)).text
            assert "https://credit.example.cn/" in text
            assert not re.search(r"10\.0\.0\.1", text)
    await app.state.site.close()
