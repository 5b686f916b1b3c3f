"""One small fictional city for the whole room, loaded and indexed as commands do it, and the real application on it.

`resting_client` is the same city whose search engine has no index: what a reader meets while it rests.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from credit_indexer.demo.delivery import write_delivery
from credit_indexer.demo.showcases import showcases
from credit_indexer.demo.subjects import FictionalSubject
from credit_indexer.demo.town import fictional_town
from credit_indexer.indexing_commands import open_workplace
from credit_indexer.loading import Loader, inspect_file
from credit_records.catalogue import catalogue
from credit_records.database import open_database
from credit_records.tables import record
from credit_site.application import create_app
from credit_site.settings import SiteSettings
from fastapi import FastAPI
from sqlalchemy import select

from tests.site.cities import PLACES, Place
from tests.site.published_records import AUTHORITY, write_records

SUBJECTS = 400
SEED = 7
ADDRESS = "http://credit.test"

Once = Callable[[str, Callable[[], Any]], Any]


@dataclass(frozen=True)
class Showcase:
    """The deliberate subjects of the city, by a part of their names."""

    subjects: tuple[FictionalSubject, ...]

    def __getitem__(self, part: str) -> FictionalSubject:
        (found,) = [subject for subject in self.subjects if part in subject.name]
        return found


@pytest.fixture(scope="session")
def shown() -> Showcase:
    return Showcase(tuple(showcases(fictional_town(catalogue()))))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Modules marked `every_database` run on each; the others on SQLite, which is what most sites have."""
    if "backend" in metafunc.fixturenames and metafunc.definition.get_closest_marker("every_database"):
        metafunc.parametrize("backend", list(PLACES), indirect=True, scope="session")


@pytest.fixture(scope="session")
def backend(request: pytest.FixtureRequest) -> str:
    """The name of the database under test."""
    name: str = getattr(request, "param", "sqlite")
    return name


@pytest.fixture(scope="session")
def place(backend: str, request: pytest.FixtureRequest) -> Place:
    """Where databases of cities are made."""
    return PLACES[backend](request)


@pytest.fixture(scope="session")
def once_per_database(backend: str, _made: dict[tuple[str, str], Any]) -> Once:
    """Makes what this name stands for, once for each database: tests of both come mixed."""

    def make(name: str, maker: Callable[[], Any]) -> Any:
        if (name, backend) not in _made:
            _made[name, backend] = maker()
        return _made[name, backend]

    return make


@pytest.fixture(scope="session")
def _made() -> Iterator[dict[tuple[str, str], Any]]:
    made: dict[tuple[str, str], Any] = {}
    yield made
    for each in made.values():
        if isinstance(each, FastAPI):
            asyncio.run(each.state.site.close())


@pytest.fixture(scope="session")
def loaded(
    once_per_database: Once, place: Place, tmp_path_factory: pytest.TempPathFactory, shown: Showcase
) -> SiteSettings:
    """The city, loaded and indexed, which nobody opens."""

    def load() -> SiteSettings:
        settings = place.new(tmp_path_factory.mktemp("site"))
        workplace = open_workplace(settings)
        path = settings.data_dir / "registrations.csv"
        town = write_delivery(path, catalogue(), subjects=SUBJECTS, seed=SEED)
        kind = catalogue().kinds["registration"]
        Loader(workplace.database, kind, town.source).load(inspect_file(path, kind), lambda *_: None)
        for name, records in write_records(settings.data_dir / "records", shown["光电科技"]):
            kind = catalogue().kinds[name]
            Loader(workplace.database, kind, AUTHORITY).load(inspect_file(records, kind), lambda *_: None)
        asyncio.run(workplace.follower().run(once=True))
        asyncio.run(workplace.engine.close())
        workplace.database.dispose()
        return settings

    return once_per_database("loaded", load)


@pytest.fixture
def copied(place: Place, loaded: SiteSettings, tmp_path: Path) -> SiteSettings:
    """The city's database once more in the folder of this test, to be changed; it has no index."""
    return place.copy(loaded, tmp_path)


@pytest.fixture(scope="session")
def data_dir(settings: SiteSettings) -> Path:
    return settings.data_dir


@pytest.fixture(scope="session")
def settings(once_per_database: Once, place: Place, loaded: SiteSettings) -> SiteSettings:
    return once_per_database("settings", lambda: place.opened(loaded))


@pytest.fixture(scope="session")
def number(settings: SiteSettings) -> dict[str, int]:
    """Number of a record by its document number."""
    database = open_database(settings)
    with database.connect() as connection:
        found = dict(connection.execute(select(record.c.document_number, record.c.id)).all())
    database.dispose()
    return found


@pytest.fixture(scope="session")
def app(once_per_database: Once, settings: SiteSettings) -> FastAPI:
    return once_per_database("app", lambda: create_app(settings))


@pytest.fixture(scope="session")
def resting_app(
    once_per_database: Once, place: Place, loaded: SiteSettings, tmp_path_factory: pytest.TempPathFactory
) -> FastAPI:
    def make() -> FastAPI:
        return create_app(place.copy(loaded, tmp_path_factory.mktemp("resting")))

    return once_per_database("resting app", make)


@pytest.fixture(scope="session")
def written_settings(
    once_per_database: Once, place: Place, loaded: SiteSettings, tmp_path_factory: pytest.TempPathFactory
) -> SiteSettings:
    """The same city once more, for tests that write: each with providers and records of its own."""
    return once_per_database("written", lambda: place.copy(loaded, tmp_path_factory.mktemp("written")))


@pytest.fixture(scope="session")
def written_app(once_per_database: Once, written_settings: SiteSettings) -> FastAPI:
    return once_per_database("written app", lambda: create_app(written_settings))


@pytest.fixture
async def written_client(written_app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with _reader_of(written_app) as reader:
        yield reader


@pytest.fixture(scope="session")
def written_schema(written_app: FastAPI) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_asgi("/openapi.json", written_app)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with _reader_of(app) as reader:
        yield reader


@pytest.fixture
async def resting_client(resting_app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with _reader_of(resting_app) as reader:
        yield reader


def _reader_of(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers={"accept-language": "zh-CN"})


@pytest.fixture(scope="session")
def api_schema(app: FastAPI) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_asgi("/openapi.json", app)
