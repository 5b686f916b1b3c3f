"""What an officer does with cases: sees them by deadline, opens what was handed in, decides, is told of others."""

import re
from datetime import timedelta
from html import escape
from itertools import count

import httpx
import orjson
import pytest
from credit_records.calendar import today
from credit_records.casework.applications import submit
from credit_records.casework.audit import entries
from credit_records.casework.deciding import ask, note
from credit_records.casework.materials import add_material
from credit_records.casework.tables import application
from credit_records.database import writing
from credit_records.objections import open_objection
from credit_records.record_reading import find_record_for_staff
from credit_records.tables import record
from sqlalchemy import update

from tests.records.casework.applying import UNIT, accepted, blacklist, filled, penalise, submitted
from tests.records.casework.applying import Desk as Case
from tests.site.desk.officers import Officered, hidden, token_of

SERIALS = count(5_000)


@pytest.fixture
def reviewer(desk) -> Officered:
    return desk.seated("reviewer")


def new_penalty(desk) -> int:
    serial = next(SERIALS)
    return penalise(desk.database, serial, serial)


def state_of(case: Case) -> str:
    return case.now.state


async def send(who: Officered, case: Case, act: str, **fields: str) -> httpx.Response:
    """The form of an act, with what it carries itself."""
    address = f"/desk/cases/{case.id}/{act}"
    page = await who.client.get(address)
    kept = {name: hidden(page, name) for name in ("form_token", "version", "record")}
    return await who.client.post(address, data={**kept, **fields})


async def confirm(who: Officered, page: httpx.Response) -> httpx.Response:
    """Press the button of the page that asks again."""
    address = re.search(r'<form action="(/desk/cases/[^"]*)"', page.text)[1]
    fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text.split("<h1>")[1]))
    return await who.client.post(address, data=fields)


async def test_a_case_shows_all_that_is_needed_to_decide(desk, reviewer):
    case = submitted(desk.database, new_penalty(desk))
    page = (await reviewer.client.get(f"/desk/cases/{case.id}")).text
    for told in (
        "13800000000",
        "罚款已经缴清",
        "材料.pdf",
        "提交申请",
        "依据：",
        "最短公示期已经届满",
        "还有 3 个工作日",
        case.now.number,
    ):
        assert told in page, told
    assert re.findall(r'href="/desk/cases/\d+/([a-z-]+)"', page) == ["accept", "decline", "ask", "note"]
    queue = (await reviewer.client.get("/desk")).text
    assert f'href="/desk/cases/{case.id}"' in queue
    assert case.secret not in page + queue


async def test_the_overdue_are_on_top_and_filters_stand_in_the_address(desk):
    clerk = desk.seated("clerk", "~市场监管局") if new_penalty(desk) else None
    cases = [submitted(desk.database, new_penalty(desk)) for _ in range(2)]
    objection = submitted(desk.database, new_penalty(desk), "objection")
    late = (today() - timedelta(days=30)).isoformat()
    with writing(desk.database) as connection:
        connection.execute(update(application).where(application.c.id == cases[1].id).values(due_on=late))
    page = (await clerk.client.get("/desk")).text
    listed = [int(number) for number in re.findall(r'href="/desk/cases/(\d+)"', page)]
    assert listed.index(cases[1].id) < listed.index(cases[0].id)
    assert "超期 " in page
    page = (await clerk.client.get("/desk?procedure=objection&state=submitted&colour=red")).text
    listed = [int(number) for number in re.findall(r'href="/desk/cases/(\d+)"', page)]
    assert objection.id in listed
    assert not {case.id for case in cases} & set(listed)
    assert re.search(r'<option value="objection" selected>', page)
    assert "没有符合条件" in (await clerk.client.get("/desk?mine=yes")).text
    for nonsense in ("state=x", "after=9999", "after=2026-99-99.1", "unit=nobody", "procedure=" + "x" * 999):
        assert (await clerk.client.get(f"/desk?{nonsense}")).status_code == 200


async def test_a_clerk_sees_the_cases_of_its_unit_alone(desk):
    case = submitted(desk.database, new_penalty(desk))
    own, other = desk.seated("clerk", UNIT), desk.seated("clerk")
    assert (await own.client.get(f"/desk/cases/{case.id}")).status_code == 200
    for path in ("", "/accept", "/materials/1"):
        assert (await other.client.get(f"/desk/cases/{case.id}{path}")).status_code == 404
    assert "现在没有要办的申请" in (await other.client.get("/desk")).text
    draft = filled(desk.database, new_penalty(desk))
    assert (await own.client.get(f"/desk/cases/{draft.id}")).status_code == 404  # what is not submitted is nobody's


async def test_a_file_is_given_out_as_a_download_and_each_opening_is_in_the_trail(desk, reviewer, written_app):
    case = filled(desk.database, new_penalty(desk))
    kept = written_app.state.site.casework.store.keep(b"%PDF-1.7 fine")
    add_material(
        desk.database, case.secret, "proof", "证明<b>.pdf", media_type="application/pdf", size=13, sha256=kept.sha256
    )
    submit(desk.database, case.secret)
    page = (await reviewer.client.get(f"/desk/cases/{case.id}")).text
    assert "证明&lt;b&gt;.pdf" in page
    address = re.findall(rf"/desk/cases/{case.id}/materials/\d+", page)[-1]
    answer = await reviewer.client.get(address)
    assert answer.content == b"%PDF-1.7 fine"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["cache-control"] == "no-store"
    assert "sandbox" in answer.headers["content-security-policy"]
    with desk.database.connect() as connection:
        (entry,) = entries(connection, about=f"application/{case.id}", actor=reviewer.officer.login)
    assert (entry.action, entry.told["sha256"]) == ("open-material", kept.sha256)
    other = submitted(desk.database, new_penalty(desk))
    number = address.rpartition("/")[2]
    assert (await reviewer.client.get(f"/desk/cases/{other.id}/materials/{number}")).status_code == 404


async def test_a_repair_is_accepted_and_granted_after_being_asked_again(desk, reviewer):
    number = new_penalty(desk)
    case = submitted(desk.database, number)
    accepted_ = await send(reviewer, case, "accept")
    assert accepted_.headers["location"] == f"/desk/cases/{case.id}?done=accept"
    assert "已经受理" in (await reviewer.client.get(accepted_.headers["location"])).text
    asked = await send(reviewer, case, "grant", text="义务已经履行")
    assert asked.status_code == 200
    assert "不能撤回" in asked.text
    assert state_of(case) == "accepted"
    done = await confirm(reviewer, asked)
    assert done.headers["location"] == f"/desk/cases/{case.id}?done=grant"
    assert state_of(case) == "granted"
    with desk.database.connect() as connection:
        assert find_record_for_staff(connection, number).state == "repaired"
    page = (await reviewer.client.get(f"/desk/cases/{case.id}")).text
    assert "义务已经履行" in page
    assert f"/desk/cases/{case.id}/" not in page.replace("/materials/", "")  # nothing is left to be done
    assert (await reviewer.client.get(f"/desk/cases/{case.id}/grant")).status_code == 303


async def test_what_is_missing_is_told_and_what_was_typed_is_kept(desk, reviewer):
    case = accepted(desk.database, new_penalty(desk), reviewer.officer)
    for fields, told in (
        ({"text": "没有<i>改正"}, "请从所列各项中选择理由"),
        ({"text": "没有<i>改正", "reason": "made_up"}, "请从所列各项中选择理由"),
        ({"text": " ", "reason": "duty_undone"}, "请写明理由"),
        ({"text": "长" * 4001, "reason": "duty_undone"}, "最多 4000 个"),
    ):
        answer = await send(reviewer, case, "refuse", **fields)
        assert answer.status_code == 422
        assert told in answer.text
        assert 'role="alert"' in answer.text
        assert escape(fields["text"].strip()) in answer.text
    assert state_of(case) == "accepted"
    asked = await send(reviewer, case, "refuse", text="没有<i>改正", reason="duty_undone")
    await confirm(reviewer, asked)
    found = case.now
    assert (found.state, found.outcome.reason) == ("refused", "duty_undone")
    assert "改正" in found.outcome.text


async def test_more_is_asked_for_in_words_that_are_often_used(desk, reviewer):
    case = submitted(desk.database, new_penalty(desk))
    page = await reviewer.client.get(f"/desk/cases/{case.id}/ask")
    (wanted, *_) = re.findall(r'name="wanted" value="([^"]*)"', page.text)
    data = [(name, hidden(page, name)) for name in ("form_token", "version", "record")]
    body = httpx.QueryParams([*data, ("wanted", wanted), ("wanted", "不在单子上的"), ("text", "请盖章。")])
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = await reviewer.client.post(f"/desk/cases/{case.id}/ask", content=str(body), headers=headers)
    assert answer.status_code == 303
    assert case.now.asked == f"请补交：{wanted}。\n请盖章。"


async def test_of_two_who_decide_the_second_is_told_and_keeps_what_was_typed(desk, reviewer):
    case = accepted(desk.database, new_penalty(desk), reviewer.officer)
    page = await reviewer.client.get(f"/desk/cases/{case.id}/refuse")
    fields = {name: hidden(page, name) for name in ("form_token", "version", "record")}
    case.do(note, reviewer.officer, "电话核实过")
    typed = {**fields, "reason": "duty_undone", "text": "我写了很久的理由", "sure": "yes"}
    answer = await reviewer.client.post(f"/desk/cases/{case.id}/refuse", data=typed)
    assert answer.status_code == 409
    assert "刚刚有了变化" in answer.text
    assert "我写了很久的理由" in answer.text
    assert state_of(case) == "accepted"
    again = {**typed, "version": hidden(answer, "version")}  # after having looked at it
    assert (await reviewer.client.post(f"/desk/cases/{case.id}/refuse", data=again)).status_code == 303
    late = await reviewer.client.post(f"/desk/cases/{case.id}/refuse", data=again)
    assert late.status_code == 409
    assert "不能这样办理" in late.text
    assert "我写了很久的理由" in late.text


@pytest.mark.parametrize("version", ["", "-1", "x", "9" * 40])
async def test_a_version_that_never_was_decides_nothing(desk, reviewer, version):
    case = submitted(desk.database, new_penalty(desk))
    page = await reviewer.client.get(f"/desk/cases/{case.id}/accept")
    data = {"form_token": token_of(page), "version": version, "record": hidden(page, "record")}
    assert (await reviewer.client.post(f"/desk/cases/{case.id}/accept", data=data)).status_code == 409
    assert state_of(case) == "submitted"


async def test_a_serious_record_takes_two(desk, reviewer):
    serial = next(SERIALS)
    number = blacklist(desk.database, serial, serial)
    case = accepted(desk.database, number, reviewer.officer)
    page = await reviewer.client.get(f"/desk/cases/{case.id}/grant")
    assert "由两个人决定" in page.text
    await confirm(reviewer, await send(reviewer, case, "grant", text="可以修复"))
    assert state_of(case) == "proposed"
    own = (await reviewer.client.get(f"/desk/cases/{case.id}")).text
    assert "另一位人员复核" in own
    assert f"{case.id}/confirm" not in own
    page = await reviewer.client.get(f"/desk/cases/{case.id}/confirm")
    forced = {name: hidden(page, name) for name in ("form_token", "version", "record")} | {"sure": "yes"}
    answer = await reviewer.client.post(f"/desk/cases/{case.id}/confirm", data=forced)
    assert (answer.status_code, "另一位" in answer.text) == (403, True)
    clerk = desk.seated("clerk", UNIT)
    assert (await clerk.client.get(f"/desk/cases/{case.id}/confirm")).status_code == 303
    second = desk.seated("reviewer")
    assert "等您复核" in (await second.client.get("/desk")).text
    await send(second, case, "send-back", text="再看看")
    assert state_of(case) == "accepted"
    await confirm(reviewer, await send(reviewer, case, "grant", text="看过了"))
    asked = await send(second, case, "confirm")
    assert "看过了" in asked.text
    await confirm(second, asked)
    assert state_of(case) == "granted"
    with desk.database.connect() as connection:
        assert find_record_for_staff(connection, number).state == "repaired"


async def test_an_objection_is_upheld_with_a_correction_or_a_withdrawal(desk, reviewer):
    number = new_penalty(desk)
    case = accepted(desk.database, number, reviewer.officer, "objection")
    page = await reviewer.client.get(f"/desk/cases/{case.id}/grant")
    fields = dict(re.findall(r'<input id="(fix-[a-z_]+)" name="fix-[a-z_]+" value="([^"]*)">', page.text))
    assert "fix-facts" in fields
    kept = {name: hidden(page, name) for name in ("form_token", "version", "record")}
    address = f"/desk/cases/{case.id}/grant"
    for given, told in (
        ({**fields}, "请选择怎样处理"),
        ({**fields, "effect": "correct"}, "没有改任何一项"),
        ({**fields, "fix-facts": "另一家门店", "effect": "withdraw"}, "没有选更正"),
        ({**fields, "effect": "reopen"}, "请选择怎样处理"),
        ({**fields, "effect": "correct", "fix-decision_date": "哪天", "sure": "yes"}, "没有办成"),
    ):
        answer = await reviewer.client.post(address, data={**kept, **given})
        assert (answer.status_code, told in answer.text) == (422, True), told
    given = {**kept, **fields, "effect": "correct", "fix-facts": "另一家<b>门店"}
    asked = await reviewer.client.post(address, data=given)
    assert "另一家&lt;b&gt;门店" in asked.text
    assert asked.text.count('name="fix-') == 1
    with writing(desk.database) as connection:
        connection.execute(update(record).where(record.c.id == number).values(fields=_other_fields(connection, number)))
    changed = await confirm(reviewer, asked)
    assert changed.status_code == 409  # the record is not what was corrected any more
    await confirm(reviewer, await send(reviewer, case, "grant", effect="withdraw", text="确有错误"))
    with desk.database.connect() as connection:
        assert find_record_for_staff(connection, number).state == "withdrawn"


def _other_fields(connection, number: int) -> str:
    found = find_record_for_staff(connection, number)
    return orjson.dumps({**found.fields, "content": "又送来一次"}).decode()


async def test_time_is_given_once_and_the_clock_stands_still_while_waiting(desk, reviewer):
    case = accepted(desk.database, new_penalty(desk), reviewer.officer)
    due = case.now.due_on
    await send(reviewer, case, "extend", text="要到现场核实")
    assert case.now.due_on > due
    again = await send(reviewer, case, "extend", text="还要")
    assert (again.status_code, "只能延长一次" in again.text) == (422, True)
    case.do(ask, reviewer.officer, "请补交凭证")
    page = (await reviewer.client.get(f"/desk/cases/{case.id}")).text
    assert "停表时还剩" in page
    assert re.findall(rf'href="/desk/cases/{case.id}/([a-z-]+)"', page) == ["refuse", "note"]


async def test_an_auditor_reads_everything_and_decides_nothing(desk):
    auditor = desk.seated("auditor")
    case = submitted(desk.database, new_penalty(desk))
    page = await auditor.client.get(f"/desk/cases/{case.id}")
    assert page.status_code == 200
    assert f"/desk/cases/{case.id}/accept" not in page.text
    assert f"/desk/cases/{case.id}" in (await auditor.client.get("/desk")).text
    assert (await auditor.client.get(f"/desk/cases/{case.id}/accept")).status_code == 403
    token = token_of(page)
    data = {"form_token": token, "version": str(case.now.version)}
    assert (await auditor.client.post(f"/desk/cases/{case.id}/accept", data=data)).status_code == 403
    assert state_of(case) == "submitted"


async def test_an_old_application_without_answers_can_be_looked_at(desk, reviewer):
    """Objections that were counted before there was a form have no answers, number or papers."""
    number = open_objection(desk.database, new_penalty(desk)).id
    page = await reviewer.client.get(f"/desk/cases/{number}")
    assert page.status_code == 200
    assert "没有填写的内容" in page.text
