"""Providers and what they push, as tests write it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import httpx
import orjson
from credit_records.catalogue import catalogue
from credit_records.database import migrate, open_database
from credit_records.providers import add_provider
from credit_site.application import create_app
from credit_site.settings import SiteSettings
from sqlalchemy import Engine

from tests.records.sample_rows import sample

KIND = catalogue().kinds["administrative_penalty"]
KINDS = (KIND.name, "water_arrears")  # that each may send
_SERIALS = count(1)


class Pushing:
    """One provider with a client that pushes as it; the database for what tests look up."""

    def __init__(self, client: httpx.AsyncClient, database: Engine, key: str, name: str) -> None:
        self.client = client
        self.database = database
        self.key = key
        self.name = name

    async def send(
        self, content: bytes | AsyncIterator[bytes], headers: Mapping[str, str] | None = None, *, to: str | None = None
    ) -> httpx.Response:
        given = {"authorization": f"Bearer {self.key}", "content-type": "application/json", **(headers or {})}
        return await self.client.post(f"/api/v1/providers/{to or self.name}/records", content=content, headers=given)

    async def push(self, *rows: Mapping[str, Any], kind: str = KIND.name, key: str | None = None) -> httpx.Response:
        headers = {"idempotency-key": key} if key else {}
        return await self.send(orjson.dumps({"kind": kind, "rows": rows}), headers)


def row(**given: str) -> dict[str, str]:
    """A penalty that no other test pushes."""
    serial = next(_SERIALS)
    return sample(KIND, serial, serial) | {"document_number": f"某罚〔推送〕{serial}号"} | given


def new_provider(client: httpx.AsyncClient, settings: SiteSettings) -> Pushing:
    """One more provider of a city that has an application already."""
    database = open_database(settings)
    name = f"water-{next(_SERIALS)}"
    return Pushing(client, database, add_provider(database, name, f"第{name}局", "市水务局", kinds=KINDS), name)


@asynccontextmanager
async def pushing(settings: SiteSettings) -> AsyncIterator[Pushing]:
    """A provider of an application and a database of their own."""
    database = open_database(settings)
    migrate(database)
    key = add_provider(database, "water", "市水务局", "市水务局", kinds=KINDS)
    app = create_app(settings)
    transport = httpx.ASGITransport(app=app)
    headers = {"accept-language": "zh-CN"}
    async with httpx.AsyncClient(transport=transport, base_url="http://credit.test", headers=headers) as client:
        yield Pushing(client, database, key, "water")
    await app.state.site.close()
    database.dispose()
