"""What administrators do with accounts, and auditors with the trail."""

import re

from credit_records.casework.audit import append, entries
from credit_records.database import migrate, open_database, writing
from credit_records.staff.accounts import account
from credit_records.staff.sessions import begin, handle_of, sessions_of
from credit_site.application import create_app
from credit_site.desk import staff
from credit_site.settings import SiteSettings
from sqlalchemy import text

from tests.site.desk.officers import Officered, StaffDesk, enter

WRONG = {"password": "wrong"}


def known(desk, login: str):
    with desk.database.connect() as connection:
        return account(connection, login)


async def test_an_account_is_added_and_its_password_is_shown_once(desk):
    boss = desk.seated("administrator")
    unit = desk.unit()
    wrong = await boss.send("/desk/new-account", login="Not Fine", name="张<b>", role="clerk", unit=unit)
    assert wrong.status_code == 422
    assert "小写字母" in wrong.text
    assert 'value="张&lt;b&gt;"' in wrong.text
    added = await boss.send("/desk/new-account", login=f"new.{unit}", name="张三", role="clerk", unit=unit)
    given = re.search(r'class="given code">([a-z0-9]{20})<', added.text)[1]
    assert added.headers["cache-control"] == "no-store"
    assert given not in (await boss.client.get(f"/desk/staff/new.{unit}")).text
    assert f"new.{unit}" in (await boss.client.get("/desk/staff")).text
    who = Officered(desk.visitor(), known(desk, f"new.{unit}").officer, given, "")
    assert (await enter(who)).status_code == 303
    taken = await boss.send("/desk/new-account", login=f"new.{unit}", name="李四", role="auditor")
    assert (taken.status_code, "已经有人" in taken.text) == (422, True)
    made_up = await boss.send("/desk/new-account", login="x", name="李四", role="emperor")
    assert made_up.status_code == 422


async def test_an_account_is_changed_and_its_sessions_end(desk):
    boss, who = desk.seated("administrator"), desk.seated("reviewer")
    page = f"/desk/staff/{who.officer.login}"
    for change, fields, holds in (
        ("reset-second-factor", {}, lambda found: not found.has_second_factor),
        ("role", {"role": "auditor", "unit": ""}, lambda found: found.officer.role == "auditor"),
        ("disable", {}, lambda found: not found.officer.active),
        ("enable", {}, lambda found: found.officer.active),
    ):
        begin(desk.database, who.officer.id, "", passed=True)
        answer = await boss.send(f"{page}/{change}", page, **fields)
        assert answer.headers["location"] == f"{page}?done={change}"
        assert holds(known(desk, who.officer.login)), change
        with desk.database.connect() as connection:
            if change != "enable":
                assert sessions_of(connection, who.officer.id) == []
        assert 'role="status"' in (await boss.client.get(answer.headers["location"])).text
    with desk.database.connect() as connection:
        found = entries(connection, about=f"staff/{who.officer.id}", actor=boss.officer.login)
    assert [each.action for each in found] == ["enable", "disable", "set-role", "reset-second-factor"]
    reset = await boss.send(f"{page}/password", page)
    assert "只显示这一次" in reset.text
    wrong = await boss.send(f"{page}/role", page, role="clerk", unit="")
    assert (wrong.status_code, "报送单位" in wrong.text) == (422, True)


async def test_a_lock_is_seen_and_taken_away(desk):
    boss, who = desk.seated("administrator"), desk.settled("auditor")
    for _ in range(5):
        await enter(who, **WRONG)
    page = f"/desk/staff/{who.officer.login}"
    assert "锁定到" in (await boss.client.get(page)).text
    assert (await enter(who)).status_code == 422
    await boss.send(f"{page}/unlock", page)
    assert (await enter(who)).status_code == 303


async def test_one_session_of_somebody_is_ended(desk):
    boss, who = desk.seated("administrator"), desk.seated("auditor")
    other = begin(desk.database, who.officer.id, "Other", passed=True)
    page = f"/desk/staff/{who.officer.login}"
    await boss.send(f"{page}/sessions", page, session=handle_of(other))
    with desk.database.connect() as connection:
        (left,) = sessions_of(connection, who.officer.id)
    assert left.handle == handle_of(who.session)


async def test_ones_own_account_is_looked_after_by_another(desk):
    boss = desk.seated("administrator")
    page = f"/desk/staff/{boss.officer.login}"
    assert "您自己的账号" in (await boss.client.get(page)).text
    for change in staff.CHANGES:
        answer = await boss.send(f"{page}/{change}", page, role="auditor")
        assert answer.status_code == 403
    assert known(desk, boss.officer.login).officer == boss.officer


async def test_what_is_not_there_is_not_found(desk):
    boss = desk.seated("administrator")
    assert (await boss.client.get("/desk/staff/nobody")).status_code == 404
    for path in ("/desk/staff/nobody/unlock", f"/desk/staff/{boss.officer.login}/emperor"):
        assert (await boss.send(path, "/desk/account")).status_code == 404


async def test_the_trail_is_read_narrowed_and_verified(desk):
    auditor, boss = desk.seated("auditor"), desk.seated("administrator")
    for _ in range(55):
        with writing(desk.database) as connection:
            append(connection, boss.officer.login, "lock", f"staff/{boss.officer.id}", {"failures": "<b>"})
    page = (await auditor.client.get(f"/desk/audit?actor={boss.officer.login}")).text
    assert page.count("<tr>") == 51
    assert "&lt;b&gt;" in page
    older = re.search(r'rel="next" href="([^"]*)"', page)[1].replace("&amp;", "&")
    assert (await auditor.client.get(older)).text.count("<tr>") == 7  # his second factor, set up before, among them
    narrowed = (await auditor.client.get("/desk/audit?object=staff/0")).text
    assert "没有符合条件的记录" in narrowed
    for nonsense in ("after=x", "after=" + "9" * 30, "object=%00", "actor=" + "x" * 999):
        assert (await auditor.client.get(f"/desk/audit?{nonsense}")).status_code == 200


async def test_a_trail_that_was_changed_is_told(tmp_path):
    settings = SiteSettings(data_dir=tmp_path, city="demo")
    database = open_database(settings)
    migrate(database)
    app = create_app(settings)
    own = StaffDesk(app, settings)
    auditor = own.seated("auditor")
    for number in range(3):
        with writing(database) as connection:
            append(connection, "x", "lock", f"staff/{number}")
    whole = (await auditor.client.get("/desk/audit?verify=yes")).text
    assert "逐条相接" in whole
    with database.begin() as connection:
        triggers = connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'")
        )
        for (name,) in triggers.all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("UPDATE audit_entry SET actor = 'y' WHERE seq = 2"))
    broken = (await auditor.client.get("/desk/audit?verify=yes")).text
    assert "第 2 条有问题" in broken
    assert "被改动过" in broken
    await app.state.site.close()
    own.database.dispose()
    database.dispose()
