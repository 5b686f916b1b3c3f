"""Rebuilding and going back, on every engine, while people search and providers write."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from credit_indexer.indexing_commands import Workplace, open_workplace
from credit_indexer.rebuilding import Rebuild
from credit_indexer.rolling_back import NoFormerGenerationError, roll_back
from credit_records.catalogue import catalogue
from credit_search.clauses import Everything
from credit_search.schema import SUBJECTS

from tests.contract.conftest import SettingsOf
from tests.indexer.conftest import City

REGISTERED, WRITTEN = 60, 5


@pytest.fixture
async def city(settings_of: SettingsOf, tmp_path: Path) -> AsyncIterator[City]:
    workplace = open_workplace(settings_of(tmp_path / "data"))
    city = City(workplace, catalogue().kinds["registration"], tmp_path)
    city.register(REGISTERED)
    await workplace.follower().run(once=True)
    yield city
    await workplace.engine.close()
    workplace.database.dispose()


def job(city: City, seconds_between_notes: float = 60.0) -> Rebuild:
    place = city.workplace
    return Rebuild(place.database, place.engine, city.stream(), seconds_between_notes)


async def total(place: Workplace) -> int:
    return (await place.engine.reader(SUBJECTS).search(Everything(), size=0)).total


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.02)


async def test_who_searches_through_a_rebuild_under_writes_misses_nothing(city: City) -> None:
    place = city.workplace
    follower = place.follower()
    following = asyncio.create_task(follower.run())
    reader = place.engine.reader(SUBJECTS)
    seen = [REGISTERED]

    async def search() -> None:
        while True:
            seen.append((await reader.search(Everything(), size=0)).total)
            await asyncio.sleep(0.005)

    async def write() -> None:
        for count in range(REGISTERED + 1, REGISTERED + WRITTEN + 1):
            await asyncio.to_thread(city.register, count)

    searching = asyncio.create_task(search())
    writing = asyncio.create_task(write())
    for _ in range(2):
        await job(city).run(place.settings.data_dir)
    await writing

    async def all_seen() -> bool:
        assert not searching.done()
        return seen[-1] == REGISTERED + WRITTEN

    await until(all_seen)
    searching.cancel()
    follower.stop()
    await following
    assert seen == sorted(seen), "something that was found could not be found for a while"


async def test_a_rebuild_that_was_cut_off_goes_on_from_where_it_was(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("credit_indexer.projecting_ahead.BATCH_DOCUMENTS", 20)
    place = city.workplace
    folder, before = place.settings.data_dir, await place.engine.live(SUBJECTS)

    def cut_off(done: int, _: int) -> None:
        if done == 40:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await job(city, seconds_between_notes=0).run(folder, cut_off)
    partial = [name for name in await place.engine.generations(SUBJECTS) if name != before]
    city.register(REGISTERED + 1)
    steps: list[int] = []
    assert await job(city).run(folder, lambda done, _: steps.append(done)) == REGISTERED + 1
    assert steps == [60, 61]
    assert [await place.engine.live(SUBJECTS)] == partial
    assert await total(place) == REGISTERED + 1


async def test_a_rollback_goes_back_and_the_indexer_brings_it_up_to_date(city: City) -> None:
    place = city.workplace
    with pytest.raises(NoFormerGenerationError):
        await roll_back(place.engine, SUBJECTS)
    former = await place.engine.live(SUBJECTS)
    await job(city).run(place.settings.data_dir)
    city.register(REGISTERED + 2)
    await place.follower().run(once=True)
    assert await roll_back(place.engine, SUBJECTS) == former
    assert await place.engine.live(SUBJECTS) == former

    async def as_it_was() -> bool:
        return await total(place) == REGISTERED

    await until(as_it_was)
    await place.follower().run(once=True)

    async def up_to_date() -> bool:
        return await total(place) == REGISTERED + 2

    await until(up_to_date)
