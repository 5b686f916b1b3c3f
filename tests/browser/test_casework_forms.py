"""An enterprise applies for repair, and somebody objects: by keyboard, with and without JavaScript, as axe sees it."""

import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from credit_records.database import open_database
from credit_records.settings import Settings
from playwright.sync_api import Page, expect

from tests.browser.page_states import PHONE, WIDE
from tests.browser.test_accessibility import IDS, LOOKS, violations
from tests.browser.test_journeys import follow, tab_to
from tests.records.casework.applying import penalise
from tests.site.casework.files import jpeg, pdf

SERIALS = count(70_000)
NewPenalty = Callable[..., int]


@pytest.fixture
def penalty(data_dir) -> Iterator[NewPenalty]:
    """Makes penalties that can be repaired."""
    database = open_database(Settings(data_dir=data_dir))

    def make(**given: str) -> int:
        serial = next(SERIALS)
        return penalise(database, serial, serial, **given)

    yield make
    database.dispose()


@pytest.fixture
def papers(tmp_path) -> dict[str, Path]:
    """A receipt of payment, a photograph of a letter, and something that only says that it is a PDF."""
    contents = {"缴款凭证.pdf": pdf(), "承诺书.jpg": jpeg((800, 600)), "假的.pdf": b"<svg onload='alert(1)'/>"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return {name: tmp_path / name for name in contents}


def press(page: Page, name: str) -> None:
    tab_to(page, page.get_by_role("button", name=name, exact=True))
    page.keyboard.press("Enter")


def type_in(page: Page, label: str, text: str) -> None:
    tab_to(page, page.get_by_role("textbox", name=label))
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(text)


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def choose_paper(page: Page, title: str) -> None:
    box = page.get_by_label("这是哪一项材料")
    tab_to(page, box)
    titles = page.locator("#purpose option").all_inner_texts()
    page.keyboard.press("Home")
    for _ in range(next(place for place, each in enumerate(titles) if title in each)):
        page.keyboard.press("ArrowDown")
    expect(box.locator("option:checked")).to_contain_text(title)


def hand_in(page: Page, title: str, file: Path) -> None:
    choose_paper(page, title)
    page.get_by_label("文件", exact=True).set_input_files(file)
    press(page, "上传")


@pytest.mark.parametrize("scripted", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_whole_way_by_keyboard(visit, penalty, papers, scripted):
    page = visit(f"/record/{penalty()}", java_script_enabled=scripted)
    follow(page, page.get_by_role("main").locator("a[href$='/repair']").first)
    press(page, "开始申请")
    heading(page, "申请：信用修复")
    follow(page, page.get_by_role("link", name="继续填写"))

    heading(page, "申请人")
    type_in(page, "经办人姓名", "赵某")
    type_in(page, "经办人手机号码", "138")
    press(page, "保存并继续")
    expect(page.get_by_role("alert")).to_contain_text("手机号码应当是 1 开头的 11 位数字")
    follow(page, page.get_by_role("alert").get_by_role("link"))
    expect(page.get_by_role("textbox", name="经办人手机号码")).to_be_focused()
    expect(page.get_by_role("textbox", name="经办人手机号码")).to_have_value("138")
    expect(page.get_by_role("textbox", name="经办人姓名")).to_have_value("赵某")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("13800000000")
    page.keyboard.press("Enter")

    heading(page, "义务履行情况")
    type_in(page, "怎样改正、怎样履行义务的", "罚款已经缴清")
    type_in(page, "全部履行完毕的日期", "2026-06-01")
    press(page, "保存并继续")

    heading(page, "信用承诺")
    for box in page.get_by_role("checkbox").all():
        tab_to(page, box)
        page.keyboard.press("Space")
    press(page, "保存并继续")

    heading(page, "材料")
    hand_in(page, "履行义务的证明", papers["假的.pdf"])
    expect(page.get_by_role("alert")).to_contain_text("只收 PDF、JPEG、PNG 和 OFD")
    hand_in(page, "履行义务的证明", papers["缴款凭证.pdf"])
    expect(page.locator(".files li")).to_have_count(1)
    hand_in(page, "信用修复承诺书", papers["承诺书.jpg"])
    expect(page.locator(".files li")).to_have_count(2)
    follow(page, page.get_by_role("link", name="继续", exact=True))

    heading(page, "核对并提交")
    expect(page.get_by_role("main")).to_contain_text("13800000000")
    press(page, "提交申请")
    heading(page, "已经提交：信用修复")
    expect(page.locator("#number")).to_have_text(re.compile(r"XF\d{8}[0-9A-Z]{6}"))
    expect(page.locator("#secret")).to_have_text(re.compile(r"[\w-]{43}"))


def begun(page: Page, record: int, procedure: str, button: str) -> str:
    page.goto(f"/record/{record}/{procedure}")
    page.get_by_role("button", name=button).click()
    expect(page).to_have_url(re.compile(rf"/{procedure}/draft/[0-9a-f]{{16}}$"))
    return page.url


@pytest.mark.parametrize(("scheme", "viewport"), LOOKS, ids=IDS)
def test_no_page_of_a_form_violates_a_rule(visit, penalty, papers, scheme, viewport):
    page = visit("/", color_scheme=scheme, viewport=viewport)
    wrong = {}
    for procedure, button in (("repair", "开始申请"), ("objection", "开始填写异议")):
        draft = begun(page, penalty(), procedure, button)
        wrong[draft] = violations(page)
        steps = page.locator(".tasks a").evaluate_all("links => links.map((link) => link.getAttribute('href'))")
        for step in steps:
            page.goto(step)
            wrong[step] = violations(page)
            save = page.get_by_role("button", name="保存并继续")
            if save.count():
                for field in page.get_by_role("textbox").all():
                    field.fill("")
                save.click()
                expect(page.get_by_role("alert")).to_be_visible()
                wrong[f"{step}, wrong"] = violations(page)
        page.goto(f"{draft}/materials")
        page.get_by_label("这是哪一项材料").select_option(index=1)
        page.get_by_label("文件", exact=True).set_input_files(papers["承诺书.jpg"])
        page.get_by_role("button", name="上传").click()
        expect(page.locator(".files li")).to_have_count(1)
        wrong[f"{draft}/materials, with a file"] = violations(page)
    page.goto("/repair/draft/0123456789abcdef")
    wrong["nobody's"] = violations(page)
    assert {name: found for name, found in wrong.items() if found} == {}


def test_a_picture_is_seen_before_it_is_sent_in(visit, penalty, papers):
    page = visit("/")
    draft = begun(page, penalty(), "repair", "开始申请")
    page.goto(f"{draft}/materials")
    page.get_by_label("这是哪一项材料").select_option("letter")
    page.get_by_label("文件", exact=True).set_input_files(papers["承诺书.jpg"])
    page.get_by_role("button", name="上传").click()
    preview = page.get_by_role("img", name="承诺书.jpg 的预览")
    expect(preview).to_be_visible()
    page.wait_for_function("() => document.querySelector('.files img').naturalWidth === 600")  # it stands upright


def test_how_much_of_a_file_is_sent_is_shown(visit, penalty, tmp_path):
    page = visit("/")
    draft = begun(page, penalty(), "repair", "开始申请")
    page.goto(f"{draft}/materials")
    seen: list[list[object]] = []
    page.expose_function("noted", lambda *told: seen.append(list(told)))
    page.evaluate(
        """() => document.addEventListener('htmx:xhr:progress', () => window.noted(
            document.querySelector('.going').hidden, document.querySelector('.going .share').textContent))"""
    )
    large = tmp_path / "大.pdf"
    large.write_bytes(pdf(b"%" + b"a" * 5_000_000 + b"\n"))
    page.get_by_label("文件", exact=True).set_input_files(large)
    page.get_by_role("button", name="上传").click()
    expect(page.locator(".files li")).to_have_count(1)
    assert seen
    assert {hidden for hidden, _ in seen} == {False}
    assert seen[-1][1] == "100 %"


def test_the_letter_is_downloaded_as_pdf_filled_in(visit, penalty):
    page = visit("/")
    draft = begun(page, penalty(), "repair", "开始申请")
    page.goto(f"{draft}/materials")
    with page.expect_download() as told:
        page.get_by_role("link", name=re.compile("下载填好的")).click()
    assert Path(told.value.path()).read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("width", [683, 320], ids=["wide screen at 200 %", "phone at 400 %"])
def test_nothing_scrolls_sideways_when_magnified_even_with_long_names(visit, penalty, width):
    page = visit("/", viewport={**WIDE, "width": width})
    name = "霁川云上超长名称" * 12 + "有限责任公司"
    draft = begun(page, penalty(name=name), "repair", "开始申请")
    steps = page.locator(".tasks a").evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    wide = {}
    for address in (draft, *steps, f"{draft}/letter/letter"):
        page.goto(address)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wider > 0:
            wide[address] = wider
    assert wide == {}


def test_a_link_is_copied_at_the_press_of_a_button(visit, penalty):
    page = visit("/", viewport=PHONE, permissions=["clipboard-read", "clipboard-write"])
    begun(page, penalty(), "repair", "开始申请")
    link = page.locator("#link").inner_text()
    page.get_by_role("button", name="复制链接").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == link
