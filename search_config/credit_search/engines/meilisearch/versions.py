"""What an index holds, as pairs of key and version."""

from collections.abc import AsyncIterator
from typing import Any

from credit_search.engines.meilisearch.connection import Connection
from credit_search.schema import IndexSchema

SCAN_STEP = 10_000  # keys looked at together


async def versions_of(connection: Connection, index: str, schema: IndexSchema) -> AsyncIterator[tuple[int, int]]:
    """Every (key, version) of the index."""
    key = schema.key
    asked: dict[str, Any] = {"sort": [f"{key}:desc"], "limit": 1, "attributesToRetrieve": [key]}
    top = (await connection.manage(lambda client: client.index(index).search("", asked)))["hits"]
    highest = top[0][key] if top else -1
    for start in range(0, highest + 1, SCAN_STEP):
        within = f"{key} {start} TO {start + SCAN_STEP - 1}"
        for document in await _documents(connection, index, within, [key, "version"]):
            yield document[key], document["version"]


async def _documents(connection: Connection, index: str, within: str, fields: list[str]) -> list[dict[str, Any]]:
    asked = {"filter": within, "fields": fields, "limit": SCAN_STEP}
    found = await connection.manage(lambda client: client.index(index).get_documents(asked))
    return [dict(document) for document in found.results]
