"""Whether people find what they mean: MRR@10, recall@10 and the time of each kind of query.

    python -m benchmarks.relevance.measure --data-dir DIR [--names 300]

DIR holds an index of the real files (`chengxin load`, then `chengxin index --once`). The subjects asked for are
chosen from the national file by a fixed seed. A hit counts when it is the subject or bears the same name.
"""

import argparse
import asyncio
import random
import statistics
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
from credit_records.settings import Settings
from credit_search.answers import SubjectQuery
from credit_search.engines import open_engine
from credit_search.folding import fold
from credit_search.subject_search import SubjectSearch
from rich.console import Console
from rich.table import Table

from benchmarks.relevance.variants import VARIANTS, Variant

SEED = 20211123
DEPTH = 10


def chosen(path: Path, count: int) -> list[tuple[str, str]]:
    table = pq.read_table(path, columns=["企业名称", "统一社会信用代码"])
    rng = random.Random(SEED)
    rows = rng.sample(range(table.num_rows), count)
    return [(table["企业名称"][row].as_py(), table["统一社会信用代码"][row].as_py()) for row in rows]


async def rank_of(search: SubjectSearch, query: str, name: str, uscc: str) -> tuple[int, float]:
    """The place of the subject among the first ten, 0 where it is not there, and the seconds it took."""
    started = time.perf_counter()
    answer = await search.search(SubjectQuery(query, size=DEPTH))
    seconds = time.perf_counter() - started
    for place, item in enumerate(answer.items, 1):
        if item.uscc == uscc or fold(item.name) == fold(name):
            return place, seconds
    return 0, seconds


async def measure(
    search: SubjectSearch, variant: Variant, subjects: list[tuple[str, str]], misses: int
) -> tuple[float, float, float, float, int]:
    rng = random.Random(SEED)
    places: list[int] = []
    times: list[float] = []
    for name, uscc in subjects:
        query = variant.rule(name if variant.of == "name" else uscc, rng)
        if query:
            place, seconds = await rank_of(search, query, name, uscc)
            places.append(place)
            times.append(seconds * 1000)
            if place != 1 and misses > 0:
                misses -= 1
                print(f"  {variant.name}: {query} → {place} for {name} {uscc}", file=sys.stderr)
    times.sort()
    mrr = statistics.fmean(1 / p if p else 0.0 for p in places)
    recall = statistics.fmean(p > 0 for p in places)
    return mrr, recall, times[len(times) // 2], times[int(len(times) * 0.99)], len(places)


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--file", type=Path, default=Path("../shared/data/national_names.parquet"))
    parser.add_argument("--names", type=int, default=300)
    parser.add_argument("--only", default="")
    parser.add_argument("--misses", type=int, default=0)
    arguments = parser.parse_args()
    search = SubjectSearch(open_engine(Settings(data_dir=arguments.data_dir)))
    subjects = chosen(arguments.file, arguments.names)
    table = Table("variant", "MRR@10", "recall@10", "asked", "p50 ms", "p99 ms", "n")
    failed = 0
    for variant in VARIANTS:
        if arguments.only in variant.name:
            mrr, recall, p50, p99, n = await measure(search, variant, subjects, arguments.misses)
            failed += mrr < variant.wanted
            mark = "" if mrr >= variant.wanted else " ✗"
            table.add_row(
                variant.name, f"{mrr:.3f}{mark}", f"{recall:.3f}", f"{variant.wanted:.2f}",
                f"{p50:.2f}", f"{p99:.2f}", str(n),
            )  # fmt: skip
    Console(width=100).print(table)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
