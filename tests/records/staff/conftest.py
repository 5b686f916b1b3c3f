"""Officers of a desk, each with a password of his own choice."""

from pathlib import Path

import pytest
from credit_records.providers import add_provider
from credit_records.staff.accounts import add_officer
from credit_records.staff.officers import Officer, Role, officer_named
from credit_records.staff.sealing import Sealing
from sqlalchemy import Engine

ADMINISTRATOR = "root"


class Desk:
    """Makes officers in one database; `passwords` are the ones that they were given."""

    def __init__(self, database: Engine) -> None:
        self.database = database
        self.passwords: dict[str, str] = {}
        add_provider(database, "water", "市水务局", "市水务局")

    def add(self, login: str, role: Role = "reviewer", unit: str | None = None) -> Officer:
        self.passwords[login] = add_officer(self.database, ADMINISTRATOR, login, f"姓名{login}", role, unit=unit)
        return self.officer(login)

    def officer(self, login: str) -> Officer:
        with self.database.connect() as connection:
            found = officer_named(connection, login)
        assert found is not None
        return found


@pytest.fixture
def desk(database: Engine) -> Desk:
    return Desk(database)


@pytest.fixture
def sealing(tmp_path: Path) -> Sealing:
    return Sealing(tmp_path / "secret.key", makes_key=True)
