"""Takes the README's pictures: `make screenshots`, on the fictional city that `make run` loads."""

import shutil
from pathlib import Path

from credit_indexer.demo.showcases import showcases
from credit_indexer.demo.town import fictional_town
from credit_records.catalogue import catalogue
from playwright.sync_api import Page, sync_playwright

from benchmarks.processes import CHENGXIN, free_port, served

FOLDER = Path(__file__).parent
DATA = FOLDER.parents[1] / "data" / "demo"
WIDE = {"width": 1200, "height": 800}
PHONE = {"width": 390, "height": 800}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main() -> None:
    city = fictional_town(catalogue())
    renamed = next(subject for subject in showcases(city) if subject.former_names)
    port = free_port()
    words = [CHENGXIN, "serve", "--port", str(port), "--with-indexer"]  # an older index is brought up to date first
    settings = {"CHENGXIN_DATA_DIR": str(DATA), "CHENGXIN_CITY": city.key}
    with served(words, settings, port=port, path="/readyz") as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        wide = browser.new_page(base_url=address, viewport=WIDE, locale="zh-CN")
        phone = browser.new_page(base_url=address, viewport=PHONE, color_scheme="dark", locale="zh-CN", is_mobile=True)
        take(wide, "home", "/")
        take(wide, "results", "/search?q=装饰工程&status=active")
        take(wide, "profile", f"/credit/{renamed.uscc}")
        take(wide, "penalties", "/penalties?q=食品")
        take(wide, "departments", "/departments")
        take(phone, "phone", "/search?q=长风重工")
        browser.close()


def take(page: Page, name: str, path: str) -> None:
    page.goto(path, wait_until="networkidle")
    page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
