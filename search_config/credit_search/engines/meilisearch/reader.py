"""Reads the live generation of an index."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any

import orjson

from credit_search.clauses import Between, Clause, Everything, Filters, OneOf, Some, Sort, Term
from credit_search.engines.meilisearch.conditions import Conditions, both
from credit_search.engines.meilisearch.connection import Connection
from credit_search.engines.meilisearch.gathering import MOST_GATHERED, candidates, is_wide, weighed
from credit_search.engines.meilisearch.generations import Generations, Known
from credit_search.engines.meilisearch.mapping import MOST_FACET_VALUES, TERMS, bits
from credit_search.engines.meilisearch.tiers import lifts, tiers
from credit_search.engines.meilisearch.versions import versions_of
from credit_search.engines.meilisearch.words import read
from credit_search.protocol import EngineUnavailableError, FacetCount, Hit, NoIndexError, Page
from credit_search.schema import FieldType, IndexSchema

SCANNED_TOGETHER = 10_000  # keys
FRESHNESS_SECONDS = 0.25  # how often the server is asked which generation is live

Query = dict[str, Any]
Answer = dict[str, Any]


class MeilisearchReader:
    """An `IndexReader`. Connects to nothing until it is first asked."""

    def __init__(self, connection: Connection, generations: Generations, schema: IndexSchema) -> None:
        self._connection = connection
        self._generations = generations
        self._schema = schema
        self._conditions = Conditions(schema)
        self._stored = next(f.name for f in schema.fields if f.type is FieldType.STORED)
        self._numbers = {f.name for f in schema.fields if f.type is FieldType.NUMBER}
        self._shortest = [f"{TERMS}:asc", f"{schema.key}:asc"]
        self._known: Known | None = None
        self._known_until = float("-inf")

    async def search(
        self,
        clause: Clause,
        *,
        filters: Filters = (),
        facets: Sequence[str] = (),
        sums: Sequence[str] = (),
        size: int = 20,
        offset: int = 0,
        sort: Sort | None = None,
        count: bool = True,
    ) -> Page:
        if isinstance(clause, Some) and is_wide(clause):
            gathered = await self._gathered(clause, filters, whole=bool(count or facets or sums or sort))
            if sort is not None:
                gathered.sort(key=lambda each: each[1].get(sort.field, 0), reverse=sort.descending)
            page = await self._counted_alone(gathered, facets, sums)
            hits = [self._hit(document, weight) for weight, document in gathered[offset : offset + size]]
            return replace(page, total=len(gathered) if count else offset + len(hits), hits=hits)
        condition = self._conditions.of(clause, filters)
        counting = [_counting(condition, facets, sums)] if count or facets or sums else []
        if sort is not None:
            parts = [condition]
            order = [f"{sort.field}:{'desc' if sort.descending else 'asc'}", f"{self._schema.key}:asc"]
        else:
            parts = tiers(self._conditions, condition, lifts(clause))
            order = self._shortest[1:] if isinstance(clause, Everything) else self._shortest
        wanted = await self._windows(parts, size, offset)
        asked = [self._page_of(parts[tier], order, first, most) for tier, first, most in wanted]
        answers = await self._ask(counting + asked)
        counted = answers[0] if counting else {}
        found = [
            self._hit(hit, float(len(parts) - tier))
            for (tier, _, _), answer in zip(wanted, answers[len(counting) :], strict=True)
            for hit in answer["hits"]
        ][:size]
        return Page(
            total=counted["totalHits"] if count else offset + len(found),
            hits=found,
            facets={name: self._facet(name, counted) for name in facets},
            sums={name: _sum(name, counted) for name in sums},
        )

    async def _windows(self, parts: Sequence[str], size: int, offset: int) -> list[tuple[int, int, int]]:
        """From which tiers the page comes: (tier, first, most). How many are in each matters only further down."""
        if not size:
            return []
        if offset == 0 or len(parts) == 1:
            return [(tier, offset, size) for tier in range(len(parts))]
        totals = [answer["totalHits"] for answer in await self._ask([_counting(part) for part in parts])]
        ends = list(accumulate(totals))
        wanted = []
        for tier, (total, end) in enumerate(zip(totals, ends, strict=True)):
            first = max(offset - (end - total), 0)
            last = min(offset + size - (end - total), total)
            if first < last:
                wanted.append((tier, first, last - first))
        return wanted

    async def _gathered(self, clause: Some, filters: Filters, *, whole: bool) -> list[tuple[float, Answer]]:
        """The documents of a wide clause, weightiest first; not all of them unless the `whole` is needed."""
        parts = [_counting(self._conditions.of(part)) for part in (Everything(), *clause.clauses)]
        every, *counts = [answer["totalHits"] for answer in await self._ask(parts)]
        few = candidates(self._conditions, clause, counts)
        asked = self._page_of(both(few, self._conditions.of(Everything(), filters)), self._shortest, 0, MOST_GATHERED)
        found = (await self._ask([asked | {"attributesToRetrieve": ["*"]}]))[0]["hits"]
        if whole and len(found) == MOST_GATHERED:
            raise EngineUnavailableError(f"符合的太多，Meilisearch 数不出来：{MOST_GATHERED} 条以上")
        kept = weighed(clause, counts, every, found)
        return sorted(kept, key=lambda each: (-each[0], each[1][TERMS], each[1][self._schema.key]))

    async def _counted_alone(
        self, found: Sequence[tuple[float, Answer]], facets: Sequence[str], sums: Sequence[str]
    ) -> Page:
        if not facets and not sums:
            return Page(0, [])
        keys = OneOf(self._schema.key, tuple(document[self._schema.key] for _, document in found))
        return await self.search(keys, facets=facets, sums=sums, size=0)

    async def scan(self, clause: Clause, *, filters: Filters = ()) -> AsyncGenerator[list[int]]:
        """By key, from the last one on: the server pages no deeper without counting all that lies before."""
        if isinstance(clause, Some) and is_wide(clause):
            gathered = await self._gathered(clause, filters, whole=True)
            yield sorted(document[self._schema.key] for _, document in gathered)
            return
        last = -1
        while True:
            condition = self._conditions.of(clause, (*filters, Between(self._schema.key, last + 1)))
            asked = self._page_of(condition, [f"{self._schema.key}:asc"], 0, SCANNED_TOGETHER)
            found = (await self._ask([asked | {"attributesToRetrieve": [self._schema.key]}]))[0]["hits"]
            if found:
                yield [hit[self._schema.key] for hit in found]
                last = found[-1][self._schema.key]
            if len(found) < SCANNED_TOGETHER:
                return

    async def frequencies(self, field: str, terms: Sequence[str]) -> list[int]:
        if not terms:
            return []
        answers = await self._ask([_counting(self._conditions.of(Term(field, term))) for term in terms])
        return [answer["totalHits"] for answer in answers]

    async def generation(self) -> str:
        current = await self._current()
        return f"{current.generation}@{current.cursor}"

    async def size(self) -> int:
        return (await self.search(Everything(), size=0)).total

    async def cursor(self) -> int:
        return (await self._generations.live_known()).cursor

    async def versions(self) -> AsyncIterator[tuple[int, int]]:
        live = await self._generations.live_known()
        async for pair in versions_of(self._connection, self._generations.index(live.generation), self._schema):
            yield pair

    async def _ask(self, queries: Sequence[Query]) -> list[Answer]:
        """The answers to all the queries, of one generation. Where it has just been taken away, of the one after it."""
        if not queries:
            await self._current()
            return []
        current = await self._current()
        try:
            return await self._connection.search(self._asking(current, queries))
        except NoIndexError:
            self._known_until = float("-inf")
            newer = await self._current()
            if newer.generation == current.generation:
                raise
            return await self._connection.search(self._asking(newer, queries))

    def _asking(self, known: Known, queries: Sequence[Query]) -> Callable[[Any], list[Answer]]:
        index = self._generations.index(known.generation)
        asked = [{"indexUid": index, **query} for query in queries]
        return lambda client: list(client.multi_search(asked)["results"])

    async def _current(self) -> Known:
        now = time.monotonic()
        if self._known is None or now >= self._known_until:
            self._known = await self._generations.live_known(quickly=True)
            self._known_until = now + FRESHNESS_SECONDS
        return self._known

    def _page_of(self, condition: str, order: list[str], first: int, most: int) -> Query:
        return {
            "filter": condition,
            "sort": order,
            "offset": first,
            "limit": most,
            "attributesToRetrieve": [self._stored],
        }

    def _hit(self, hit: Answer, score: float) -> Hit:
        shown = orjson.loads(hit[self._stored])
        return Hit(key=shown[0], score=score, shown=shown)

    def _facet(self, name: str, counted: Answer) -> list[FacetCount]:
        value: Callable[[str], str | int] = (lambda text: int(float(text))) if name in self._numbers else read
        found = [FacetCount(value(text), count) for text, count in counted["facetDistribution"].get(name, {}).items()]
        return sorted(found, key=lambda each: -each.count)[:MOST_FACET_VALUES]


def _counting(condition: str, facets: Sequence[str] = (), sums: Sequence[str] = ()) -> Query:
    """A query for numbers alone: by pages of nought documents the total is exact."""
    names = [*facets, *map(bits, sums)]
    return {"filter": condition, "hitsPerPage": 0, "page": 1} | ({"facets": names} if names else {})


def _sum(name: str, counted: Answer) -> int:
    held = counted["facetDistribution"].get(bits(name), {})
    return sum(count << int(float(place)) for place, count in held.items())
