"""The profile of a subject of whom ten thousand records are known, as the server answers it."""

import csv
import http.client
import random
import sys
import time
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.city import city_environment, city_records, parties
from benchmarks.figures import Figure, percentile
from benchmarks.processes import CHENGXIN, free_port, run, served

RECORDS = 10_000
SUBJECT = 40  # of the city's subjects, one that no deliberate case is
ROUNDS, WARM_UP = 300, 30
MOST_P99 = 30.0  # ms
SEED = 5


def measure(data_dir: Path) -> list[Figure]:
    environment = city_environment(data_dir)
    code, kind = _make_known(data_dir, environment)
    port = free_port()
    words: list[str | Path] = [CHENGXIN, "serve", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    pages = {
        "profile": f"/credit/{code}",
        "timeline": f"/credit/{code}/timeline",
        "a section": f"/credit/{code}/{kind}",
    }
    figures: list[Figure] = []
    with served(words, environment, port=port, path="/readyz") as address:
        for name, path in pages.items():
            times = _times(address, path)
            note = f"one subject, {RECORDS:,} records; n = {len(times)}, 1 connection"
            figures += [
                Figure("profile", f"{name}, p50", percentile(times, 0.50), "ms", note=note),
                Figure("profile", f"{name}, p99", percentile(times, 0.99), "ms", most=MOST_P99),
            ]
    return figures


def _make_known(data_dir: Path, environment: dict[str, str]) -> tuple[str, str]:
    """Load ten thousand records about one subject; its code, and the kind of which it has the most."""
    records = city_records()
    party = parties(records, SUBJECT + 1)[SUBJECT]
    suited = [maker for maker in records.makers.values() if maker.suits(party)]
    rng, rows = random.Random(SEED), defaultdict(list)
    weights = [maker.vocabulary.share for maker in suited]
    for maker in rng.choices(suited, weights, k=RECORDS):
        rows[maker.kind.name].append(records.about(party, maker).values)
    folder = data_dir / "files" / "known"
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in rows.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([records.makers[name].titles, *values])
    files = [f"{name}={folder / f'{name}.csv'}" for name in rows]
    run([sys.executable, "-m", "benchmarks.load_all", *files], environment)
    run([CHENGXIN, "index", "--once"], environment)
    return party.uscc, max(rows, key=lambda name: len(rows[name]))


def _times(address: str, path: str) -> list[float]:
    """Milliseconds of each answer, over one connection that stays open."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    times = []
    for _ in range(ROUNDS + WARM_UP):
        start = time.perf_counter()
        connection.request("GET", path, headers={"Accept": "text/html"})
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - start) * 1000)
        assert answer.status == 200, (path, answer.status)
    connection.close()
    return times[WARM_UP:]
