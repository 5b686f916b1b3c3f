"""One small fictional city for the whole room, loaded and indexed as commands do it, and the real application on it.

`resting_client` is the same city whose search engine has no index: what a reader meets while it rests.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

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

from tests.site.published_records import AUTHORITY, write_records

SUBJECTS = 400
SEED = 7
ADDRESS = "http://credit.test"


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


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory, shown: Showcase) -> Path:
    folder = tmp_path_factory.mktemp("site")
    workplace = open_workplace(SiteSettings(data_dir=folder, city="demo"))
    path = folder / "registrations.csv"
    town = write_delivery(path, catalogue(), subjects=SUBJECTS, seed=SEED)
    kind = catalogue().kinds["registration"]
    Loader(workplace.database, kind, town.source).load(inspect_file(path, kind), lambda *_: None)
    for name, records in write_records(folder / "records", shown["光电科技"]):
        kind = catalogue().kinds[name]
        Loader(workplace.database, kind, AUTHORITY).load(inspect_file(records, kind), lambda *_: None)
    asyncio.run(workplace.follower().run(once=True))
    asyncio.run(workplace.engine.close())
    workplace.database.dispose()
    return folder


@pytest.fixture(scope="session")
def settings(data_dir: Path) -> SiteSettings:
    return SiteSettings(data_dir=data_dir, city="demo")


@pytest.fixture(scope="session")
def number(settings: SiteSettings) -> dict[str, int]:
    """Number of a record by its document number."""
    database = open_database(settings)
    with database.connect() as connection:
        found = dict(connection.execute(select(record.c.document_number, record.c.id)).all())
    database.dispose()
    return found


@pytest.fixture(scope="session")
def app(settings: SiteSettings) -> FastAPI:
    return create_app(settings)


@pytest.fixture(scope="session")
def resting_app(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    folder = tmp_path_factory.mktemp("resting")
    for file in data_dir.glob("chengxin.db*"):
        shutil.copy(file, folder)
    return create_app(SiteSettings(data_dir=folder, city="demo"))


@pytest.fixture(scope="session")
def written_settings(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> SiteSettings:
    """The same city once more, for tests that write: each with providers and records of its own."""
    folder = tmp_path_factory.mktemp("written")
    for file in data_dir.glob("chengxin.db*"):
        shutil.copy(file, folder)
    return SiteSettings(data_dir=folder, city="demo")


@pytest.fixture(scope="session")
def written_app(written_settings: SiteSettings) -> FastAPI:
    return create_app(written_settings)


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
