"""A node that the tests of faults may stop, pause and start again, and what they do to it."""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from credit_indexer.indexing_commands import open_workplace
from credit_records.catalogue import catalogue
from credit_search.engines.elasticsearch.settings import ElasticsearchSettings

from tests.elasticsearch.finding import elasticsearch_url, without
from tests.elasticsearch.real_node import NoNodeError, start
from tests.indexer.conftest import City

__all__ = ["elasticsearch_url"]  # a fixture that tests find here

SECONDS_FOR_A_SEARCH = 1.0


class OwnNode:
    """A node of these tests' own. It can be started again at the same address, with the same data."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.running = start(home, os.getpid())

    @property
    def url(self) -> str:
        return self.running.url

    def start_again(self) -> None:
        self.running = start(self._home, os.getpid(), port=int(self.url.rsplit(":", 1)[1]))


@pytest.fixture(scope="module")
def own_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnNode]:
    home = tmp_path_factory.mktemp("node")
    try:
        node = OwnNode(home)
    except NoNodeError as error:
        without(str(error))
    yield node
    if node.running.alive():
        node.running.resume()
        node.running.kill()
    shutil.rmtree(home)


@pytest.fixture
async def city(own_node: OwnNode, tmp_path: Path) -> AsyncIterator[City]:
    """Three subjects, indexed on the node."""
    settings = ElasticsearchSettings(
        data_dir=tmp_path / "data",
        engine="elasticsearch",
        elasticsearch_url=own_node.url,
        elasticsearch_prefix=f"test_{uuid.uuid4().hex[:12]}",
        elasticsearch_timeout=SECONDS_FOR_A_SEARCH,
    )
    workplace = open_workplace(settings)
    city = City(workplace, catalogue().kinds["registration"], tmp_path)
    city.register(3)
    await workplace.follower().run(once=True)
    yield city
    await workplace.engine.close()
    workplace.database.dispose()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(120):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.05)
