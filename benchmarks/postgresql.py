"""The fictional city into PostgreSQL and into SQLite, beside the bare COPY of the rows that come of it.

    python -m benchmarks.postgresql [--url URL] [--subjects 50000] [--records 50000] [--keep]

Where no URL is given, a server is started here for the time, with the settings that it comes with but for a quarter of
a gigabyte of buffers; that of a URL must let its user make databases.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from credit_records.database import open_database
from credit_records.postgresql_bulk import as_copy_text
from credit_records.settings import Settings
from credit_records.tables import change, record
from sqlalchemy import Table, Text, make_url, select

from benchmarks.city import REGISTRATIONS, Size, city_environment, write_city
from benchmarks.figures import Figure, publish
from benchmarks.processes import LOOK_EVERY, Took, run
from tests.postgresql.real_server import Databases, Server, as_libpq

PART = "postgresql"
ROWS_TOGETHER = 50_000
BUFFERS = ("shared_buffers=256MB",)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="of a server; its databases of the measurement are removed afterwards")
    parser.add_argument("--subjects", type=int, default=50_000)
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--keep", action="store_true", help="keep the figures in benchmarks/results")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chengxin-bench-") as folder, _databases(arguments.url) as (found, pid):
        figures = measure(found, pid, Path(folder), Size(arguments.subjects, arguments.records))
        found.close()
    if arguments.keep:
        print(f"kept in {publish(figures, PART)}")
    for figure in figures:
        print(f"{figure.name:50} {figure.value:12,.2f} {figure.unit:12} {figure.note}")


def measure(databases: Databases, pid: int | None, folder: Path, size: Size) -> list[Figure]:
    """All figures; `pid` is of the server, where it runs here."""
    files, _ = write_city(folder / "files", size)
    words = [f"registration={folder / 'files' / REGISTRATIONS}", *(f"{kind}={path}" for kind, path in files.items())]
    count = size.subjects + size.records
    url = databases.new()
    sqlite = _load(folder / "sqlite", words)
    before = _processor_seconds(pid)
    postgresql = _load(folder / "postgresql", words, url)
    _wait_until_alone(url)
    serving = _processor_seconds(pid) - before
    rows, bare, bare_serving = _bare(databases, pid, url)
    databases.done_with(url)
    copied = f"{rows:,} rows of record and change"
    return [
        _figure("SQLite, check and record", count, sqlite, 0.0),
        _figure("PostgreSQL, check and record", count, postgresql, serving),
        Figure(PART, "time against SQLite's", postgresql.seconds / sqlite.seconds, "times"),
        Figure(PART, "bare COPY of the ready rows", rows / bare, "rows/s", note=copied),
        Figure(PART, "of it in the server's processor", bare_serving, "s", note="where it runs here"),
    ]


def _figure(name: str, count: int, took: Took, serving: float) -> Figure:
    note = f"{took.seconds:.1f} s; processor: {took.cpu_seconds:.1f} s here, {serving:.1f} s of the server"
    return Figure(PART, name, count / took.seconds, "rows/s", note=note)


def _load(data_dir: Path, words: Sequence[str], url: str = "") -> Took:
    environment = {**city_environment(data_dir), "CHENGXIN_DATABASE_URL": url}
    return run([sys.executable, "-m", "benchmarks.load_all", *words], environment)


def _bare(databases: Databases, pid: int | None, loaded: str) -> tuple[int, float, float]:
    """How many rows; the seconds in which the server takes them ready made, and those of its processor."""
    url = databases.new()
    parts = [part for table in (record, change) for part in _ready(loaded, table)]
    before = _processor_seconds(pid)
    with psycopg.connect(as_libpq(make_url(url)), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")  # the subjects are not here
        start = time.perf_counter()
        for name, text, _ in parts:
            with connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
                copy.write(text)
        seconds = time.perf_counter() - start
    databases.done_with(url)
    return sum(count for *_, count in parts), seconds, _processor_seconds(pid) - before


def _ready(url: str, table: Table) -> Iterator[tuple[str, bytes, int]]:
    """The table's rows as COPY reads them, so many together as we send."""
    are_texts = [isinstance(column.type, Text) for column in table.columns]
    engine = open_database(Settings(database_url=url), read_only=True)
    with engine.connect() as connection:
        found = connection.execute(select(table), execution_options={"yield_per": ROWS_TOGETHER})
        for part in found.partitions():
            rows: list[tuple[Any, ...]] = [tuple(row) for row in part]
            yield table.name, as_copy_text(are_texts, rows), len(rows)
    engine.dispose()


def _wait_until_alone(url: str) -> None:
    """Until the server has seen the connections end, whose seconds it then counts as its own."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(as_libpq(make_url(url)), autocommit=True) as connection:
        while connection.execute(others).fetchone() != (0,):
            time.sleep(LOOK_EVERY)


def _processor_seconds(pid: int | None) -> float:
    """Of the server and of all connections that it has seen end; 0 where it runs elsewhere."""
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _databases(url: str | None) -> Iterator[tuple[Databases, int | None]]:
    if url:
        yield Databases(make_url(url)), None
        return
    server = Server(BUFFERS)
    try:
        yield Databases(server.url), server.pid
    finally:
        server.remove()


if __name__ == "__main__":
    main()
