"""The mirror of departments read, narrowed and sorted by keyboard alone, with and without JavaScript, on any screen."""

import re
from collections.abc import Iterator

import pytest
from credit_records.database import migrate, open_database
from credit_site.settings import SiteSettings
from playwright.sync_api import Page, expect

from tests.browser.conftest import served
from tests.browser.page_states import PHONE, WIDE
from tests.browser.test_accessibility import IDS, LOOKS, violations
from tests.browser.test_journeys import follow, tab_to
from tests.site.reported_months import DISTRICT_MARKET, MARKET, PENALTY, SILENT, SOURCE, TAX, month, write_months

PATHS = (
    "/departments",
    "/departments?lang=en",
    "/departments?text=large",
    "/departments?by=district&sort=coverage",
    f"/departments?kind={PENALTY}&from={month(5)}&to={month(1)}",
    "/departments?from=x&sort=luck",
    "/departments?kind=honour&department=税务部门&district=629901",
    f"/departments/{MARKET.name}",
    f"/departments/{MARKET.name}?lang=en&text=large",
    f"/departments/{SILENT.name}",
    f"/departments/~{SOURCE}",
)


@pytest.fixture(scope="module")
def departments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on a city of departments alone."""
    folder = tmp_path_factory.mktemp("departments")
    database = open_database(SiteSettings(data_dir=folder, city="demo"))
    migrate(database)
    write_months(database)
    database.dispose()
    with served(folder, "/healthz") as address:
        yield address


def first_of(page: Page) -> str:
    return page.locator("tbody th").first.locator("a").inner_text()


@pytest.mark.parametrize(("scheme", "viewport"), LOOKS, ids=IDS)
def test_no_page_of_the_mirror_violates_a_rule_or_scrolls_sideways(visit, departments, scheme, viewport):
    page = visit(None, at=departments, color_scheme=scheme, viewport=viewport)
    wrong = {}
    for path in PATHS:
        page.context.clear_cookies()
        page.goto(path)
        if found := violations(page):
            wrong[path] = found
    assert wrong == {}
    for width in (683, 320):
        page.set_viewport_size({"width": width, "height": 500})
        for path in PATHS:
            page.context.clear_cookies()
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, (
                path
            )


@pytest.mark.parametrize("scripted", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_table_is_sorted_narrowed_and_followed_to_a_unit_by_keyboard(visit, departments, scripted):
    page = visit("/departments", at=departments, java_script_enabled=scripted, viewport=WIDE)
    follow(page, page.get_by_role("columnheader", name="报送").first.get_by_role("link"))
    expect(page).to_have_url(re.compile("sort=received$"))
    expect(page.locator("th[aria-sort=descending]").first).to_contain_text("报送")
    assert first_of(page) == TAX.title
    follow(page, page.get_by_role("columnheader", name="报送").first.get_by_role("link"))
    expect(page).to_have_url(re.compile("order=asc$"))
    assert first_of(page) == SILENT.title
    page.locator("#department").select_option(MARKET.department)
    tab_to(page, page.get_by_role("button", name="查看"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("department=.+sort=received&order=asc"))
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.get_by_role("main")).to_contain_text(DISTRICT_MARKET.title)
    follow(page, page.get_by_role("link", name=MARKET.title, exact=True))
    expect(page).to_have_url(re.compile(f"/departments/{MARKET.name}"))
    expect(page.get_by_role("heading", level=1)).to_have_text(MARKET.title)
    page.go_back()
    expect(page.locator("#department")).to_have_value(MARKET.department)


def test_the_grid_says_each_month_and_what_is_missing_in_words(visit, departments):
    page = visit(f"/departments/{MARKET.name}", at=departments, viewport=PHONE)
    grid = page.get_by_role("table").first
    row = grid.get_by_role("row").nth(2)
    expect(grid.get_by_role("columnheader", name=month(3), exact=True)).to_have_count(1)
    expect(row.get_by_role("rowheader")).to_have_text("行政处罚")
    expect(row.get_by_role("cell", name="缺报", exact=True)).to_have_count(1)
    region = page.get_by_role("group", name="逐月报送")
    region.focus()
    before = region.evaluate("each => each.scrollLeft")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("([each, before]) => each.scrollLeft > before", arg=[region.element_handle(), before])
