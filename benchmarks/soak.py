"""The whole system for an hour under a stream of new records: does its memory stay flat, does it keep up?

    python -m benchmarks.soak [--minutes 60] [--rate 3] [--subjects 20000] [--records 60000] [--data-dir DIR]

Runs the site, the indexer, the receiver and `chengxin demo --live --inbox`, looks at them every few seconds, prints a
table and a verdict for each program, and keeps the figures beside those of `make bench`.
"""

import argparse
import asyncio
import http.client
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, linear_regression
from urllib.parse import quote, urlsplit

from credit_indexer.demo.showcases import showcases
from credit_indexer.demo.town import fictional_town
from credit_records.catalogue import catalogue
from credit_records.changes import latest_seq
from credit_records.database import open_database
from credit_records.inbox_layout import TAKING
from credit_records.tables import delivery
from credit_search.engines import open_engine
from credit_search.protocol import Engine
from credit_search.schema import RECORDS, SUBJECTS
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine as Database
from sqlalchemy import func, select

from benchmarks.city import city_environment, city_settings
from benchmarks.figures import Figure, percentile, publish
from benchmarks.processes import CHENGXIN, free_port, own_memory, run, running, served_at

WARM_UP = 0.2  # of the time, while caches fill
FLAT_SHARE, FLAT_BYTES = 0.05, 8 * 2**20  # what a program may grow by in the time looked at
LONGEST_LAG = 1_000  # changes that wait for an index
MOST_P99 = 100.0  # ms, of a page, beside everything else on two cores
MEGABYTE = 2**20
SHOWN_SAMPLES = 30


@dataclass(frozen=True, slots=True)
class Sample:
    """One look. `memory` is in bytes by program, `lag` the changes that no index has yet, `pages` milliseconds."""

    seconds: float
    memory: Mapping[str, int]
    lag: int
    waiting: int
    pages: Sequence[float]


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="chengxin-soak-") as temporary:
        data_dir = (arguments.data_dir or Path(temporary)).resolve()
        if not (data_dir / "chengxin.db").exists():
            size = ["--subjects", str(arguments.subjects), "--records", str(arguments.records)]
            run([CHENGXIN, "demo", *size], city_environment(data_dir))
        samples, received = _soak(data_dir, minutes=arguments.minutes, rate=arguments.rate, every=arguments.every)
    figures = _figures(samples, received)
    Console(width=140).print(_table(samples))
    print(f"kept in {publish(figures, 'soak')}")
    if any(figure.reached is False for figure in figures):
        sys.exit("not flat, or it did not keep up: see above")


def _soak(data_dir: Path, *, minutes: float, rate: float, every: float) -> tuple[list[Sample], int]:
    """Every look that was taken, and how many rows were received meanwhile."""
    settings, environment = city_settings(data_dir), city_environment(data_dir)
    database, engine = open_database(settings, read_only=True), open_engine(settings)
    port = free_port()
    programs: dict[str, list[str | Path]] = {
        "site": [CHENGXIN, "serve", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"],
        "index": [CHENGXIN, "index"],
        "receive": [CHENGXIN, "receive"],
        "live": [CHENGXIN, "demo", "--live", "--inbox", "--rate", str(rate)],
    }
    before = _received(database)
    samples: list[Sample] = []
    with ExitStack() as opened:
        started = {name: opened.enter_context(running(words, environment)) for name, words in programs.items()}
        address = served_at(port, "/readyz", started["site"])
        start = time.monotonic()
        while (seconds := time.monotonic() - start) < minutes * 60:
            if ended := [name for name, process in started.items() if process.poll() is not None]:
                sys.exit(f"{', '.join(ended)} ended by itself")
            memory = {name: own_memory(process.pid) for name, process in started.items()}
            lag, waiting = asyncio.run(_lag(database, engine)), _waiting(settings.resolved_inbox_dir)
            samples.append(Sample(seconds, memory, lag, waiting, _pages(address)))
            time.sleep(every)
        started["live"].send_signal(signal.SIGINT)
    return samples, _received(database) - before


async def _lag(database: Database, engine: Engine) -> int:
    with database.connect() as connection:
        latest = latest_seq(connection)
    cursors = [await engine.reader(schema).cursor() for schema in (SUBJECTS, RECORDS)]
    return latest - min(cursors)


def _waiting(inbox: Path) -> int:
    """Files that nobody has received yet."""
    return sum(path.parent.name != TAKING for path in inbox.glob("*/*/*.csv") if path.parent.name in catalogue().kinds)


def _received(database: Database) -> int:
    with database.connect() as connection:
        rows: int = connection.execute(select(func.coalesce(func.sum(delivery.c.rows), 0))).scalar_one()
        return rows


def _pages(address: str) -> list[float]:
    """Milliseconds of some pages that people open."""
    known = next(iter(showcases(fictional_town(catalogue()))))
    paths = [
        "/",
        f"/search?q={quote('装饰')}",
        f"/penalties?q={quote('食品')}",
        f"/credit/{known.uscc}",
        "/departments",
    ]
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    times = []
    for path in paths:
        start = time.perf_counter()
        connection.request("GET", path, headers={"Accept": "text/html"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, (path, answer.status)
        times.append((time.perf_counter() - start) * 1000)
    connection.close()
    return times


def _figures(samples: Sequence[Sample], received: int) -> list[Figure]:
    settled = samples[int(len(samples) * WARM_UP) :]
    minutes = samples[-1].seconds / 60
    figures = [figure for name in samples[0].memory for figure in _of_program(name, settled)]
    lags, pages = [sample.lag for sample in samples], [one for sample in settled for one in sample.pages]
    return [
        Figure("soak", "time", minutes, "minutes", note=f"{len(samples)} looks, {received:,} rows received"),
        *figures,
        Figure("soak", "changes waiting for an index, most", max(lags), "", most=LONGEST_LAG),
        Figure("soak", "files waiting to be received, most", max(sample.waiting for sample in samples), ""),
        Figure("soak", "pages, p50", percentile(pages, 0.5), "ms", note=f"n = {len(pages):,}"),
        Figure("soak", "pages, p99", percentile(pages, 0.99), "ms", most=MOST_P99),
    ]


def _of_program(name: str, settled: Sequence[Sample]) -> list[Figure]:
    """How much memory the program has of its own, and how much it grew while it was looked at, by a straight line."""
    memory = [sample.memory[name] for sample in settled]
    hours = [sample.seconds / 3600 for sample in settled]
    slope = linear_regression(hours, memory).slope if len(settled) > 1 else 0.0
    grown, mean = slope * (hours[-1] - hours[0]), fmean(memory)
    allowed = max(mean * FLAT_SHARE, FLAT_BYTES)
    first, last = memory[0] / MEGABYTE, memory[-1] / MEGABYTE
    note = f"{slope / MEGABYTE:+,.1f} MB an hour, at first {first:,.0f}, last {last:,.0f} MB"
    return [
        Figure("soak", f"{name}, memory of its own", mean / MEGABYTE, "MB", note="mean after the first fifth"),
        Figure("soak", f"{name}, grown", grown / MEGABYTE, "MB", most=allowed / MEGABYTE, note=note),
    ]


def _table(samples: Sequence[Sample]) -> Table:
    table = Table(title="soak")
    names = list(samples[0].memory)
    for heading in (
        "minute",
        *(f"{name}, MB" for name in names),
        "changes waiting",
        "files waiting",
        "slowest page, ms",
    ):
        table.add_column(heading, justify="right")
    step = max(len(samples) // SHOWN_SAMPLES, 1)
    for sample in samples[::step]:
        memory = [f"{sample.memory[name] / MEGABYTE:,.0f}" for name in names]
        rest = [f"{sample.lag:,}", str(sample.waiting), f"{max(sample.pages):,.0f}"]
        table.add_row(f"{sample.seconds / 60:.1f}", *memory, *rest)
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=float, default=3)
    parser.add_argument("--every", type=float, default=10, help="seconds between looks")
    parser.add_argument("--subjects", type=int, default=20_000)
    parser.add_argument("--records", type=int, default=60_000)
    parser.add_argument("--data-dir", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
