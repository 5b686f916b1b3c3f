"""Signing in by another house, against one that really runs and really signs."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from credit_records.database import migrate, open_database
from credit_records.staff.accounts import identity, set_active, set_identity
from credit_site.application import create_app
from credit_site.settings import SiteSettings
from joserfc.jwk import RSAKey

from tests.site.desk.identity_house import CLIENT, SHARED, SUBJECT, House, running
from tests.site.desk.officers import Officered, StaffDesk

BACK = "/desk/sign-in/identity/back"


@dataclass
class Journey:
    """Somebody on the way to the house and back."""

    house: House
    who: Officered
    desk: StaffDesk

    async def leave(self, wanted: str = "/desk/account") -> httpx.Response:
        """To the house; its answer leads back."""
        left = await self.who.client.get("/desk/sign-in/identity", params={"next": wanted})
        assert left.status_code == 302
        assert left.headers["location"].startswith(f"{self.house.address}/authorize?")
        async with httpx.AsyncClient() as browser:
            return await browser.get(left.headers["location"])

    async def come_back(self, sent: httpx.Response) -> httpx.Response:
        return await self.who.client.get(sent.headers["location"].removeprefix("http://credit.test"))


@pytest.fixture
async def journey(tmp_path: Path) -> AsyncIterator[Journey]:
    async with running() as house:
        settings = SiteSettings(
            data_dir=tmp_path,
            city="demo",
            oidc_issuer=house.address,
            oidc_client_id=CLIENT,
            oidc_client_secret=SHARED,
            oidc_title="某市统一身份认证",
        )
        database = open_database(settings)
        migrate(database)
        database.dispose()
        app = create_app(settings)
        desk = StaffDesk(app, settings)
        who = desk.settled("auditor")
        set_identity(desk.database, "root", who.officer.login, identity(house.address, SUBJECT))
        yield Journey(house, who, desk)
        await app.state.site.close()
        desk.database.dispose()


async def test_whom_the_house_vouches_for_is_let_in_and_led_on(journey):
    assert "用某市统一身份认证登录" in (await journey.who.client.get("/desk/sign-in")).text
    answer = await journey.come_back(await journey.leave())
    assert answer.status_code == 200
    assert answer.headers["refresh"] == "0; url=/desk/account"
    assert (await journey.who.client.get("/desk/account")).status_code == 200


async def test_reviewers_show_their_second_factor_all_the_same(journey):
    who = journey.desk.settled("reviewer")
    set_identity(journey.desk.database, "root", journey.who.officer.login, None)
    set_identity(journey.desk.database, "root", who.officer.login, identity(journey.house.address, SUBJECT))
    journey.who = who
    await journey.come_back(await journey.leave())
    assert (await who.client.get("/desk/account")).headers["location"].startswith("/desk/second-factor")


@pytest.mark.parametrize(
    "twist",
    [
        {"aud": "somebody else"},
        {"iss": "https://evil.example"},
        {"nonce": "of another journey"},
        {"nonce": None},
        {"exp": 1_700_000_000},
        {"sub": None},
    ],
    ids=str,
)
async def test_a_token_for_somebody_else_or_another_time_lets_nobody_in(journey, twist):
    journey.house.twist = twist
    answer = await journey.come_back(await journey.leave())
    assert answer.status_code == 422
    assert "没有完成" in answer.text
    assert journey.house.tokens == 1
    assert (await journey.who.client.get("/desk/account")).status_code == 303


async def test_a_token_that_somebody_else_signed_lets_nobody_in(journey):
    journey.house.key = RSAKey.generate_key(2048, parameters={"kid": "one", "use": "sig"})
    answer = await journey.come_back(await journey.leave())
    assert (answer.status_code, journey.house.tokens) == (422, 1)


async def test_the_way_back_is_of_the_browser_that_left_and_is_gone_once(journey):
    sent = await journey.leave()
    back = sent.headers["location"].removeprefix("http://credit.test")
    stranger = journey.desk.visitor()
    assert (await stranger.get(back)).status_code == 422  # login by another's link
    assert (await journey.who.client.get(back.replace("state=", "state=x"))).status_code == 422
    assert (await journey.who.client.get(BACK)).status_code == 422
    assert (await journey.who.client.get(f"{BACK}?error=access_denied&error_description=<b>")).status_code == 422
    assert (await journey.come_back(sent)).status_code == 200
    assert (await journey.come_back(sent)).status_code == 422  # the house takes a code once


async def test_nobody_gets_an_account_from_outside(journey):
    journey.house.twist = {"sub": "a stranger"}
    answer = await journey.come_back(await journey.leave())
    assert (answer.status_code, "没有关联" in answer.text) == (403, True)
    journey.house.twist = {}
    set_active(journey.desk.database, "root", journey.who.officer.login, active=False)
    assert (await journey.come_back(await journey.leave())).status_code == 403


async def test_nobody_is_led_elsewhere_from_there(journey):
    answer = await journey.come_back(await journey.leave("https://evil.example/"))
    assert answer.headers["refresh"] == "0; url=/desk"


async def test_a_house_that_does_not_answer_leaves_the_other_door_open(tmp_path):
    settings = SiteSettings(data_dir=tmp_path, city="demo", oidc_issuer="http://127.0.0.1:1", oidc_client_id=CLIENT)
    app = create_app(settings)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://credit.test") as client:
        answer = await client.get("/desk/sign-in/identity")
        assert (answer.status_code, "连不上" in answer.text) == (503, True)
        assert 'name="password"' in answer.text
    await app.state.site.close()


async def test_where_no_house_is_set_there_is_no_such_door(visitor):
    assert (await visitor.get("/desk/sign-in/identity")).status_code == 404
    assert (await visitor.get(BACK)).status_code == 404
