"""The search for subjects: understand, ask the engine, widen where nothing fits, rank, show.

This is the read path; it changes nothing. What widens is asked only where the strict question found nothing.
"""

from asyncio import gather
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from credit_search.answers import (
    MAX_PAGE_SIZE,
    MAX_RESULTS,
    Nearness,
    SubjectAnswer,
    SubjectMatch,
    SubjectQuery,
    Suggestion,
)
from credit_search.clauses import Clause, Filter, OneOf, Sort
from credit_search.facets import SUBJECT_FACETS
from credit_search.highlighting import Highlighter
from credit_search.loosened import by_parts, nearest, with_form_mended
from credit_search.protocol import Engine, FacetCount, Hit, Page
from credit_search.ranking import Ranked, rank
from credit_search.schema import SUBJECTS
from credit_search.strict import beginning, damaged_code, strict
from credit_search.understanding import Reading, Understood, understand

POOL = 20  # hits that are ranked; twice as many found nothing more
WIDE_POOL = 80  # where the engine's order says less, because the query holds errors
MOST_SIMILAR = 20
SUGGEST_CODE_FROM = 6  # characters; fewer stand in every code of a province
SIMILAR_FROM = 0.5  # share of the query that a similar hit covers
MEANT_FROM = 0.7  # and one that we dare to offer as what was meant
MOST_MEANT = 3
SORTS = {"newest": Sort("established"), "oldest": Sort("established", descending=False)}
SORT_NAMES = ("relevance", *SORTS)


class SubjectSearch:
    """Searches subjects. `home` is the division of the city that runs the site, such as `620100`."""

    def __init__(self, engine: Engine, home: str = "") -> None:
        self._reader = engine.reader(SUBJECTS)
        self._home = home[:4] or "-"

    async def search(self, query: SubjectQuery) -> SubjectAnswer:
        """Answer a query as it was typed; sizes and pages out of range are brought into it."""
        reading = understand(query.q)
        size = min(max(query.size, 1), MAX_PAGE_SIZE)
        offset = min((max(query.page, 1) - 1) * size, MAX_RESULTS)
        if reading.kind is Understood.NOTHING:
            return SubjectAnswer(0, [], {}, reading.kind)
        clause = strict(reading)
        answer = await self._strictly(reading, clause, query, size, offset)
        if answer.total or reading.kind is Understood.EVERYTHING:
            return answer
        if _filters(query) and (without := (await self._reader.search(clause, size=0)).total):
            return replace(answer, without_filters=without)
        return await self._widened(reading, query, size, offset)

    async def suggest(self, q: str, size: int = 8) -> list[Suggestion]:
        """What the person may be typing, at most `size` names."""
        reading = understand(q)
        if reading.kind in (Understood.NOTHING, Understood.EVERYTHING):
            return []
        if reading.kind is Understood.CODE_PART and len(reading.code) < SUGGEST_CODE_FROM:
            return []
        for clause in (beginning(reading), strict(reading), by_parts(reading)):
            if clause:
                page = await self._reader.search(clause, size=size * 3, count=False)
                if page.hits:
                    return self._suggestions(reading, rank(reading, page.hits, self._home)[:size])
        similar = await self._similar(reading, ())
        return self._suggestions(reading, similar[:size])

    async def _strictly(
        self, reading: Reading, clause: Clause, query: SubjectQuery, size: int, offset: int
    ) -> SubjectAnswer:
        sort = SORTS.get(query.sort)
        # The same hits are ranked whatever the size of a page, or pages of two sizes would tell two orders.
        pool = POOL if sort is None and offset < POOL else 0
        page = await self._reader.search(
            clause,
            filters=_filters(query),
            facets=_FACET_KEYS,
            size=max(pool, offset + size) if pool else size,
            offset=0 if pool else offset,
            sort=sort,
        )
        ranked = rank(reading, page.hits[:pool], self._home) + _in_order(reading, page.hits[pool:], self._home)
        facets = await self._own_facets(clause, query, page)
        shown = ranked[offset : offset + size] if pool else ranked
        return SubjectAnswer(
            total=page.total,
            items=_matches(reading, shown),
            facets=facets,
            understood=reading.kind,
            direct=_direct(ranked) if offset == 0 else None,
            cut=reading.cut,
        )

    async def _own_facets(self, clause: Clause, query: SubjectQuery, page: Page) -> dict[str, list[FacetCount]]:
        """The facets of the page; one that is chosen from is counted as if it were not, so that more can be added."""
        chosen = [facet.key for facet in SUBJECT_FACETS if facet.key in query.filters]
        alone = await gather(
            *(
                self._reader.search(clause, filters=_filters(query, but=key), facets=(key,), size=0, count=False)
                for key in chosen
            )
        )
        own = {key: each.facets[key] for key, each in zip(chosen, alone, strict=True)}
        return {key: own.get(key) or page.facets.get(key, []) for key in _FACET_KEYS}

    async def _widened(self, reading: Reading, query: SubjectQuery, size: int, offset: int) -> SubjectAnswer:
        mended = with_form_mended(reading)
        similar = await self._similar(mended, _filters(query))
        parts = by_parts(mended)
        if parts and await self._fits_better(mended, parts, similar):
            return await self._strictly(mended, parts, query, size, offset)
        if not similar and reading.kind in _CODES:
            return await self._digits_in_name(reading, query, size, offset)
        found = _these(similar)
        page = await self._reader.search(found, facets=_FACET_KEYS, size=0) if similar else Page(0, [])
        meant = [ranked for ranked in similar[:MOST_MEANT] if ranked.covered >= MEANT_FROM]
        return SubjectAnswer(
            total=len(similar),
            items=_matches(mended, similar[offset : offset + size]),
            facets=page.facets,
            understood=reading.kind,
            did_you_mean=_matches(mended, meant),
            similar_only=bool(similar),
            cut=reading.cut,
        )

    async def scan(self, query: SubjectQuery) -> AsyncGenerator[list[int]]:
        """The numbers of every subject that `search` finds for the query, ascending, however many."""
        clause = await self._finding(understand(query.q), _filters(query))
        if clause is None:
            return
        async with aclosing(self._reader.scan(clause, filters=_filters(query))) as found:
            async for numbers in found:
                yield numbers

    async def cursor(self) -> int:
        """The change-log number that all answers are complete up to."""
        return await self._reader.cursor()

    async def _finding(self, reading: Reading, filters: Sequence[Filter]) -> Clause | None:
        """The clause that `search` answers the query by; None where it finds nothing."""
        if reading.kind is Understood.NOTHING:
            return None
        clause = strict(reading)
        if reading.kind is Understood.EVERYTHING or await self._finds(clause, filters):
            return clause
        if filters and await self._finds(clause, ()):
            return None
        mended = with_form_mended(reading)
        similar = await self._similar(mended, filters)
        parts = by_parts(mended)
        if parts and await self._fits_better(mended, parts, similar):
            return parts
        if not similar and reading.kind in _CODES:
            return strict(_as_name(reading))
        return _these(similar)

    async def _finds(self, clause: Clause, filters: Sequence[Filter]) -> bool:
        return bool((await self._reader.search(clause, filters=filters, size=1, count=False)).hits)

    async def _fits_better(self, reading: Reading, parts: Clause, similar: Sequence[Ranked]) -> bool:
        """Whether the parts of the query lead to something at least as good as the nearest as a whole."""
        page = await self._reader.search(parts, size=POOL, count=False)
        ranked = rank(reading, page.hits, self._home)
        return bool(ranked) and (not similar or ranked[0].score >= similar[0].score)

    async def _digits_in_name(self, reading: Reading, query: SubjectQuery, size: int, offset: int) -> SubjectAnswer:
        as_name = _as_name(reading)
        return await self._strictly(as_name, strict(as_name), query, size, offset)

    async def _similar(self, reading: Reading, filters: Sequence[Filter]) -> list[Ranked]:
        if reading.kind in _CODES:
            clause = damaged_code(reading.code)
        else:
            clause = await nearest(reading, self._reader)
        if clause is None:
            return []
        page = await self._reader.search(clause, filters=filters, size=WIDE_POOL, count=False)
        ranked = rank(reading, page.hits, self._home)
        near = [one for one in ranked if one.covered >= SIMILAR_FROM][:MOST_SIMILAR]
        return [replace(one, nearness=Nearness.SIMILAR) for one in near]

    @staticmethod
    def _suggestions(reading: Reading, ranked: Sequence[Ranked]) -> list[Suggestion]:
        highlighter = Highlighter(reading)
        return [Suggestion(r.shown.uscc, r.shown.name, highlighter.name(r.shown.name)) for r in ranked]


_CODES = (Understood.CODE, Understood.CODE_PART)
_FACET_KEYS = tuple(facet.key for facet in SUBJECT_FACETS)


def _filters(query: SubjectQuery, but: str = "") -> list[Filter]:
    chosen = (f.filter(query.filters[f.key]) for f in SUBJECT_FACETS if f.key in query.filters and f.key != but)
    return [one for one in chosen if one]


def _these(ranked: Sequence[Ranked]) -> Clause:
    return OneOf("id", tuple(one.shown.id for one in ranked))


def _as_name(reading: Reading) -> Reading:
    return replace(reading, kind=Understood.NAME, code="")


def _in_order(reading: Reading, hits: Sequence[Hit], home: str) -> list[Ranked]:
    """The hits in the engine's order, each with how near it is."""
    place = {hit.key: index for index, hit in enumerate(hits)}
    return sorted(rank(reading, hits, home), key=lambda one: place[one.shown.id])


def _direct(ranked: Sequence[Ranked]) -> str | None:
    """The profile to offer straight away: that of an exact code, or of the only subject of an exact name."""
    exact = [one.shown.uscc for one in ranked if one.nearness is Nearness.EXACT]
    return exact[0] if len(exact) == 1 else None


def _matches(reading: Reading, ranked: Sequence[Ranked]) -> list[SubjectMatch]:
    highlighter = Highlighter(reading)
    return [
        SubjectMatch(
            id=one.shown.id,
            uscc=one.shown.uscc,
            code_valid=one.shown.code_valid,
            name=one.shown.name,
            nearness=one.nearness,
            highlight=highlighter.name(one.shown.name),
            code_highlight=highlighter.code(one.shown.uscc),
            former_name=one.matched_name,
            status=one.shown.status,
            division=one.shown.division,
            entity_type=one.shown.entity_type,
            industry=one.shown.industry,
            established=one.shown.established,
        )
        for one in ranked
    ]
