"""What may be sent from the provider's room, and what becomes of it."""

import re

import pytest
from credit_records.providers import set_kinds

from tests.site.provider_room.clerks import receive, sheet, token_of, upload, waiting
from tests.site.pushing import KIND, KINDS

pytestmark = pytest.mark.every_database

HTMX = {"HX-Request": "true"}


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


async def test_uploads_are_counted_so_that_nobody_fills_the_disk(clerk):
    page = await clerk.client.get("/provider/upload")
    statuses = []
    for _ in range(61):
        data = {"form_token": token_of(page), "kind": KIND.name}
        answer = await clerk.client.post("/provider/upload", data=data, files={"file": ("a.csv", b"name\nx")})
        statuses.append(answer.status_code)
    assert statuses == [303] * 60 + [429]
    assert 'role="alert"' in answer.text
