"""Whoever applied always knows where it stands, what is next and by when, and can do there what is theirs to do."""

import re
from datetime import timedelta

import httpx
import pytest
from credit_records.calendar import add_working_days, today
from credit_records.casework.deciding import accept, ask, decline, extend, grant, note, refuse
from credit_records.casework.tables import application
from credit_records.database import writing
from credit_records.publication import Act, withdraw
from credit_records.record_reading import find_record_for_staff
from sqlalchemy import update

from tests.site.casework.files import pdf
from tests.site.tracking.conftest import Followed, browser

PDF = pdf()
TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')


def token_of(page: httpx.Response) -> str:
    found = TOKEN.search(page.text)
    assert found, page.text
    return found[1]


def title_of(page: httpx.Response) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page.text, re.DOTALL)
    assert found
    return found[1].strip()


async def press(reader: httpx.AsyncClient, followed: Followed, what: str, **fields: str) -> httpx.Response:
    """Send a form of the case's page."""
    page = await reader.get(followed.case)
    return await reader.post(f"{followed.case}/{what}", data={"form_token": token_of(page), **fields})


@pytest.fixture
async def holder(written_app, follow):
    """A browser that has opened the link of a submitted application."""
    followed = follow()
    async with browser(written_app) as reader:
        opened = await reader.get(followed.link)
        assert (opened.status_code, opened.headers["location"]) == (303, followed.case)
        yield reader, followed


async def test_number_and_secret_open_the_case_by_form(stranger, follow):
    followed = follow()
    door = await stranger.get("/repair/track")
    sent = {"form_token": token_of(door), "number": f" {followed.number.lower()} ", "secret": f" {followed.secret}\n"}
    opened = await stranger.post("/repair/track", data=sent)
    assert (opened.status_code, opened.headers["location"]) == (303, followed.case)
    page = await stranger.get(followed.case)
    assert page.status_code == 200
    assert followed.number in page.text
    assert title_of(page) == f"已提交，最迟 {add_working_days(today(), 3)} 答复"
    assert "决定是否受理" in page.text


async def test_every_state_says_what_is_next_and_by_when(holder, reviewer):
    reader, followed = holder
    followed.desk.do(accept, reviewer)
    due = add_working_days(today(), 10)
    page = await reader.get(followed.case)
    assert title_of(page) == f"办理中，最迟 {due} 答复"
    followed.desk.do(extend, reviewer, "要到现场核实")
    page = await reader.get(followed.case)
    assert title_of(page) == f"办理中，最迟 {add_working_days(due, 10)} 答复"
    assert "要到现场核实" in page.text
    followed.desk.do(ask, reviewer, "请补充缴款凭证\n和验收意见")
    page = await reader.get(followed.case)
    assert title_of(page) == "请补充材料：补齐后继续办理"
    assert "请补充缴款凭证" in page.text
    assert "补齐后还有 20 个工作日" in page.text


async def test_what_is_late_is_said(holder, database):
    reader, followed = holder
    late = (today() - timedelta(days=3)).isoformat()
    with writing(database) as connection:
        connection.execute(update(application).where(application.c.id == followed.desk.id).values(due_on=late))
    page = await reader.get(followed.case)
    assert title_of(page) == f"已提交，已经过了答复期限 {late}"
    assert "计入部门榜" in page.text


async def test_what_was_asked_for_is_handed_in_there(holder, reviewer):
    reader, followed = holder
    followed.desk.do(ask, reviewer, "请补充缴款凭证")
    nothing = await press(reader, followed, "supply", text="")
    assert nothing.status_code == 422
    assert 'href="#text"' in nothing.text
    page = await reader.get(followed.case)
    fields = {"form_token": token_of(page), "purpose": "proof"}
    wrong = await reader.post(f"{followed.case}/materials", data=fields, files={"file": ("凭证.pdf", b"MZ...")})
    assert wrong.status_code == 422
    assert 'href="#file"' in wrong.text
    kept = await reader.post(f"{followed.case}/materials", data=fields, files={"file": ("凭证.pdf", PDF)})
    assert kept.status_code == 303, kept.text
    page = await reader.get(followed.case)
    address = re.search(rf'href="({followed.case}/materials/\d+)" download lang="zh-CN">凭证\.pdf', page.text)
    assert address
    assert (await reader.get(address[1])).content == PDF
    removed = await reader.post(f"{address[1]}/remove", data={"form_token": token_of(page)})
    assert removed.status_code == 303
    assert "凭证.pdf" not in (await reader.get(followed.case)).text
    done = await press(reader, followed, "supply", text="凭证已寄到窗口")
    assert done.status_code == 303
    page = await reader.get(followed.case)
    assert title_of(page).startswith("已提交，最迟")
    assert "凭证已寄到窗口" in page.text


async def test_what_is_typed_too_long_is_said_and_kept(holder, reviewer):
    reader, followed = holder
    followed.desk.do(ask, reviewer, "请说明")
    typed = "说" * 2001
    answer = await press(reader, followed, "supply", text=typed)
    assert answer.status_code == 422
    assert typed in answer.text
    assert followed.desk.now.state == "asked"


async def test_withdrawing_is_asked_twice_and_final(holder):
    reader, followed = holder
    confirm = await reader.get(f"{followed.case}/withdraw")
    assert title_of(confirm) == "确定撤回这件申请吗？"
    assert followed.desk.now.state == "submitted"
    gone = await reader.post(f"{followed.case}/withdraw", data={"form_token": token_of(confirm), "text": "不办了"})
    assert gone.status_code == 303
    page = await reader.get(followed.case)
    assert title_of(page) == "信用修复：已撤回申请"
    assert "/withdraw" not in page.text
    again = await press(reader, followed, "withdraw", text="")
    assert again.status_code == 409
    assert "已经办结" in again.text


async def test_a_grant_has_a_notice_to_print_and_as_pdf(holder, reviewer, database):
    reader, followed = holder
    assert (await reader.get(f"{followed.case}/notice")).status_code == 404
    followed.desk.do(accept, reviewer)
    followed.desk.do(grant, reviewer, "罚款已缴清，整改已验收")
    page = await reader.get(followed.case)
    assert title_of(page) == "信用修复：准予修复"
    assert f'href="/record/{followed.record}"' not in page.text
    notice = await reader.get(f"{followed.case}/notice")
    with database.connect() as connection:
        repaired = find_record_for_staff(connection, followed.record)
    for told in ("准予修复", "罚款已缴清，整改已验收", followed.number, repaired.document_number, repaired.source):
        assert told in notice.text
    pdf = await reader.get(f"{followed.case}/notice.pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["content-disposition"] == f"attachment; filename*=UTF-8''{followed.number}.pdf"


async def test_a_refusal_gives_its_reasons_and_may_be_contested(holder, reviewer, database):
    reader, followed = holder
    followed.desk.do(accept, reviewer)
    followed.desk.do(refuse, reviewer, reason="proof_insufficient", text="凭证上的金额不符")
    page = await reader.get(followed.case)
    assert title_of(page) == "信用修复：不予修复"
    assert "材料不能证明义务已经履行" in page.text
    assert "凭证上的金额不符" in page.text
    contested = await press(reader, followed, "contest")
    assert contested.status_code == 303
    assert contested.headers["location"].startswith("/objection/draft/")
    with database.connect() as connection:
        about = connection.exec_driver_sql("SELECT about_id, procedure FROM application ORDER BY id DESC LIMIT 1").one()
    assert tuple(about) == (followed.desk.id, "objection")


async def test_what_was_not_accepted_says_why_and_offers_no_objection(holder, reviewer):
    reader, followed = holder
    followed.desk.do(decline, reviewer, reason="incomplete", text="承诺书没有盖章")
    page = await reader.get(followed.case)
    assert title_of(page) == "信用修复：不予受理"
    assert "承诺书没有盖章" in page.text
    assert "/contest" not in page.text
    assert "不予受理通知书" in (await reader.get(f"{followed.case}/notice")).text


async def test_what_staff_note_for_each_other_is_not_shown(holder, reviewer):
    reader, followed = holder
    followed.desk.do(accept, reviewer)
    followed.desk.do(note, reviewer, "怀疑材料是假的")
    page = await reader.get(followed.case)
    assert "怀疑材料是假的" not in page.text
    assert reviewer.name not in page.text
    assert reviewer.login not in page.text


async def test_the_record_is_not_named_once_it_is_gone(holder, database):
    reader, followed = holder
    with database.connect() as connection:
        shown = find_record_for_staff(connection, followed.record)
    assert shown.name in (await reader.get(followed.case)).text
    withdraw(database, followed.record, Act("值班员", "已被撤销"))
    page = await reader.get(followed.case)
    assert shown.name not in page.text
    assert "已被撤销" not in page.text


async def test_an_objection_is_followed_in_the_same_way(written_app, follow, reviewer):
    followed = follow("objection", accept=True)
    async with browser(written_app) as reader:
        await reader.get(followed.link)
        page = await reader.get(followed.case)
        assert title_of(page) == f"办理中，最迟 {add_working_days(today(), 7)} 答复"
        followed.desk.do(refuse, reviewer, reason="record_right", text="与决定书一致")
        page = await reader.get(followed.case)
        assert "与决定书一致" in page.text
        assert "/contest" not in page.text


async def test_a_case_can_be_closed_on_a_computer_that_others_use(holder):
    reader, followed = holder
    left = await press(reader, followed, "leave")
    assert (left.status_code, left.headers["location"]) == (303, "/repair/track")
    assert (await reader.get(followed.case)).status_code == 404
