"""A city with registers, loaded from rows that every figure is held against."""

import asyncio

import pytest
from credit_indexer.demo.showcases import showcases
from credit_indexer.demo.town import fictional_town
from credit_indexer.indexing_commands import open_workplace
from credit_indexer.loading import Loader, inspect_file
from credit_records.catalogue import catalogue
from credit_site.application import create_app

from tests.site import register_rows
from tests.site.register_rows import AUTHORITIES, ENTRIES
from tests.site.registers.reading import (
    reader_of,
)


@pytest.fixture(scope="session")
def subjects():
    return sorted(showcases(fictional_town(catalogue())), key=lambda subject: subject.uscc)


@pytest.fixture(scope="session")
def rows(subjects):
    """What was delivered, by kind: the plain reading that every figure is held against."""
    return {
        "administrative_penalty": register_rows.penalties(subjects),
        "administrative_licence": register_rows.licences(subjects),
        **{kind: register_rows.entries(kind, subjects) for kind in ENTRIES},
    }


@pytest.fixture(scope="session")
def register_city(once_per_database, place, tmp_path_factory, rows):
    """Loaded and indexed; nobody opens it."""

    def load():
        settings = place.new(tmp_path_factory.mktemp("registers"))
        workplace = open_workplace(settings)
        for name, delivered in rows.items():
            kind = catalogue().kinds[name]
            path = register_rows.write(settings.data_dir / f"{name}.csv", delivered, set(kind.by_name))
            Loader(workplace.database, kind, AUTHORITIES[0]).load(inspect_file(path, kind), lambda *_: None)
        asyncio.run(workplace.follower().run(once=True))
        asyncio.run(workplace.engine.close())
        workplace.database.dispose()
        return settings

    return once_per_database("registers", load)


@pytest.fixture(scope="session")
def register_app(once_per_database, place, register_city):
    return once_per_database("registers app", lambda: create_app(place.opened(register_city)))


@pytest.fixture
async def client(register_app):
    async with reader_of(register_app) as reader:
        yield reader


@pytest.fixture
async def resting(place, register_city, tmp_path):
    app = create_app(place.copy(register_city, tmp_path))
    async with reader_of(app) as reader:
        yield reader
    await app.state.site.close()
