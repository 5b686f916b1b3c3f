"""Applications of the city, each about a record of its own, and browsers that hold their secrets."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from itertools import count

import httpx
import pytest
from credit_records.database import open_database
from credit_records.staff.officers import Officer
from credit_site.casework.holding import ticket_of
from credit_site.tracking.addresses import case_address, follow_address
from fastapi import FastAPI
from sqlalchemy import Engine

from tests.records.casework.applying import Desk, accepted, officer, penalise, submitted

ADDRESS = "http://credit.test"
_serials = count(7001)


@dataclass(frozen=True)
class Followed:
    """A submitted application with the record that it is about."""

    desk: Desk
    record: int
    procedure: str

    @property
    def secret(self) -> str:
        return self.desk.secret

    @property
    def number(self) -> str:
        found = self.desk.now.number
        assert found is not None
        return found

    @property
    def case(self) -> str:
        return case_address(self.procedure, ticket_of(self.secret))

    @property
    def link(self) -> str:
        return follow_address(self.procedure, self.secret)


Follow = Callable[..., Followed]


@pytest.fixture
def database(written_settings) -> Iterator[Engine]:
    engine = open_database(written_settings)
    yield engine
    engine.dispose()


@pytest.fixture
def reviewer(database: Engine) -> Officer:
    return officer(database, "reviewer", f"reviewer{next(_serials)}")


@pytest.fixture
def follow(database: Engine, reviewer: Officer) -> Follow:
    """A new application, submitted, or accepted where that is wanted."""

    def make(procedure: str = "repair", *, accept: bool = False, **named: object) -> Followed:
        serial = next(_serials)
        record = penalise(database, serial, serial)
        if accept:
            return Followed(accepted(database, record, reviewer, procedure, **named), record, procedure)
        return Followed(submitted(database, record, procedure, **named), record, procedure)

    return make


@pytest.fixture
async def stranger(written_app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that holds nothing."""
    async with browser(written_app) as reader:
        yield reader


def browser(app: FastAPI, caller: str = "") -> httpx.AsyncClient:
    """A browser of its own, which calls from an address of its own, so that nobody's wrong secrets count for others."""
    caller = caller or f"10.{next(_serials) % 250}.{next(_serials) % 250}.{next(_serials) % 250}"
    transport = httpx.ASGITransport(app=app, client=(caller, 50_000))
    return httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers={"accept-language": "zh-CN"})
