"""Applicants about penalties of their own, another for each test, each at a browser of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from itertools import count

import httpx
import pytest
from credit_records.database import open_database
from sqlalchemy import Engine

from tests.records.casework.applying import penalise
from tests.site.casework.applicants import Applicant

SERIALS = count(50_000)
PLACES = count(1)
Apply = Callable[..., Awaitable[Applicant]]


@pytest.fixture
def engine(written_settings) -> Iterator[Engine]:
    database = open_database(written_settings)
    yield database
    database.dispose()


@pytest.fixture
async def browser(written_app) -> AsyncIterator[Callable[[], httpx.AsyncClient]]:
    """Opens browsers, each at an address of its own, so that no test spends what another may do."""
    async with AsyncExitStack() as opened:

        def open_browser(address: str | None = None) -> httpx.AsyncClient:
            place = next(PLACES)
            caller = (address or f"10.0.{place // 250}.{place % 250}", 40_000)
            transport = httpx.ASGITransport(app=written_app, client=caller)
            client = httpx.AsyncClient(
                transport=transport, base_url="http://credit.test", headers={"accept-language": "zh-CN"}
            )
            opened.push_async_callback(client.aclose)
            return client

        yield open_browser


@pytest.fixture
def penalty(engine) -> int:
    """One that can be repaired."""
    serial = next(SERIALS)
    return penalise(engine, serial, serial)


@pytest.fixture
def apply(browser, engine, penalty) -> Apply:
    """Begins a draft about the penalty."""

    async def begin(procedure: str = "repair", client: httpx.AsyncClient | None = None) -> Applicant:
        return await Applicant(client or browser(), engine, procedure, penalty).begin()

    return begin
