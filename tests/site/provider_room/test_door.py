"""Who may enter the provider's room, by which door, and for how long."""

import re

import httpx
import pytest
from credit_records.provider_sessions import sign_in
from credit_records.providers import rotate_key, set_active
from credit_site.settings import SiteSettings

from tests.site.provider_room.clerks import enter, token_of
from tests.site.pushing import KIND, pushing, row

pytestmark = pytest.mark.every_database

PAGES = ("/provider", "/provider/upload", "/provider/rows")


async def test_nobody_sees_the_room_without_signing_in(water):
    for path in (*PAGES, "/provider/deliveries/1", "/provider/deliveries/1.csv"):
        answer = await water.client.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/provider/sign-in?next=%2Fprovider")
    for path in ("/provider/upload", "/provider/sign-out"):
        assert (await water.client.post(path)).headers["location"] == "/provider/sign-in"


async def test_signing_in_leads_to_where_one_was_going(water):
    receipt = (await water.push(row())).json()["receipt"]
    asked = await water.client.get(f"{receipt}?after=1.2")
    page = await water.client.get(asked.headers["location"])
    (wanted,) = re.findall(r'name="next" value="([^"]*)"', page.text)
    answer = await enter(water, key=water.key, next=wanted)
    assert answer.headers["location"] == f"{receipt}?after=1.2"
    assert (await water.client.get(answer.headers["location"])).status_code == 200


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/provider",
        "/\\evil.example",
        "/provider/../search",
        "javascript:alert(1)",
        "/search",
        "/providers",
        "/provider\r\nSet-Cookie: x=y",
        "/provider/sign-in",
        "",
    ],
)
async def test_the_door_leads_into_the_room_alone(water, wanted):
    assert (await enter(water, key=water.key, next=wanted)).headers["location"] == "/provider"


async def test_the_session_is_a_cookie_that_scripts_and_other_sites_never_see(water):
    cookie = (await enter(water, key=water.key)).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie  # the address of this test is no https


async def test_behind_https_the_cookie_stays_on_https(tmp_path, water):
    assert "Secure" in (await water.client.get("https://credit.test/provider/sign-in")).headers["set-cookie"]
    settings = SiteSettings(data_dir=tmp_path, city="demo", public_url="https://credit.example.cn")
    async with pushing(settings) as other:
        assert "Secure" in (await other.client.get("/provider/sign-in")).headers["set-cookie"]


async def test_a_wrong_key_is_told_and_what_was_typed_is_kept_but_for_the_key(water):
    for typed in ({"key": "wrong-key"}, {"key": water.key, "name": "nobody<b>"}, {"key": ""}, {"key": " ", "name": ""}):
        answer = await enter(water, **typed)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        assert "wrong-key" not in answer.text
        assert water.key not in answer.text
        assert "<b>" not in answer.text
    assert 'value="nobody&lt;b&gt;"' in (await enter(water, key="x", name="nobody<b>")).text
    assert (await water.client.get("/provider")).status_code == 303


async def test_after_several_wrong_keys_one_waits(water):
    statuses = [(await enter(water, key="wrong")).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    answer = await enter(water, key=water.key)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "分钟" in answer.text


async def test_a_session_that_the_browser_brought_is_never_continued(water):
    """Session fixation: a cookie set by somebody else does not become the session of who signs in."""
    page = await water.client.get("/provider/sign-in")
    data = {"form_token": token_of(page), "name": water.name, "key": water.key}
    tokens = ["planted-by-somebody"]
    for _ in range(2):
        water.client.cookies.delete("provider_session")
        water.client.cookies.set("provider_session", tokens[-1], domain="credit.test")
        await water.client.post("/provider/sign-in", data=data)
        tokens += [cookie.value for cookie in water.client.cookies.jar if cookie.name == "provider_session"][-1:]
    assert len(set(tokens)) == 3
    opened = []
    for token in tokens:
        stranger = httpx.AsyncClient(transport=water.client._transport, base_url="http://credit.test")
        opened.append((await stranger.get("/provider", headers={"cookie": f"provider_session={token}"})).status_code)
    assert opened == [303, 303, 200]


@pytest.mark.parametrize("token", ["", "0" * 64, "键"])
async def test_forms_of_others_are_refused(clerk, token):
    for path in ("/provider/sign-in", "/provider/sign-out"):
        answer = await clerk.client.post(path, data={"form_token": token, "name": clerk.name, "key": clerk.key})
        assert answer.status_code == 403
    files = {"file": ("a.csv", b"x")}
    answer = await clerk.client.post("/provider/upload", data={"form_token": token, "kind": KIND.name}, files=files)
    assert answer.status_code == 403
    assert (await clerk.client.get("/provider")).status_code == 200


async def test_forms_sent_from_other_sites_are_refused_though_their_token_be_right(clerk):
    token = token_of(await clerk.client.get("/provider"))
    headers = {"sec-fetch-site": "cross-site"}
    answer = await clerk.client.post("/provider/sign-out", data={"form_token": token}, headers=headers)
    assert answer.status_code == 403


async def test_signing_out_ends_the_session_everywhere(clerk):
    session = clerk.client.cookies["provider_session"]
    token = token_of(await clerk.client.get("/provider"))
    answer = await clerk.client.post("/provider/sign-out", data={"form_token": token})
    assert answer.headers["location"] == "/provider/sign-in"
    clerk.client.cookies.set("provider_session", session, domain="credit.test")
    assert (await clerk.client.get("/provider")).status_code == 303


async def test_a_rotated_key_and_a_resting_provider_lock_the_room(clerk):
    rotate_key(clerk.database, clerk.name)
    assert (await clerk.client.get("/provider")).status_code == 303
    clerk.client.cookies.delete("provider_session")
    clerk.client.cookies.set("provider_session", sign_in(clerk.database, clerk.name), domain="credit.test")
    assert (await clerk.client.get("/provider")).status_code == 200
    set_active(clerk.database, clerk.name, active=False)
    assert (await clerk.client.get("/provider")).status_code == 303


async def test_private_pages_are_kept_by_nobody_and_found_by_no_robot(clerk):
    receipt = (await clerk.push(row(decision_date="去年"))).json()["receipt"]
    for path in (*PAGES, receipt, f"{receipt}.csv", "/provider/sign-in", f"/provider/templates/{KIND.name}.xlsx"):
        headers = (await clerk.client.get(path)).headers
        assert headers["cache-control"] == "no-store", path
        assert "noindex" in headers["x-robots-tag"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "Disallow: /provider" in (await clerk.client.get("/robots.txt")).text.splitlines()
    assert "/provider" in (await clerk.client.get("/")).text
