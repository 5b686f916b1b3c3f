"""A clerk's way through the provider's room: by keyboard, with and without JavaScript, and as axe sees each page."""

import csv
import json
import os
import re
import subprocess
import urllib.request
from dataclasses import dataclass
from io import StringIO
from itertools import count
from pathlib import Path

import pytest
from credit_records.database import open_database
from credit_records.providers import add_provider
from credit_records.settings import Settings
from playwright.sync_api import Page, expect

from tests.browser.conftest import CHENGXIN
from tests.browser.page_states import PHONE, WIDE
from tests.browser.test_accessibility import IDS, LOOKS, violations
from tests.browser.test_journeys import follow, tab_to
from tests.records.sample_rows import sample
from tests.site.pushing import KIND

_SERIALS = count(10_000)
REFUSED = 60  # rows, more than a page of a receipt


@dataclass(frozen=True)
class Clerk:
    name: str
    key: str
    delivery: int
    data_dir: Path

    def receive(self) -> None:
        """What `chengxin receive` does with an upload."""
        settings = {**os.environ, "CHENGXIN_DATA_DIR": str(self.data_dir), "CHENGXIN_CITY": "demo"}
        done = subprocess.run(
            [CHENGXIN, "receive", "--once"], env=settings, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def row(**given: str) -> dict[str, str]:
    serial = next(_SERIALS)
    return sample(KIND, serial, serial) | {"document_number": f"某罚〔房间〕{os.getpid()}-{serial}号"} | given


@pytest.fixture(scope="module")
def clerk(city: str, data_dir: Path) -> Clerk:
    """A clerk of a provider that has pushed something, most of which was refused."""
    database = open_database(Settings(data_dir=data_dir))
    key = add_provider(
        database, "yanhu", "砚湖区市场监督管理局", "市场监督管理局", "629901", kinds=[KIND.name, "food_drug"]
    )
    database.dispose()
    rows = [row(), row(), *(row(decision_date=f"第{number}天") for number in range(REFUSED))]
    body = json.dumps({"kind": KIND.name, "rows": rows}).encode()
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    request = urllib.request.Request(f"{city}/api/v1/providers/yanhu/records", body, headers)  # our own
    with urllib.request.urlopen(request) as answer:  # our own server, on this machine
        number = json.load(answer)["delivery"]
    return Clerk("yanhu", key, number, data_dir)


def enter(page: Page, clerk: Clerk) -> None:
    tab_to(page, page.get_by_label("单位代号"))
    page.keyboard.type(clerk.name)
    page.keyboard.press("Tab")
    page.keyboard.type(clerk.key)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/provider$"))


def sheet(folder: Path, **given: str) -> Path:
    text = StringIO()
    pushed = row(**given)
    writer = csv.DictWriter(text, list(pushed))
    writer.writeheader()
    writer.writerow(pushed)
    path = folder / "行政处罚.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


@pytest.mark.parametrize("scripted", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_whole_way_by_keyboard(visit, clerk, tmp_path, scripted):
    page = visit("/", java_script_enabled=scripted)
    follow(page, page.get_by_role("link", name="报送单位入口"))
    enter(page, clerk)
    follow(page, page.get_by_role("rowheader").get_by_role("link", name=str(clerk.delivery), exact=True))
    main = page.get_by_role("main")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"第 {clerk.delivery} 批的回执")
    expect(main).to_contain_text(f"退回 {REFUSED}")
    follow(page, page.get_by_role("link", name="下一页"))
    expect(page).to_have_url(re.compile(r"\?after="))
    expect(page.locator("table.problems tbody tr")).to_have_count(REFUSED - 50)

    follow(page, page.get_by_role("navigation", name="报送单位").get_by_role("link", name="上传"))
    tab_to(page, page.get_by_label("数据种类"))
    expect(page.locator("#kind option")).to_have_count(3)  # the two that it may send, after none
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("数据种类")).to_have_value(KIND.name)
    page.get_by_label("文件", exact=True).set_input_files(sheet(tmp_path))
    tab_to(page, page.get_by_role("button", name="上传"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/provider/uploads/[0-9a-f]{8}$"))
    expect(main).to_contain_text("等待处理")
    clerk.receive()
    if not scripted:
        follow(page, page.get_by_role("link", name="看看处理完没有"))
    expect(page).to_have_url(re.compile(r"/provider/deliveries/\d+$"))
    expect(main).to_contain_text("新增 1")

    tab_to(page, page.get_by_role("button", name="退出"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/provider/sign-in$"))
    page.goto("/provider")
    expect(page.get_by_role("heading", level=1)).to_have_text("报送单位登录")


def test_a_fault_is_said_in_place_and_has_the_focus(visit, clerk, tmp_path):
    page = visit("/provider/upload")
    enter_here(page, clerk)
    page.evaluate("window.stillHere = true")
    page.get_by_label("数据种类").select_option(KIND.name)
    empty = tmp_path / "空.csv"
    empty.write_text("", encoding="utf-8")
    page.get_by_label("文件", exact=True).set_input_files(empty)
    page.get_by_role("button", name="上传").click()
    expect(page.get_by_role("alert")).to_contain_text("文件是空的")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("数据种类")).to_have_value(KIND.name)
    assert page.evaluate("window.stillHere") is True
    assert violations(page) == []
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("文件", exact=True)).to_be_focused()


def test_how_much_of_a_file_is_sent_is_shown(visit, clerk, tmp_path):
    page = visit("/provider/upload")
    enter_here(page, clerk)
    seen: list[list[object]] = []
    page.expose_function("noted", lambda *told: seen.append(list(told)))
    page.evaluate(
        """() => document.addEventListener('htmx:xhr:progress', () => window.noted(
            document.querySelector('.going').hidden, document.querySelector('.going .share').textContent))"""
    )
    large = tmp_path / "大.csv"
    large.write_text("名称\n" + "某某公司\n" * 400_000, encoding="utf-8")
    page.get_by_label("数据种类").select_option(KIND.name)
    page.get_by_label("文件", exact=True).set_input_files(large)
    page.get_by_role("button", name="上传").click()
    expect(page).to_have_url(re.compile(r"/provider/uploads/"))
    assert seen
    assert {hidden for hidden, _ in seen} == {False}
    assert seen[-1][1] == "100 %"


def test_a_wrong_key_is_said_and_the_name_is_kept(visit):
    page = visit("/provider", viewport=PHONE)
    page.get_by_label("单位代号").fill("yanhu")
    page.get_by_label("密钥").fill("wrong")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("不对")
    expect(page.get_by_label("单位代号")).to_have_value("yanhu")
    expect(page.get_by_label("密钥")).to_have_value("")
    assert violations(page) == []


def enter_here(page: Page, clerk: Clerk) -> None:
    """Sign in and go on to where the page wanted to be."""
    page.get_by_label("单位代号").fill(clerk.name)
    page.get_by_label("密钥").fill(clerk.key)
    page.get_by_role("button", name="登录").click()
    expect(page).not_to_have_url(re.compile("sign-in"))


def room(clerk: Clerk) -> dict[str, str]:
    return {
        "deliveries": "/provider",
        "deliveries of a way without any": "/provider?way=pull",
        "a receipt": f"/provider/deliveries/{clerk.delivery}",
        "a receipt in English": f"/provider/deliveries/{clerk.delivery}?lang=en",
        "upload": "/provider/upload",
        "upload in large print": "/provider/upload?text=large",
        "refused rows": "/provider/rows?measure=refused",
        "accepted rows": "/provider/rows?measure=accepted",
        "no rows": "/provider/rows?measure=wrong_code&month=2020-01",
        "not there": "/provider/deliveries/999999",
    }


@pytest.mark.parametrize(("scheme", "viewport"), LOOKS, ids=IDS)
def test_no_page_of_the_room_violates_a_rule(visit, clerk, scheme, viewport):
    page = visit("/provider/sign-in", color_scheme=scheme, viewport=viewport)
    wrong = {"the door": violations(page)}
    enter_here(page, clerk)
    for name, path in room(clerk).items():
        page.goto(path)
        wrong[name] = violations(page)
        page.goto("/provider?lang=zh&text=normal")
    assert {name: found for name, found in wrong.items() if found} == {}


@pytest.mark.parametrize("width", [683, 320], ids=["wide screen at 200 %", "phone at 400 %"])
def test_nothing_in_the_room_scrolls_sideways_when_magnified(visit, clerk, width):
    page = visit("/provider/sign-in", viewport={**WIDE, "width": width})
    enter_here(page, clerk)
    wide = {}
    for name, path in room(clerk).items():
        page.goto(path)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wider > 0:
            wide[name] = wider
    assert wide == {}
