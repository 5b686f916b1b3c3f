"""A question that matches much is answered in threads: the answer must be that of one thread."""

import asyncio

import pytest
from credit_search.clauses import All, Between, Clause, Everything, Filter, Prefix, Some, Sort, Term
from credit_search.engines.embedded.engine import EmbeddedEngine
from credit_search.engines.embedded.width import WIDE, is_wide
from credit_search.schema import RECORDS

FACETS = ("kind", "authority", "category", "year", "month")
SUMS = ("amount", "confiscated")


def _document(number: int) -> dict:
    year = 2020 + number % 5
    return {
        "id": number,
        "version": number,
        "grams": [f"^星河第{number}店$"],
        "kind": ("penalty", "licence")[number % 2],
        "authority": f"局{number % 3}",
        "category": ["罚款", "警告"][: number % 3],
        "year": year,
        "month": year * 100 + number % 12 + 1,
        "decided": (year * 100 + number % 12 + 1) * 100 + 1,
        "amount": number * 100,
        "confiscated": number,
        "shown": b"[%d]" % number,
    }


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wide")

    async def fill() -> None:
        writer = await EmbeddedEngine(folder).writer(RECORDS)
        await writer.write([_document(number) for number in range(1, 201)], [])
        await writer.commit(200)
        await writer.close()

    asyncio.run(fill())
    return folder


@pytest.mark.parametrize(
    "clause",
    [Everything(), Prefix("grams", "星"), Term("grams", "星河"), All((Term("grams", "第1"),)), Term("grams", "火车")],
)
@pytest.mark.parametrize("filters", [(), (Filter("kind", ("penalty",)), Between("decided", 20220101, None))])
@pytest.mark.parametrize("sort", [None, Sort("amount")])
async def test_threads_answer_as_one_does(root, monkeypatch, clause, filters, sort):
    monkeypatch.setattr("credit_search.engines.embedded.width.WIDE", 0)
    narrow, wide = EmbeddedEngine(root).reader(RECORDS), EmbeddedEngine(root, wide_from=0).reader(RECORDS)
    asked = {"filters": filters, "facets": FACETS, "sums": SUMS, "size": 7, "offset": 3, "sort": sort}
    assert await wide.search(clause, **asked) == await narrow.search(clause, **asked)
    asked = {"filters": filters, "size": 0, "count": False}
    assert await wide.search(clause, **asked) == await narrow.search(clause, **asked)


async def test_many_wide_questions_at_once_are_each_answered(root):
    reader = EmbeddedEngine(root, wide_from=0).reader(RECORDS)
    kinds = ("penalty", "licence") * 10
    pages = await asyncio.gather(
        *(reader.search(Everything(), filters=(Filter("kind", (kind,)),), facets=FACETS, size=2) for kind in kinds)
    )
    assert [page.facets["kind"][0].value for page in pages] == list(kinds)
    assert {page.total for page in pages} == {100}


@pytest.mark.parametrize(
    ("clause", "wide"),
    [
        (Everything(), True),
        (Term("grams", "公司"), True),
        (Term("grams", "星河"), False),
        (All((Term("grams", "公司"), Term("grams", "有限"))), True),
        (All((Term("grams", "公司"), Term("grams", "星河"))), False),
        (All((Term("grams", "公司"),) * 3), False),
        (Some((Term("grams", "星河"), Term("grams", "公司"))), True),
        (Term("year", 2024), False),
    ],
)
def test_a_question_is_wide_where_all_that_it_asks_is_common(clause: Clause, wide: bool):
    assert is_wide(clause, lambda _, term: WIDE if term in {"公司", "有限"} else WIDE - 1) is wide
