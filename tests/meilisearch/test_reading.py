"""What Meilisearch is asked for a page, and how its answers become one."""

import json
from typing import Any

import pytest
from credit_search.clauses import All, Everything, Filter, Some, Sort, Term
from credit_search.engines.breaker import FAILURES
from credit_search.engines.meilisearch.engine import MeilisearchEngine
from credit_search.engines.meilisearch.words import written
from credit_search.protocol import EngineRestingError, EngineUnavailableError, FacetCount, NoIndexError

from tests.contract.small_index import SMALL, document, filled
from tests.meilisearch import filter_reading
from tests.meilisearch.recording_server import Recording
from tests.meilisearch.test_conditions import sent

LIFTED = All((Term("grams", "ab"),), (Term("grams", "cd"),))


def queries(server: Recording) -> list[dict[str, Any]]:
    return [query for body in server.sent("POST", "/multi-search") for query in body["queries"]]


def hits(*keys: int) -> dict[str, Any]:
    return {"hits": [{"shown": json.dumps([key, "ab"])} for key in keys]}


async def test_a_page_is_the_tiers_in_their_order_and_its_total_is_counted(
    engine: MeilisearchEngine, server: Recording
) -> None:
    await filled(engine, document(1, "ab"))
    high = sent(document(1, "ab cd"))

    def found(query: dict[str, Any]) -> dict[str, Any]:
        if "hitsPerPage" in query:
            return {"hits": [], "totalHits": 30}
        return hits(7, 3) if filter_reading.read(query["filter"])(high) else hits(9, 4, 5)

    server.found = found
    page = await engine.reader(SMALL).search(LIFTED, size=4)
    assert ([hit.key for hit in page.hits], page.total) == ([7, 3, 9, 4], 30)
    assert page.hits[0].score > page.hits[2].score
    assert len(server.sent("POST", "/multi-search")) == 1
    assert all(query["sort"] == ["terms:asc", "id:asc"] for query in queries(server) if "limit" in query)


async def test_further_down_it_asks_each_tier_for_its_part_alone(engine: MeilisearchEngine, server: Recording) -> None:
    await filled(engine, document(1, "ab"))
    high = sent(document(1, "ab cd"))

    def found(query: dict[str, Any]) -> dict[str, Any]:
        is_high = filter_reading.read(query["filter"])(high)
        if "hitsPerPage" in query:
            return {"hits": [], "totalHits": 25 if is_high else 100}
        return hits(1) if is_high else hits(2)

    server.found = found
    page = await engine.reader(SMALL).search(LIFTED, size=10, offset=20, count=False)
    asked = [(query["offset"], query["limit"]) for query in queries(server) if "limit" in query]
    assert asked == [(20, 5), (0, 5)]
    assert [hit.key for hit in page.hits] == [1, 2]


async def test_facets_are_read_back_and_sums_are_added_from_bits(engine: MeilisearchEngine, server: Recording) -> None:
    await filled(engine, document(1, "ab"))
    server.found = lambda _: {
        "hits": [],
        "totalHits": 3,
        "facetDistribution": {
            "region": {written("东城"): 1, written("西城"): 2},
            "year": {"2001": 2, "2002.0": 1},
            "year_bits": {"0": 2, "4": 3, "10": 1},
        },
    }
    page = await engine.reader(SMALL).search(Everything(), facets=("region", "year"), sums=("year",), size=0)
    assert page.facets["region"] == [FacetCount("西城", 2), FacetCount("东城", 1)]
    assert page.facets["year"] == [FacetCount(2001, 2), FacetCount(2002, 1)]
    assert page.sums == {"year": 2 * 1 + 3 * 16 + 1024}
    (asked,) = queries(server)
    assert asked["hitsPerPage"] == 0
    assert asked["facets"] == ["region", "year", "year_bits"]


async def test_a_sort_is_asked_for_as_such(engine: MeilisearchEngine, server: Recording) -> None:
    await filled(engine, document(1, "ab"))
    await engine.reader(SMALL).search(
        LIFTED, sort=Sort("year"), offset=40, size=20, count=False, filters=(Filter("region", ("东城",)),)
    )
    (asked,) = queries(server)
    assert (asked["sort"], asked["offset"], asked["limit"]) == (["year:desc", "id:asc"], 40, 20)
    assert filter_reading.read(asked["filter"])(sent(document(1, "ab", region="东城")))
    assert not filter_reading.read(asked["filter"])(sent(document(1, "ab", region="西城")))


async def test_a_wide_question_is_weighed_here(engine: MeilisearchEngine, server: Recording) -> None:
    await filled(engine, document(1, "ab"))
    terms = [f"t{n}" for n in range(24)]
    near, far = (sent(document(n, " ".join(terms[:held]), year=n)) for n, held in ((1, 12), (2, 8)))
    below = sent(document(3, " ".join(terms[:6])))
    server.found = lambda query: (
        {"hits": [], "totalHits": 50} if "hitsPerPage" in query else {"hits": [below, far, near]}
    )
    clause = Some(tuple(Term("grams", term) for term in terms), 7)
    page = await engine.reader(SMALL).search(clause, size=10, count=False)
    assert [hit.key for hit in page.hits] == [1, 2]
    newest = await engine.reader(SMALL).search(clause, size=10, sort=Sort("year"), count=False)
    assert [hit.key for hit in newest.hits] == [2, 1]


async def test_a_wide_question_with_too_many_answers_is_not_counted_wrongly(
    engine: MeilisearchEngine, server: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("credit_search.engines.meilisearch.reader.MOST_GATHERED", 2)
    await filled(engine, document(1, "ab"))
    terms = [f"t{n}" for n in range(24)]
    found = [sent(document(n, " ".join(terms))) for n in (1, 2)]
    server.found = lambda query: {"hits": [], "totalHits": 9} if "hitsPerPage" in query else {"hits": found}
    clause = Some(tuple(Term("grams", term) for term in terms), 7)
    with pytest.raises(EngineUnavailableError, match="数不出来"):
        await engine.reader(SMALL).search(clause)
    assert len((await engine.reader(SMALL).search(clause, count=False)).hits) == 2


async def test_a_generation_dropped_a_moment_ago_is_asked_no_more(engine: MeilisearchEngine, server: Recording) -> None:
    await filled(engine, document(1, "ab"))
    server.found = lambda _: {"hits": [], "totalHits": 1}
    reader = engine.reader(SMALL)
    await reader.search(Everything(), size=0)
    former = await engine.live(SMALL)
    newer = await engine.create(SMALL)
    await engine.promote(SMALL, newer)
    await engine.drop(SMALL, str(former))
    assert (await reader.search(Everything(), size=0)).total == 1
    assert queries(server)[-1]["indexUid"].endswith(newer)


async def test_an_index_that_is_gone_is_told_as_such(engine: MeilisearchEngine, server: Recording) -> None:
    await filled(engine, document(1, "ab"))
    reader = engine.reader(SMALL)
    server.indexes.pop(next(uid for uid in server.indexes if uid.startswith("chengxin-")))
    with pytest.raises(NoIndexError):
        await reader.search(Everything())


async def test_nobody_waits_for_a_server_that_hangs(engine: MeilisearchEngine, server: Recording) -> None:
    await filled(engine, document(1, "ab"))
    server.awake.clear()
    reader = engine.reader(SMALL)
    for _ in range(FAILURES):
        with pytest.raises(EngineRestingError, match="1 秒"):
            await reader.search(Everything())
    before = len(server.authorisations), len(server.requests)
    with pytest.raises(EngineRestingError):
        await reader.search(Everything())
    server.awake.set()
    assert (len(server.authorisations), len(server.requests)) == before


@pytest.mark.parametrize(
    ("status", "kind", "told"),
    [
        (503, EngineRestingError, "忙不过来"),
        (403, EngineUnavailableError, "密钥"),
        (200, EngineUnavailableError, "读不懂"),
    ],
)
async def test_a_server_in_trouble_is_told_apart_from_one_that_is_set_wrong(
    engine: MeilisearchEngine, server: Recording, status: int, kind: type[Exception], told: str
) -> None:
    await filled(engine, document(1, "ab"))
    server.status = status
    with pytest.raises(kind, match=told) as raised:
        await engine.reader(SMALL).search(Everything())
    assert type(raised.value) is kind


async def test_its_key_goes_with_every_request(engine: MeilisearchEngine, server: Recording) -> None:
    await filled(engine, document(1, "ab"))
    assert server.authorisations == {"Bearer secret key"}
