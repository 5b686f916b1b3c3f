"""Published records in their own index: found once loaded, gone once they are no longer public."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from credit_indexer.chores import Chores
from credit_indexer.comparing import Drift, repair
from credit_indexer.rebuilding import Rebuild
from credit_records.calendar import today
from credit_records.catalogue import catalogue
from credit_records.corrections import Scope, read_problems
from credit_records.database import writing
from credit_records.publication import Act, reinstate, withdraw
from credit_records.tables import record
from credit_search.protocol import WriterBusyError
from credit_search.record_search import RecordAnswer, RecordQuery, RecordSearch
from credit_search.schema import RECORDS
from sqlalchemy import update

from tests.indexer.conftest import City
from tests.indexer.test_indexing import until
from tests.records.registering import code
from tests.records.sample_rows import sample

PENALTY = catalogue().kinds["administrative_penalty"]
ACT = Act("测试员", "测试")


def penalty(serial: int, **given: str) -> dict[str, str]:
    told = {
        "name": f"虚构{serial}号商行",
        "document_number": f"虚构市监罚〔2026〕{serial}号",
        "facts": f"当事人在第{serial}号店铺张贴未经核实的宣传页",
        "fine": "3.5",
        "decision_date": today().isoformat(),
        "valid_until": (today() + timedelta(days=300)).isoformat(),
    }
    return sample(PENALTY, serial, serial, **(told | given))


async def found(city: City, q: str = "") -> RecordAnswer:
    return await RecordSearch(city.workplace.engine).search(RecordQuery(q))


def shown(city: City, q: str = "") -> list[int]:
    return sorted(item.id for item in asyncio.run(found(city, q)).items)


@pytest.fixture
def fined(city: City) -> City:
    """Three penalties, numbers 1 to 3, in database and index."""
    assert city.load_rows(PENALTY, *(penalty(serial) for serial in (1, 2, 3))).delivery.new == 3
    city.follow()
    return city


def end_yesterday(city: City, number: int) -> None:
    with writing(city.workplace.database) as connection:
        connection.execute(update(record).where(record.c.id == number).values(ends_on="2020-01-01"))


def test_a_loaded_penalty_is_found_by_what_it_says(fined: City) -> None:
    assert shown(fined) == [1, 2, 3]
    assert shown(fined, "第2号店铺") == [2]
    assert shown(fined, "虚构市监罚〔2026〕3号") == [3]
    assert shown(fined, code(1)) == [1]
    answer = asyncio.run(found(fined, "宣传页"))
    assert answer.sums["amount"] == Decimal("10.5")
    assert [(value.value, value.count) for value in answer.facets["category"]] == [("罚款", 3)]
    assert {item.kind for item in answer.items} == {"administrative_penalty"}
    assert fined.drift(RECORDS) == Drift(3, (), (), (), 0)


def test_an_entry_of_a_list_has_its_colour(fined: City) -> None:
    listed = next(kind for kind in catalogue().kinds.values() if kind.list is not None)
    fined.load_rows(listed, sample(listed))
    fined.follow()
    colours = asyncio.run(found(fined)).facets["colour"]
    assert listed.list is not None
    assert [(each.value, each.count) for each in colours] == [(listed.list.colour, 1)]


def test_withdrawn_is_gone_and_reinstated_is_back(fined: City) -> None:
    withdraw(fined.workplace.database, 2, ACT)
    fined.follow()
    assert shown(fined) == [1, 3]
    assert fined.drift(RECORDS) == Drift(2, (), (), (), 0)
    reinstate(fined.workplace.database, 2, ACT)
    fined.follow()
    assert shown(fined) == [1, 2, 3]


def test_a_record_takes_its_subjects_new_name(fined: City) -> None:
    fined.load_table((("企业名称", "统一社会信用代码"), [("虚构改名商行", code(1))]))
    fined.follow()
    assert [item.name for item in asyncio.run(found(fined, code(1))).items] == ["虚构改名商行"]


def test_what_is_over_leaves_by_itself(fined: City, open_city: Callable[[], City]) -> None:
    end_yesterday(fined, 1)
    fined.follow()
    assert shown(fined) == [2, 3]
    end_yesterday(fined, 2)
    other = open_city()

    async def scenario() -> None:
        follower = fined.workplace.follower()
        running = asyncio.create_task(follower.run())

        async def gone() -> bool:
            return (await found(other)).total == 1

        await until(gone)
        follower.stop()
        await running

    asyncio.run(scenario())
    assert fined.drift(RECORDS) == Drift(1, (), (), (), 0)


def test_terms_are_looked_at_at_once_and_about_once_a_minute(fined: City) -> None:
    said: list[str] = []
    now = 1000.0
    chores = Chores(fined.workplace.database, said.append, clock=lambda: now)
    end_yesterday(fined, 1)
    chores.do_due()
    assert said == ["结束公示期满的记录：1 条"]
    end_yesterday(fined, 2)
    now += 30
    chores.do_due()
    assert len(said) == 1
    now += 31
    chores.do_due()
    assert len(said) == 2


def test_a_rebuild_holds_what_is_public_and_nothing_else(fined: City) -> None:
    withdraw(fined.workplace.database, 3, ACT)
    end_yesterday(fined, 1)
    place = fined.workplace
    assert asyncio.run(Rebuild(place.database, place.engine, fined.stream(RECORDS)).run(place.settings.data_dir)) == 1
    assert shown(fined) == [2]
    fined.follow()
    assert fined.drift(RECORDS) == Drift(1, (), (), (), 0)


def test_comparison_finds_and_mends_every_drift(fined: City) -> None:
    async def damage() -> None:
        engine, stream = fined.workplace.engine, fined.stream(RECORDS)
        writer = await engine.writer(RECORDS)
        with fined.workplace.database.connect() as connection:
            (first, *_) = stream.everything_after(connection, 0, 1)
        await writer.write([first | {"id": 99}], [1])
        await writer.commit(await writer.cursor())
        await writer.close()

    asyncio.run(damage())
    with writing(fined.workplace.database) as connection:
        connection.execute(update(record).where(record.c.id == 2).values(version=1))
    drift = fined.drift(RECORDS)
    assert (drift.missing, drift.stale, drift.surplus) == ((1,), (2,), (99,))
    assert repair(fined.workplace.database, fined.stream(RECORDS), drift) == 3
    fined.follow()
    assert fined.drift(RECORDS) == Drift(3, (), (), (), 0)
    assert shown(fined) == [1, 2, 3]


def test_two_indexers_at_once_are_refused(fined: City, open_city: Callable[[], City]) -> None:
    async def scenario() -> None:
        writer = await fined.workplace.engine.writer(RECORDS)
        with pytest.raises(WriterBusyError):
            await open_city().workplace.follower().run(once=True)
        await writer.close()

    asyncio.run(scenario())
    assert fined.follow() == 0


def test_a_name_that_contradicts_is_told_with_its_line(fined: City) -> None:
    fined.load_table((("企业名称", "统一社会信用代码"), [("虚构1号商行", code(1))]))
    loaded = fined.load_rows(
        PENALTY, penalty(5), penalty(1, name="全不相干公司", document_number="虚构市监罚〔2026〕9号")
    )
    with fined.workplace.database.connect() as connection:
        (problem,) = read_problems(connection, Scope(loaded.delivery.id))
    assert (problem.row, problem.value) == (3, "全不相干公司")
    assert "虚构1号商行" in problem.reason
