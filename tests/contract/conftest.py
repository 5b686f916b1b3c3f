"""Every engine, one at a time. A new engine adds its name and how it is opened; the tests stay as they are."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from credit_records.settings import Settings
from credit_search.engines import open_engine
from credit_search.protocol import Engine


@pytest.fixture(params=["embedded"])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Engine]:
    opened = open_engine(Settings(data_dir=tmp_path, engine=request.param))
    yield opened
    await opened.close()
