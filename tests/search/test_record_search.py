"""The search for published records, over a handful of made-up ones."""

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from credit_records.settings import Settings
from credit_search.amounts import AMOUNT_BANDS, band_of, hundredths, ten_thousands
from credit_search.engines import open_engine
from credit_search.facets import RECORD_FACETS
from credit_search.protocol import Engine
from credit_search.record_documents import record_document
from credit_search.record_search import RecordQuery, RecordSearch
from credit_search.schema import RECORDS
from hypothesis import given
from hypothesis import strategies as st

CODE = "91629901MA0079197X"


def made(number: int, **told: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "kind": "penalty",
        "colour": None,
        "uscc": None,
        "name": "霁川筠霆物流有限公司",
        "headline": "未按规定办理",
        "document_number": f"霁市监罚〔2024〕{number}号",
        "authority": "霁川市市场监督管理局",
        "categories": ["罚款"],
        "violation": None,
        "region": "629901",
        "industry": None,
        "amount": None,
        "confiscated": None,
        "decision_date": "2024-03-05",
        "texts": (),
    }
    return record_document(id=number, version=number, **(plain | told))


RECORDS_MADE = [
    made(1, uscc=CODE, amount=Decimal("0.05"), texts=("使用未经检定的计量器具",)),
    made(
        2,
        name="霁川聿桐科技有限公司",
        amount=Decimal("12.345678"),
        confiscated=Decimal("3.5"),
        categories=["没收违法所得", "罚款"],
    ),
    made(3, decision_date="2023-12-31", authority="霁川市生态环境局", region="629902", texts=("超标排放水污染物",)),
    made(4, decision_date=None, kind="honour", colour="red", document_number=None, categories=[], headline="先进典型"),
]


async def _fill(engine: Engine) -> None:
    writer = await engine.writer(RECORDS)
    await writer.write(RECORDS_MADE, ())
    await writer.commit(1)
    await writer.close()


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> RecordSearch:
    engine = open_engine(Settings(data_dir=tmp_path_factory.mktemp("records")))
    asyncio.run(_fill(engine))
    return RecordSearch(engine)


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("计量器具", [1]),
        ("水污染物 超标", [3]),
        ("聿桐科技", [2]),
        (CODE.lower(), [1]),
        ("霁市监罚〔2024〕2号", [2]),
        ("霁市监罚(2024)2号", [2]),
        ("先进典型", [4]),
        ("器具污染", []),
        ("（", []),
    ],
)
async def test_text_number_name_and_code_find_the_record(records: RecordSearch, q: str, expected: list[int]) -> None:
    answer = await records.search(RecordQuery(q))
    assert [item.id for item in answer.items] == expected
    assert answer.total == len(expected)


async def test_totals_are_exact_to_the_hundredth_of_a_yuan(records: RecordSearch) -> None:
    answer = await records.search(RecordQuery())
    assert answer.sums == {"amount": Decimal("12.395678"), "confiscated": Decimal("3.5")}
    assert answer.by_month == [(202312, 1), (202403, 2)]


async def test_records_come_newest_first_unless_asked_otherwise(records: RecordSearch) -> None:
    async def order(sort: str) -> list[int]:
        return [item.id for item in (await records.search(RecordQuery(sort=sort))).items]

    assert (await order("relevance"))[2:] == [3, 4]
    assert (await order("oldest"))[:2] == [4, 3]
    assert (await order("largest"))[:2] == [2, 1]


async def test_every_facet_value_narrows_to_its_count(records: RecordSearch) -> None:
    everything = await records.search(RecordQuery())
    assert set(everything.facets) == {facet.key for facet in RECORD_FACETS}
    for facet in RECORD_FACETS:
        for count in everything.facets[facet.key]:
            answer = await records.search(RecordQuery(filters={facet.key: (str(count.value),)}))
            assert answer.total == count.count
            assert facet.label(str(count.value), "zh")
            assert facet.label(str(count.value), "en")
    assert {(c.value, c.count) for c in everything.facets["category"]} == {("罚款", 3), ("没收违法所得", 1)}


async def test_a_period_bounds_the_decision_on_both_ends(records: RecordSearch) -> None:
    answer = await records.search(RecordQuery(since=20231231, until=20231231))
    assert [item.id for item in answer.items] == [3]
    assert (await records.search(RecordQuery(since=20240306))).total == 0


async def test_facets_are_those_that_the_index_declares() -> None:
    assert {facet.key for facet in RECORD_FACETS} == {field.name for field in RECORDS.fields if field.facet}


@given(st.decimals(min_value=0, max_value=10**9, places=6))
def test_amounts_survive_the_index_and_fall_into_one_band(amount: Decimal) -> None:
    assert ten_thousands(hundredths(amount)) == amount
    band = band_of(amount)
    assert (band is None) == (amount == 0)
    if band:
        keys = [each.key for each in AMOUNT_BANDS]
        index = keys.index(band)
        below = AMOUNT_BANDS[index].below
        assert below is None or amount < below
        assert index == 0 or amount >= (AMOUNT_BANDS[index - 1].below or 0)


def test_bands_are_offered_by_size() -> None:
    facet = next(each for each in RECORD_FACETS if each.key == "amount_band")
    assert facet.by_value
    keys = [each.key for each in AMOUNT_BANDS]
    assert sorted(keys) == keys


def test_a_category_is_told_in_english_where_its_list_is() -> None:
    facet = next(each for each in RECORD_FACETS if each.key == "category")
    assert facet.label("罚款", "en") == "Fine"
    assert facet.label("罚款", "zh") == "罚款"
    assert facet.label("未列入代码表的种类", "en") == "未列入代码表的种类"


@given(q=st.text(max_size=30), page=st.integers(-3, 10**9), sort=st.text(max_size=5))
async def test_any_question_is_answered(records: RecordSearch, q: str, page: int, sort: str) -> None:
    answer = await records.search(RecordQuery(q, page=page, sort=sort))
    assert answer.total >= len(answer.items)


async def test_a_register_is_not_left_whatever_is_asked(records: RecordSearch) -> None:
    within = {"kind": ("penalty",)}
    assert (await records.search(RecordQuery(within=within))).total == 3
    assert (await records.search(RecordQuery(within=within, filters={"kind": ("honour",)}))).total == 0
    assert (await records.search(RecordQuery("先进典型", within=within))).total == 0
    answer = await records.search(RecordQuery(within=within, facets=("authority",)))
    assert set(answer.facets) == {"authority"}
    assert answer.by_month == [(202312, 1), (202403, 2)]


async def test_a_facet_that_is_chosen_from_is_counted_as_if_it_were_not(records: RecordSearch) -> None:
    query = RecordQuery(filters={"region": ("629902",), "month": ("202312",)})
    answer = await records.search(query)
    assert answer.total == 1
    assert {each.value: each.count for each in answer.facets["region"]} == {"629902": 1}
    assert {each.value: each.count for each in answer.facets["month"]} == {202312: 1}
    answer = await records.search(query.without("month"))
    assert {each.value: each.count for each in answer.facets["region"]} == {"629901": 3, "629902": 1}
    assert answer.by_month == [(202312, 1)]


async def test_nothing_says_what_alone_is_in_the_way(records: RecordSearch) -> None:
    query = RecordQuery("水污染物", filters={"region": ("629902",), "authority": ("霁川市市场监督管理局",)})
    answer = await records.search(query)
    assert (answer.total, answer.loosened) == (0, {"authority": 1})
    answer = await records.search(RecordQuery("水污染物", until=20200101))
    assert answer.loosened == {"period": 1}
    assert (await records.search(RecordQuery("水污染物"))).loosened == {}


async def test_a_record_without_a_date_is_in_no_period(records: RecordSearch) -> None:
    assert (await records.search(RecordQuery(until=20991231))).total == 3
    assert (await records.search(RecordQuery(since=1))).total == 3


async def test_a_part_of_a_code_finds_the_records_of_its_subject(records: RecordSearch) -> None:
    assert [item.id for item in (await records.search(RecordQuery(CODE[:12]))).items] == [1]


async def test_every_month_of_a_long_history_is_counted(tmp_path: Path) -> None:
    months = [(year, month) for year in range(1990, 2024) for month in range(1, 13)]
    made_of = [made(n, decision_date=f"{y}-{m:02}-07") for n, (y, m) in enumerate([*months, (2023, 12)], 1)]
    engine = open_engine(Settings(data_dir=tmp_path))
    writer = await engine.writer(RECORDS)
    await writer.write([*made_of, made(len(made_of) + 1, decision_date=None)], ())
    await writer.commit(1)
    await writer.close()
    search = RecordSearch(engine)
    wanted = [(y * 100 + m, 2 if (y, m) == (2023, 12) else 1) for y, m in months]
    assert (await search.search(RecordQuery())).by_month == wanted
    chosen = await search.search(RecordQuery(filters={"month": ("202312",)}))
    assert chosen.by_month == [(202312, 2)]
    counted = {int(each.value): each.count for each in chosen.facets["month"]}
    assert {month: counted.get(month) for month, _ in wanted} == dict(wanted)
    await engine.close()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (RecordQuery(), [1, 2, 3, 4]),
        (RecordQuery(q="罚款", page=7, sort="largest"), []),
        (RecordQuery(q="水污染物"), [3]),
        (RecordQuery(filters={"region": ("629901",)}, within={"kind": ("penalty",)}), [1, 2]),
        (RecordQuery(since=20240101), [1, 2]),
        (RecordQuery(q="，。"), []),
    ],
)
async def test_a_scan_finds_what_the_search_finds_by_number(
    records: RecordSearch, query: RecordQuery, found: list[int]
) -> None:
    assert [number async for several in records.scan(query) for number in several] == found
    assert (await records.search(query)).total == len(found)
    assert await records.newest(query, 2) == found[::-1][:2]
    assert sum(count for _, count in await records.months(query)) == len(found)


async def test_months_are_counted_the_newest_first_and_those_without_a_date_last(records: RecordSearch) -> None:
    assert await records.months(RecordQuery()) == [(202403, 2), (202312, 1), (0, 1)]
    assert await records.cursor() == 1
