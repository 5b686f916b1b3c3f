"""The push API as a provider calls it, beside the bare database fed the rows that came of it."""

import random
import secrets
import sqlite3
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import orjson
from credit_records.database import migrate, open_database
from credit_records.providers import add_provider

from benchmarks.bare import database_seconds
from benchmarks.city import city_environment, city_records, city_settings, parties
from benchmarks.figures import Figure, percentile
from benchmarks.processes import CHENGXIN, free_port, served

KIND = "administrative_penalty"
CALLS, ROWS = 16, 10_000
FIRST_CALLS = 4
EACH = FIRST_CALLS + CALLS
WORKERS = 2
SUBJECTS = 50_000
LEAST_PER_SECOND = 8_000


class Caller(NamedTuple):
    name: str
    key: str


def measure(data_dir: Path) -> list[Figure]:
    """Push new records to the city in this folder: by one caller, then by as many at once as there are workers."""
    name = f"bench-{secrets.token_hex(4)}"
    database = open_database(city_settings(data_dir))
    migrate(database)
    key = add_provider(database, name, name, name, kinds=[KIND])
    database.dispose()
    bodies = _bodies()
    size = sum(map(len, bodies)) / len(bodies) / 1e6
    note = f"{CALLS} calls of {ROWS:,} new rows and {size:.1f} MB"
    alone, seconds = _rate(data_dir, Caller(name, key), bodies[:EACH], workers=1)
    together, _ = _rate(data_dir, Caller(name, key), bodies[EACH:], workers=WORKERS)
    bare = _bare(data_dir, name)
    return [
        Figure("push", "one caller, one worker", alone, "rows/s", note=f"{note}, answered row by row"),
        Figure("push", "a call, p50", percentile(seconds, 0.50), "s"),
        Figure("push", f"{WORKERS} callers, {WORKERS} workers", together, "rows/s", least=LEAST_PER_SECOND, note=note),
        Figure("push", "bare database, ready rows", bare, "rows/s"),
    ]


def _rate(data_dir: Path, caller: Caller, bodies: list[bytes], *, workers: int) -> tuple[float, list[float]]:
    """Rows a second of all workers together, and what each call took. The first calls are not counted: they also wait
    for the servers' dictionaries and the database's pages.
    """
    port = free_port()
    words = [CHENGXIN, "serve", "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
    at = served(words, city_environment(data_dir), port=port, path="/healthz")
    with at as address, ThreadPoolExecutor(workers) as callers:
        list(callers.map(lambda body: _push(address, caller, body), bodies[:FIRST_CALLS]))
        start = time.perf_counter()
        seconds = list(callers.map(lambda body: _push(address, caller, body), bodies[FIRST_CALLS:]))
        total = time.perf_counter() - start
    return ROWS * len(seconds) / total, seconds


def _bodies() -> list[bytes]:
    records, rng = city_records(), random.Random()
    known, maker = parties(records, SUBJECTS), records.makers[KIND]
    found = []
    for _ in range(2 * EACH):
        made = (records.about(rng.choice(known), maker, records.number_of_today) for _ in range(ROWS))
        rows = [{title: value for title, value in zip(maker.titles, one.values, strict=True) if value} for one in made]
        found.append(orjson.dumps({"kind": KIND, "rows": rows}))
    return found


def _push(address: str, caller: Caller, body: bytes) -> float:
    headers = {
        "Authorization": f"Bearer {caller.key}",
        "Content-Type": "application/json",
        "Idempotency-Key": secrets.token_hex(16),
    }
    start = time.perf_counter()
    place = f"{address}/api/v1/providers/{caller.name}/records"
    with urllib.request.urlopen(urllib.request.Request(place, body, headers)) as answer:
        told = orjson.loads(answer.read())
    seconds = time.perf_counter() - start
    assert told["received"] == ROWS, told
    assert told["new"] > ROWS / 2, told
    return seconds


def _bare(data_dir: Path, provider: str) -> float:
    """Rows a second of the bare database."""
    of_provider = "delivery_id IN (SELECT id FROM delivery WHERE provider = ?)"
    with closing(sqlite3.connect(data_dir / "chengxin.db")) as connection:
        rows = connection.execute(f"SELECT * FROM record WHERE {of_provider}", (provider,)).fetchall()
        asked = f"SELECT * FROM change WHERE record_id IN (SELECT id FROM record WHERE {of_provider})"
        changes = connection.execute(asked, (provider,)).fetchall()
    return len(rows) / database_seconds(rows, changes)
