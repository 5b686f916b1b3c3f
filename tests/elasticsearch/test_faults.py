"""A real node that is paused, killed, full or robbed of its index: it is told plainly, and mends by itself."""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from credit_search.clauses import Everything
from credit_search.engines.breaker import FAILURES
from credit_search.protocol import EngineRestingError, EngineUnavailableError, IndexReader, NoIndexError
from credit_search.schema import SUBJECTS
from credit_site.application import create_app
from credit_site.settings import SiteSettings
from elasticsearch import AsyncElasticsearch

from tests.elasticsearch.conftest import OwnNode, until
from tests.indexer.conftest import City


def reader(city: City) -> IndexReader:
    return city.workplace.engine.reader(SUBJECTS)


async def finds(city: City, count: int) -> bool:
    """Whether searches are answered and find so many; never an answer of fewer while the engine is in trouble."""
    try:
        return (await reader(city).search(Everything(), size=0)).total == count
    except EngineUnavailableError:
        return False


async def refuses(city: City) -> type[EngineUnavailableError]:
    with pytest.raises(EngineUnavailableError) as told:
        await reader(city).search(Everything())
    return type(told.value)


@asynccontextmanager
async def followed(city: City) -> AsyncIterator[None]:
    """The indexer at work; it must not end by itself."""
    follower = city.workplace.follower()
    following = asyncio.create_task(follower.run())
    yield
    assert not following.done()
    follower.stop()
    await following


@pytest.fixture
async def cluster(own_node: OwnNode) -> AsyncIterator[AsyncElasticsearch]:
    async with AsyncElasticsearch(own_node.url) as client:
        yield client


async def test_a_node_that_hangs_is_given_up_on_and_found_again(own_node: OwnNode, city: City) -> None:
    own_node.running.pause()
    for _ in range(FAILURES):
        assert await refuses(city) is EngineRestingError
    own_node.running.resume()
    await until(lambda: finds(city, 3))


@pytest.fixture
async def site(city: City, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """The site over the same database and node, set as an operator sets it."""
    settings = city.workplace.settings.model_dump()
    for name in ("engine", "elasticsearch_url", "elasticsearch_prefix"):
        monkeypatch.setenv(f"CHENGXIN_{name.upper()}", settings[name])
    app = create_app(SiteSettings(data_dir=city.workplace.settings.data_dir, city="demo"))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://credit.test") as client:
        yield client
    await app.state.site.close()


async def test_what_is_recorded_while_the_node_is_down_is_found_when_it_is_back(
    own_node: OwnNode, city: City, site: httpx.AsyncClient
) -> None:
    asked = {"q": "虚构1号商行"}

    async def answers() -> bool:
        return (await site.get("/search", params=asked)).status_code == 200

    await until(answers)
    async with followed(city):
        own_node.running.kill()
        assert await refuses(city) is EngineRestingError
        resting = await site.get("/search", params=asked)
        assert resting.status_code == 503
        assert "查询服务暂时休息" in resting.text
        profile = re.search(r'href="(/credit/[0-9A-Z]{18})"', resting.text)
        assert profile, "a whole name is answered from the database"
        assert (await site.get(profile[1])).status_code == 200
        await asyncio.to_thread(city.register, 5)
        await asyncio.to_thread(own_node.start_again)
        await until(lambda: finds(city, 5))

    await until(answers)


@pytest.mark.parametrize("recreated", [False, True], ids=["dropped", "dropped and made anew without its mapping"])
async def test_an_index_that_is_taken_away_is_built_again(
    cluster: AsyncElasticsearch, city: City, *, recreated: bool
) -> None:
    index = city.workplace.settings.model_dump()["elasticsearch_prefix"]
    generation = await city.workplace.engine.live(SUBJECTS)
    await cluster.indices.delete(index=f"{index}-{generation}")
    if recreated:
        await cluster.indices.create(index=f"{index}-{generation}")

    async def without_index() -> bool:
        return await refuses(city) is NoIndexError

    await until(without_index)
    async with followed(city):
        await until(lambda: finds(city, 3))


WATERMARKS = [f"cluster.routing.allocation.disk.watermark.{stage}" for stage in ("low", "high", "flood_stage")]
MOST_TAKEN = 1024**3  # bytes


@asynccontextmanager
async def filled_disk(cluster: AsyncElasticsearch, folder: Path) -> AsyncIterator[None]:
    """A file takes the node's disk beyond its flood stage, which lies half the file below what is free before."""
    free = shutil.disk_usage(folder).free
    taken = min(MOST_TAKEN, free // 2)
    stage = f"{free - taken // 2}b"
    await cluster.cluster.put_settings(persistent=dict.fromkeys(WATERMARKS, stage))
    path = folder / "filling"
    try:
        with path.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, taken)
        yield
    finally:
        path.unlink(missing_ok=True)
        await cluster.cluster.put_settings(persistent=dict.fromkeys(WATERMARKS))


async def test_writes_wait_while_the_disk_is_full_and_searches_go_on(
    cluster: AsyncElasticsearch, city: City, tmp_path: Path
) -> None:
    prefix = city.workplace.settings.model_dump()["elasticsearch_prefix"]
    index = f"{prefix}-{await city.workplace.engine.live(SUBJECTS)}"

    async def is_blocked() -> bool:
        found = await cluster.indices.get_settings(index=index, name="index.blocks.*", flat_settings=True)
        return bool(found.body)

    async def is_free() -> bool:
        return not await is_blocked()

    async with followed(city):
        async with filled_disk(cluster, tmp_path):
            await until(is_blocked)
            await asyncio.to_thread(city.register, 4)
            await until(lambda: finds(city, 3))
        await until(is_free)
        await until(lambda: finds(city, 4))
