"""The Elasticsearch engine beside the bare client: indexing, parity, whole pages, and how soon a change is found.

    python -m benchmarks.elasticsearch [--url URL] [--subjects 200000] [--real-data DIR] [--keep]

Everything in one run, within ten minutes of a quiet machine with two cores. Without `--url` a node is started from
jars. Ready documents are made of real names, other facts being drawn by a fixed seed; pages are asked of all real
subjects, a million. The indexes of the measurement are removed afterwards; a cluster in use loses and sees nothing,
but is busy.
"""

import argparse
import asyncio
import os
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson
import pyarrow.parquet as pq
from credit_records.settings import Settings
from credit_search.documents import subject_document
from credit_search.engines import open_engine
from credit_search.engines.elasticsearch.engine import ElasticsearchEngine
from credit_search.engines.elasticsearch.mapping import Encoding, index_body
from credit_search.engines.elasticsearch.settings import ElasticsearchSettings
from credit_search.protocol import Document, Engine
from credit_search.schema import SUBJECTS
from credit_search.subject_search import SubjectSearch
from elasticsearch import Elasticsearch, OrjsonSerializer, helpers

from benchmarks import cluster_pages
from benchmarks.figures import Figure, publish
from benchmarks.parity import compare, queries_of
from benchmarks.search_node import some_node

REPOSITORY = Path(__file__).parent.parent
PART = "elasticsearch"
SEED = 9
BATCH = 10_000
ROUNDS, WARM_UP = 600, 100
THREADS = 2
TURNS = 2
ASKED_IN_EVERY_WAY = 60
HOME = "620100"
DISTRICTS = ("620102", "620103", "620104", "110000", "310000", "440000", "")
INDUSTRIES = "ABCDEFGHIJKLMNOPQRS"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default=os.environ.get("ELASTICSEARCH_URL"))
    parser.add_argument("--subjects", type=int, default=200_000, help="as ready documents; 0: only pages")
    real_data = os.environ.get("CHENGXIN_REAL_DATA") or REPOSITORY.parent / "shared" / "data"
    parser.add_argument("--real-data", type=Path, default=Path(real_data))
    parser.add_argument("--keep", action="store_true", help="keep the figures in benchmarks/results")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chengxin-bench-") as folder, some_node(arguments.url) as url:
        figures: list[Figure] = []
        if arguments.subjects:
            figures += measure(url, real_subjects(arguments.real_data, arguments.subjects), Path(folder) / "ready")
        with cleared(url, cluster_pages.prefix()):
            figures += cluster_pages.measure(url, arguments.real_data, Path(folder) / "city")
    load = os.getloadavg()[2]
    figures.append(Figure(PART, "load of the machine, 15 minutes", load, "", note="2 cores; what else ran counts"))
    if arguments.keep:
        print(f"kept in {publish(figures, PART)}")
        return
    for figure in figures:
        print(f"{figure.name:50} {figure.value:12,.2f} {figure.unit:12} {figure.bound:10} {figure.note}")


def measure(url: str, subjects: Sequence[tuple[str, str]], folder: Path) -> list[Figure]:
    """All figures on the cluster at this address."""
    settings = ElasticsearchSettings(
        data_dir=folder, engine="elasticsearch", elasticsearch_url=url, elasticsearch_prefix=f"bench_{os.getpid()}"
    )
    documents = list(ready(subjects))
    with cleared(url, settings.elasticsearch_prefix):
        return asyncio.run(_measured(settings, subjects, documents))


@contextmanager
def cleared(url: str, prefix: str) -> Iterator[None]:
    """What the block makes under this prefix is removed after it."""
    try:
        yield
    finally:
        with Elasticsearch(url) as client:
            for found in client.cat.indices(index=f"{prefix}-*", format="json", h="index"):
                client.indices.delete(index=found["index"])


async def _measured(
    settings: ElasticsearchSettings, subjects: Sequence[tuple[str, str]], documents: list[Document]
) -> list[Figure]:
    cluster = ElasticsearchEngine(settings)
    embedded = open_engine(Settings(data_dir=settings.data_dir))
    try:
        bare: list[float] = []
        ours: list[float] = []
        for _ in range(TURNS):  # in turn, for a node is slower before it has warmed up
            bare.append(bare_indexing(settings, documents))
            ours.append(await index(cluster, documents, await cluster.create(SUBJECTS)))
        await index(cluster, documents)
        await index(embedded, documents)
        rates = [len(documents) / min(seconds) for seconds in (bare, ours)]
        note = f"{len(documents):,} documents, the better of {TURNS}"
        return [
            Figure(PART, f"parallel_bulk, {THREADS} threads", rates[0], "documents/s", note=note),
            Figure(PART, "ours, the same ready documents", rates[1], "documents/s", note=note),
            Figure(PART, "ours as a share of parallel_bulk", rates[1] / rates[0], "", least=0.8),
            *await parity(embedded, cluster, subjects),
        ]
    finally:
        await cluster.close()


def real_subjects(real_data: Path, count: int) -> list[tuple[str, str]]:
    table = pq.read_table(real_data / "national_names.parquet", columns=["企业名称", "统一社会信用代码"])
    pairs = list(zip(*(table[name].to_pylist() for name in table.column_names), strict=True))
    random.Random(SEED).shuffle(pairs)
    return pairs[:count]


def ready(subjects: Sequence[tuple[str, str]]) -> Iterator[Document]:
    rng = random.Random(SEED)
    for number, (name, code) in enumerate(subjects, 1):
        yield subject_document(
            id=number,
            version=number,
            uscc=code,
            code_valid=True,
            name=name,
            former_names=(),
            status=rng.choice(("active", "active", "active", "revoked", "cancelled")),
            division=None,
            region=rng.choice(DISTRICTS),
            entity_type=rng.choice(("limited", "sole_trader", None)),
            industry=rng.choice(INDUSTRIES),
            established=f"{rng.randint(1985, 2025)}-06-01",
        )


def bare_indexing(settings: ElasticsearchSettings, documents: Sequence[Document]) -> float:
    """Seconds that the client's own helper takes for the same documents, in the same form and into the same mapping."""
    encoding = Encoding(SUBJECTS)
    index = f"{settings.elasticsearch_prefix}-bare"
    with Elasticsearch(settings.hosts, request_timeout=120, serializer=OrjsonSerializer()) as client:
        client.indices.create(index=index, **index_body(SUBJECTS, settings))
        actions = [{"_index": index, "_id": str(d["id"]), "_source": orjson.loads(encoding.line(d))} for d in documents]
        start = time.perf_counter()
        for _ in helpers.parallel_bulk(client, actions, thread_count=THREADS, chunk_size=2_000):
            pass
        client.indices.refresh(index=index)
        seconds = time.perf_counter() - start
        client.indices.delete(index=index)
    return seconds


async def index(engine: Engine, documents: Sequence[Document], generation: str | None = None) -> float:
    """Seconds that writing them takes, into this generation or the live one."""
    writer = await engine.writer(SUBJECTS, generation)
    start = time.perf_counter()
    for first in range(0, len(documents), BATCH):
        await writer.write(documents[first : first + BATCH], ())
    await writer.commit(len(documents))
    seconds = time.perf_counter() - start
    await writer.close()
    return seconds


async def parity(one: Engine, other: Engine, subjects: Sequence[tuple[str, str]]) -> list[Figure]:
    found = await compare(
        SubjectSearch(one, HOME), SubjectSearch(other, HOME), queries_of(subjects[:ASKED_IN_EVERY_WAY])
    )
    note = f"{found.asked:,} queries"
    return [
        Figure(PART, "same first result as embedded", found.same_first / found.asked, "", least=0.99, note=note),
        Figure(PART, "same ten as embedded", found.same_ten / found.asked, "", least=0.95, note=note),
        Figure(PART, "same counts as embedded", found.same_facets / found.counted, "", least=1.0, note=note),
    ]


if __name__ == "__main__":
    main()
