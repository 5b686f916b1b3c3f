"""The desk in a real browser: from the door to a decision by keyboard alone and without scripts; what axe finds."""

import time
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from credit_records.database import open_database, writing
from credit_records.staff.accounts import add_officer
from credit_records.staff.officers import officer_named
from credit_records.staff.passwords import hash_of
from credit_records.staff.second_factor import enrol, new_secret
from credit_records.staff.sessions import begin
from credit_records.staff.tables import staff
from credit_site.desk.room import sealing_of
from credit_site.settings import SiteSettings
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine, update

from tests.browser.page_states import FIRST_RECORD, PHONE, WIDE
from tests.browser.test_accessibility import IDS, LOOKS, violations
from tests.records.casework.applying import Desk, accepted, submitted

OWN = "三只白鹤飞过黄河边的旧水车"
MOST_TABS = 60


@pytest.fixture(scope="module")
def settings(data_dir: Path) -> SiteSettings:
    return SiteSettings(data_dir=data_dir, city="demo")


@pytest.fixture(scope="module")
def database(settings: SiteSettings) -> Iterator[Engine]:
    engine = open_database(settings)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def seats(database: Engine) -> dict[str, str]:
    """A session of each role."""
    found = {}
    for role in ("reviewer", "auditor", "administrator"):
        add_officer(database, "root", f"seat-{role}", f"某{role}", role)
        with writing(database) as connection:
            officer = officer_named(connection, f"seat-{role}")
            connection.execute(update(staff).where(staff.c.id == officer.id).values(must_change=False))
        found[role] = begin(database, officer.id, "Chromium", passed=True)
    return found


@pytest.fixture(scope="module")
def case(database: Engine, seats: dict[str, str]) -> Desk:
    assert "reviewer" in seats
    with database.connect() as connection:
        reviewer = officer_named(connection, "seat-reviewer")
    return accepted(database, FIRST_RECORD, reviewer, "objection")


def tab_to(page: Page, wanted: Locator) -> None:
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError(f"the keyboard does not reach {wanted}")


def seated(visit, city: str, token: str, **options: object) -> Page:
    page = visit(None, **options)
    page.context.add_cookies([{"name": "desk", "value": token, "url": city}])
    return page


def test_a_reviewer_decides_by_keyboard_alone_without_scripts(visit, database, settings):
    login, secret = "keyboard", new_secret()
    add_officer(database, "root", login, "键盘", "reviewer")
    with writing(database) as connection:
        officer = officer_named(connection, login)
        own = {"password_hash": hash_of(OWN), "must_change": False}
        connection.execute(update(staff).where(staff.c.id == officer.id).values(own))
    assert enrol(database, sealing_of(settings), officer, secret, pyotp.TOTP(secret).at(int(time.time()) - 30))
    case = submitted(database, FIRST_RECORD + 1, "objection")
    page = visit(f"/desk/cases/{case.id}", java_script_enabled=False)
    tab_to(page, page.get_by_label("登录名"))
    page.keyboard.type(login)
    tab_to(page, page.get_by_label("密码"))
    page.keyboard.type(OWN)
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("动态口令"))
    page.keyboard.type(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="申请内容")).to_be_visible()
    tab_to(page, page.get_by_role("link", name="受理", exact=True))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="受理"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("已经受理")
    tab_to(page, page.get_by_role("link", name="异议不成立"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("radio").first)
    page.keyboard.press("Space")
    tab_to(page, page.get_by_label("说明"))
    page.keyboard.type("与决定书核对，公示的内容无误。")
    tab_to(page, page.get_by_role("button", name="继续"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="请确认")).to_be_visible()
    tab_to(page, page.get_by_role("button", name="异议不成立"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("已经作出决定")
    assert case.now.state == "refused"


@pytest.mark.parametrize("look", LOOKS, ids=IDS)
def test_no_page_of_the_desk_violates_a_rule_or_scrolls_sideways(visit, city, seats, case, look):
    scheme, viewport = look
    pages = {
        "reviewer": (
            *("/desk", "/desk?mine=yes", "/desk?state=declined&procedure=repair", f"/desk/cases/{case.id}"),
            *(f"/desk/cases/{case.id}/{act}" for act in ("grant", "refuse", "ask", "note")),
            *("/desk/account", "/desk/password", "/desk/second-factor", "/desk/audit", "/desk/cases/999999"),
        ),
        "auditor": ("/desk/audit", "/desk/audit?verify=yes", "/desk/audit?actor=nobody"),
        "administrator": (
            "/desk/staff",
            "/desk/new-account",
            "/desk/staff/seat-auditor",
            "/desk/staff/seat-administrator",
        ),
    }
    wrong = {}
    for role, paths in pages.items():
        page = seated(visit, city, seats[role], color_scheme=scheme, viewport=viewport)
        for path in paths:
            page.goto(path)
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if (found := violations(page)) or wide > 0:
                wrong[path] = (found, wide)
    assert wrong == {}


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_faults_and_what_is_asked_again_violate_no_rule(visit, city, seats, case, viewport):
    page = seated(visit, city, seats["reviewer"], viewport=viewport)
    page.goto(f"/desk/cases/{case.id}/refuse")
    page.locator("main form").evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="继续").click()
    page.get_by_role("link", name="请从所列各项中选择理由").click()
    assert violations(page) == []
    page.get_by_role("radio").first.check()
    page.get_by_label("说明").fill("核" * 900)
    page.get_by_role("button", name="继续").click()
    expect(page.get_by_role("heading", name="请确认")).to_be_visible()
    assert violations(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
