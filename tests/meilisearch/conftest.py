"""An engine over a server that records what it is sent."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from credit_search.engines.meilisearch.engine import MeilisearchEngine
from credit_search.engines.meilisearch.settings import MeilisearchSettings
from credit_search.engines.patience import Patience

from tests.meilisearch.recording_server import Recording, recording

IMPATIENT = Patience(tries=2, first=0.001, longest=0.001)


@pytest.fixture
def server() -> Iterator[Recording]:
    """Whatever comes that the published API does not have fails the test."""
    with recording() as made:
        yield made
    assert made.faults == []


@pytest.fixture
async def engine(server: Recording, tmp_path: Path) -> AsyncIterator[MeilisearchEngine]:
    settings = MeilisearchSettings(
        data_dir=tmp_path, meilisearch_url=server.url, meilisearch_key="secret key", meilisearch_timeout=1
    )
    opened = MeilisearchEngine(settings, IMPATIENT)
    yield opened
    await opened.close()
