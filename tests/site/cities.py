"""Where a city's database lies, by database: a file beside its index, or a server."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import pytest
from credit_site.settings import SiteSettings

from tests.postgresql.real_server import Databases


class Place(Protocol):
    """Makes databases for cities under test."""

    def new(self, folder: Path) -> SiteSettings:
        """Settings of a city whose data folder this is, and whose database is new."""
        ...

    def copy(self, loaded: SiteSettings, folder: Path) -> SiteSettings:
        """Settings of another city with the same database, and nothing else, in this folder.

        Nobody may have the loaded one open.
        """
        ...

    def opened(self, loaded: SiteSettings) -> SiteSettings:
        """The loaded city itself, to be opened and only read; it may still be copied."""
        ...


class Files:
    def new(self, folder: Path) -> SiteSettings:
        return SiteSettings(data_dir=folder, city="demo")

    def copy(self, loaded: SiteSettings, folder: Path) -> SiteSettings:
        for file in loaded.data_dir.glob("chengxin.db*"):
            shutil.copy(file, folder)
        return self.new(folder)

    def opened(self, loaded: SiteSettings) -> SiteSettings:
        return loaded


class Servers:
    def __init__(self, databases: Databases) -> None:
        self._databases = databases

    def new(self, folder: Path) -> SiteSettings:
        return SiteSettings(data_dir=folder, city="demo", database_url=self._databases.new())

    def copy(self, loaded: SiteSettings, folder: Path) -> SiteSettings:
        assert loaded.database_url
        url = self._databases.copy_of(loaded.database_url)
        return SiteSettings(data_dir=folder, city="demo", database_url=url)

    def opened(self, loaded: SiteSettings) -> SiteSettings:
        return self.copy(loaded, loaded.data_dir)


PLACES: Mapping[str, Callable[[pytest.FixtureRequest], Place]] = {
    "sqlite": lambda _: Files(),
    "postgresql": lambda request: Servers(request.getfixturevalue("postgresql")),
}
