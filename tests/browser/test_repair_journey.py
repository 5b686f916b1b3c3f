"""An enterprise's way back: from a search to a penalty that is gone, with everybody who has a hand in it.

By keyboard alone, with and without JavaScript, each page as axe sees it.
"""

import json
import os
import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pyotp
import pytest
from credit_records.database import open_database, writing
from credit_records.staff.accounts import add_officer
from credit_records.staff.officers import officer_named
from credit_records.staff.passwords import hash_of
from credit_records.staff.second_factor import enrol, new_secret
from credit_records.staff.tables import staff
from credit_site.desk.room import sealing_of
from credit_site.settings import SiteSettings
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import update

from tests.browser.conftest import CHENGXIN, served
from tests.browser.page_states import WITH_RECORDS, shown
from tests.browser.test_accessibility import violations
from tests.browser.test_journeys import follow, tab_to
from tests.site.casework.files import jpeg, pdf
from tests.site.published_records import AUTHORITY, number_of, write_records

SUBJECT = shown(WITH_RECORDS)
CHOSEN = "三只白鹤飞过黄河边的旧水车"
PATIENCE = 60  # seconds that an index may take on a busy machine


@dataclass(frozen=True)
class Town:
    address: str
    data_dir: Path

    def reviewer(self, login: str) -> str:
        """An officer with a password of his own and a second factor, whose secret is given back."""
        settings = SiteSettings(data_dir=self.data_dir, city="demo")
        database, secret = open_database(settings), new_secret()
        add_officer(database, "root", login, "复核员", "reviewer")
        with writing(database) as connection:
            values = {"password_hash": hash_of(CHOSEN), "must_change": False}
            connection.execute(update(staff).where(staff.c.login == login).values(values))
            officer = officer_named(connection, login)
        assert officer is not None
        before = pyotp.TOTP(secret).at(int(time.time()) - 30)
        assert enrol(database, sealing_of(settings), officer, secret, before)
        database.dispose()
        return secret

    def finds(self, number: str) -> bool:
        """Whether the public finds the penalty of this document number."""
        with urllib.request.urlopen(f"{self.address}/api/v1/records?q={quote(number)}") as answer:
            return json.load(answer)["total"] > 0


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    environment = {**os.environ, "CHENGXIN_DATA_DIR": str(folder), "CHENGXIN_CITY": "demo"}
    for kind, path in write_records(folder / "records", SUBJECT):
        words = [CHENGXIN, "load", path, "--kind", kind, "--source", AUTHORITY]
        subprocess.run(words, env=environment, check=True, capture_output=True)
    subprocess.run([CHENGXIN, "index", "--once"], env=environment, check=True, capture_output=True)
    with served(folder, "/readyz") as address, (folder / "index.log").open("w") as log:
        indexer = subprocess.Popen([CHENGXIN, "index"], env=environment, stdout=log, stderr=log)
        yield Town(address, folder)
        indexer.terminate()
        indexer.wait(30)


@dataclass
class Reader:
    """Somebody at a keyboard. `looks` collects what axe objects to, where scripts run."""

    page: Page
    scripted: bool
    wrong: dict[str, object] = field(default_factory=dict)

    def sees(self, heading: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        if self.scripted and (found := violations(self.page)):
            self.wrong[self.page.url] = found

    def goes(self, name: str | re.Pattern[str], *, inside: Locator | None = None, nth: int = 0) -> None:
        """By a link."""
        links = (inside or self.page).get_by_role("link", name=name)
        follow(self.page, links.nth(nth))

    def presses(self, name: str | re.Pattern[str]) -> None:
        tab_to(self.page, self.page.get_by_role("button", name=name))
        self.page.keyboard.press("Enter")

    def types(self, label: str, text: str) -> None:
        tab_to(self.page, self.page.get_by_label(label))
        self.page.keyboard.type(text)

    def ticks(self, label: str) -> None:
        tab_to(self.page, self.page.get_by_label(label))
        self.page.keyboard.press("Space")

    def uploads(self, purpose: str, path: Path, button: str) -> None:
        choice = self.page.get_by_label("这是哪一项材料")
        tab_to(self.page, choice)
        self.page.keyboard.press("Home")
        for _ in range(10):
            if choice.input_value() == purpose:
                break
            self.page.keyboard.press("ArrowDown")
        expect(choice).to_have_value(purpose)
        file = self.page.locator("input[type=file]")
        tab_to(self.page, file)
        file.set_input_files(path)  # the window in which files are picked is the browser's own
        self.presses(button)


def _files(folder: Path) -> dict[str, Path]:
    contents = {"收据.pdf": b"<html><script>alert(1)</script></html>", "缴款凭证.pdf": pdf(), "承诺书.jpg": jpeg()}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return {name: folder / name for name in contents}


def _fills_in(reader: Reader, files: dict[str, Path]) -> None:
    reader.goes("继续填写")
    reader.sees("申请人")
    reader.types("经办人姓名", "王小明")
    reader.types("经办人手机号码", "1390931")
    reader.presses("保存并继续")
    expect(reader.page.get_by_role("alert")).to_contain_text("手机号码")
    expect(reader.page.get_by_label("经办人姓名")).to_have_value("王小明")
    reader.sees("申请人")
    reader.goes(re.compile("手机号码"), inside=reader.page.get_by_role("alert"))
    reader.page.keyboard.press("End")
    reader.page.keyboard.type("0000")
    reader.presses("保存并继续")
    reader.sees("义务履行情况")
    reader.types("怎样改正、怎样履行义务的", "罚款已经缴清，虚假广告已经撤下。")
    reader.types("全部履行完毕的日期", "2026-06-01")
    reader.presses("保存并继续")
    reader.sees("信用承诺")
    for promise in ("真实、合法、有效", "停止并改正", "如有虚假", "依法公开"):
        reader.ticks(promise)
    reader.presses("保存并继续")
    reader.sees("材料")
    reader.uploads("proof", files["收据.pdf"], "上传")
    expect(reader.page.get_by_role("alert")).to_contain_text("PDF")
    reader.sees("材料")
    reader.uploads("proof", files["缴款凭证.pdf"], "上传")
    expect(reader.page.get_by_role("link", name="缴款凭证.pdf")).to_be_visible()
    reader.uploads("letter", files["承诺书.jpg"], "上传")
    expect(reader.page.get_by_role("link", name="承诺书.jpg")).to_be_visible()
    reader.sees("材料")
    reader.goes("继续")
    reader.sees("核对并提交")
    reader.presses("提交申请")


def _takes_a_seat(officer: Reader, login: str, secret: str) -> None:
    officer.sees("受理台登录")
    officer.types("登录名", login)
    officer.types("密码", CHOSEN)
    officer.page.keyboard.press("Enter")
    officer.sees("输入动态口令")
    officer.types("动态口令", pyotp.TOTP(secret).now())
    officer.page.keyboard.press("Enter")
    officer.sees("申请")


def _opens_case(officer: Reader, number: str) -> None:
    case = officer.page.get_by_role("listitem").filter(has_text=number)
    follow(officer.page, case.get_by_role("heading", level=2).get_by_role("link"))
    officer.sees(SUBJECT.name)


def _finds_the_record(owner: Reader, document_number: str) -> str:
    """By a search for the number of the decision; the record's address."""
    tab_to(owner.page, owner.page.get_by_role("main").get_by_role("searchbox"))
    owner.page.keyboard.type(document_number)
    owner.page.keyboard.press("Enter")
    expect(owner.page).to_have_url(re.compile("q="))
    follow(
        owner.page, owner.page.get_by_role("main").locator("article a[href^='/record/'], li a[href^='/record/']").first
    )
    expect(owner.page).to_have_url(re.compile(r"/record/\d+$"))
    expect(owner.page.get_by_role("main")).to_contain_text(document_number)
    return owner.page.url


def _asks_for_more(officer: Reader, number: str) -> None:
    _opens_case(officer, number)
    officer.goes("受理")
    officer.presses("受理")
    expect(officer.page.get_by_role("status").first).to_contain_text("已经受理")
    officer.goes(re.compile("补正"))
    officer.types("说明", "请补交整改验收意见。")
    officer.presses(re.compile("补正"))
    officer.sees(SUBJECT.name)


def _asks_how_it_stands(owner: Reader, number: str, key: str) -> None:
    owner.page.goto("/repair/track")
    owner.sees(re.compile("查进度"))
    owner.types("编号", number)
    owner.types("查询码", key)
    owner.page.keyboard.press("Enter")
    expect(owner.page.get_by_role("main")).to_contain_text(number)


def _hands_in_more(owner: Reader, files: dict[str, Path]) -> None:
    expect(owner.page.get_by_role("main")).to_contain_text("请补交整改验收意见")
    owner.uploads("proof", files["缴款凭证.pdf"], "上传这个文件")
    expect(owner.page.get_by_role("heading", name="这次补充的")).to_be_visible()
    owner.presses("补齐了，继续办理")
    expect(owner.page.get_by_role("heading", name="要补充什么")).to_have_count(0)


def _grants(officer: Reader, number: str) -> None:
    officer.page.goto("/desk")
    _opens_case(officer, number)
    officer.goes(re.compile("^准予"))
    officer.types("说明", "材料齐全，准予修复。")
    officer.presses("继续")
    officer.sees(re.compile("^请确认"))
    officer.presses(re.compile("准予"))
    expect(officer.page.get_by_role("status").first).to_contain_text("已经作出决定")
    officer.sees(SUBJECT.name)


@pytest.mark.parametrize(("scripted", "penalty"), [(True, 20), (False, 21)], ids=["with JavaScript", "without"])
def test_a_penalty_is_repaired_from_search_to_gone(visit, town, tmp_path, scripted, penalty):
    document_number, login = number_of(penalty), f"reviewer-{penalty}"
    files, secret = _files(tmp_path), town.reviewer(login)
    assert town.finds(document_number)
    owner = Reader(visit("/penalties", at=town.address, java_script_enabled=scripted), scripted)
    officer = Reader(visit("/desk", at=town.address, java_script_enabled=scripted), scripted)

    record = _finds_the_record(owner, document_number)
    follow(owner.page, owner.page.get_by_role("main").locator("a[href$='/repair']").first)
    owner.sees(re.compile("可以申请信用修复"))
    owner.presses("开始申请")
    owner.sees(re.compile("信用修复"))
    _fills_in(owner, files)
    number, key = owner.page.locator("#number").inner_text(), owner.page.locator("#secret").inner_text()
    owner.sees(re.compile("已"))
    assert re.fullmatch(r"XF\d{8}\w+", number)

    _takes_a_seat(officer, login, secret)
    _asks_for_more(officer, number)
    _asks_how_it_stands(owner, number, key)
    _hands_in_more(owner, files)
    _grants(officer, number)

    owner.page.goto(record)
    expect(owner.page.get_by_role("main")).not_to_contain_text(document_number)
    end = time.monotonic() + PATIENCE
    while town.finds(document_number) and time.monotonic() < end:
        time.sleep(0.1)
    assert not town.finds(document_number)
    _asks_how_it_stands(owner, number, key)
    owner.sees(re.compile("准予修复"))
    owner.goes("看决定书")
    expect(owner.page.get_by_role("main")).to_contain_text("材料齐全，准予修复")
    assert owner.wrong | officer.wrong == {}
