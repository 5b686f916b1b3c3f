"""Records of every kind from CSV to searchable, beside the bare database and the bare engine fed what comes of them.

The indexer follows while the files are loaded, as it does where the system is at work; the clock stops when it has
caught up.
"""

import asyncio
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

from credit_indexer.record_projection import RecordProjection
from credit_indexer.regions import Regions
from credit_records.catalogue import catalogue
from credit_records.changes import latest_seq
from credit_records.database import open_database
from credit_records.record_changes import all_record_rows
from credit_records.settings import Settings
from credit_search.engines import open_engine
from credit_search.protocol import Engine
from credit_search.schema import RECORDS, SUBJECTS

from benchmarks.bare import database_seconds, engine_seconds
from benchmarks.city import REGISTRATIONS, Size, city_environment, city_settings, write_city
from benchmarks.figures import Figure
from benchmarks.processes import CHENGXIN, processor_seconds, run, running, watched

LEAST_PER_SECOND = 20_000
MOST_BYTES = 2 * 2**30
MEGABYTE = 2**20
LOOK_EVERY = 0.05  # seconds
COMPARED = 300_000  # rows and documents that fit in memory ready made


def measure(data_dir: Path, size: Size) -> list[Figure]:
    """Make the city in an empty data folder and measure how its records come in."""
    environment = city_environment(data_dir)
    files, made = write_city(data_dir / "files", size)
    run([CHENGXIN, "load", data_dir / "files" / REGISTRATIONS], environment)
    run([CHENGXIN, "index", "--once"], environment)
    words = [f"{kind}={path}" for kind, path in files.items()]
    with running([CHENGXIN, "index"], environment) as indexer, watched(indexer.pid) as indexing_peak:
        start, before = time.perf_counter(), processor_seconds(indexer.pid)
        loaded = run([sys.executable, "-m", "benchmarks.load_all", *words], environment)
        behind = _caught_up(city_settings(data_dir))
        seconds = time.perf_counter() - start
        indexing = processor_seconds(indexer.pid) - before
    peak, count = loaded.peak + indexing_peak[0], size.records
    cpu = loaded.cpu_seconds + indexing
    took = f"{loaded.seconds:.1f} s, {loaded.cpu_seconds:.1f} s in the processor, {loaded.peak / MEGABYTE:,.0f} MB"
    rest = (
        f"{behind:.1f} s after the last file; {indexing:.1f} s in the processor, {indexing_peak[0] / MEGABYTE:,.0f} MB"
    )
    return [
        Figure("records", "made by the generator", count / made, "rows/s", note=f"{size}, one processor, not counted"),
        Figure("records", "check and record, the indexer beside", count / loaded.seconds, "rows/s", note=took),
        Figure("records", "check, record and index", count / seconds, "rows/s", least=LEAST_PER_SECOND, note=rest),
        Figure("records", "of it in the processor", cpu, "s", note=f"{count / cpu:,.0f} rows a second of processor"),
        Figure("records", "peak memory, both", peak / MEGABYTE, "MB", most=MOST_BYTES / MEGABYTE),
        *_bare(data_dir),
    ]


def _caught_up(settings: Settings) -> float:
    """Seconds until every change is indexed."""
    start, engine = time.perf_counter(), open_engine(settings)
    with open_database(settings, read_only=True).connect() as connection:
        latest = latest_seq(connection)
    while asyncio.run(_cursor(engine)) < latest:
        time.sleep(LOOK_EVERY)
    return time.perf_counter() - start


async def _cursor(engine: Engine) -> int:
    return min([await engine.reader(schema).cursor() for schema in (SUBJECTS, RECORDS)])


def _bare(data_dir: Path) -> list[Figure]:
    settings = city_settings(data_dir)
    with closing(sqlite3.connect(data_dir / "chengxin.db")) as connection:
        asked = "SELECT * FROM record WHERE kind <> 'registration' ORDER BY id LIMIT ?"
        rows = connection.execute(asked, (COMPARED,)).fetchall()
        asked = "SELECT * FROM change WHERE record_id IS NOT NULL ORDER BY seq LIMIT ?"
        changes = connection.execute(asked, (len(rows),)).fetchall()
    projection = RecordProjection(Regions(catalogue().city(settings.city).division), catalogue())
    with open_database(settings, read_only=True).connect() as connection:
        documents = projection.documents(all_record_rows(connection, 0, COMPARED))
    database, engine = database_seconds(rows, changes), engine_seconds(RECORDS, documents)
    return [
        Figure("records", "bare database, ready rows", len(rows) / database, "rows/s", note=f"{len(rows):,} rows"),
        Figure("records", "bare engine, ready documents", len(documents) / engine, "documents/s"),
    ]
