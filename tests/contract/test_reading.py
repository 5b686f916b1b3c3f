"""What a reader answers."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from credit_records.settings import Settings
from credit_search.clauses import All, Between, Clause, Everything, Filter, OneOf, Prefix, Some, Sort, Term
from credit_search.engines import open_engine
from credit_search.protocol import Engine, FacetCount, NoIndexError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.clauses import CLAUSES, MOST_ROWS, ROWS, documents_of
from tests.contract.conftest import SettingsOf
from tests.contract.small_index import SMALL, document, filled, holds

A, B, C = (
    document(1, "ab bc", names="霁川^abc", region="east", year=2001),
    document(2, "ab cd", names=["川流", "霁\ue100x"], region="west", year=2002, code="x.y"),
    document(3, "cd de ab", region="east", year=2003, code="xzy"),
)


@pytest.fixture(scope="module")
def three(settings_of: SettingsOf, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An index of A, B and C, which is only read."""

    async def fill(settings: Settings) -> None:
        engine = open_engine(settings)
        await filled(engine, A, B, C)
        await engine.close()

    made = settings_of(tmp_path_factory.mktemp("three"))
    asyncio.run(fill(made))
    return made


@pytest.fixture
async def abc(three: Settings) -> AsyncIterator[Engine]:
    opened = open_engine(three)
    yield opened
    await opened.close()


async def keys(engine: Engine, clause: Clause, **asked: object) -> list[int]:
    page = await engine.reader(SMALL).search(clause, **asked)  # type: ignore[arg-type]
    return [hit.key for hit in page.hits]


async def test_without_an_index_it_says_so_rather_than_nothing_found(engine: Engine) -> None:
    with pytest.raises(NoIndexError):
        await engine.reader(SMALL).search(Everything())


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        (Everything(), {1, 2, 3}),
        (Term("grams", "ab"), {1, 2, 3}),
        (Term("grams", "bc"), {1}),
        (Term("grams", "b"), set()),
        (Term("names", "霁川"), {1}),
        (Term("names", "^a"), {1}),
        (Term("names", "流霁"), set()),
        (Term("names", "霁\ue100"), {2}),
        (Prefix("names", "川"), {1, 2}),
        (Term("year", 2002), {2}),
        (OneOf("id", (1, 3, 99)), {1, 3}),
        (OneOf("code", ("x.y", "c1")), {1, 2}),
        (OneOf("code", ()), set()),
        (Prefix("code", "x."), {2}),
        (Prefix("code", "x"), {2, 3}),
        (Prefix("code", "x*"), set()),
        (Prefix("grams", "d"), {3}),
        (Between("year", 2002, 2003), {2, 3}),
        (Between("year", high=2001), {1}),
        (Between("year", 2004), set()),
        (All((Term("grams", "ab"), Term("grams", "cd"))), {2, 3}),
        (All((Term("grams", "ab"),), (Term("grams", "nowhere"),)), {1, 2, 3}),
        (Some((Term("grams", "bc"), Term("grams", "de"))), {1, 3}),
        (Some((Term("grams", "ab"), Term("grams", "cd"), Term("grams", "de")), 3), {3}),
        (All((Some((Term("grams", "bc"), Term("grams", "de"))), Prefix("code", "x"))), {3}),
    ],
)
async def test_a_clause_finds_what_it_says(abc: Engine, clause: Clause, expected: set[int]) -> None:
    page = await abc.reader(SMALL).search(clause)
    assert {hit.key for hit in page.hits} == expected
    assert page.total == len(expected)


async def test_a_hit_brings_what_was_stored_to_show_it(engine: Engine) -> None:
    await filled(engine, A)
    page = await engine.reader(SMALL).search(Term("grams", "bc"))
    assert page.hits[0].shown == [1, "ab bc"]


async def test_filters_narrow_hits_total_and_facets(abc: Engine) -> None:
    page = await abc.reader(SMALL).search(
        Term("grams", "ab"), filters=(Filter("region", ("east",)), Filter("year", (2001, 2002))), facets=("region",)
    )
    assert [hit.key for hit in page.hits] == [1]
    assert page.total == 1
    assert page.facets == {"region": [FacetCount("east", 1)]}


async def test_facets_count_every_match_beyond_the_page_greatest_first(abc: Engine) -> None:
    page = await abc.reader(SMALL).search(Everything(), facets=("region", "year"), size=1)
    assert page.total == 3
    assert page.facets["region"] == [FacetCount("east", 2), FacetCount("west", 1)]
    assert {(count.value, count.count) for count in page.facets["year"]} == {(2001, 1), (2002, 1), (2003, 1)}


async def test_sums_are_of_every_match_beyond_the_page(abc: Engine) -> None:
    page = await abc.reader(SMALL).search(Term("grams", "cd"), sums=("year",), size=1)
    assert page.sums == {"year": 2002 + 2003}
    assert (await abc.reader(SMALL).search(Term("grams", "zz"), sums=("year",))).sums == {"year": 0}


async def test_a_span_filters_without_scoring(abc: Engine) -> None:
    assert await keys(abc, Term("grams", "cd"), filters=(Between("year", 2003, 2010),)) == [3]


async def test_sorted_by_a_field_and_paged_each_document_comes_once(abc: Engine) -> None:
    newest = Sort("year")
    assert await keys(abc, Everything(), sort=newest) == [3, 2, 1]
    assert await keys(abc, Everything(), sort=Sort("year", descending=False)) == [1, 2, 3]
    pages = [await keys(abc, Everything(), sort=newest, size=2, offset=offset) for offset in (0, 2, 4)]
    assert pages == [[3, 2], [1], []]


async def test_sorted_by_the_key_the_newest_document_comes_first(abc: Engine) -> None:
    assert await keys(abc, Everything(), sort=Sort("id")) == [3, 2, 1]
    assert await keys(abc, Term("grams", "cd"), sort=Sort("id"), size=1) == [3]


async def scanned(engine: Engine, clause: Clause, **asked: object) -> list[int]:
    return [key async for part in engine.reader(SMALL).scan(clause, **asked) for key in part]  # type: ignore[arg-type]


async def test_a_scan_gives_every_key_that_matches_once_in_order(abc: Engine) -> None:
    assert await scanned(abc, Everything()) == [1, 2, 3]
    assert await scanned(abc, Term("grams", "cd")) == [2, 3]
    assert await scanned(abc, Everything(), filters=(Filter("region", ("east",)), Between("year", 2002))) == [3]
    assert await scanned(abc, Term("grams", "zz")) == []
    some = Some((Term("grams", "bc"), Term("grams", "de"), Term("grams", "zz")))
    assert await scanned(abc, some) == [1, 3]


async def test_a_scan_goes_deeper_than_anybody_may_page(engine: Engine) -> None:
    numbers = [*range(1, 10_301), *range(500_000, 500_301), 7_000_000]
    await filled(engine, *[document(n, "ab" if n % 2 else "cd", year=n % 7) for n in numbers])
    assert await scanned(engine, Everything()) == numbers
    assert await scanned(engine, Term("grams", "ab")) == [n for n in numbers if n % 2]


async def test_a_scan_that_is_left_early_leaves_nothing_behind(abc: Engine) -> None:
    scan = abc.reader(SMALL).scan(Everything())
    assert await anext(scan)
    await scan.aclose()


async def test_a_scan_without_an_index_says_so(engine: Engine) -> None:
    with pytest.raises(NoIndexError):
        await scanned(engine, Everything())


async def test_a_rarer_term_and_a_boost_come_first(engine: Engine) -> None:
    await filled(engine, *[document(n, "ab ac ad") for n in range(10, 30)], A)
    assert (await keys(engine, Some((Term("grams", "ab"), Term("grams", "bc")))))[0] == 1
    lifted = All((Term("grams", "ab"),), (Term("code", "c20", 50.0),))
    assert (await keys(engine, lifted))[0] == 20


async def test_size_nought_counts_without_hits(abc: Engine) -> None:
    page = await abc.reader(SMALL).search(Everything(), size=0, facets=("region",))
    assert page.hits == []
    assert page.total == 3
    assert page.facets["region"]


async def test_frequencies_tell_common_terms_from_unknown_ones(abc: Engine) -> None:
    assert await abc.reader(SMALL).frequencies("grams", ["ab", "bc", "zz"]) == [3, 1, 0]


@pytest.fixture(scope="module")
def scratch(settings_of: SettingsOf, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_of(tmp_path_factory.mktemp("clauses"))


@given(rows=ROWS, clause=CLAUSES, regions=st.lists(st.sampled_from(["east", "west"]), max_size=2))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_any_clause_over_any_documents_means_what_it_says(
    scratch: Settings, rows: list, clause: Clause, regions: list[str]
) -> None:
    engine = open_engine(scratch)
    now = time.monotonic_ns()
    documents = documents_of(rows, version=now)
    writer = await engine.writer(SMALL)
    await writer.write(documents, range(MOST_ROWS + 1), now)
    await writer.commit(now)
    await writer.close()
    filters = (Filter("region", tuple(regions)),) if regions else ()
    page = await engine.reader(SMALL).search(clause, filters=filters, size=50)
    expected = {d["id"] for d in documents if holds(clause, d) and all(holds(f, d) for f in filters)}
    await engine.close()
    assert {hit.key for hit in page.hits} == expected
    assert page.total == len(expected)
