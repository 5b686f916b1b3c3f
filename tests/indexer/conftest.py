"""A data folder and a database of each sort for each test, with the rooms opened on it as commands open them."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from credit_indexer.comparing import Drift, compare
from credit_indexer.indexing_commands import Workplace, open_workplace
from credit_indexer.loading import Loaded, Loader, inspect_file
from credit_indexer.streams import Stream
from credit_records.catalogue import Kind, catalogue
from credit_records.settings import Settings
from credit_search.schema import SUBJECTS, IndexSchema

from tests.indexer.dressed_tables import Table, write_as

FICTIONAL_HEADER = ("企业名称", "统一社会信用代码", "注册日期", "住所")


@pytest.fixture(scope="session")
def kind() -> Kind:
    return catalogue().kinds["registration"]


@dataclass(frozen=True)
class City:
    """A city under test. Files are written into its data folder and loaded as `chengxin load` does."""

    workplace: Workplace
    kind: Kind
    folder: Path

    def load(self, path: Path) -> Loaded:
        return self.load_kind(path, self.kind)

    def load_rows(self, kind: Kind, *rows: Mapping[str, str]) -> Loaded:
        """Load rows of a kind, given by the names of its fields."""
        columns = list(dict.fromkeys(name for row in rows for name in row))
        table = (
            [kind.by_name[name].title for name in columns],
            [[row.get(name, "") for name in columns] for row in rows],
        )
        return self.load_kind(write_as("utf8.csv", table, self.folder), kind)

    def load_kind(self, path: Path, kind: Kind) -> Loaded:
        loader = Loader(self.workplace.database, kind, "虚构市场监管局")
        return loader.load(inspect_file(path, kind), lambda *_: None)

    def load_table(self, table: Table, name: str = "utf8.csv") -> Loaded:
        return self.load(write_as(name, table, self.folder))

    def register(self, count: int, mark: str = "") -> Loaded:
        """Load `count` subjects; each other `mark` gives them other names."""
        rows = [(f"虚构{n}号{mark}商行", f"92620199MA{n:08}", "2020-01-02", f"虚构路{n}号") for n in range(count)]
        return self.load_table((FICTIONAL_HEADER, rows))

    def follow(self) -> int:
        follower = self.workplace.follower()
        asyncio.run(follower.run(once=True))
        return follower.indexed

    def stream(self, schema: IndexSchema = SUBJECTS) -> Stream:
        return next(stream for stream in self.workplace.streams if stream.schema is schema)

    def drift(self, schema: IndexSchema = SUBJECTS) -> Drift:
        reader = self.workplace.engine.reader(schema)
        return asyncio.run(compare(self.workplace.database, reader, self.stream(schema)))


@pytest.fixture
def open_city(kind: Kind, tmp_path: Path, database_url: str | None) -> Iterator[Callable[[], City]]:
    """Opens the city of this test, as each command does anew."""
    opened: list[Workplace] = []

    def open_one() -> City:
        workplace = open_workplace(Settings(data_dir=tmp_path / "data", database_url=database_url))
        opened.append(workplace)
        return City(workplace, kind, tmp_path)

    yield open_one
    for workplace in opened:
        workplace.database.dispose()


@pytest.fixture
def city(open_city: Callable[[], City]) -> City:
    return open_city()
