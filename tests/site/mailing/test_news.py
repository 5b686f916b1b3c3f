"""What an applicant hears of by mail: each step, with links that are ours whatever host a request named."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from credit_records.casework.deciding import accept, ask, refuse
from credit_site.application import create_app
from credit_site.casework.holding import draft_address, open_address, ticket_of
from credit_site.mailing.posting import post_due
from fastapi import FastAPI

from tests.records.casework.applying import filled, officer, penalise
from tests.site.mailing.conftest import SENDER

TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')
EVIL = "http://evil.example"


@pytest.fixture
async def app(settings) -> AsyncIterator[FastAPI]:
    found = create_app(settings)
    yield found
    await found.state.site.close()


async def send_in(app: FastAPI, secret: str) -> None:
    """Submit a draft through its pages, under a host that is not ours."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=EVIL) as reader:
        await reader.get(open_address("repair", secret))
        page = f"{draft_address('repair', ticket_of(secret))}/check"
        # The cookie is for encrypted connections alone, which this one only claims to be.
        cookie = {"cookie": f"application_{ticket_of(secret)}={secret}"}
        token = TOKEN.search((await reader.get(page, headers=cookie)).text)
        assert token
        sent = await reader.post(page, data={"form_token": token[1]}, headers=cookie)
        assert sent.status_code == 303, sent.text


async def test_each_step_is_told_and_only_the_receipt_opens_the_case(database, app, server, office):
    desk = filled(database, penalise(database))
    await send_in(app, desk.secret)
    decider = officer(database, "reviewer")
    desk.do(ask, decider, "请补充缴款凭证：某银行 6222 开头的那一张")
    other = filled(database, penalise(database, 2, 2))
    await send_in(app, other.secret)
    other.do(accept, decider)
    other.do(refuse, decider, reason="duty_undone", text="经查，罚款没有缴清")
    post_due(database, server, SENDER)
    texts = [str(letter.get_content()) for letter in office.letters()]
    subjects = [str(letter["Subject"]) for letter in office.letters()]
    assert len(texts) == 5
    receipts = [text for text in texts if "已经收到您的申请" in text]
    assert [re.findall("https://[^ \\r\\n]+", text)[0] for text in receipts] == [
        f"https://credit.example/repair/track/{each.secret}" for each in (desk, other)
    ]
    for text in texts:
        assert "evil.example" not in text
        assert "6222" not in text, "what is in a case is read on its page"
        assert "罚款没有缴清" not in text
        if text not in receipts:
            assert desk.secret not in text
            assert other.secret not in text
            assert "查询码" in text
    assert any("待补正" in subject for subject in subjects)
    assert any("不予修复" in subject for subject in subjects)
