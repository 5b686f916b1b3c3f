"""The loop, the rebuild and the comparison, on a real database and a real index."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from credit_indexer.comparing import Drift, repair
from credit_indexer.following import Follower
from credit_indexer.locking import REBUILDING, BusyError, locks_of
from credit_indexer.rebuilding import Rebuild, RebuildError
from credit_indexer.stream_following import commit_is_due
from credit_indexer.subject_stream import SubjectStream
from credit_records.database import writing
from credit_records.tables import change, record, subject
from credit_search.clauses import Everything
from credit_search.protocol import WriterBusyError
from credit_search.schema import SUBJECTS
from sqlalchemy import delete, func, insert, select, update

from tests.indexer.conftest import City


def names(city: City, *wanted: str) -> list[int]:
    """How many documents show each of these names."""
    shown = Counter(asyncio.run(shown_names(city)))
    return [shown[name] for name in wanted]


async def shown_names(city: City) -> list[str]:
    page = await city.workplace.engine.reader(SUBJECTS).search(Everything(), size=100)
    return [value for hit in page.hits for value in hit.shown if isinstance(value, str) and "商行" in value]


def generations(city: City) -> list[str]:
    return asyncio.run(city.workplace.engine.generations(SUBJECTS))


def live(city: City) -> str | None:
    return asyncio.run(city.workplace.engine.live(SUBJECTS))


def rebuild(city: City) -> int:
    place = city.workplace
    return asyncio.run(Rebuild(place.database, place.engine, city.stream()).run(place.settings.data_dir))


def remove_subject(city: City, number: int) -> None:
    with writing(city.workplace.database) as connection:
        connection.execute(delete(record).where(record.c.subject_id == number))
        connection.execute(delete(subject).where(subject.c.id == number))


def append_change(city: City, number: int) -> None:
    with writing(city.workplace.database) as connection:
        newest = connection.execute(select(func.max(change.c.seq))).scalar_one()
        connection.execute(insert(change).values(seq=newest + 1, subject_id=number, at="2021-01-01T00:00:00Z"))


def test_following_brings_what_was_recorded(city: City) -> None:
    assert city.follow() == 0
    city.register(30)
    assert city.follow() == 30
    assert city.follow() == 0
    city.register(40, mark="新")
    assert city.follow() == 40
    assert names(city, "虚构3号新商行", "虚构3号商行", "虚构39号新商行") == [1, 0, 1]
    assert city.drift().keys == ()


def test_a_deleted_subject_leaves_the_index(city: City) -> None:
    city.register(5)
    city.follow()
    remove_subject(city, 3)
    append_change(city, 3)
    city.follow()
    assert names(city, "虚构2号商行") == [0]
    assert city.drift().compared == 4


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        async for _ in ticks():
            if await condition():
                return


async def ticks() -> AsyncIterator[None]:
    while True:
        yield
        await asyncio.sleep(0.02)


def test_the_loop_brings_each_change_and_goes_on_over_a_rebuild(city: City, open_city: Callable[[], City]) -> None:
    city.register(10)
    other = open_city()

    async def scenario() -> None:
        follower: Follower = city.workplace.follower()
        running = asyncio.create_task(follower.run())

        async def shown(name: str) -> None:
            async def found() -> bool:
                return name in await shown_names(other)

            await until(found)

        async def first_come() -> bool:
            return follower.indexed == 10

        await until(first_come)
        await asyncio.to_thread(other.register, 11)
        await shown("虚构10号商行")
        place = other.workplace
        job = Rebuild(place.database, place.engine, other.stream())
        assert await job.run(place.settings.data_dir) == 11
        await asyncio.to_thread(other.register, 12)
        await shown("虚构11号商行")
        follower.stop()
        await running

    asyncio.run(scenario())
    assert city.drift().keys == ()


def test_two_indexers_at_once_are_refused(city: City, open_city: Callable[[], City]) -> None:
    city.register(3)
    city.follow()
    engine = city.workplace.engine

    async def scenario() -> None:
        writer = await engine.writer(SUBJECTS)
        with pytest.raises(WriterBusyError):
            await open_city().workplace.follower().run(once=True)
        await writer.close()

    asyncio.run(scenario())
    assert city.follow() == 0


def test_commits_are_prompt_for_a_few_changes_and_seldom_for_many() -> None:
    assert commit_is_due(1, 0.0, caught_up=True)
    assert not commit_is_due(50_000, 0.1, caught_up=True)
    assert commit_is_due(50_000, 1.0, caught_up=True)
    assert not commit_is_due(50_000, 1.0, caught_up=False)
    assert commit_is_due(50_000, 60.0, caught_up=False)
    assert commit_is_due(1_000_000, 1.0, caught_up=False)
    assert not commit_is_due(0, 1.0, caught_up=True)
    assert commit_is_due(0, 60.0, caught_up=True)


def test_a_rebuild_keeps_one_former_generation_and_drops_the_rest(city: City) -> None:
    city.register(7)
    seen = []
    for _ in range(4):
        assert rebuild(city) == 7
        seen.append(live(city))
    assert generations(city) == seen[-2:]
    assert city.drift().keys == ()


def test_a_rebuild_removes_what_one_that_was_cut_off_left(city: City) -> None:
    city.register(7)
    rebuild(city)
    partial = asyncio.run(city.workplace.engine.create(SUBJECTS))
    rebuild(city)
    assert partial not in generations(city)
    assert len(generations(city)) == 2


def test_two_rebuilds_never_meet(city: City) -> None:
    city.register(3)
    locks = locks_of(city.workplace.database, city.workplace.settings.data_dir)
    with locks.exclusive(REBUILDING), pytest.raises(BusyError):
        rebuild(city)
    assert generations(city) == []
    assert rebuild(city) == 3


def test_a_generation_that_does_not_hold_everything_is_not_promoted(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.register(20)
    rebuild(city)
    before = live(city)
    stream = city.stream()
    assert isinstance(stream, SubjectStream)
    whole = stream.projection.documents
    monkeypatch.setattr(stream.projection, "documents", lambda rows: whole(rows)[1:])
    with pytest.raises(RebuildError, match="19"):
        rebuild(city)
    assert (live(city), generations(city)) == (before, [before])
    assert names(city, "虚构0号商行") == [1]


def test_an_index_of_another_database_is_built_anew(city: City) -> None:
    """As after a restore from an old backup: the cursor lies beyond the end of the log."""
    city.register(10)
    city.register(10, mark="新")
    city.follow()
    with writing(city.workplace.database) as connection:
        connection.execute(delete(change).where(change.c.seq > 10))
        connection.execute(update(subject).values(version=subject.c.id, name="虚构复原商行"))
    city.follow()
    assert city.drift().keys == ()
    assert names(city, "虚构复原商行") == [10]


@pytest.mark.parametrize("damage", ["garbage", "gone"])
def test_a_damaged_index_is_built_anew(damage: str, city: City) -> None:
    city.register(10)
    city.follow()
    folder = city.workplace.settings.data_dir / "index" / "subjects" / str(live(city))
    if damage == "gone":
        shutil.rmtree(folder)
    else:
        (folder / "meta.json").write_bytes(b"\0garbage")
    city.follow()
    assert city.drift() == Drift(10, (), (), (), 0)


def test_comparison_finds_and_mends_every_drift(city: City) -> None:
    city.register(10)
    city.follow()

    async def damage() -> None:
        writer = await city.workplace.engine.writer(SUBJECTS)
        cursor = await writer.cursor()
        await writer.write([], [2, 3])
        await writer.commit(cursor)
        await writer.close()

    asyncio.run(damage())
    with writing(city.workplace.database) as connection:
        connection.execute(update(subject).where(subject.c.id == 5).values(name="虚构改名商行", version=99))
    remove_subject(city, 7)
    found = city.drift()
    assert (found.compared, found.missing, found.stale, found.surplus) == (9, (2, 3), (5,), (7,))
    assert repair(city.workplace.database, city.stream(), found) == 4
    assert city.drift().keys == ()
    assert city.drift().waiting == 4
    city.follow()
    assert city.drift() == Drift(9, (), (), (), 0)
    assert names(city, "虚构改名商行", "虚构6号商行") == [1, 0]


def test_what_the_index_has_not_come_to_yet_is_no_drift(city: City) -> None:
    city.register(10)
    city.follow()
    city.register(15, mark="新")
    found = city.drift()
    assert (found.keys, found.waiting) == ((), 15)
