"""Search, filter, page, open a profile and go back, by keyboard alone, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.page_states import PHONE, shown

MOST_TABS = 150


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until it has the focus, as somebody without a mouse would."""
    expect(wanted).to_have_count(1)
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{wanted} is not reached by {MOST_TABS} presses of Tab")


def follow(page: Page, wanted: Locator) -> None:
    tab_to(page, wanted)
    page.keyboard.press("Enter")


def total(page: Page) -> int:
    return int("".join(re.findall(r"\d", page.get_by_role("heading", level=1).inner_text())))


@pytest.mark.parametrize("scripted", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_whole_way_by_keyboard(visit, scripted):
    page = visit(java_script_enabled=scripted)
    page.keyboard.type("有限公司")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search\?q="))
    all_found = total(page)
    assert all_found > 100

    if page.locator("#facets > summary").is_visible():
        follow(page, page.locator("#facets > summary"))
    choice = page.locator("#facets a", has_text="砚湖区").first
    follow(page, choice)
    expect(page).to_have_url(re.compile("region=629901"))
    chip = page.locator(".chips a", has_text="砚湖区")
    expect(chip).to_have_count(1)
    in_district = total(page)
    assert 0 < in_district < all_found

    follow(page, page.get_by_role("link", name=re.compile("下一页")))
    expect(page).to_have_url(re.compile("page=2"))
    assert total(page) == in_district
    here = page.url
    hits = page.locator("ol.hits")
    names = hits.inner_text()

    hit = hits.get_by_role("link").nth(2)
    name = hit.inner_text()
    follow(page, hit)
    expect(page).to_have_url(re.compile(r"/credit/[0-9A-Z]{18}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(name)

    page.go_back()  # Alt and the left arrow are the browser window's own keys, which headless Chromium lacks
    expect(page).to_have_url(here)
    expect(page.locator("ol.hits")).to_have_text(re.compile(re.escape(name)))
    assert page.locator("ol.hits").inner_text() == names

    follow(page, page.locator(".chips a", has_text="砚湖区"))
    expect(page.locator(".chips")).to_have_count(0)
    assert total(page) == all_found
    expect(page).not_to_have_url(re.compile("region="))


def test_back_and_forward_walk_through_every_state(visit):
    page = visit("/search?q=有限公司")
    addresses = [page.url]
    for link in ("#sort-newest", "#page-next"):
        page.locator(link).click()
        expect(page).not_to_have_url(addresses[-1])
        addresses.append(page.url)
    for address in reversed(addresses[:-1]):
        page.go_back()
        expect(page).to_have_url(address)
    for address in addresses[1:]:
        page.go_forward()
        expect(page).to_have_url(address)
    expect(page.locator("[aria-current=page]")).to_contain_text("2")


def test_a_filter_swaps_only_the_results_and_says_the_new_total(visit):
    page = visit("/search?q=有限公司")
    page.evaluate("window.stillHere = true")
    page.locator("#facets a", has_text="砚湖区").first.click()
    expect(page.locator(".chips a")).to_have_count(1)
    assert page.evaluate("window.stillHere") is True
    expect(page.get_by_role("status")).to_have_text(page.get_by_role("heading", level=1).inner_text())
    assert page.evaluate("document.activeElement !== document.body"), "the focus is lost"


def test_reload_and_a_shared_address_show_the_same(visit):
    page = visit("/search?q=有限公司")
    page.locator("#facets a", has_text="砚湖区").first.click()
    expect(page.locator(".chips a")).to_have_count(1)
    seen = page.locator("#results").inner_text()
    page.reload()
    assert page.locator("#results").inner_text() == seen
    assert visit(page.url).locator("#results").inner_text() == seen


def test_several_filters_add_up_and_come_off_one_by_one(visit):
    page = visit("/search?q=有限公司&status=active&region=629901")
    both = total(page)
    page.locator(".chips a", has_text="存续").click()
    expect(page.locator(".chips a")).to_have_count(1)
    assert total(page) > both


def test_an_exact_name_offers_its_profile_straight_away(visit):
    subject = shown("长风")
    page = visit(f"/search?q={subject.name}")
    page.get_by_role("link", name=re.compile("打开信用档案")).click()
    expect(page).to_have_url(re.compile(f"/credit/{subject.uscc}$"))


def test_profile_says_who_and_where_from(visit):
    subject = shown("长风")
    main = visit(f"/credit/{subject.uscc}").get_by_role("main")
    for told in (subject.name, "霁川第二机械厂", "56,800", subject.address, "来源", "收到"):
        expect(main).to_contain_text(told)
    doubtful = visit(f"/credit/{shown('错码').uscc}").get_by_role("main")
    expect(doubtful).to_contain_text("没有通过国家标准 GB 32100-2015 的校验")


def test_the_code_is_copied_whole(visit):
    subject = shown("长风")
    page = visit(f"/credit/{subject.uscc}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="复制代码").click()
    expect(page.get_by_role("button", name="已复制")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == subject.uscc


def test_english_is_a_switch_away_and_remembered(visit):
    page = visit("/search?q=有限公司")
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto("/")
    expect(page.get_by_role("button", name="Search")).to_be_visible()
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", re.compile("^zh"))


def test_english_browsers_are_answered_in_english(visit):
    expect(visit("/", locale="en-GB").locator("html")).to_have_attribute("lang", "en")


def test_skip_link_leads_past_the_header(visit):
    page = visit("/about")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_filters_fold_away_on_a_phone(visit):
    page = visit("/search?q=有限公司", viewport=PHONE)
    choice = page.locator("#facets a", has_text="砚湖区").first
    expect(choice).to_be_hidden()
    page.locator("#facets > summary").click()
    choice.click()
    expect(page.locator(".chips a")).to_have_count(1)


def test_targets_are_large_enough_for_a_finger(visit):
    page = visit("/search?q=有限公司&status=active", viewport=PHONE, has_touch=True)
    page.locator("#facets > summary").tap()
    small = page.evaluate(
        """[...document.querySelectorAll('#facets a, .chips a, .pages a, button, input, summary')]
            .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
            .filter(([_, box]) => box.height > 0 && box.height < 43.5).map(([html, box]) => [html, box.height])"""
    )
    assert small == []


def test_paper_has_the_facts_without_the_furniture(visit):
    page = visit(f"/credit/{shown('长风').uscc}")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("form.search")).to_be_hidden()
    expect(page.locator("header nav")).to_be_hidden()


def test_resting_engine_is_never_shown_as_nothing_found(visit, resting_city):
    page = visit("/search?q=长风重工", at=resting_city)
    expect(page.get_by_role("main")).to_contain_text("查询服务暂时休息")
    expect(page.get_by_role("main")).not_to_contain_text("没有找到")
    subject = shown("长风")
    page.goto(f"/search?q={subject.name}")
    page.locator("ol.hits").get_by_role("link", name=subject.name).click()
    expect(page).to_have_url(re.compile(f"/credit/{subject.uscc}$"))
