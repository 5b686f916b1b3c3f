"""axe finds nothing wrong on any page, in any state, in the light on a wide screen and in the dark on a phone."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.page_states import PHONE, STATES, WIDE, shown

LOOKS = [("light", WIDE), ("dark", PHONE)]
IDS = ["light, wide", "dark, phone"]
BREAK = """
    document.documentElement.removeAttribute('lang');
    document.querySelector('main').insertAdjacentHTML('beforeend', '<img src="/favicon.ico"><input><p>faint</p>');
    Object.assign(document.querySelector('main > p:last-child').style, {color: '#bbb', background: '#fff'});
"""


def violations(page: Page) -> list[tuple[str, list[str]]]:
    found = Axe().run(page).response["violations"]
    return [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]


def test_axe_really_runs(visit):
    """The canary: a page of the site itself, made wrong in four ways, is found wrong in these four."""
    page = visit("/")
    assert violations(page) == []
    page.evaluate(BREAK)
    assert {"image-alt", "color-contrast", "label", "html-has-lang"} <= {name for name, _ in violations(page)}


@pytest.mark.parametrize(("scheme", "viewport"), LOOKS, ids=IDS)
def test_no_page_in_any_state_violates_a_rule(visit, city, resting_city, scheme, viewport):
    pages = {
        resting: visit(None, at=resting_city if resting else city, color_scheme=scheme, viewport=viewport)
        for resting in (False, True)
    }
    wrong = {}
    for state in STATES:
        page = pages[state.resting]
        page.context.clear_cookies()  # language and size of print are remembered from one state to the next
        answer = page.goto(state.path)
        assert answer is not None
        assert answer.status == state.status, state.name
        if found := violations(page):
            wrong[state.name] = found
    assert wrong == {}


@pytest.mark.parametrize(("scheme", "viewport"), LOOKS, ids=IDS)
def test_open_suggestions_and_swapped_results_violate_no_rule(visit, scheme, viewport):
    page = visit("/search?q=有限公司", color_scheme=scheme, viewport=viewport)
    box = page.get_by_role("combobox")
    box.fill("鑫源")
    box.press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_visible()
    box.press("ArrowDown")
    assert violations(page) == []
    box.press("Escape")
    box.press("Enter")
    expect(page).to_have_url(re.compile("%E9%91%AB%E6%BA%90"))
    for closed in page.locator("details:not([open]) > summary").all():
        if closed.is_visible():
            closed.click()
    assert violations(page) == []


@pytest.mark.parametrize("width", [683, 320], ids=["wide screen at 200 %", "phone at 400 %"])
def test_nothing_scrolls_sideways_when_magnified(visit, city, resting_city, width):
    """Magnifying by two halves the width that a page has: 1366 becomes 683."""
    viewport = {"width": width, "height": 500}
    pages = {resting: visit(None, at=resting_city if resting else city, viewport=viewport) for resting in (False, True)}
    wide = {}
    for state in STATES:
        page = pages[state.resting]
        page.context.clear_cookies()
        page.goto(state.path)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wider > 0:
            wide[state.name] = wider
    assert wide == {}


def test_text_of_twice_the_size_keeps_every_word(visit):
    """Only the text grows, as a reader's own setting makes it: nothing is cut off or laid over."""
    page = visit(f"/credit/{shown('中药材').uscc}", viewport=WIDE)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    cut = page.evaluate(
        """[...document.querySelectorAll('main *')].filter(e => e.children.length === 0 && e.textContent.trim()
            && getComputedStyle(e).overflow === 'hidden' && e.scrollHeight > e.clientHeight + 1
            && !e.classList.contains('unseen')).map(e => e.outerHTML)"""
    )
    assert cut == []
