"""Pages of a site whose search is Elasticsearch, beside the bare client's queries, and how soon a change is found.

The subjects are the real ones, loaded and indexed by the commands that an operator would give. Bare client and site are
asked different queries of one kind, so that neither finds the node's caches filled by the other.
"""

import asyncio
import http.client
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote, urlsplit

from credit_records.catalogue import catalogue
from credit_records.settings import Settings
from credit_search.answers import SubjectQuery
from credit_search.engines import open_engine
from credit_search.engines.elasticsearch.connection import Connection
from credit_search.engines.elasticsearch.generations import Generations
from credit_search.engines.elasticsearch.queries import aggregations, compiled
from credit_search.engines.elasticsearch.settings import ElasticsearchSettings
from credit_search.facets import SUBJECT_FACETS
from credit_search.schema import SUBJECTS
from credit_search.strict import strict
from credit_search.subject_search import SubjectSearch
from credit_search.understanding import understand
from elasticsearch import Elasticsearch

from benchmarks import freshness
from benchmarks.figures import Figure, percentile
from benchmarks.loading import FILES
from benchmarks.processes import CHENGXIN, free_port, run, served
from benchmarks.queries import COMMON, RealNames

PART = "elasticsearch"
CITY = "lanzhou"
ROUNDS, COMMON_ROUNDS, WARM_UP = 1_000, 60, 200
ROWS = 20
MOST_OVER_BARE, MOST_P99, MOST_FRESHNESS = 3.0, 30.0, 2.0


def measure(url: str, real_data: Path, folder: Path) -> list[Figure]:
    """All figures; the city is made in this folder, and in indexes whose prefix is this process' own."""
    own = {"ENGINE": "elasticsearch", "ELASTICSEARCH_URL": url, "ELASTICSEARCH_PREFIX": prefix()}
    environment = {f"CHENGXIN_{name}": value for name, value in (own | {"DATA_DIR": str(folder), "CITY": CITY}).items()}
    os.environ.update(environment)  # where the engine looks for settings of its own
    loaded = run([CHENGXIN, "load", real_data / FILES[0]], environment)
    rebuilt = run([CHENGXIN, "rebuild"], environment)
    settings = ElasticsearchSettings(data_dir=folder, city=CITY)
    count = asyncio.run(_size(settings))
    note = f"{count:,} subjects: load {loaded.seconds:.0f} s, rebuild {rebuilt.seconds:.0f} s"
    return [
        Figure(PART, "rebuild, from the database", count / rebuilt.seconds, "subjects/s", note=note),
        *_queries(RealNames(real_data), settings, environment),
        *freshness.measure(Settings(data_dir=folder, city=CITY, engine="elasticsearch"), PART, MOST_FRESHNESS),
    ]


def prefix() -> str:
    return f"pages_{os.getpid()}"


async def _size(settings: ElasticsearchSettings) -> int:
    engine = open_engine(settings)
    try:
        return await engine.reader(SUBJECTS).size()
    finally:
        await engine.close()


def _queries(names: RealNames, settings: ElasticsearchSettings, environment: Mapping[str, str]) -> list[Figure]:
    drawn = {
        "fragments": names.fragments(3 * (ROUNDS + WARM_UP)),
        "whole names": names.names(3 * (ROUNDS + WARM_UP)),
        COMMON: [COMMON] * 3 * (COMMON_ROUNDS + WARM_UP),
    }
    port = free_port()
    serve = [CHENGXIN, "serve", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    figures: list[Figure] = []
    with served(serve, environment, port=port, path="/readyz") as address:
        for kind, queries in drawn.items():
            bare, ours, whole = (queries[number::3] for number in range(3))
            figures += _figures(
                kind,
                bare_queries(settings, bare)[WARM_UP:],
                asyncio.run(_searches(settings, ours))[WARM_UP:],
                _pages(address, whole)[WARM_UP:],
            )
    return figures


def _figures(kind: str, bare: Sequence[float], ours: Sequence[float], page: Sequence[float]) -> list[Figure]:
    note = f"n = {len(page):,}, {len(SUBJECT_FACETS)} facets, exact total, {ROWS} rows"
    median = percentile(bare, 0.5)
    bound = {} if kind == COMMON else {"most": MOST_P99}
    return [
        Figure(PART, f"{kind}, bare query, p50", median, "ms", note=note),
        Figure(PART, f"{kind}, bare query, p99", percentile(bare, 0.99), "ms"),
        Figure(PART, f"{kind}, our search, p50", percentile(ours, 0.5), "ms"),
        Figure(PART, f"{kind}, our search, p99", percentile(ours, 0.99), "ms"),
        Figure(PART, f"{kind}, whole page, p50", percentile(page, 0.5), "ms", most=median + MOST_OVER_BARE),
        Figure(PART, f"{kind}, whole page, p99", percentile(page, 0.99), "ms", **bound),
    ]


def bare_queries(settings: ElasticsearchSettings, queries: Sequence[str]) -> list[float]:
    """Milliseconds of the official client's search, with the facets, total and rows of a page."""
    index = Generations(Connection(settings), settings, SUBJECTS).live_alias
    facets = aggregations([facet.key for facet in SUBJECT_FACETS], ())
    times = []
    with Elasticsearch(settings.hosts) as client:
        for query in queries:
            asked = {
                "query": compiled(strict(understand(query))),
                "size": ROWS,
                "track_total_hits": True,
                "stored_fields": ["shown"],
                "aggs": facets,
            }
            start = time.perf_counter()
            client.search(index=index, body=asked)
            times.append((time.perf_counter() - start) * 1000)
    return times


async def _searches(settings: ElasticsearchSettings, queries: Sequence[str]) -> list[float]:
    engine = open_engine(settings)
    search = SubjectSearch(engine, catalogue().city(settings.city).division)
    times = []
    for query in queries:
        start = time.perf_counter()
        await search.search(SubjectQuery(query))
        times.append((time.perf_counter() - start) * 1000)
    await engine.close()
    return times


def _pages(address: str, queries: Sequence[str]) -> list[float]:
    """Milliseconds from the request to the whole answer, over one connection that stays open."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    times = []
    for query in queries:
        start = time.perf_counter()
        connection.request("GET", f"/search?q={quote(query)}", headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - start) * 1000)
        assert answer.status in {200, 303}, (query, answer.status)
    connection.close()
    return times
