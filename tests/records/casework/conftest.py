"""Officers of each role, for tests of what is done at the desk."""

import pytest
from credit_records.staff.officers import Officer

from tests.records.casework.applying import UNIT, officer


@pytest.fixture
def reviewer(database) -> Officer:
    return officer(database, "reviewer")


@pytest.fixture
def second(database) -> Officer:
    return officer(database, "reviewer", "second")


@pytest.fixture
def clerk(database) -> Officer:
    return officer(database, "clerk", unit=UNIT)
