"""A provider of the city and its clerk, another for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.site.provider_room.clerks import enter
from tests.site.pushing import Pushing, new_provider


@pytest.fixture
def water(written_client, written_settings) -> Iterator[Pushing]:
    """A provider of the city, another for each test."""
    found = new_provider(written_client, written_settings)
    yield found
    found.database.dispose()


@pytest.fixture
def inbox(water, written_settings) -> Path:
    """The provider's own folder of the inbox."""
    return written_settings.resolved_inbox_dir / water.name


@pytest.fixture
async def clerk(water) -> Pushing:
    """The same, signed in."""
    answer = await enter(water, key=water.key)
    assert answer.status_code == 303
    return water
