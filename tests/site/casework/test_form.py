"""An application from the button to the receipt: saved step by step, nothing typed is lost, and one secret opens it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from credit_records.casework.states import DRAFT, SUBMITTED
from credit_records.casework.tables import application, mail
from credit_records.database import writing
from credit_records.publication import Act, withdraw
from sqlalchemy import select, update

from tests.records.casework.applying import ANSWERS, penalise
from tests.site.casework.applicants import token_of
from tests.site.casework.conftest import SERIALS


@pytest.mark.parametrize("procedure", ["repair", "objection"])
async def test_the_whole_way_to_the_receipt(apply, procedure):
    applicant = await apply(procedure)
    await applicant.answer_all()
    await applicant.hand_in_all()
    check = await applicant.get("/check")
    assert ANSWERS[procedure]["mobile"] in check.text
    sent = await applicant.submit()
    assert sent.headers["location"] == f"{applicant.address}/receipt"
    receipt = await applicant.get("/receipt")
    assert applicant.now.state == SUBMITTED
    assert applicant.now.number in receipt.text
    assert applicant.secret in receipt.text
    assert applicant.now.due_on.isoformat() in receipt.text


async def test_the_form_knows_whom_the_record_is_about(apply):
    applicant = await apply()
    form = await applicant.get("/applicant")
    assert f'value="{applicant.now.answers["applicant_name"]}"' in form.text
    assert f'value="{applicant.now.answers["applicant_code"]}"' in form.text


async def test_what_is_wrong_is_said_beside_the_field_and_above_and_nothing_typed_is_lost(apply):
    applicant = await apply()
    typed = {"applicant_name": "某某公司", "agent_name": "", "mobile": "123", "email": "x@", "applicant_code": "9"}
    answer = await applicant.post("/applicant", typed)
    assert answer.status_code == 422
    for name in ("agent_name", "mobile", "email", "applicant_code"):
        sentence = re.search(rf'<li><a href="#{name}"[^>]*>([^<]+)</a>', answer.text)[1]
        assert answer.text.count(sentence) == 2
        assert f'id="fault-{name}"' in answer.text
        field = re.search(rf'<input id="{name}"[^>]*>', answer.text)[0]
        assert 'aria-invalid="true"' in field
        assert f'value="{typed[name]}"' in field
        assert f"fault-{name}" in field
    assert "<title>有错误：" in answer.text


async def test_what_was_right_is_saved_though_something_else_was_wrong(apply):
    applicant = await apply()
    await applicant.post("/applicant", {"applicant_name": "某某公司", "agent_name": "李某", "mobile": "123"})
    assert applicant.now.answers["agent_name"] == "李某"
    assert "mobile" not in applicant.now.answers


async def test_too_long_an_answer_comes_back_whole(apply):
    applicant = await apply()
    answer = await applicant.post("/duty", {"duty_done": "字" * 2_500, "duty_done_on": "2026-06-01"})
    assert answer.status_code == 422
    assert "字" * 2_500 in answer.text
    huge = await applicant.post("/duty", {"duty_done": "字" * 200_000})
    assert huge.status_code == 413
    assert 'role="alert"' in huge.text


async def test_what_is_typed_is_shown_as_text_wherever_it_comes_back(apply):
    applicant = await apply("objection")
    await applicant.answer_all()
    await applicant.post("/content", {"what_is_wrong": "</textarea><script>alert(1)</script>", "should_read": "x"})
    for page in ("/content", "/check"):
        assert "<script>alert(1)" not in (await applicant.get(page)).text


async def test_a_step_leads_to_the_next_and_from_the_last_page_back_to_it(apply):
    applicant = await apply()
    answers = {**ANSWERS["repair"], **applicant.now.answers}
    there = await applicant.post("/applicant", answers)
    assert there.headers["location"] == f"{applicant.address}/duty"
    back = await applicant.post("/applicant?return=check", answers)
    assert back.headers["location"] == f"{applicant.address}/check"


async def test_a_draft_goes_on_on_another_computer_by_its_link(apply, browser):
    applicant = await apply()
    await applicant.post("/applicant", {**ANSWERS["repair"], **applicant.now.answers})
    elsewhere = browser()
    assert (await elsewhere.get(applicant.address)).status_code == 404
    opened = await elsewhere.get(f"/repair/open/{applicant.secret}")
    assert opened.headers["location"] == applicant.address
    assert applicant.secret not in opened.headers["location"]
    assert ANSWERS["repair"]["agent_name"] in (await elsewhere.get(f"{applicant.address}/applicant")).text


async def test_a_draft_put_away_is_not_open_here_any_more(apply):
    applicant = await apply()
    away = await applicant.post("/put-away")
    assert away.status_code == 303
    assert (await applicant.get()).status_code == 404
    assert applicant.now.state == DRAFT


async def test_two_drafts_are_open_side_by_side(apply, browser):
    client = browser()
    first = await apply(client=client)
    second = await apply("objection", client=client)
    await first.answer_all()
    await second.answer_all()
    assert first.now.answers["agent_name"] == ANSWERS["repair"]["agent_name"]
    assert second.now.answers["what_is_wrong"] == ANSWERS["objection"]["what_is_wrong"]


async def test_what_is_missing_is_named_and_nothing_is_submitted(apply):
    applicant = await apply()
    refused = await applicant.submit()
    assert refused.status_code == 422
    assert f'href="{applicant.address}/applicant?return=check#mobile"' in refused.text
    assert "还没有上传" in refused.text
    assert applicant.now.state == DRAFT


async def test_pressed_twice_it_is_submitted_once(apply):
    applicant = await apply()
    await applicant.answer_all()
    await applicant.hand_in_all()
    token = token_of(await applicant.get("/check"))
    answers = [await applicant.client.post(f"{applicant.address}/check", data={"form_token": token}) for _ in range(2)]
    assert [answer.headers["location"] for answer in answers] == [f"{applicant.address}/receipt"] * 2
    number = applicant.now.number
    assert number in (await applicant.get("/receipt")).text


async def test_what_is_submitted_is_changed_no_more(apply):
    applicant = await apply()
    await applicant.answer_all()
    await applicant.hand_in_all()
    token = token_of(await applicant.get("/check"))
    await applicant.submit()
    before = applicant.now.answers
    answer = await applicant.client.post(
        f"{applicant.address}/applicant", data={"form_token": token, "agent_name": "别人"}
    )
    assert answer.headers["location"] == f"{applicant.address}/receipt"
    assert applicant.now.answers == before


async def test_the_receipt_is_mailed_where_there_is_an_address(apply, engine):
    applicant = await apply()
    await applicant.answer_all()
    await applicant.hand_in_all()
    await applicant.submit()
    with engine.connect() as connection:
        (subject,) = connection.execute(
            select(mail.c.subject).where(mail.c.subject.contains(applicant.now.number))
        ).scalars()
    assert "信用修复" in subject


async def test_a_record_that_cannot_be_repaired_yet_offers_no_button_and_takes_no_application(browser, engine):
    serial = next(SERIALS)
    young = penalise(engine, serial, serial, days_ago=5)
    client = browser()
    page = await client.get(f"/record/{young}/repair")
    assert "<button" not in page.text.partition("<article")[2]
    token = token_of(await client.get(f"/record/{young}/objection"))
    refused = await client.post(f"/record/{young}/repair", data={"form_token": token})
    assert refused.status_code == 409
    assert "最短公示期" in refused.text


async def test_a_record_under_repair_says_so(apply, browser, penalty):
    applicant = await apply()
    await applicant.answer_all()
    await applicant.hand_in_all()
    await applicant.submit()
    page = await browser().get(f"/record/{penalty}/repair")
    assert "正在办理" in page.text
    assert "开始申请" not in page.text


async def test_a_draft_about_a_record_withdrawn_meanwhile_tells_nothing_of_it(apply, engine, penalty):
    applicant = await apply()
    await applicant.answer_all()
    await applicant.hand_in_all()
    withdraw(engine, penalty, Act("值班员", "撤回"))
    for page in ("", "/check"):
        assert f"/record/{penalty}" not in (await applicant.get(page)).text
    refused = await applicant.submit()
    assert refused.status_code == 409
    assert applicant.now.state == DRAFT


async def test_a_draft_is_gone_after_thirty_days(apply, engine):
    applicant = await apply()
    past = (datetime.now(UTC) - timedelta(minutes=1)).isoformat(timespec="milliseconds")
    with writing(engine) as connection:
        connection.execute(update(application).where(application.c.id == applicant.now.id).values(expires_at=past))
    gone = await applicant.get()
    assert gone.status_code == 404
    assert "30 天" in gone.text


async def test_the_draft_is_kept_for_thirty_days(apply):
    found = (await apply()).now
    left = datetime.fromisoformat(found.expires_at) - datetime.fromisoformat(found.created_at)
    assert left == timedelta(days=30)


async def test_every_page_is_there_in_english(apply):
    applicant = await apply()
    await applicant.answer_all()
    await applicant.hand_in_all()
    for page in ("", "/applicant", "/materials", "/check"):
        text = (await applicant.client.get(f"{applicant.address}{page}?lang=en")).text
        assert '<html lang="en"' in text
        assert "提交" not in text
    await applicant.client.get(f"{applicant.address}?lang=zh")


async def test_an_identity_number_is_refused_at_the_door(apply):
    applicant = await apply()
    answer = await applicant.post("/applicant", {"agent_name": "11010519491231002X", "mobile": "13800000000"})
    assert answer.status_code == 422
    assert "agent_name" not in applicant.now.answers


async def test_nobody_else_learns_of_the_pages(apply):
    applicant = await apply()
    for page in ("", "/applicant", "/materials", "/check"):
        answer = await applicant.get(page)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "noindex" in answer.headers["x-robots-tag"]
    opened = await applicant.client.get(f"/repair/open/{applicant.secret}")
    assert opened.headers["referrer-policy"] == "no-referrer"
    cookie = opened.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert f"Path={applicant.address}" in cookie
