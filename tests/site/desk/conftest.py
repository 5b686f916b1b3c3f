"""A desk with officers of every role; whoever is seated has passed all that his role must."""

from collections.abc import Iterator

import httpx
import pytest

from tests.site.desk.officers import StaffDesk


@pytest.fixture
def desk(written_app, written_settings) -> Iterator[StaffDesk]:
    """With officers of its own, another for each test."""
    found = StaffDesk(written_app, written_settings)
    yield found
    found.database.dispose()


@pytest.fixture
def visitor(desk) -> httpx.AsyncClient:
    return desk.visitor()
