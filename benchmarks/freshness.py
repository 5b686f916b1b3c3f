"""From a change that is recorded to the moment at which a search finds it, with the indexer running beside."""

import asyncio
import csv
import os
import random
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from credit_indexer.demo.codes import make_code
from credit_indexer.loading import Loader, inspect_file
from credit_records.catalogue import catalogue
from credit_records.database import open_database
from credit_records.settings import Settings
from credit_search.answers import SubjectQuery
from credit_search.engines import open_engine
from credit_search.subject_search import SubjectSearch

from benchmarks.figures import Figure, percentile
from benchmarks.processes import CHENGXIN

CHANGES = 100
LOOK_EVERY = 0.002  # seconds
LONGEST_REST = 0.4  # seconds between changes, so that each meets the indexer at another moment of its rest
GIVE_UP = 30  # seconds


def measure(settings: Settings, part: str = "freshness", most: float = 1.0) -> list[Figure]:
    """Record fictional subjects one at a time in the database of the real ones; 99 of 100 within `most` seconds."""
    with _following(settings):
        times = asyncio.run(_times(settings))
    note = f"n = {len(times)}, from before it is recorded"
    return [
        Figure(part, "change to searchable, p50", percentile(times, 0.50), "s", note=note),
        Figure(part, "change to searchable, p99", percentile(times, 0.99), "s", most=most),
    ]


@contextmanager
def _following(settings: Settings) -> Iterator[None]:
    environment = {**os.environ, "CHENGXIN_DATA_DIR": str(settings.data_dir), "CHENGXIN_CITY": settings.city}
    indexer = subprocess.Popen([CHENGXIN, "index"], env=environment, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        indexer.send_signal(signal.SIGTERM)
        indexer.wait(60)


async def _times(settings: Settings) -> list[float]:
    kind = catalogue().kinds["registration"]
    loader = Loader(open_database(settings), kind, "benchmark")
    engine = open_engine(settings)
    search = SubjectSearch(engine)
    rng = random.Random()
    first = rng.randrange(10**7)
    times = []
    for number in range(first, first + CHANGES + 1):
        code = make_code("91", "629901", number, year=2020)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "one.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([["企业名称", "统一社会信用代码"], [f"霁川新登记{number}有限公司", code]])
            inspected = inspect_file(path, kind)
            start = time.perf_counter()
            loader.load(inspected, lambda *_: None)
        times.append(await _found_after(search, code, start))
        await asyncio.sleep(rng.uniform(0, LONGEST_REST))
    await engine.close()
    return times[1:]  # the first one also waits for the indexer to start


async def _found_after(search: SubjectSearch, code: str, start: float) -> float:
    while (seconds := time.perf_counter() - start) < GIVE_UP:
        if (await search.search(SubjectQuery(code))).direct == code:
            return seconds
        await asyncio.sleep(LOOK_EVERY)
    raise TimeoutError(f"{code} is not found after {GIVE_UP} s")
