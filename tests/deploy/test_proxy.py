"""The proxy's configuration, in the real program before the real site."""

import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from credit_records.database import migrate, open_database
from credit_records.providers import add_provider
from credit_records.settings import Settings

from tests.deploy.tools import REPOSITORY, output_of, tool

CHENGXIN = Path(sys.executable).with_name("chengxin")
CADDYFILE = REPOSITORY / "deploy" / "caddy" / "Caddyfile"
PATIENCE = 60


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass
class Proxied:
    """A site behind the proxy, as a visitor reaches it."""

    https_port: int
    http_port: int
    context: ssl.SSLContext
    site: "subprocess.Popen[bytes]"

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        connection = http.client.HTTPSConnection("localhost", self.https_port, context=self.context, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running(words: list[str | Path], environment: dict[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("wb") as written:
        process = subprocess.Popen(words, env={**os.environ, **environment}, stdout=written, stderr=written)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    caddy = tool("caddy", "caddy")
    folder = tmp_path_factory.mktemp("proxied")
    database = open_database(Settings(data_dir=folder / "data"))
    migrate(database)
    add_provider(database, "market", "虚构市场监管局", "虚构市场监管局", kinds=["registration"])
    database.dispose()
    site_port, http_port, https_port, admin_port = (free_port() for _ in range(4))
    site = {
        "CHENGXIN_DATA_DIR": str(folder / "data"),
        "CHENGXIN_CITY": "demo",
        "CHENGXIN_PUBLIC_URL": "https://localhost",
        "CHENGXIN_TRUSTED_PROXIES": "127.0.0.0/8",
    }
    proxy = {
        "SITE_PORT": str(site_port),
        "SITES": "127.0.0.1",
        "HTTP_PORT": str(http_port),
        "HTTPS_PORT": str(https_port),
        "PROXY_ADMIN": f"localhost:{admin_port}",
        "XDG_DATA_HOME": str(folder / "state"),
        "XDG_CONFIG_HOME": str(folder / "state"),
        "HOME": str(folder),
    }
    with ExitStack() as started:
        serve: list[str | Path] = [CHENGXIN, "serve", "--port", str(site_port)]
        server = started.enter_context(running(serve, site, folder / "site.log"))
        words: list[str | Path] = [caddy, "run", "--config", CADDYFILE, "--adapter", "caddyfile"]
        started.enter_context(running(words, proxy, folder / "proxy.log"))
        root = folder / "state" / "caddy" / "pki" / "authorities" / "local" / "root.crt"
        yield ready(Proxied(https_port, http_port, ssl.create_default_context(), server), root)


def ready(proxied: Proxied, root: Path) -> Proxied:
    end = time.monotonic() + PATIENCE
    while True:
        assert time.monotonic() < end
        try:
            proxied.context = ssl.create_default_context(cafile=root)
            if proxied.ask("/healthz").status == 200:
                return proxied
        except OSError:
            pass
        time.sleep(0.1)


def test_the_proxy_takes_its_configuration():
    environment = {"PROXY_TLS": "tls internal", "SITE_NAME": "credit.example.cn www.credit.example.cn"}
    output_of(
        tool("caddy", "caddy"), "validate", "--config", CADDYFILE, "--adapter", "caddyfile", environment=environment
    )


def test_pages_come_over_tls_as_the_site_sent_them(proxied):
    page = proxied.ask("/", headers={"Accept-Encoding": "gzip"})
    assert page.status == 200
    assert page.headers.get_all("Content-Security-Policy") == [page.headers["Content-Security-Policy"]]
    assert "max-age" in page.headers["Strict-Transport-Security"]
    assert page.headers.get_all("Content-Encoding") == ["gzip"], "the site compresses, and nobody else"
    assert page.body[:2] == b"\x1f\x8b"


def test_without_tls_a_visitor_is_led_to_the_public_port(proxied):
    connection = http.client.HTTPConnection("localhost", proxied.http_port, timeout=30)
    connection.request("GET", "/search?q=a", headers={"Host": "localhost"})
    answer = connection.getresponse()
    assert answer.status == 308
    assert answer.headers["Location"] == "https://localhost/search?q=a"
    connection.close()


@pytest.mark.parametrize("path", ["/metrics", "/readyz", "/%6detrics", "//metrics"])
def test_what_is_the_operators_is_not_shown_outside(proxied, path):
    answer = proxied.ask(path)
    assert answer.status == 404
    assert b"chengxin_" not in answer.body
    assert b"generation" not in answer.body


def test_the_site_knows_that_the_visitor_uses_tls(proxied):
    answer = proxied.ask("/provider/sign-in")
    assert answer.status == 200
    for cookie in answer.headers.get_all("Set-Cookie") or []:
        assert "secure" in cookie.lower()


def test_a_forged_address_does_not_escape_the_limit_of_wrong_keys(proxied):
    """Wrong keys are counted by address; the proxy says which, whatever the visitor says."""
    seen = []
    for number in range(8):
        headers = {
            "Authorization": "Bearer wrong",
            "Content-Type": "application/json",
            "X-Forwarded-For": f"203.0.113.{number}",
        }
        body = json.dumps({"kind": "registration", "rows": []}).encode()
        seen.append(proxied.ask("/api/v1/providers/market/records", "POST", body, headers).status)
    assert seen[0] == 401
    assert seen[-1] == 429


def test_a_flood_is_kept_out(proxied):
    connection = http.client.HTTPSConnection("localhost", proxied.https_port, context=proxied.context, timeout=60)
    piece = b"x" * 1_000_000
    try:
        connection.putrequest("POST", "/provider/upload")
        connection.putheader("Content-Type", "application/x-www-form-urlencoded")
        connection.putheader("Content-Length", str(70 * len(piece)))
        connection.endheaders()
        for _ in range(70):
            connection.send(piece)
        status = connection.getresponse().status
    except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
        status = 0  # closed in the middle, as one deserves who does not listen
    finally:
        connection.close()
    assert status in {0, 413}
    assert proxied.ask("/healthz").status == 200


def test_a_site_that_is_away_is_told_in_a_sentence(proxied):
    """The last of this module: it ends the site."""
    proxied.site.kill()
    proxied.site.wait()
    answer = proxied.ask("/")
    assert answer.status in {502, 503}
    assert "请过一会儿再试" in answer.body.decode()
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
