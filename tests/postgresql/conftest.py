"""A database of this test's own on the server that all share, and a server that a test may stop."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from credit_indexer.following import Follower
from credit_indexer.indexing_commands import open_workplace
from credit_records.catalogue import catalogue
from credit_records.database import open_database
from credit_records.settings import Settings
from sqlalchemy import Engine

from tests.indexer.conftest import City
from tests.postgresql.real_server import LOOK_SECONDS, PATIENCE_SECONDS, Databases, Server, own_server


@pytest.fixture
def url(postgresql: Databases) -> Iterator[str]:
    made = postgresql.new()
    yield made
    postgresql.done_with(made)


@pytest.fixture
def database(url: str) -> Iterator[Engine]:
    engine = open_database(Settings(database_url=url))
    yield engine
    engine.dispose()


@pytest.fixture
def city(url: str, tmp_path: Path) -> Iterator[City]:
    yield from city_on(url, tmp_path)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Of this module's own."""
    found = own_server()
    yield found
    found.remove()


@pytest.fixture
def restarted_city(server: Server, tmp_path: Path) -> Iterator[City]:
    databases = Databases(server.url)
    yield from city_on(databases.new(), tmp_path)


def follower_of(city: City, said: list[str]) -> Follower:
    """An indexer of the city, and what it says."""
    place = city.workplace
    return Follower(
        database=place.database,
        engine=place.engine,
        streams=place.streams,
        data_dir=place.settings.data_dir,
        on_event=said.append,
    )


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if holds():
                return
            await asyncio.sleep(LOOK_SECONDS)


def city_on(url: str, folder: Path) -> Iterator[City]:
    workplace = open_workplace(Settings(data_dir=folder / "data", database_url=url, city="demo"))
    yield City(workplace, catalogue().kinds["registration"], folder)
    workplace.database.dispose()
