"""What an index holds, read from one point in time: the keys of what matches, and pairs of key and version."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from credit_search.engines.elasticsearch.connection import Connection
from credit_search.schema import IndexSchema

AT_ONCE = 10_000
KEPT_OPEN = "10m"  # between two pages, which a slow reader of an export asks for late


async def keys_of(
    connection: Connection, index: str, schema: IndexSchema, query: dict[str, Any]
) -> AsyncGenerator[list[int]]:
    """The keys of what the query matches, ascending."""
    asked = {"query": query, "sort": [{schema.key: "asc"}], "stored_fields": "_none_"}
    async with aclosing(_pages(connection, index, asked)) as pages:
        async for hits in pages:
            yield [int(hit["sort"][0]) for hit in hits]


async def versions_of(connection: Connection, index: str, schema: IndexSchema) -> AsyncIterator[tuple[int, int]]:
    """Every (key, version) of the index as it was when this was first asked."""
    asked = {"sort": ["_shard_doc"], "docvalue_fields": [schema.key, "version"]}
    async with aclosing(_pages(connection, index, asked)) as pages:
        async for hits in pages:
            for hit in hits:
                yield hit["fields"][schema.key][0], hit["fields"]["version"][0]


async def _pages(connection: Connection, index: str, asked: dict[str, Any]) -> AsyncGenerator[list[dict[str, Any]]]:
    """Every hit, each with its place in the order, however many there are."""
    opened = await connection.manage(lambda client: client.open_point_in_time(index=index, keep_alive=KEPT_OPEN))
    point = opened["id"]
    body = {**asked, "size": AT_ONCE, "track_total_hits": False}
    try:
        while True:
            body["pit"] = {"id": point, "keep_alive": KEPT_OPEN}
            answer = await connection.manage(
                lambda client: client.search(
                    body=body,
                    allow_partial_search_results=False,
                    filter_path=("pit_id", "hits.hits.fields", "hits.hits.sort"),
                )
            )
            point = answer["pit_id"]
            hits = answer.get("hits", {}).get("hits", ())
            if not hits:
                return
            yield hits
            body["search_after"] = hits[-1]["sort"]
    finally:
        await connection.manage(lambda client: client.close_point_in_time(id=point))
