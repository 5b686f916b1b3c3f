"""The search box suggests while one types, as the ARIA combobox pattern says, and a keyboard drives it."""

import re

from playwright.sync_api import Page, expect

from tests.browser.page_states import PHONE, shown


def typed(page: Page, text: str) -> None:
    """Type, and wait for what is suggested for all of it: the first characters may get an answer of their own."""
    page.get_by_role("combobox").press_sequentially(text)
    expect(page.get_by_role("listbox")).to_have_attribute("data-answers", text)
    expect(page.get_by_role("listbox")).to_be_visible()


def test_box_has_the_focus_and_suggests_nothing_until_something_is_typed(visit):
    page = visit()
    box = page.get_by_role("combobox")
    expect(box).to_be_focused()
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_attribute("aria-autocomplete", "list")
    expect(page.locator("[role=listbox]")).to_be_hidden()


def test_arrows_choose_and_the_box_says_which(visit):
    page = visit()
    typed(page, "鑫源")
    box, options = page.get_by_role("combobox"), page.get_by_role("option")
    expect(box).to_have_attribute("aria-expanded", "true")
    controlled = box.get_attribute("aria-controls")
    expect(page.locator(f"#{controlled}")).to_have_role("listbox")
    assert box.get_attribute("aria-activedescendant") is None
    box.press("ArrowDown")
    first = options.first
    expect(first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", first.get_attribute("id") or "")
    box.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant") is None
    box.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    expect(box).to_be_focused()
    expect(box).to_have_value("鑫源")


def test_escape_closes_and_keeps_what_was_typed(visit):
    page = visit()
    typed(page, "鑫源")
    box = page.get_by_role("combobox")
    box.press("ArrowDown")
    box.press("Escape")
    expect(page.locator("[role=listbox]")).to_be_hidden()
    expect(box).to_have_attribute("aria-expanded", "false")
    assert box.get_attribute("aria-activedescendant") is None
    expect(box).to_have_value("鑫源")


def test_enter_on_a_suggestion_opens_its_profile(visit):
    page = visit()
    typed(page, "长风重工")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/credit/{shown('长风').uscc}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(shown("长风").name)


def test_enter_without_a_choice_searches_for_what_was_typed(visit):
    page = visit()
    typed(page, "长风重工")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q=%E9%95%BF%E9%A3%8E%E9%87%8D%E5%B7%A5$"))


def test_a_tap_opens_a_profile(visit):
    page = visit(viewport=PHONE, has_touch=True)
    typed(page, "长风重工")
    page.get_by_role("option").first.tap()
    expect(page).to_have_url(re.compile(f"/credit/{shown('长风').uscc}$"))


def test_pinyin_suggests_too_and_the_matched_part_is_marked(visit):
    page = visit()
    typed(page, "changfengzhonggong")
    expect(page.get_by_role("option").first).to_contain_text(shown("长风").name)
    expect(page.get_by_role("option").first.locator("mark").first).to_be_visible()


def test_a_screen_reader_hears_how_many_there_are(visit):
    page = visit()
    typed(page, "鑫源")
    count = page.get_by_role("option").count()
    expect(page.get_by_role("status")).to_contain_text(str(count))


def test_leaving_the_box_closes_the_list(visit):
    page = visit()
    typed(page, "鑫源")
    page.keyboard.press("Tab")
    expect(page.locator("[role=listbox]")).to_be_hidden()
