"""The site over HTTP under load, beside an empty page of FastAPI and Jinja in the same run.

Every query is asked once, so no answer can come from an earlier one. One worker serves, and the client shares the
machine with it, for both pages alike.
"""

import gzip
import http.client
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from benchmarks.figures import Figure
from benchmarks.processes import CHENGXIN, free_port, served
from benchmarks.queries import RealNames

SCRIPT = Path(__file__).with_name("distinct_paths.lua")
SECONDS = 10
WARM_UP_SECONDS = 2
ALONE, TOGETHER = 1, 8  # connections
QUERIES = 90_000
FIRST_VISIT, RESULTS_PAGE = 60 * 1024, 15 * 1024  # bytes, compressed


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw. Latencies in milliseconds."""

    per_second: float
    p50: float
    p99: float
    bytes_each: float
    errors: int


def measure(names: RealNames, settings: Mapping[str, str], bare_query_ms: float) -> list[Figure]:
    """`bare_query_ms` is the mean of the bare engine's own query, in the same kind of queries."""
    fragments = names.fragments(QUERIES)
    searches = [f"/search?q={quote(query)}" for query in fragments]
    suggestions = [f"/api/v1/suggest?q={quote(query)}" for query in names.typed(QUERIES)]
    port = free_port()
    empty = [sys.executable, "-m", "uvicorn", "benchmarks.empty_page:app", "--port", str(port)]
    empty += ["--no-access-log", "--log-level", "warning"]
    with served(empty, settings, port=port, path="/search") as address:
        floor = _load(address, searches, ALONE)
        floor_together = _load(address, searches, TOGETHER)
    port = free_port()
    serve = [CHENGXIN, "serve", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    with served(serve, settings, port=port, path="/readyz") as address:
        page = _load(address, searches, ALONE)
        together = _load(address, searches, TOGETHER)
        suggest = _load(address, suggestions, ALONE)
        sizes = _sizes(address, fragments[0])
    allowed = 1000 / (bare_query_ms + 1000 / floor.per_second)
    allowed_together = 1000 / (bare_query_ms + 1000 / floor_together.per_second)
    note = "distinct queries, no answer cache"
    return [
        Figure("http", "empty page, p50", floor.p50, "ms", note="1 connection"),
        Figure("http", "empty page", floor.per_second, "requests/s", note="1 connection"),
        Figure("http", "empty page", floor_together.per_second, "requests/s", note=f"{TOGETHER} connections"),
        Figure(
            "http", "/search, p50", page.p50, "ms", most=bare_query_ms + floor.p50 + 1, note=f"1 connection, {note}"
        ),
        Figure("http", "/search, p99", page.p99, "ms", note="1 connection"),
        Figure("http", "/search", page.per_second, "requests/s", least=0.6 * allowed, note="1 connection"),
        Figure(
            "http",
            "/search",
            together.per_second,
            "requests/s",
            least=0.6 * allowed_together,
            note=f"{TOGETHER} connections",
        ),
        Figure("http", "/search, p50 under load", together.p50, "ms", note=f"{TOGETHER} connections"),
        Figure("http", "/search, p99 under load", together.p99, "ms", note=f"{TOGETHER} connections"),
        Figure("http", "suggest, p50", suggest.p50, "ms", note="1 connection"),
        Figure("http", "suggest, p99", suggest.p99, "ms", note="1 connection"),
        Figure("http", "answers that failed", page.errors + together.errors + suggest.errors, "", most=0),
        *sizes,
    ]


def _load(address: str, paths: Sequence[str], connections: int) -> Load:
    with tempfile.NamedTemporaryFile("w", suffix=".paths", encoding="ascii") as file:
        file.write("\n".join(paths) + "\n")
        file.flush()
        # The warm-up asks the last queries, the measured run the first ones.
        _wrk(address, file.name, connections, WARM_UP_SECONDS, start=len(paths) * 4 // 5)
        return _wrk(address, file.name, connections, SECONDS, start=0)


def _wrk(address: str, paths: str, connections: int, seconds: int, *, start: int) -> Load:
    words = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-H", "Accept-Encoding: gzip", "-s", SCRIPT, address]
    done = subprocess.run(
        words, env={**os.environ, "PATHS": paths, "START": str(start)}, capture_output=True, text=True, check=True
    )
    told = re.search(r"^FIGURES (.*)$", done.stdout, re.MULTILINE)
    assert told, done.stdout
    requests, microseconds, p50, p99, received, errors = map(int, told.group(1).split())
    return Load(
        per_second=requests / (microseconds / 1e6),
        p50=p50 / 1000,
        p99=p99 / 1000,
        bytes_each=received / max(requests, 1),
        errors=errors,
    )


def _sizes(address: str, query: str) -> list[Figure]:
    home = _get(address, "/")
    assets = sorted(set(re.findall(r'(?:href|src)="(/static/[^"]+)"', _text(home))))
    first_visit = len(home) + sum(len(_get(address, path)) for path in assets)
    results = len(_get(address, f"/search?q={quote(query)}"))
    return [
        Figure("bytes", "first visit", first_visit, "bytes", most=FIRST_VISIT, note=f"home and {len(assets)} files"),
        Figure("bytes", "page of results", results, "bytes", most=RESULTS_PAGE, note="compressed"),
    ]


def _get(address: str, path: str) -> bytes:
    """The body as it comes over the wire."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip", "Accept": "text/html,*/*"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 200, (path, answer.status)
    return body


def _text(body: bytes) -> str:
    return (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode()
