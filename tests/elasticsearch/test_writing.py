"""What Elasticsearch alone has to keep in order: late writes, documents that it refuses, the size of requests."""

import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from credit_search.clauses import Everything
from credit_search.engines.elasticsearch import bulk
from credit_search.engines.elasticsearch.bulk import Operation, chunks
from credit_search.engines.elasticsearch.engine import ElasticsearchEngine
from credit_search.engines.elasticsearch.settings import ElasticsearchSettings
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.small_index import SMALL, document
from tests.elasticsearch.finding import SEARCH_SECONDS, drop_indexes

TOO_GREAT = 2**63  # for a field of the cluster, though not for one of the other engine


@pytest.fixture
async def engine(elasticsearch_url: str, tmp_path: Path) -> AsyncIterator[ElasticsearchEngine]:
    prefix = f"test_{uuid.uuid4().hex[:12]}"
    settings = ElasticsearchSettings(
        data_dir=tmp_path,
        elasticsearch_url=elasticsearch_url,
        elasticsearch_prefix=prefix,
        elasticsearch_timeout=SEARCH_SECONDS,
    )
    opened = ElasticsearchEngine(settings)
    yield opened
    await opened.close()
    drop_indexes(elasticsearch_url, f"{prefix}-*")


async def shown(engine: ElasticsearchEngine) -> dict[int, str]:
    page = await engine.reader(SMALL).search(Everything(), size=50)
    return {hit.key: hit.shown[1] for hit in page.hits}


def ledgers(folder: Path) -> list[tuple[int, str]]:
    entries = [json.loads(line) for path in folder.rglob("*.refused.jsonl") for line in path.read_text().splitlines()]
    return [(entry["key"], entry["type"]) for entry in entries]


async def test_a_write_or_deletion_that_comes_late_undoes_nothing_newer(engine: ElasticsearchEngine) -> None:
    writer = await engine.writer(SMALL)
    await writer.write([document(1, "new", version=9), document(2, "new", version=9)], ())
    await writer.write([document(1, "old", version=4)], [2], 4)
    await writer.write((), [3], 9)
    await writer.write([document(3, "old", version=4)], ())
    await writer.commit(9)
    await writer.close()
    assert await shown(engine) == {1: "new", 2: "new"}


async def test_a_document_that_is_refused_is_in_the_ledger_until_it_is_taken(
    engine: ElasticsearchEngine, tmp_path: Path
) -> None:
    writer = await engine.writer(SMALL)
    await writer.write([document(1, "ab"), document(2, "cd", year=TOO_GREAT), document(3, "ef")], ())
    await writer.commit(1)
    await writer.close()
    assert await shown(engine) == {1: "ab", 3: "ef"}
    assert ledgers(tmp_path) == [(2, "document_parsing_exception")]
    again = await engine.writer(SMALL)
    assert await again.refused() == 1
    await again.write([document(2, "cd", version=2)], ())
    await again.commit(2)
    assert await again.refused() == 0
    await again.close()
    assert set(await shown(engine)) == {1, 2, 3}


@given(sizes=st.lists(st.integers(1, 40), max_size=30), most=st.integers(1, 8))
def test_requests_hold_every_operation_once_in_order_within_their_bounds(sizes: list[int], most: int) -> None:
    operations = [Operation(number, 0, b"x" * size) for number, size in enumerate(sizes)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "MOST_OPERATIONS", most)
        patch.setattr(bulk, "MOST_BYTES", 50)
        made = [list(chunk) for chunk in chunks(operations)]
    assert [operation for chunk in made for operation in chunk] == operations
    assert all(len(chunk) <= most for chunk in made)
    assert all(len(chunk) == 1 or sum(len(one.lines) for one in chunk) <= 50 for chunk in made)
