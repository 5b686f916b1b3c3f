"""Each test that asks has a migrated database of its own, of each sort in turn, and an office that delivers to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from credit_records.catalogue import Kind, catalogue
from credit_records.database import migrate, open_database
from credit_records.settings import Settings
from sqlalchemy import Engine

from tests.records.registering import Office


@pytest.fixture(scope="session")
def registration() -> Kind:
    return catalogue().kinds["registration"]


@pytest.fixture
def settings(tmp_path: Path, database_url: str | None) -> Settings:
    return Settings(data_dir=tmp_path / "data", database_url=database_url)


@pytest.fixture
def database(settings: Settings) -> Iterator[Engine]:
    engine = open_database(settings)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def office(database: Engine, registration: Kind) -> Office:
    return Office(database, registration)
