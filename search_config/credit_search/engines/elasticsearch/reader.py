"""Reads the live generation of an index through its alias."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any

import orjson

from credit_search.clauses import Clause, Filters, Sort
from credit_search.engines.elasticsearch.connection import Connection
from credit_search.engines.elasticsearch.generations import Generations, Known
from credit_search.engines.elasticsearch.queries import SUM, aggregations, compiled, order
from credit_search.engines.elasticsearch.versions import keys_of, versions_of
from credit_search.protocol import FacetCount, Hit, Page
from credit_search.schema import FieldType, IndexSchema

FRESHNESS_SECONDS = 0.25  # how often the index is asked for its generation and cursor
WANTED = ("hits.total.value", "hits.hits._score", "hits.hits.fields", "aggregations.*.value", "aggregations.*.buckets")


class ElasticsearchReader:
    """An `IndexReader`. Connects to nothing until it is first asked."""

    def __init__(self, connection: Connection, generations: Generations, schema: IndexSchema) -> None:
        self._connection = connection
        self._generations = generations
        self._schema = schema
        self._alias = generations.live_alias
        self._stored = next(f.name for f in schema.fields if f.type is FieldType.STORED)
        self._known: Known | None = None
        self._known_until = float("-inf")

    async def search(
        self,
        clause: Clause,
        *,
        filters: Filters = (),
        facets: Sequence[str] = (),
        sums: Sequence[str] = (),
        size: int = 20,
        offset: int = 0,
        sort: Sort | None = None,
        count: bool = True,
    ) -> Page:
        asked: dict[str, Any] = {
            "query": compiled(clause, filters),
            "size": size,
            "from": offset,
            "sort": order(sort, self._schema),
            "track_total_hits": count,
            "stored_fields": [self._stored],
        }
        if facets or sums:
            asked["aggs"] = aggregations(facets, sums)
        answer = await self._ask(asked)
        found = answer.get("hits", {})
        hits = [self._hit(hit) for hit in found.get("hits", ())]
        counted = answer.get("aggregations", {})
        return Page(
            total=found["total"]["value"] if count else offset + len(hits),
            hits=hits,
            facets={name: _counts(counted[name]["buckets"]) for name in facets},
            sums={name: round(counted[SUM + name]["value"]) for name in sums},
        )

    async def _ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        answer = await self._connection.search(
            lambda client: client.search(
                index=self._alias,
                body=asked,
                allow_partial_search_results=False,  # half an answer would pass for a whole one
                filter_path=WANTED,
            )
        )
        return dict(answer.body)

    async def scan(self, clause: Clause, *, filters: Filters = ()) -> AsyncGenerator[list[int]]:
        """Of one point in time."""
        query = compiled(clause, filters)
        async with aclosing(keys_of(self._connection, self._alias, self._schema, query)) as found:
            async for keys in found:
                yield keys

    async def frequencies(self, field: str, terms: Sequence[str]) -> list[int]:
        """From one shard, times their number: its dictionary knows without counting, deleted documents included."""
        if not terms:
            return []
        shards = (await self._current()).shards
        answer = await self._connection.search(
            lambda client: client.termvectors(
                index=self._alias,
                doc={field: " ".join(terms)},
                fields=[field],
                term_statistics=True,
                field_statistics=False,
                positions=False,
                offsets=False,
            )
        )
        known = answer["term_vectors"].get(field, {}).get("terms", {})
        return [known.get(term, {}).get("doc_freq", 0) * shards for term in terms]

    async def generation(self) -> str:
        current = await self._current()
        return f"{current.generation}@{current.cursor}"

    async def size(self) -> int:
        answer = await self._connection.search(lambda client: client.count(index=self._alias))
        return int(answer["count"])

    async def cursor(self) -> int:
        return (await self._generations.known(self._alias)).cursor

    async def versions(self) -> AsyncIterator[tuple[int, int]]:
        async for pair in versions_of(self._connection, self._alias, self._schema):
            yield pair

    async def _current(self) -> Known:
        now = time.monotonic()
        if self._known is None or now >= self._known_until:
            self._known = await self._generations.known(self._alias, quickly=True)
            self._known_until = now + FRESHNESS_SECONDS
        return self._known

    def _hit(self, hit: dict[str, Any]) -> Hit:
        shown = orjson.loads(hit["fields"][self._stored][0])
        return Hit(key=shown[0], score=hit.get("_score") or 0.0, shown=shown)


def _counts(buckets: Sequence[dict[str, Any]]) -> list[FacetCount]:
    return [FacetCount(bucket["key"], bucket["doc_count"]) for bucket in buckets]
