"""From a file dropped in the inbox to its rows being found, with the receiver and the indexer running beside."""

import asyncio
import csv
import random
import time
from pathlib import Path

from credit_indexer.demo.arriving import register_offices
from credit_indexer.demo.records import MadeRecord
from credit_records.database import migrate, open_database
from credit_records.inbox_layout import PART
from credit_records.settings import Settings
from credit_search.engines import open_engine
from credit_search.record_search import RecordQuery, RecordSearch

from benchmarks.city import city_environment, city_records, city_settings, parties
from benchmarks.figures import Figure, percentile
from benchmarks.processes import CHENGXIN, running

ROWS = 1_000
KIND = "inspection"  # of which every record is public
LOOK_EVERY = 0.01  # seconds
LONGEST_REST = 1.0  # seconds between files, so that each meets the programs at another moment of their rest
GIVE_UP = 60  # seconds
SUBJECTS = 2_000


def measure(data_dir: Path, drops: int) -> list[Figure]:
    settings = city_settings(data_dir)
    environment = city_environment(data_dir)
    with running([CHENGXIN, "index"], environment), running([CHENGXIN, "receive"], environment):
        times = asyncio.run(_times(settings, drops))
    note = f"{len(times)} files of {ROWS:,} rows, from when the file is there"
    return [
        Figure("inbox", "dropped to findable, p50", percentile(times, 0.50), "s", note=note),
        Figure("inbox", "dropped to findable, p99", percentile(times, 0.99), "s", most=2.0),
        Figure("inbox", "longest", max(times), "s"),
    ]


async def _times(settings: Settings, drops: int) -> list[float]:
    database = open_database(settings)
    migrate(database)
    records = city_records()
    register_offices(database, records)
    known, maker, rng = parties(records, SUBJECTS), records.makers[KIND], random.Random()
    search = RecordSearch(open_engine(settings))
    times = []
    for number in range(drops + 1):
        made = [records.about(rng.choice(known), maker, records.number_of_today) for _ in range(ROWS)]
        start = _drop(settings.resolved_inbox_dir, made, number)
        times.append(await _found_after(search, made[-1], start))
        await asyncio.sleep(rng.uniform(0, LONGEST_REST))
    return times[1:]  # the first one also waits for the programs to start


def _drop(inbox: Path, made: list[MadeRecord], number: int) -> float:
    """Put a file in the folder; the moment at which it is there."""
    folder = inbox / made[0].authority.name / KIND
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{number}.csv{PART}"
    with part.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([made[0].maker.titles, *(one.values for one in made)])
    start = time.perf_counter()
    part.rename(folder / f"{number}.csv")
    return start


async def _found_after(search: RecordSearch, wanted: MadeRecord, start: float) -> float:
    number = wanted.values[wanted.maker.columns.index(str(wanted.maker.kind.roles.document_number))]
    while (seconds := time.perf_counter() - start) < GIVE_UP:
        answer = await search.search(RecordQuery(number))
        if any(item.document_number == number for item in answer.items):
            return seconds
        await asyncio.sleep(LOOK_EVERY)
    raise TimeoutError(f"{number} is not found after {GIVE_UP} s")
