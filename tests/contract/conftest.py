"""Every engine, one at a time. A new engine adds its name and how it is opened; the tests stay as they are."""

import itertools
import os
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from credit_records.settings import Settings
from credit_search.engines import open_engine
from credit_search.engines.elasticsearch.settings import ElasticsearchSettings
from credit_search.engines.meilisearch.settings import MeilisearchSettings
from credit_search.protocol import Engine

from tests.elasticsearch.finding import SEARCH_SECONDS, drop_indexes, elasticsearch_url
from tests.meilisearch.finding import drop_ours, given_url

__all__ = ["elasticsearch_url"]  # a fixture that tests find here

SettingsOf = Callable[[Path], Settings]


@pytest.fixture(scope="module", params=["embedded", "elasticsearch", "meilisearch"])
def settings_of(request: pytest.FixtureRequest) -> Iterator[SettingsOf]:
    """Settings of an engine that holds nothing yet, over the data folder given."""
    yield from OPENED[request.param](request)


def _embedded(_: pytest.FixtureRequest) -> Iterator[SettingsOf]:
    yield lambda folder: Settings(data_dir=folder)


def _elasticsearch(request: pytest.FixtureRequest) -> Iterator[SettingsOf]:
    url = request.getfixturevalue("elasticsearch_url")
    mark = f"test_{uuid.uuid4().hex[:12]}"
    count = itertools.count()
    yield lambda folder: ElasticsearchSettings(
        data_dir=folder,
        engine="elasticsearch",
        elasticsearch_url=url,
        elasticsearch_prefix=f"{mark}_{next(count)}",
        elasticsearch_timeout=SEARCH_SECONDS,
    )
    drop_indexes(url, f"{mark}_*")


def _meilisearch(_: pytest.FixtureRequest) -> Iterator[SettingsOf]:
    url = given_url()
    mark = f"test_{uuid.uuid4().hex[:12]}"
    count = itertools.count()
    yield lambda folder: MeilisearchSettings(
        data_dir=folder,
        engine="meilisearch",
        meilisearch_url=url,
        meilisearch_key=os.environ.get("MEILISEARCH_KEY"),
        meilisearch_prefix=f"{mark}_{next(count)}",
        meilisearch_timeout=int(SEARCH_SECONDS),
    )
    drop_ours(url, mark)


OPENED = {"embedded": _embedded, "elasticsearch": _elasticsearch, "meilisearch": _meilisearch}


@pytest.fixture
async def engine(settings_of: SettingsOf, tmp_path: Path) -> AsyncIterator[Engine]:
    opened = open_engine(settings_of(tmp_path))
    yield opened
    await opened.close()
