"""`make bench`: every part in one run, on the real files.

    python -m benchmarks [--only index,query,http,freshness] [--data-dir DIR] [--real-data DIR]

The load is measured where the folder has no database yet. Without `--data-dir` everything is made in a temporary
folder; with it a part can be measured again without the load.
"""

import argparse
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from credit_records.settings import Settings

from benchmarks import freshness, indexing, loading, querying, serving
from benchmarks.figures import Figure, publish
from benchmarks.queries import RealNames

REPOSITORY = Path(__file__).parent.parent
PARTS = ("index", "query", "http", "freshness")


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="chengxin-bench-") as temporary:
        data_dir = arguments.data_dir or Path(temporary)
        figures = measure(arguments.only, arguments.real_data, data_dir.resolve())
    print(f"kept in {publish(figures).relative_to(REPOSITORY)}")


def measure(parts: Sequence[str], real_data: Path, data_dir: Path) -> list[Figure]:
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


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    real_data = os.environ.get("CHENGXIN_REAL_DATA") or REPOSITORY.parent / "shared" / "data"
    parser.add_argument("--real-data", type=Path, default=Path(real_data))
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--only", type=lambda text: text.split(","), default=PARTS)
    arguments = parser.parse_args()
    if unknown := set(arguments.only) - set(PARTS):
        parser.error(f"unknown parts: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if not arguments.real_data.is_dir():
        parser.error(f"the real files are not at {arguments.real_data}; CHENGXIN_REAL_DATA says where they are")
    return arguments


if __name__ == "__main__":
    main()
