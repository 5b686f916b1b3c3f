"""Following a case in a real browser: by keyboard alone, without JavaScript, on a phone, with axe clean all along."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from credit_records.casework.applications import drop
from credit_records.casework.deciding import accept, ask, decline, grant, refuse
from credit_records.database import open_database
from credit_records.settings import Settings
from credit_records.staff.officers import Officer
from credit_site.tracking.addresses import follow_address
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.browser.page_states import FIRST_RECORD, PHONE, WIDE
from tests.browser.test_accessibility import violations
from tests.records.casework.applying import Desk, officer, submitted
from tests.site.casework.files import pdf

ASKED = "请补充缴款凭证的复印件，并写明缴款日期"
LONG = "经核对，所附缴款凭证上的金额与决定书不一致，" * 12
FIRST = 12  # of the penalties, those whose shortest period is over


@dataclass
class Casework:
    """The desk of the city, without its pages: each application is about a record of its own."""

    database: Engine
    officer: Officer
    next_record: int = FIRST_RECORD + FIRST

    def submitted(self) -> Desk:
        self.next_record += 1
        return submitted(self.database, self.next_record)


@pytest.fixture(scope="module")
def casework(data_dir) -> Iterator[Casework]:
    database = open_database(Settings(data_dir=data_dir, city="demo"))
    yield Casework(database, officer(database, "reviewer", "tracking-reviewer"))
    database.dispose()


def open_case(page: Page, desk: Desk) -> None:
    page.goto(follow_address("repair", desk.secret))
    expect(page).to_have_url(re.compile(r"/repair/track/case/[0-9a-f]{16}$"))


def tab_to(page: Page, role: str, name: str) -> None:
    """Move the focus on by the keyboard until it is on what has this name."""
    wanted = page.get_by_role(role, name=name)  # type: ignore[arg-type]  # roles are told by the callers
    for _ in range(80):
        page.keyboard.press("Tab")
        if wanted.first.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError(f"{name} can't be reached by the keyboard")


@pytest.mark.parametrize(("scheme", "viewport"), [("light", WIDE), ("dark", PHONE)], ids=["light, wide", "dark, phone"])
def test_no_state_of_a_case_violates_a_rule_or_scrolls_sideways(visit, casework, scheme, viewport):
    page = visit(None, color_scheme=scheme, viewport=viewport)
    looked_at = []

    def look(what: str) -> None:
        found = violations(page)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        looked_at.append((what, found, max(wider, 0)))

    desk = casework.submitted()
    open_case(page, desk)
    look("submitted")
    desk.do(ask, casework.officer, ASKED)
    page.reload()
    look("asked")
    page.get_by_role("button", name="补齐了，继续办理").click()
    look("nothing handed in")
    page.get_by_label("说明").fill("凭证已寄到窗口")
    page.get_by_role("button", name="补齐了，继续办理").click()
    look("handed in")
    desk.do(accept, casework.officer)
    page.reload()
    look("accepted")
    page.get_by_role("link", name="撤回申请").click()
    look("withdrawing")
    desk.do(refuse, casework.officer, reason="proof_insufficient", text=LONG)
    page.go_back()
    page.reload()
    look("refused")
    page.get_by_role("link", name="看决定书").click()
    look("notice")
    for act, given in ((decline, {"reason": "incomplete", "text": "没有盖章"}), (None, {})):
        desk = casework.submitted()
        desk.do(act, casework.officer, **given) if act else drop(casework.database, desk.secret)
        open_case(page, desk)
        look(desk.now.state)
    assert [each for each in looked_at if each[1:] != ([], 0)] == []
    assert len(looked_at) == 10


def test_a_case_is_followed_to_its_end_by_keyboard_alone(visit, casework):
    desk = casework.submitted()
    page = visit("/repair/track")
    tab_to(page, "textbox", "编号")
    page.keyboard.type(desk.now.number or "")
    page.keyboard.press("Tab")
    page.keyboard.type(desk.secret)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("已提交，最迟")
    desk.do(ask, casework.officer, ASKED)
    page.reload()
    expect(page.get_by_text(ASKED).first).to_be_visible()
    tab_to(page, "textbox", "说明")
    page.keyboard.type("缴款日期是 2026-06-01")
    tab_to(page, "button", "补齐了，继续办理")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("已提交，最迟")
    desk.do(accept, casework.officer)
    desk.do(grant, casework.officer, "已核实")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("信用修复：准予修复")
    tab_to(page, "link", "看决定书")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("信用修复决定书")


def test_material_is_added_and_the_application_withdrawn_without_javascript(visit, casework):
    desk = casework.submitted()
    desk.do(ask, casework.officer, ASKED)
    page = visit(None, java_script_enabled=False, viewport=PHONE)
    open_case(page, desk)
    page.get_by_label("文件").set_input_files({"name": "凭证.txt", "mimeType": "text/plain", "buffer": b"not a paper"})
    page.get_by_role("button", name="上传这个文件").click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("PDF")
    summary.get_by_role("link").click()
    expect(page).to_have_url(re.compile("#file$"))
    page.get_by_label("文件").set_input_files({"name": "凭证.pdf", "mimeType": "text/plain", "buffer": pdf()})
    page.get_by_role("button", name="上传这个文件").click()
    expect(page.get_by_role("link", name="凭证.pdf")).to_be_visible()
    page.get_by_role("link", name="撤回申请").click()
    page.get_by_role("link", name="不撤回，继续办理").click()
    page.get_by_role("button", name="补齐了，继续办理").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已提交，最迟")
    page.get_by_role("link", name="撤回申请").click()
    page.get_by_role("button", name="确定撤回").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("信用修复：已撤回申请")
    page.get_by_role("button", name="在这台设备上关闭").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("查进度：信用修复")


def test_a_record_is_found_by_name_and_led_on_to_its_application(visit):
    page = visit("/repair")
    page.get_by_label("统一社会信用代码或名称").fill("光电科技")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="光电科技").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("条记录现在可以申请修复")
    page.get_by_role("link", name=re.compile("开始申请")).first.click()
    expect(page).to_have_url(re.compile(r"/record/\d+/repair$"))
