"""A page of the desk that fails tells its reader nothing but that, and logs nothing of anybody."""

import httpx
from credit_records.database import migrate, open_database
from credit_records.staff.sealing import KEY_FILE
from credit_site.application import create_app
from credit_site.settings import SiteSettings
from sqlalchemy import text

from tests.site.desk.officers import StaffDesk, enter


async def test_a_broken_table_leaks_nothing(tmp_path, capsys):
    settings = SiteSettings(data_dir=tmp_path, city="demo")
    database = open_database(settings)
    migrate(database)
    app = create_app(settings)
    desk = StaffDesk(app, settings)
    who = desk.seated("reviewer")
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE application RENAME COLUMN due_on TO secret_column"))
    capsys.readouterr()
    answer = await who.client.get("/desk")
    logged = capsys.readouterr()
    assert answer.status_code == 503
    for leaked in ("Traceback", "sqlite", "SELECT", "due_on", "site-packages", str(tmp_path)):
        assert leaked not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "请求编号" in answer.text
    assert who.officer.login not in logged.out + logged.err
    assert who.session not in logged.out + logged.err
    await app.state.site.close()
    desk.database.dispose()
    database.dispose()


async def test_without_its_key_a_second_factor_is_refused_and_nobody_is_let_in(tmp_path):
    settings = SiteSettings(data_dir=tmp_path, city="demo")
    database = open_database(settings)
    migrate(database)
    who = StaffDesk(create_app(settings), settings).settled("reviewer")
    (tmp_path / KEY_FILE).write_text("no key any more")
    app = create_app(settings)
    who.client = StaffDesk(app, settings).visitor()
    await enter(who)
    answer = await who.send("/desk/second-factor", code=who.code())
    assert isinstance(answer, httpx.Response)
    assert answer.status_code == 500
    assert str(tmp_path) not in answer.text
    assert (await who.client.get("/desk/account")).status_code == 303
    await app.state.site.close()
    database.dispose()
