"""Everything of one search as CSV, as the site sends it, beside the bare database and the bare writer.

The bare one reads the same rows and hands the same columns, unread JSON among them, to `csv.writer`: no label, no check
for formulas, nothing taken apart. Memory is that of a program that does nothing else.
"""

import asyncio
import csv
import io
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from credit_site.application import create_app
from credit_site.memory import settle
from credit_site.settings import SiteSettings

from benchmarks.city import city_environment, city_settings
from benchmarks.figures import Figure, percentile

LEAST_ROWS = 100_000  # a second
MOST_FEED_MS = 50.0
MEGABYTE = 2**20
FEEDS = ("/penalties.atom", "/penalties.rss?year=2026", "/lists.feed.json", "/licences.atom?q=许可")
ASKED = 40
SUBJECTS, PENALTIES = "/search.csv", "/penalties.csv"
_BARE = {
    SUBJECTS: "SELECT uscc, name, former_names, status, division, division_basis, entity_type, entity_type_basis, "
    "industry, industry_basis, established, capital_amount, capital_currency FROM subject",
    PENALTIES: "SELECT id, fields, published_at, ends_on, updated_at FROM record INDEXED BY ix_record_kind_id "
    "WHERE kind = 'administrative_penalty' AND version > 0 AND state = 'published'",
}


def measure(data_dir: Path) -> list[Figure]:
    found = []
    for path, named in ((SUBJECTS, "subjects"), (PENALTIES, "penalties")):
        rows, seconds = _bare(city_settings(data_dir).data_dir, _BARE[path])
        found.append(Figure("export", f"{named}: bare sqlite3 and csv.writer", rows / seconds, "rows/s"))
        sent = _sent(data_dir, path)
        note = f"{sent['rows']:,} rows, {sent['bytes'] / MEGABYTE:,.0f} MB"
        found += [
            Figure("export", f"{named}: CSV", sent["rows"] / sent["seconds"], "rows/s", least=LEAST_ROWS, note=note),
            Figure("export", f"{named}: memory beyond the first tenth", sent["growth"] / MEGABYTE, "MB"),
        ]
    times = asyncio.run(_feeds(data_dir))
    note = f"n = {len(times)}"
    return [
        *found,
        Figure("export", "feed, p50", percentile(times, 0.50), "ms", note=note),
        Figure("export", "feed, p99", percentile(times, 0.99), "ms", most=MOST_FEED_MS),
    ]


def _bare(data_dir: Path, query: str) -> tuple[int, float]:
    connection = sqlite3.connect(f"file:{data_dir / 'chengxin.db'}?mode=ro", uri=True)
    connection.execute("PRAGMA mmap_size=1073741824")
    start, rows = time.perf_counter(), 0
    cursor = connection.execute(query)
    while several := cursor.fetchmany(4_000):
        out = io.StringIO()
        csv.writer(out).writerows(several)
        out.getvalue().encode()
        rows += len(several)
    seconds = time.perf_counter() - start
    connection.close()
    return rows, seconds


def _sent(data_dir: Path, path: str) -> Mapping[str, Any]:
    """In a program of its own, whose memory is then that of this alone."""
    command = [sys.executable, "-m", "benchmarks.exporting", path]
    environment = {**os.environ, **city_environment(data_dir)}
    answer = subprocess.run(command, check=True, capture_output=True, env=environment)
    found: Mapping[str, Any] = json.loads(answer.stdout)
    return found


async def _take(path: str) -> Mapping[str, Any]:
    """Through the whole application, without a network; what is sent is counted and thrown away."""
    app = create_app(SiteSettings())
    settle()  # as a server does when it has started
    told = {"rows": 0, "bytes": 0}
    held: list[int] = []

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    async def send(message: Mapping[str, Any]) -> None:
        if body := message.get("body", b""):
            told["rows"] += body.count(b"\n")
            told["bytes"] += len(body)
            held.append(_resident())

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"credit.test")],
        "client": ("127.0.0.1", 1),
        "server": ("credit.test", 80),
    }
    start = time.perf_counter()
    await app(scope, receive, send)
    seconds = time.perf_counter() - start
    await app.state.site.close()
    return {**told, "seconds": seconds, "growth": max(held) - max(held[: len(held) // 10])}


def _resident() -> int:
    """Bytes that this program holds of its own, without the pages of files that are only looked at."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"^RssAnon:\s+(\d+) kB", status, re.MULTILINE)[1]) * 1024


async def _feeds(data_dir: Path) -> list[float]:
    app = create_app(SiteSettings(**city_settings(data_dir).model_dump(include={"data_dir", "city"})))
    times = []
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://credit.test") as client:
        for number in range(ASKED + len(FEEDS)):
            start = time.perf_counter()
            answer = await client.get(FEEDS[number % len(FEEDS)])
            assert answer.status_code == 200, answer.text
            times.append((time.perf_counter() - start) * 1000)
    await app.state.site.close()
    return times[len(FEEDS) :]  # the first of each opens what the others find open


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_take(sys.argv[1]))))
