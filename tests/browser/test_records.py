"""From a profile to more of its records, to one of them, to the timeline and back, by keyboard alone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.page_states import PHONE, WITH_RECORDS, shown
from tests.browser.test_accessibility import violations
from tests.browser.test_journeys import follow

PROFILE = f"/credit/{shown(WITH_RECORDS).uscc}"
FIRST, PAGE, ALL = 10, 20, 34  # on a profile, on a page of a section, and of all penalties


def penalties(page: Page) -> list[str]:
    lines = page.locator(".line", has_text="发布虚假广告").get_by_role("link")
    return lines.all_inner_texts()


def test_more_records_appear_in_place_and_the_focus_goes_on(visit):
    page = visit(PROFILE)
    page.evaluate("window.stillHere = true")
    lines = page.locator(".line", has_text="发布虚假广告")
    expect(lines).to_have_count(FIRST)
    more = page.get_by_role("link", name="更多")
    for shown_now in (FIRST + PAGE, ALL):
        before = lines.count()
        follow(page, more)
        expect(lines).to_have_count(shown_now)
        expect(lines.nth(before).get_by_role("link")).to_be_focused()
    expect(more).to_have_count(0)
    names = penalties(page)
    assert len(set(names)) == ALL
    assert page.evaluate("window.stillHere") is True
    assert violations(page) == []


@pytest.mark.parametrize("scripted", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_way_to_a_record_and_back_by_keyboard(visit, scripted):
    page = visit(PROFILE, java_script_enabled=scripted, viewport=PHONE)
    follow(page, page.get_by_role("link", name=re.compile("全部记录按时间排列")))
    expect(page).to_have_url(re.compile("/timeline$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("全部记录")
    line = page.locator(".line").get_by_role("link").nth(2)
    headline = line.inner_text()
    follow(page, line)
    expect(page).to_have_url(re.compile(r"/record/\d+$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(headline)
    main = page.get_by_role("main")
    for told in ("来源", "公示至", "提出异议"):
        expect(main).to_contain_text(told)
    page.go_back()
    expect(page).to_have_url(re.compile("/timeline$"))
    page.go_back()
    expect(page).to_have_url(re.compile(f"{PROFILE}$"))


def test_more_is_a_page_of_its_own_without_javascript(visit):
    page = visit(PROFILE, java_script_enabled=False)
    seen = penalties(page)
    for _ in range(2):
        follow(page, page.get_by_role("link", name="更多"))
        expect(page).to_have_url(re.compile(r"/administrative_penalty\?after="))
        seen += penalties(page)
    assert len(seen) == len(set(seen)) == ALL
    follow(page, page.get_by_role("link", name="回到最新的"))
    expect(page).to_have_url(re.compile("/administrative_penalty$"))


def test_a_record_on_paper_has_its_rule_and_no_furniture(visit):
    page = visit(PROFILE)
    page.locator(".line").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("/record/"))
    page.emulate_media(media="print")
    expect(page.get_by_text("公示至")).to_be_visible()
    expect(page.locator("form.search")).to_be_hidden()
