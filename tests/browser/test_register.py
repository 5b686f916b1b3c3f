"""Penalties and lists searched, narrowed, read and cited by keyboard alone, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.page_states import PHONE, WIDE, WITH_RECORDS, shown
from tests.browser.test_accessibility import violations
from tests.browser.test_journeys import follow, tab_to
from tests.site.published_records import AUTHORITY

FROM_A_DAY = "2020-01-01"


def found(page: Page) -> int:
    return int("".join(re.findall(r"\d", page.locator("#total").inner_text())))


def open_filters(page: Page) -> None:
    if page.locator("#facets > summary").is_visible() and page.locator("#facets[open]").count() == 0:
        follow(page, page.locator("#facets > summary"))


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("scripted", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_whole_way_by_keyboard(visit, scripted, viewport):
    page = visit("/", java_script_enabled=scripted, viewport=viewport)
    follow(page, page.get_by_role("main").get_by_role("link", name="行政处罚"))
    expect(page).to_have_url(re.compile("/penalties$"))
    every = found(page)

    tab_to(page, page.locator("#words"))
    page.keyboard.type("虚假广告")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/penalties\?q=[^&]+$"))
    expect(page.locator("mark").first).to_be_visible()
    assert 0 < found(page) <= every

    open_filters(page)
    follow(page, page.locator("#facets a", has_text=AUTHORITY).first)
    expect(page.locator(".chips .chip")).to_have_count(1)
    narrowed = found(page)

    open_filters(page)
    page.locator("#since").fill(FROM_A_DAY)  # typing into a date field differs by language, what it sends does not
    tab_to(page, page.locator("#apply-period"))
    page.keyboard.press("Enter")
    expect(page.locator(".chips .chip")).to_have_count(2)
    expect(page).to_have_url(re.compile(rf"q=[^&]+&authority=[^&]+&since={FROM_A_DAY}$"))
    assert found(page) == narrowed

    follow(page, page.locator("#sort-largest"))
    expect(page).to_have_url(re.compile("sort=largest"))
    here, seen = page.url, page.locator("ol.hits").inner_text()
    hit = page.locator("ol.hits h3").get_by_role("link").nth(1)
    follow(page, hit)
    expect(page).to_have_url(re.compile(r"/record/\d+$"))
    page.go_back()
    expect(page).to_have_url(here)
    assert page.locator("ol.hits").inner_text() == seen

    follow(page, page.locator("#chip-all"))
    expect(page.locator(".chips")).to_have_count(0)
    assert found(page) >= narrowed
    expect(page).to_have_url(re.compile(r"/penalties\?q=[^&]+&sort=largest$"))


def test_a_filter_swaps_only_the_results_keeps_the_place_and_says_the_new_total(visit):
    page = visit("/penalties")
    page.evaluate("window.stillHere = true")
    choice = page.locator("#facets section", has_text="违法行为类型").get_by_role("link").nth(2)
    choice.scroll_into_view_if_needed()
    scrolled = page.evaluate("scrollY")
    name = choice.get_attribute("id")
    choice.press("Enter")
    expect(page.locator(".chips a")).to_have_count(1)
    assert page.evaluate("window.stillHere") is True
    expect(page.get_by_role("status")).to_have_text(page.locator("#total").inner_text())
    assert page.evaluate("document.activeElement.id") == name
    assert abs(page.evaluate("scrollY") - scrolled) < 5
    bars = page.locator("svg.bars rect").count()
    page.locator(".chips a").first.press("Enter")
    expect(page.locator(".chips")).to_have_count(0)
    assert page.locator("svg.bars rect").count() > bars


def test_a_new_question_stays_within_what_was_chosen_since_the_page_opened(visit):
    page = visit("/penalties")
    page.locator("#facets a", has_text=AUTHORITY).first.click()
    expect(page.locator(".chips a")).to_have_count(1)
    page.locator("#words").fill("宣传")
    page.locator("#words").press("Enter")
    expect(page).to_have_url(re.compile(r"/penalties\?q=[^&]+&authority="))
    expect(page.locator(".chips a")).to_have_count(1)
    page.reload()
    expect(page.locator("#words")).to_have_value("宣传")
    expect(page.locator(".chips a")).to_have_count(1)


def test_a_date_typed_is_asked_for_and_can_be_taken_off(visit):
    page = visit("/penalties")
    every = found(page)
    newest = page.locator("ol.hits time").first.inner_text()
    page.locator("#since").fill(newest)
    page.locator("#apply-period").click()
    expect(page).to_have_url(re.compile(f"/penalties\\?since={newest}$"))
    assert 0 < found(page) < every
    expect(page.locator("#since")).to_have_value(newest)
    page.locator("#chip-period").click()
    expect(page).to_have_url(re.compile("/penalties$"))
    expect(page.locator("#since")).to_have_value("")
    assert found(page) == every


@pytest.mark.parametrize("scripted", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_nothing_found_leads_to_something(visit, scripted):
    page = visit("/penalties?q=广告&until=2001-01-01", java_script_enabled=scripted)
    way = page.locator(".empty").get_by_role("link").first
    told = int("".join(re.findall(r"\d", page.locator(".empty .count").first.inner_text())))
    follow(page, way)
    expect(page).to_have_url(re.compile(r"/penalties\?q=[^&]+$"))
    assert found(page) == told > 0


def test_the_table_behind_the_chart_adds_up_to_the_total(visit):
    page = visit("/penalties", java_script_enabled=False)
    follow(page, page.locator("#chart-table > summary"))
    counts = [int(text.replace(",", "")) for text in page.locator("#chart-table td").all_inner_texts()]
    assert sum(counts) == found(page)
    picture = page.get_by_role("img", name=re.compile("每月条数.*最多的是"))
    expect(picture).to_be_visible()


def test_lists_say_their_colour_in_words_and_shapes(visit):
    page = visit("/lists")
    shapes = page.evaluate(
        """Object.fromEntries([...document.querySelectorAll('.lists td > span')]
            .map(e => [e.textContent, getComputedStyle(e, '::before').content]))"""
    )
    assert shapes == {"失信惩戒名单": '"▲ "', "守信激励名单": '"★ "'}
    follow(page, page.get_by_role("link", name="严重违法失信企业").first)
    expect(page).to_have_url(re.compile("/lists/serious_dishonesty$"))
    page.locator("#words").fill(shown(WITH_RECORDS).name)
    page.locator("#words").press("Enter")
    expect(page.locator("#total")).to_have_text("共 1 条")
    follow(page, page.locator("ol.hits").get_by_role("link", name=re.compile("信用档案")))
    expect(page).to_have_url(re.compile(f"/credit/{shown(WITH_RECORDS).uscc}$"))


def test_the_address_is_copied_whole(visit):
    page = visit("/penalties?q=广告")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#cite > summary").click()
    page.locator("#cite").get_by_role("button").click()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.locator("#facets a").first.click()
    expect(page.locator(".chips a")).to_have_count(1)
    expect(page.locator("#cite").get_by_role("button")).to_be_visible()  # what was open stays open, and works


@pytest.mark.parametrize(("scheme", "viewport"), [("light", WIDE), ("dark", PHONE)], ids=["light, wide", "dark, phone"])
def test_everything_unfolded_and_swapped_violates_no_rule(visit, scheme, viewport):
    page = visit("/penalties?q=广告", color_scheme=scheme, viewport=viewport)
    open_filters(page)
    page.locator("#facets section", has_text="决定月份").get_by_role("link").first.click()
    expect(page.locator(".chips a")).to_have_count(1)
    for closed in page.locator("details:not([open]) > summary").all():
        if closed.is_visible():
            closed.click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_targets_are_large_enough_for_a_finger(visit):
    page = visit("/penalties?q=广告&category=罚款", viewport=PHONE, has_touch=True)
    page.locator("#facets > summary").tap()
    page.locator("#chart-table > summary").tap()
    page.locator("#cite > summary").tap()
    small = page.evaluate(
        """[...document.querySelectorAll('a, button, input:not([type=hidden]), summary')]
            .filter(e => e.closest('#results, #asking')).map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
            .filter(([_, box]) => box.height > 0 && box.height < 43.5).map(([html, box]) => [html, box.height])"""
    )
    assert small == []


def test_paper_has_the_figures_without_the_furniture(visit):
    page = visit("/penalties")
    page.emulate_media(media="print")
    expect(page.locator("#total")).to_be_visible()
    expect(page.locator("svg.bars")).to_be_visible()
    for furniture in ("form.search", "#facets", ".sorts"):
        expect(page.locator(furniture)).to_be_hidden()
