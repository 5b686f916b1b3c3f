"""Queries in the process: ours from text to ranked answer, and the bare engine's own part of the same queries."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import mean

import tantivy
from credit_records.catalogue import catalogue
from credit_records.settings import Settings
from credit_search.answers import SubjectQuery
from credit_search.engines import open_engine
from credit_search.engines.embedded.engine import FOLDER
from credit_search.engines.embedded.generations import Generations
from credit_search.engines.embedded.mapping import Compiler, tantivy_schema
from credit_search.facets import SUBJECT_FACETS
from credit_search.schema import SUBJECTS
from credit_search.strict import strict
from credit_search.subject_search import SubjectSearch
from credit_search.understanding import understand

from benchmarks.figures import Figure, percentile
from benchmarks.queries import COMMON, RealNames

ROUNDS = 2_000
COMMON_ROUNDS = 100
WARM_UP = 200
ROWS = 20


def measure(names: RealNames, settings: Settings) -> tuple[list[Figure], float]:
    """The figures, and the mean milliseconds of the bare engine's fragment query."""
    fragments = names.fragments(ROUNDS + WARM_UP)
    bare = _bare(settings, fragments)
    figures = [
        Figure("query", "bare engine, fragments, p50", percentile(bare, 0.5), "ms", note="5 facets, total, 20 rows"),
        Figure("query", "bare engine, fragments, p99", percentile(bare, 0.99), "ms"),
        *asyncio.run(_ours(names, settings, fragments)),
    ]
    return figures, mean(bare)


async def _ours(names: RealNames, settings: Settings, fragments: Sequence[str]) -> list[Figure]:
    search = SubjectSearch(open_engine(settings), catalogue().city(settings.city).division)
    asked = {
        "fragments": (fragments, 1.0, 12.0),
        "whole names": (names.names(ROUNDS + WARM_UP), 1.0, 12.0),
        "exact codes": (names.codes(ROUNDS + WARM_UP), 1.0, 12.0),
        COMMON: ([COMMON] * COMMON_ROUNDS, None, 40.0),
        "nothing found at first": (names.damaged(ROUNDS + WARM_UP), None, 40.0),
    }
    figures: list[Figure] = []
    for kind, (queries, most_p50, most_p99) in asked.items():
        times = [await _timed_search(search, query) for query in queries]
        figures += _percentiles(kind, times[WARM_UP:] if len(times) > WARM_UP else times, most_p50, most_p99)
    times = [await _timed_suggest(search, query) for query in names.typed(ROUNDS + WARM_UP)]
    return figures + _percentiles("suggest", times[WARM_UP:], None, 5.0)


def _percentiles(kind: str, times: Sequence[float], most_p50: float | None, most_p99: float) -> list[Figure]:
    return [
        Figure("query", f"{kind}, p50", percentile(times, 0.50), "ms", most=most_p50, note=f"n = {len(times):,}"),
        Figure("query", f"{kind}, p95", percentile(times, 0.95), "ms"),
        Figure("query", f"{kind}, p99", percentile(times, 0.99), "ms", most=most_p99),
    ]


async def _timed_search(search: SubjectSearch, query: str) -> float:
    start = time.perf_counter()
    await search.search(SubjectQuery(query))
    return (time.perf_counter() - start) * 1000


async def _timed_suggest(search: SubjectSearch, query: str) -> float:
    start = time.perf_counter()
    await search.suggest(query)
    return (time.perf_counter() - start) * 1000


def _bare(settings: Settings, queries: Sequence[str]) -> list[float]:
    """Milliseconds of the engine's own search, count, facets and stored rows; nothing of ours inside."""
    compiler = Compiler(SUBJECTS, tantivy_schema(SUBJECTS))
    searcher = tantivy.Index.open(str(_live_folder(settings.data_dir))).searcher()
    facets = {facet.key: {"terms": {"field": facet.key, "size": 200}} for facet in SUBJECT_FACETS}
    times = []
    for query in queries:
        compiled = compiler.query(strict(understand(query)))
        start = time.perf_counter()
        found = searcher.search(compiled, ROWS, count=True)
        searcher.aggregate(compiled, facets)
        for _, address in found.hits:
            searcher.doc(address)
        times.append((time.perf_counter() - start) * 1000)
    return times[WARM_UP:]


def _live_folder(data_dir: Path) -> Path:
    generations = Generations(data_dir / FOLDER, SUBJECTS)
    live = generations.live()
    assert live is not None, "load and index first"
    return generations.path(live)
