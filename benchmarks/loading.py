"""The real files, from the file to searchable, by the commands that an operator would give."""

import sqlite3
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.processes import CHENGXIN, Took, run

FILES = ("national_names.parquet", "lanzhou_enterprises.csv.gz")
MOST_SECONDS, AIM_SECONDS = 60, 30
MOST_BYTES = 2 * 2**30
MEGABYTE = 2**20


def measure(real_data: Path, data_dir: Path) -> list[Figure]:
    """Load and index into an empty data folder."""
    settings = {"CHENGXIN_DATA_DIR": str(data_dir)}
    figures: list[Figure] = []
    took: list[Took] = []
    before = 0
    for name in FILES:
        loaded = run([CHENGXIN, "load", real_data / name], settings)
        rows = _records(data_dir)
        figures += _rate("load", name, rows - before, loaded)
        before = rows
        took.append(loaded)
    indexed = run([CHENGXIN, "index", "--once"], settings)
    took.append(indexed)
    total = sum(one.seconds for one in took)
    note = f"{before:,} rows; the aim is {AIM_SECONDS} s"
    return [
        *figures,
        *_rate("index", "index --once", before, indexed),
        Figure("load", "load and index, to searchable", total, "s", most=MOST_SECONDS, note=note),
        Figure("load", "of it in the processor", sum(one.cpu_seconds for one in took), "s"),
        Figure("load", "peak memory", max(one.peak for one in took) / MEGABYTE, "MB", most=MOST_BYTES / MEGABYTE),
        Figure("load", "database", _bytes(data_dir, "chengxin.db*") / MEGABYTE, "MB"),
        Figure("index", "index on disk", _bytes(data_dir, "index/**/*") / MEGABYTE, "MB"),
    ]


def _rate(part: str, name: str, rows: int, took: Took) -> list[Figure]:
    unit = "rows/s" if part == "load" else "documents/s"
    note = f"{took.seconds:.1f} s, {took.cpu_seconds:.1f} s in the processor, {took.peak / MEGABYTE:,.0f} MB"
    return [Figure(part, name, rows / took.seconds, unit, note=note)]


def _records(data_dir: Path) -> int:
    with sqlite3.connect(data_dir / "chengxin.db") as connection:
        found: int = connection.execute("SELECT count(*) FROM record").fetchone()[0]
    return found


def _bytes(folder: Path, pattern: str) -> int:
    return sum(path.stat().st_size for path in folder.glob(pattern) if path.is_file())
