"""A real server on a fictional city, and a real Chromium.

`city` and `resting_city` are made once per session: the same database, with an index and without one. Chromium is
started once per module, because its event loop would be in the way of asynchronous tests in other modules. `visit`
opens pages; when a test ends, every page that it opened must have kept to its host and to its security policy.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.browser.page_states import SUBJECTS, WIDE, WITH_RECORDS, shown
from tests.site.published_records import AUTHORITY, write_records

CHENGXIN = Path(sys.executable).with_name("chengxin")
PATIENCE = 120  # seconds that a server may take to start on a busy machine
WAIT_MS = 30_000  # how long a page may take to become what is expected; only a failure waits so long
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    _run(folder, "demo", "--subjects", str(SUBJECTS), "--records", "0")
    for kind, path in write_records(folder / "records", shown(WITH_RECORDS)):
        _run(folder, "load", path, "--kind", kind, "--source", AUTHORITY)
    _run(folder, "index", "--once")
    return folder


def _run(folder: Path, *words: str | Path) -> None:
    made = subprocess.run([CHENGXIN, *words], env=_settings(folder), capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr


@pytest.fixture(scope="session")
def city(data_dir: Path) -> Iterator[str]:
    with served(data_dir, "/readyz") as address:
        yield address


@pytest.fixture(scope="session")
def resting_city(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same city, whose search engine has no index to answer from."""
    folder = tmp_path_factory.mktemp("resting")
    for file in data_dir.glob("chengxin.db*"):
        shutil.copy(file, folder)
    with served(folder, "/healthz") as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path, "chromium is missing: `make test` installs it, or `apt-get install chromium`"
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, city: str) -> Iterator[Visit]:
    """Opens a page of the city at a path, in a window of its own; keywords are those of a browser context."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_page(path: str | None = "/", *, at: str = city, **options: object) -> Page:
        context = chromium.new_context(**{"locale": "zh-CN", "viewport": WIDE, "base_url": at, **options})
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        context.on("request", lambda request: _keep_to_host(request, at, complaints))
        context.on("console", lambda message: _hear(message, complaints))
        context.on("weberror", lambda error: complaints.append(f"error: {error.error}"))
        page = context.new_page()
        if path is not None:
            page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def _keep_to_host(request: Request, address: str, complaints: list[str]) -> None:
    if urlsplit(request.url).netloc != urlsplit(address).netloc:
        complaints.append(f"request to {request.url}")


def _hear(message: ConsoleMessage, complaints: list[str]) -> None:
    # Chromium reports every answer of 400 and above in the console; pages of that kind are visited on purpose.
    if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource: the server"):
        complaints.append(f"console: {message.text}")


@contextmanager
def served(data_dir: Path, ready_at: str) -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    log = data_dir / "server.log"
    with log.open("w", encoding="utf-8") as output:
        words = [CHENGXIN, "serve", "--host", "127.0.0.1", "--port", str(port)]
        server = subprocess.Popen(words, env=_settings(data_dir), stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait_for(f"http://127.0.0.1:{port}{ready_at}", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(30)


def _settings(data_dir: Path) -> dict[str, str]:
    return {**os.environ, "CHENGXIN_DATA_DIR": str(data_dir), "CHENGXIN_CITY": "demo"}


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nothing answered at {address}:\n{log.read_text(encoding='utf-8')}")
