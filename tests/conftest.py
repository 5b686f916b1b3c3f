"""Fixture strategy.

Nothing that runs here is replaced by a double: tests use real SQLite files and a real PostgreSQL server, real tantivy
indexes, a real web server and a real Chromium. What is costly is made once per session in the folder whose tests need
it (`tests/browser/conftest.py` serves one fictional city) and is only read; whatever a test changes lies under its own
`tmp_path`.

- tests/records, search, indexer, site, demo, docs: one folder per room, each with the fixtures of that room.
- tests/contract: one suite that every engine passes; an engine is a fixture parameter.
- tests/postgresql: what only a database behind a network does. Whatever takes `database_url` runs on every database:
  all of tests/records and most of tests/indexer; modules of tests/site that are marked `on_every_database`.
- tests/faults: commands in processes of their own, killed, without room, locked out, started twice.
- tests/fuzz: real files of each format, damaged at random; FUZZ_EXAMPLES asks for more of them.
- tests/real_input: the real registrations. `real_data` is where they lie.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgresql.real_server import Databases, some_server

settings.register_profile("unhurried", deadline=None)  # a busy machine is no failure
settings.load_profile("unhurried")

REPOSITORY = Path(__file__).parent.parent
OF_WHOEVER_RUNS_IT = {"CHENGXIN_REAL_DATA", "CHENGXIN_TEST_POSTGRESQL_URL"}


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real registrations: `CHENGXIN_REAL_DATA`, else `../shared/data` beside the repository."""
    folder = Path(os.environ.get("CHENGXIN_REAL_DATA") or REPOSITORY.parent / "shared" / "data")
    if not folder.is_dir():
        reason = f"the real files are not at {folder}; CHENGXIN_REAL_DATA says where they are"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(autouse=True)
def _settings_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the settings of whoever runs it."""
    for name in [name for name in os.environ if name.startswith("CHENGXIN_") and name not in OF_WHOEVER_RUNS_IT]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Databases]:
    """Databases on a real server, one server for each worker."""
    with some_server() as databases:
        yield databases


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """`Settings.database_url` of a database of this test's own; None is a file in the data folder.

    It is empty where the test is marked `empty_database`, else it may have its tables already. A new database adds its
    name and how it is made; the tests stay as they are.
    """
    yield from DATABASES[request.param](request)


def _sqlite(_: pytest.FixtureRequest) -> Iterator[str | None]:
    yield None


def _postgresql(request: pytest.FixtureRequest) -> Iterator[str | None]:
    databases: Databases = request.getfixturevalue("postgresql")
    url = databases.new(empty=request.node.get_closest_marker("empty_database") is not None)
    yield url
    databases.done_with(url)


DATABASES: dict[str, Callable[[pytest.FixtureRequest], Iterator[str | None]]] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
}
