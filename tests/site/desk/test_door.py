"""Who may sit down at the desk, by which steps, and for how long."""

import re
from datetime import timedelta

import pytest
from credit_records.staff import sessions
from credit_records.staff.accounts import set_active
from credit_site.application import create_app
from credit_site.desk import room
from credit_site.desk.session import cookie_name
from credit_site.limits import Rate
from credit_site.settings import SiteSettings

from tests.site.desk.officers import OWN, StaffDesk, enter, hidden, token_of

EVIL = [
    "https://evil.example/",
    "//evil.example/desk",
    "/\\evil.example",
    "/desk/../search",
    "javascript:alert(1)",
    "/search",
    "/desktop",
    "/desk\r\nSet-Cookie: x=y",
    "/desk/sign-in",
    "",
]


async def test_nobody_sees_the_desk_without_signing_in(visitor):
    for path in ("/desk/account", "/desk/password", "/desk/second-factor"):
        answer = await visitor.get(f"{path}?a=b")
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/desk/sign-in?next={path.replace('/', '%2F')}%3Fa%3Db"
    assert (await visitor.post("/desk/password")).headers["location"] == "/desk/sign-in"


async def test_a_new_auditor_chooses_a_password_before_anything_else(desk):
    who = desk.new("auditor")
    assert (await enter(who, next="/desk/account")).headers["location"] == "/desk/account"
    first = who.session
    for path in ("/desk/account", "/desk"):
        assert (await who.client.get(path)).headers["location"].partition("?")[0] == "/desk/password"
    wrong = await who.send("/desk/password", old=who.password, new=OWN, again="another")
    assert (wrong.status_code, "不一样" in wrong.text) == (422, True)
    weak = await who.send("/desk/password", old=who.password, new="password1234", again="password1234")
    assert (weak.status_code, "太常见" in weak.text, "password1234" in weak.text) == (422, True, False)
    other = await who.send("/desk/password", old="not it", new=OWN, again=OWN)
    assert (other.status_code, "现在的密码不对" in other.text) == (422, True)
    changed = await who.send("/desk/password", old=who.password, new=OWN, again=OWN)
    assert changed.headers["location"] == "/desk/account?done=password"
    assert who.session != first
    assert "密码已经更换" in (await who.client.get("/desk/account?done=password")).text


@pytest.mark.parametrize("role", ["reviewer", "administrator"])
async def test_reviewers_and_administrators_set_up_a_second_factor_before_anything_else(desk, role):
    who = desk.new(role)
    await enter(who)
    tokens = [who.session]
    for path in ("/desk", "/desk/password", "/desk/account", "/desk/staff"):
        assert (await who.client.get(path)).headers["location"].partition("?")[0] == "/desk/second-factor"
    page = await who.client.get("/desk/second-factor")
    assert "<svg" in page.text
    assert "<style" not in page.text
    who.secret = re.search(r"密钥 <span[^>]*>([A-Z2-7 ]+)<", page.text)[1].replace(" ", "")
    data = {"form_token": token_of(page), "sealed": hidden(page, "sealed"), "next": "/desk"}
    wrong = await who.client.post("/desk/second-factor", data={**data, "code": "000000"})
    assert wrong.status_code == 422
    assert who.secret in wrong.text.replace(" ", "")  # the telephone need not scan again
    passed = await who.client.post("/desk/second-factor", data={**data, "code": who.code()})
    assert passed.headers["location"] == "/desk"
    tokens.append(who.session)
    assert (await who.client.get("/desk")).headers["location"] == "/desk/password"
    await who.send("/desk/password", old=who.password, new=OWN, again=OWN)
    tokens.append(who.session)
    assert (await who.client.get("/desk/account")).status_code == 200
    assert len(set(tokens)) == 3  # another session at each rise
    for old in tokens[:-1]:
        stranger = desk.visitor()
        stranger.cookies.set(cookie_name(secure=False), old, domain="credit.test")
        assert (await stranger.get("/desk/account")).status_code == 303


async def test_a_sealed_secret_is_of_the_session_that_was_shown_it(desk):
    """Nobody plants a second factor of his own with another's form."""
    one, other = desk.new("reviewer"), desk.new("reviewer")
    await enter(one)
    await enter(other)
    page = await one.client.get("/desk/second-factor")
    one.secret = re.search(r"密钥 <span[^>]*>([A-Z2-7 ]+)<", page.text)[1].replace(" ", "")
    answer = await other.send("/desk/second-factor", sealed=hidden(page, "sealed"), code=one.code(), next="/desk")
    assert answer.status_code == 422
    assert "过期" in answer.text
    answer = await other.send("/desk/second-factor", sealed="made up", code=one.code(), next="/desk")
    assert answer.status_code == 422


async def test_a_code_is_asked_at_each_sign_in_and_taken_once(desk):
    who = desk.settled("reviewer")
    await enter(who, next="/desk/account")
    assert (await who.client.get("/desk/account")).headers["location"] == "/desk/second-factor?next=%2Fdesk%2Faccount"
    wrong = await who.send("/desk/second-factor", code="123")
    assert (wrong.status_code, "不对" in wrong.text) == (422, True)
    code = who.code()
    passed = await who.send("/desk/second-factor", code=code, next="/desk/account")
    assert passed.headers["location"] == "/desk/account"
    again = desk.visitor()
    who.client, first = again, who.client
    await enter(who)
    replayed = await who.send("/desk/second-factor", code=code)
    assert (replayed.status_code, "已经用过" in replayed.text) == (422, True)
    assert (await first.get("/desk/account")).status_code == 200


async def test_signing_in_leads_to_where_one_was_going(desk):
    who = desk.settled("auditor")
    asked = await who.client.get("/desk/account?done=sessions")
    page = await who.client.get(asked.headers["location"])
    answer = await enter(who, next=hidden(page, "next"))
    assert answer.headers["location"] == "/desk/account?done=sessions"


@pytest.mark.parametrize("wanted", EVIL)
async def test_the_door_leads_to_the_desk_alone(desk, wanted):
    who = desk.settled("auditor")
    assert (await enter(who, next=wanted)).headers["location"] == "/desk"
    who = desk.settled("reviewer")
    await enter(who)
    answer = await who.send("/desk/second-factor", code=who.code(), next=wanted)
    assert answer.headers["location"] == "/desk"


async def test_the_session_is_a_cookie_that_scripts_and_other_sites_never_see(desk, tmp_path):
    who = desk.settled("auditor")
    cookie = (await enter(who)).headers["set-cookie"]
    assert cookie.startswith("desk=")
    assert {"httponly", "samesite=strict", "path=/"} <= set(cookie.lower().split("; "))
    app = create_app(SiteSettings(data_dir=tmp_path, city="demo", public_url="https://credit.example.cn"))
    assert "Secure" in (await StaffDesk.visitor(desk).get("https://credit.test/desk/sign-in")).headers["set-cookie"]
    await app.state.site.close()
    assert cookie_name(secure=True).startswith("__Host-")


async def test_wrong_passwords_unknown_logins_and_locked_accounts_are_told_in_one_sentence(desk):
    who = desk.settled("auditor")
    told = set()
    for typed in [{"password": "wrong-key"}, {"login": "nobody<b>"}] + [{"password": "x"}] * 5 + [{}]:
        answer = await enter(who, **typed)
        assert answer.status_code == 422
        assert "wrong-key" not in answer.text
        assert "<b>" not in answer.text
        told.add(re.search(r'<p id="fault" class="fault">([^<]*)</p>', answer.text)[1])
    assert len(told) == 1
    assert (await who.client.get("/desk/account")).status_code == 303
    assert (await enter(who, login="", password="")).status_code == 422


async def test_who_guesses_at_many_accounts_waits(desk, monkeypatch):
    monkeypatch.setattr(room, "WRONG", Rate(4, 900))
    who = desk.settled("auditor")
    statuses = {(await enter(who, login=f"nobody-{number}")).status_code for number in range(5)}
    assert statuses == {422, 429}
    answer = await enter(who)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "分钟" in answer.text
    who.client = desk.visitor()
    assert (await enter(who)).status_code == 303  # from elsewhere he is let in


async def test_a_session_that_the_browser_brought_is_never_continued(desk):
    """Session fixation: a cookie set by somebody else does not become the session of who signs in."""
    who = desk.settled("auditor")
    page = await who.client.get("/desk/sign-in")
    data = {"form_token": token_of(page), "login": who.officer.login, "password": who.password}
    tokens = ["planted-by-somebody"]
    for _ in range(2):
        who.client.cookies.delete("desk")
        who.client.cookies.set("desk", tokens[-1], domain="credit.test")
        await who.client.post("/desk/sign-in", data=data)
        tokens += [cookie.value for cookie in who.client.cookies.jar if cookie.name == "desk"][-1:]
    assert len(set(tokens)) == 3
    opened = []
    for token in tokens:
        stranger = desk.visitor()
        stranger.cookies.set("desk", token, domain="credit.test")
        opened.append((await stranger.get("/desk/account")).status_code)
    assert opened == [303, 303, 200]


async def test_signing_out_ends_the_session_everywhere(desk):
    who = desk.seated("auditor")
    session = who.session
    answer = await who.send("/desk/sign-out", "/desk/account")
    assert answer.headers["location"] == "/desk/sign-in"
    who.client.cookies.set("desk", session, domain="credit.test")
    assert (await who.client.get("/desk/account")).status_code == 303


async def test_who_rests_and_what_is_idle_is_not_let_in(desk, monkeypatch):
    who = desk.seated("auditor")
    monkeypatch.setattr(sessions, "IDLE", timedelta(seconds=-1))
    assert (await who.client.get("/desk/account")).status_code == 303
    monkeypatch.undo()
    assert (await who.client.get("/desk/account")).status_code == 200
    set_active(desk.database, "root", who.officer.login, active=False)
    assert (await who.client.get("/desk/account")).status_code == 303


async def test_use_keeps_a_session_alive(desk, monkeypatch):
    who = desk.seated("auditor")
    with desk.database.connect() as connection:
        before = sessions.session_of(connection, who.session).seen_at
    monkeypatch.setattr(sessions, "SEEN_EVERY", timedelta(0))
    await who.client.get("/desk/account")
    with desk.database.connect() as connection:
        assert sessions.session_of(connection, who.session).seen_at > before


async def test_one_sees_ones_sessions_and_ends_others(desk):
    who = desk.seated("auditor")
    tokens = [sessions.begin(desk.database, who.officer.id, f"Browser {n} <b>", passed=True) for n in range(3)]
    page = await who.client.get("/desk/account")
    assert "Browser 1 &lt;b&gt;" in page.text
    assert not any(token in page.text for token in (*tokens, who.session))
    await who.send("/desk/account/sessions", "/desk/account", session=sessions.handle_of(tokens[0]))
    with desk.database.connect() as connection:
        assert len(sessions.sessions_of(connection, who.officer.id)) == 3
    stranger = desk.seated("auditor")
    await stranger.send("/desk/account/sessions", "/desk/account", session=sessions.handle_of(tokens[1]))
    with desk.database.connect() as connection:
        assert len(sessions.sessions_of(connection, who.officer.id)) == 3  # of others one ends none
    await who.send("/desk/account/sessions", "/desk/account")
    with desk.database.connect() as connection:
        (left,) = sessions.sessions_of(connection, who.officer.id)
    assert left.handle == sessions.handle_of(who.session)
