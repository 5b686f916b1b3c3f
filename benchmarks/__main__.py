"""`make bench`: every part in one run, on the real files and on the fictional city.

    python -m benchmarks [--only PART,…] [--subjects N] [--records M] [--full] [--data-dir DIR] [--real-data DIR]

The load is measured where the folder has no database yet, and that of records where its `city` has none. Without
`--data-dir` everything is made in a temporary folder; with it a part can be measured again without the load.
"""

import argparse
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from credit_records.settings import Settings

from benchmarks import (
    dropping,
    exporting,
    freshness,
    indexing,
    loading,
    profiles,
    pushing,
    querying,
    record_loading,
    record_querying,
    serving,
)
from benchmarks.city import Size
from benchmarks.figures import Figure, publish
from benchmarks.queries import RealNames

REPOSITORY = Path(__file__).parent.parent
REAL_PARTS = ("index", "query", "http", "freshness")
CITY_PARTS = ("records", "record-search", "profile", "export", "inbox", "push")
PARTS = (*REAL_PARTS, *CITY_PARTS)
USUAL, FULL = Size(50_000, 200_000), Size(1_000_000, 2_000_000)


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="chengxin-bench-") as temporary:
        data_dir = arguments.data_dir or Path(temporary)
        figures = measure(arguments.only, arguments.real_data, data_dir.resolve())
        size = FULL if arguments.full else Size(arguments.subjects, arguments.records)
        figures += measure_city(arguments.only, data_dir.resolve() / "city", size, arguments.drops)
    print(f"kept in {publish(figures).relative_to(REPOSITORY)}")


def measure(parts: Sequence[str], real_data: Path, data_dir: Path) -> list[Figure]:
    """The parts on the real files."""
    if not set(parts) & set(REAL_PARTS):
        return []
    settings = Settings(data_dir=data_dir, city="lanzhou")
    environment = {"CHENGXIN_DATA_DIR": str(data_dir), "CHENGXIN_CITY": "lanzhou"}
    figures: list[Figure] = []
    if not (data_dir / "chengxin.db").exists():
        figures += loading.measure(real_data, data_dir)
    if "index" in parts:
        figures += indexing.measure(settings)
    if "query" in parts or "http" in parts:
        names = RealNames(real_data)
        found, bare_query_ms = querying.measure(names, settings)
        figures += found
        if "http" in parts:
            figures += serving.measure(names, environment, bare_query_ms)
    if "freshness" in parts:
        figures += freshness.measure(settings)
    return figures


def measure_city(parts: Sequence[str], data_dir: Path, size: Size, drops: int) -> list[Figure]:
    """The parts on the fictional city."""
    if not set(parts) & set(CITY_PARTS):
        return []
    figures: list[Figure] = []
    if not (data_dir / "chengxin.db").exists():
        figures += record_loading.measure(data_dir, size)
    if "record-search" in parts:
        figures += record_querying.measure(data_dir)
    if "profile" in parts:
        figures += profiles.measure(data_dir)
    if "export" in parts:
        figures += exporting.measure(data_dir)
    if "inbox" in parts:
        figures += dropping.measure(data_dir, drops)
    if "push" in parts:
        figures += pushing.measure(data_dir)
    return figures


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    real_data = os.environ.get("CHENGXIN_REAL_DATA") or REPOSITORY.parent / "shared" / "data"
    parser.add_argument("--real-data", type=Path, default=Path(real_data))
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--only", type=lambda text: text.split(","), default=PARTS)
    parser.add_argument("--subjects", type=int, default=USUAL.subjects, help="of the fictional city")
    parser.add_argument("--records", type=int, default=USUAL.records, help="of the fictional city")
    parser.add_argument("--full", action="store_true", help=f"a city of {FULL}")
    parser.add_argument("--drops", type=int, default=100, help="files dropped in the inbox")
    arguments = parser.parse_args()
    if unknown := set(arguments.only) - set(PARTS):
        parser.error(f"unknown parts: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if set(arguments.only) & set(REAL_PARTS) and not arguments.real_data.is_dir():
        parser.error(f"the real files are not at {arguments.real_data}; CHENGXIN_REAL_DATA says where they are")
    return arguments


if __name__ == "__main__":
    main()
