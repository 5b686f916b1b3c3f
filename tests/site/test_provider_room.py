"""The provider's room: who may enter, what is seen there, and that it is nobody else's."""

import csv
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path

import httpx
import openpyxl
import pytest
from credit_indexer.receiving import Receiver
from credit_records.calendar import today
from credit_records.catalogue import catalogue
from credit_records.provider_sessions import sign_in
from credit_records.providers import add_provider, rotate_key, set_active, set_kinds
from credit_site.settings import SiteSettings

from tests.site.pushing import KIND, KINDS, Pushing, new_provider, pushing, row

PAGES = ("/provider", "/provider/upload", "/provider/rows")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def water(written_client, written_settings) -> Iterator[Pushing]:
    """A provider of the city, another for each test."""
    found = new_provider(written_client, written_settings)
    yield found
    found.database.dispose()


@pytest.fixture
def inbox(water, written_settings) -> Path:
    """The provider's own folder of the inbox."""
    return written_settings.resolved_inbox_dir / water.name


@pytest.fixture
async def clerk(water) -> Pushing:
    """The same, signed in."""
    answer = await enter(water, key=water.key)
    assert answer.status_code == 303
    return water


def token_of(page: httpx.Response) -> str:
    return re.findall(r'name="form_token" value="([0-9a-f]{64})"', page.text)[0]


async def enter(water: Pushing, **typed: str) -> httpx.Response:
    page = await water.client.get("/provider/sign-in")
    data = {"form_token": token_of(page), "name": water.name, "next": "/provider", **typed}
    return await water.client.post("/provider/sign-in", data=data)


async def upload(clerk: Pushing, content: bytes, name: str = "行政处罚.csv", kind: str = KIND.name, **headers: str):
    page = await clerk.client.get("/provider/upload")
    data = {"form_token": token_of(page), "kind": kind}
    files = {"file": (name, content)} if name else None
    return await clerk.client.post("/provider/upload", data=data, files=files, headers=headers)


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


async def test_the_room_offers_the_kinds_of_its_provider_alone(clerk, inbox):
    page = (await clerk.client.get("/provider/upload")).text
    assert set(re.findall(r'<option value="([a-z_]+)"', page)) == set(KINDS)
    assert set(re.findall(r"/provider/templates/([a-z_]+)\.xlsx", page)) == set(KINDS)
    assert (await clerk.client.get("/provider/templates/registration.xlsx")).status_code == 404
    answer = await upload(clerk, sheet(), kind="registration")
    assert answer.status_code == 422
    assert "本单位没有登记报送“登记信息”" in answer.text
    assert not list(inbox.rglob("uploads/*/*"))
    set_kinds(clerk.database, clerk.name, ["registration"])
    assert (await clerk.client.get("/provider/templates/registration.xlsx")).status_code == 200
    assert (await upload(clerk, sheet(), kind="registration")).status_code == 303
    assert (await upload(clerk, sheet())).status_code == 422


async def test_a_provider_without_kinds_is_told_whom_to_ask(clerk):
    form_token = token_of(await clerk.client.get("/provider/upload"))
    set_kinds(clerk.database, clerk.name, [])
    page = (await clerk.client.get("/provider/upload")).text
    assert "请联系平台" in page
    assert "<select" not in page
    data = {"form_token": form_token, "kind": KIND.name}
    answer = await clerk.client.post("/provider/upload", data=data, files={"file": ("a.csv", sheet())})
    assert answer.status_code == 422


async def test_a_kind_taken_away_while_its_file_waits_is_told_by_the_receipt(clerk, inbox):
    answer = await upload(clerk, sheet())
    set_kinds(clerk.database, clerk.name, [])
    receive(clerk, inbox.parent)
    there = await clerk.client.get(answer.headers["location"])
    page = (await clerk.client.get(there.headers["location"])).text
    assert "没有登记报送行政处罚" in page


def sheet() -> bytes:
    pushed = row()
    text = StringIO()
    writer = csv.DictWriter(text, list(pushed))
    writer.writeheader()
    writer.writerow(pushed)
    return text.getvalue().encode()


def waiting(inbox: Path) -> list[Path]:
    return sorted((inbox / "uploads" / KIND.name).glob("*"))


async def test_an_upload_lies_whole_in_the_inbox_and_its_page_waits_for_the_receipt(clerk, inbox):
    content = sheet()
    answer = await upload(clerk, content, "../../../etc/行政处罚 2026-11.csv")
    assert answer.status_code == 303
    (path,) = waiting(inbox)
    assert path.name.endswith("行政处罚 2026-11.csv")
    assert path.read_bytes() == content
    page = await clerk.client.get(answer.headers["location"])
    assert page.status_code == 200
    assert 'hx-trigger="every 2s"' in page.text
    assert "<html" not in (await clerk.client.get(answer.headers["location"], headers=HTMX)).text
    assert (await clerk.client.get("/provider/uploads/00000000")).status_code == 404
    assert (await clerk.client.get("/provider/uploads/..%2f..")).status_code == 404


async def test_what_was_uploaded_is_received_and_leads_to_its_receipt(clerk, inbox):
    answer = await upload(clerk, sheet())
    receive(clerk, inbox.parent)
    there = await clerk.client.get(answer.headers["location"])
    assert there.status_code == 303
    page = (await clerk.client.get(there.headers["location"])).text
    assert "新增 1" in page
    assert "网页上传" in page
    by_htmx = await clerk.client.get(answer.headers["location"], headers=HTMX)
    assert by_htmx.headers["hx-redirect"] == there.headers["location"]


def receive(clerk: Pushing, inbox: Path) -> None:
    """As `chengxin receive --once` does."""
    receiver = Receiver(clerk.database, inbox, catalogue().kinds, on_event=lambda _: None)
    while (look := receiver.round()).settling or not look.received:
        threading.Event().wait(0.05)


async def test_htmx_is_led_on_by_its_header_and_shown_faults_in_place(clerk):
    good = await upload(clerk, sheet(), **HTMX)
    assert good.status_code == 204
    assert good.headers["hx-redirect"].startswith("/provider/uploads/")
    bad = await upload(clerk, b"", **HTMX)
    assert bad.status_code == 422
    assert bad.text.lstrip().startswith('<div id="upload">')


NO_TABLE = {
    "nothing": b"",
    "spaces": b" \n \n",
    "a program": b"\x7fELF" + bytes(200),
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "a page": b"<!doctype html><table><tr><td>1</td></tr></table>",
    "an archive": b"PK\x03\x04" + bytes(100),
    "half a gzip": b"\x1f\x8b\x08\x00",
    "noise": bytes(range(256)) * 10,
}


@pytest.mark.parametrize("content", NO_TABLE.values(), ids=NO_TABLE.keys())
async def test_what_is_plainly_no_table_is_turned_away_whatever_its_name(clerk, inbox, content):
    answer = await upload(clerk, content, "行政处罚.csv")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert waiting(inbox) == []


@pytest.mark.parametrize(
    "content",
    [
        "名称,代码\n某某,91".encode("gb18030"),
        "名称,代码\n某某,91".encode("utf-16"),
        b"PAR1" + bytes(10) + b"PAR1",
        '{"name": "某某"}\n'.encode() * 5000,
    ],
    ids=["GB 18030", "UTF-16", "Parquet", "JSON Lines"],
)
async def test_tables_of_every_kind_are_let_in(clerk, inbox, content):
    assert (await upload(clerk, content, "看不出.exe")).status_code == 303
    assert len(waiting(inbox)) == 1


async def test_a_form_that_lacks_something_says_what_and_keeps_the_choice(clerk):
    answer = await upload(clerk, b"", name="")
    assert answer.status_code == 422
    assert '<a href="#file">' in answer.text
    assert f'<option value="{KIND.name}" selected>' in answer.text
    assert '<a href="#kind">' in (await upload(clerk, sheet(), kind="x")).text


async def test_too_large_a_file_is_turned_away_while_it_comes(clerk, inbox):
    async def endless():
        yield start
        for _ in range(60):
            yield b"a" * 1_000_000

    start = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = await clerk.client.post("/provider/upload", content=endless(), headers=headers)
    assert answer.status_code == 413
    assert "50 MB" in answer.text
    answer = await clerk.client.post("/provider/upload", content=b"", headers={**headers, "content-length": "9" * 12})
    assert answer.status_code == 413
    assert waiting(inbox) == []


@pytest.mark.parametrize("body", [b"", b"--x", b"--x\r\nContent-Disposition: form-data\r\n\r\n\r\n--x--", b"nonsense"])
async def test_a_form_that_is_none_is_refused_in_a_sentence(clerk, body):
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = await clerk.client.post("/provider/upload", content=body, headers=headers)
    assert answer.status_code in (400, 403)
    assert "表单" in answer.text


async def test_an_inbox_that_cannot_be_written_is_said(clerk, inbox):
    inbox.parent.mkdir(exist_ok=True)
    inbox.write_text("a file where the folder should be")
    answer = await upload(clerk, sheet())
    assert answer.status_code == 503
    assert 'role="alert"' in answer.text


async def test_the_room_speaks_english_too(clerk):
    receipt = (await clerk.push(row(), row(decision_date="去年"))).json()["receipt"]
    chinese = re.compile("[\u4e00-\u9fff]")
    for path in ("/provider/sign-in", "/provider", receipt, "/provider/upload", "/provider/rows"):
        html = (await clerk.client.get(path, headers={"accept-language": "en"})).text
        body = re.sub(r'<(\w+)[^>]* lang="zh-CN"[^>]*>.*?</\1>', "", html, flags=re.DOTALL)
        left = [line for line in body.splitlines() if chinese.search(line) and "<title>" not in line]
        assert left == [], path


async def test_uploads_are_counted_so_that_nobody_fills_the_disk(clerk):
    page = await clerk.client.get("/provider/upload")
    statuses = []
    for _ in range(61):
        data = {"form_token": token_of(page), "kind": KIND.name}
        answer = await clerk.client.post("/provider/upload", data=data, files={"file": ("a.csv", b"name\nx")})
        statuses.append(answer.status_code)
    assert statuses == [303] * 60 + [429]
    assert 'role="alert"' in answer.text
