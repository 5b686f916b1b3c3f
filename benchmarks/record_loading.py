"""Records of every kind from CSV to searchable, beside the bare database and the bare engine fed what comes of them."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from credit_indexer.record_projection import RecordProjection
from credit_indexer.regions import Regions
from credit_records.catalogue import catalogue
from credit_records.database import open_database
from credit_records.record_changes import all_record_rows
from credit_search.schema import RECORDS

from benchmarks.bare import database_seconds, engine_seconds
from benchmarks.city import REGISTRATIONS, Size, city_environment, city_settings, write_city
from benchmarks.figures import Figure
from benchmarks.processes import CHENGXIN, Took, run

LEAST_PER_SECOND = 20_000
MOST_BYTES = 2 * 2**30
MEGABYTE = 2**20
COMPARED = 300_000  # rows and documents that fit in memory ready made


def measure(data_dir: Path, size: Size) -> list[Figure]:
    """Make the city in an empty data folder and measure how its records come in."""
    environment = city_environment(data_dir)
    files, made = write_city(data_dir / "files", size)
    run([CHENGXIN, "load", data_dir / "files" / REGISTRATIONS], environment)
    run([CHENGXIN, "index", "--once"], environment)
    words = [f"{kind}={path}" for kind, path in files.items()]
    loaded = run([sys.executable, "-m", "benchmarks.load_all", *words], environment)
    indexed = run([CHENGXIN, "index", "--once"], environment)
    peak = max(loaded.peak, indexed.peak)
    seconds, cpu = loaded.seconds + indexed.seconds, loaded.cpu_seconds + indexed.cpu_seconds
    count = size.records
    return [
        Figure("records", "made by the generator", count / made, "rows/s", note=f"{size}, one processor, not counted"),
        Figure("records", "check and record", count / loaded.seconds, "rows/s", note=_took(loaded)),
        Figure("records", "index", count / indexed.seconds, "rows/s", note=_took(indexed)),
        Figure("records", "check, record and index", count / seconds, "rows/s", least=LEAST_PER_SECOND),
        Figure("records", "of it in the processor", cpu, "s", note=f"{count / cpu:,.0f} rows a second of processor"),
        Figure("records", "peak memory", peak / MEGABYTE, "MB", most=MOST_BYTES / MEGABYTE),
        *_bare(data_dir),
    ]


def _took(one: Took) -> str:
    return f"{one.seconds:.1f} s, {one.cpu_seconds:.1f} s in the processor, {one.peak / MEGABYTE:,.0f} MB"


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
