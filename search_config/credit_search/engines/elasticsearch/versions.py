"""What an index holds, as pairs of key and version, read from one point in time."""

from collections.abc import AsyncIterator
from typing import Any

from credit_search.engines.elasticsearch.connection import Connection
from credit_search.schema import IndexSchema

AT_ONCE = 10_000
KEPT_OPEN = "2m"  # between two pages


async def versions_of(connection: Connection, index: str, schema: IndexSchema) -> AsyncIterator[tuple[int, int]]:
    """Every (key, version) of the index as it was when this was first asked."""
    opened = await connection.manage(lambda client: client.open_point_in_time(index=index, keep_alive=KEPT_OPEN))
    point = opened["id"]
    asked: dict[str, Any] = {
        "size": AT_ONCE,
        "sort": ["_shard_doc"],
        "track_total_hits": False,
        "docvalue_fields": [schema.key, "version"],
    }
    try:
        while True:
            asked["pit"] = {"id": point, "keep_alive": KEPT_OPEN}
            answer = await connection.manage(
                lambda client: client.search(body=asked, filter_path=("pit_id", "hits.hits.fields", "hits.hits.sort"))
            )
            point = answer["pit_id"]
            hits = answer.get("hits", {}).get("hits", ())
            if not hits:
                return
            for hit in hits:
                yield hit["fields"][schema.key][0], hit["fields"]["version"][0]
            asked["search_after"] = hits[-1]["sort"]
    finally:
        await connection.manage(lambda client: client.close_point_in_time(id=point))
