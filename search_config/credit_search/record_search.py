"""The search for published records: full text over facts, grounds, basis and numbers, with facets and totals."""

from asyncio import gather
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from credit_search.amounts import ten_thousands
from credit_search.answers import MAX_PAGE_SIZE, MAX_RESULTS
from credit_search.clauses import All, Between, Clause, Everything, Filter, Prefix, Some, Sort, Term
from credit_search.codes import LENGTH
from credit_search.facets import RECORD_FACETS
from credit_search.protocol import Engine, FacetCount, Hit, Page
from credit_search.schema import RECORDS
from credit_search.strict import pairs
from credit_search.understanding import Reading, Understood, understand

WHOLE_NUMBER = 60.0  # a document number that is just what was asked
SORTS = {
    "newest": Sort("decided"),
    "oldest": Sort("decided", descending=False),
    "largest": Sort("amount"),
}
SORT_NAMES = ("relevance", *SORTS)
CAME_LAST = Sort(RECORDS.key)  # numbers are given out as records come
SUMS = ("amount", "confiscated")
YEAR, MONTH = "year", "month"
YEARS_AT_ONCE = 16  # their months are fewer than the values that any engine counts of one facet
PERIOD, WORDS = "period", "q"  # constraints beside the facets


class ShownRecord(NamedTuple):
    """What the index keeps of a record to show it, in the order of `record_documents.record_document`."""

    id: int
    kind: str
    uscc: str | None
    name: str
    headline: str
    document_number: str | None
    authority: str | None
    categories: Sequence[str]
    amount: str | None  # decimal, 万元
    confiscated: str | None
    decision_date: str | None  # ISO


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """A search for records. `filters` as in SubjectQuery; `since` and `until` bound the decision, as yyyymmdd.

    `within` are filters that the reader neither chose nor can give up: the kinds of the register that is searched.
    `facets` are the keys to count by, all of them where it is None.
    """

    q: str = ""
    page: int = 1
    size: int = 20
    sort: str = "relevance"
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    since: int | None = None
    until: int | None = None
    within: dict[str, tuple[str, ...]] = field(default_factory=dict)
    facets: tuple[str, ...] | None = None

    def without(self, constraint: str) -> "RecordQuery":
        """The query with one thing less asked: a facet's key, `PERIOD` or `WORDS`."""
        if constraint == PERIOD:
            return replace(self, since=None, until=None)
        if constraint == WORDS:
            return replace(self, q="")
        return replace(self, filters={key: values for key, values in self.filters.items() if key != constraint})

    @property
    def constraints(self) -> tuple[str, ...]:
        """What `without` can take from it."""
        period = (PERIOD,) if self.since is not None or self.until is not None else ()
        return (*self.filters, *period, *((WORDS,) if self.q else ()))


@dataclass(frozen=True, slots=True)
class RecordAnswer:
    """The answer to a search for records.

    `sums` are 万元 over everything that matches; `by_month` counts it, oldest first, as (yyyymm, count). A facet
    that is chosen from is counted in `facets` as if it were not, so that more can be added. `loosened` says, where
    nothing matches, how many would without each constraint that alone is in the way. `understood` as in
    SubjectAnswer; `cut` is true where the query was too long.
    """

    total: int
    items: list[ShownRecord]
    facets: dict[str, list[FacetCount]]
    sums: dict[str, Decimal]
    by_month: list[tuple[int, int]]
    cut: bool = False
    understood: str = Understood.EVERYTHING.value
    loosened: dict[str, int] = field(default_factory=dict)


class RecordSearch:
    """Searches published records; what has ended or was withdrawn is not in the index."""

    def __init__(self, engine: Engine) -> None:
        self._reader = engine.reader(RECORDS)

    async def search(self, query: RecordQuery) -> RecordAnswer:
        """Answer a query as it was typed; sizes and pages out of range are brought into it."""
        reading = understand(query.q)
        clause = _clause(reading)
        if clause is None:
            nothing = dict.fromkeys(SUMS, Decimal(0))
            return RecordAnswer(0, [], {}, nothing, [], understood=reading.kind.value, cut=reading.cut)
        page, chosen = await gather(self._page(clause, reading, query), self._chosen(clause, query))
        months = await self._months(clause, query, page)
        facets = page.facets | {MONTH: months, YEAR: _years(months)} | chosen
        return RecordAnswer(
            total=page.total,
            items=[_shown(hit) for hit in page.hits],
            facets={key: facets[key] for key in _keys(query)},
            sums={name: ten_thousands(total) for name, total in page.sums.items()},
            by_month=_by_month(months),
            cut=reading.cut,
            understood=reading.kind.value,
            loosened={} if page.total else await self._loosened(query),
        )

    async def scan(self, query: RecordQuery) -> AsyncGenerator[list[int]]:
        """The numbers of every record that the query finds, ascending, however many."""
        clause = _clause(understand(query.q))
        if clause is None:
            return
        async with aclosing(self._reader.scan(clause, filters=_filters(query))) as found:
            async for numbers in found:
                yield numbers

    async def newest(self, query: RecordQuery, size: int) -> list[int]:
        """The numbers of the records that the query finds and that came last, the newest first."""
        clause = _clause(understand(query.q))
        if clause is None:
            return []
        filters = _filters(query)
        page = await self._reader.search(clause, filters=filters, size=size, sort=CAME_LAST, count=False)
        return [hit.key for hit in page.hits]

    async def months(self, query: RecordQuery) -> list[tuple[int, int]]:
        """How many records the query finds in each month of decision, as (yyyymm, count), newest first.

        Those without a date are in month 0.
        """
        clause = _clause(understand(query.q))
        if clause is None:
            return []
        page = await self._reader.search(clause, filters=_filters(query), facets=(MONTH,), size=0)
        counts = await self._months(clause, query, page)
        counted = {int(each.value): each.count for each in counts}
        if undated := page.total - sum(count for month, count in counted.items() if month):
            counted[0] = undated
        return sorted(counted.items(), reverse=True)

    async def cursor(self) -> int:
        """The change-log number that all answers are complete up to."""
        return await self._reader.cursor()

    async def _page(self, clause: Clause, reading: Reading, query: RecordQuery) -> Page:
        size = min(max(query.size, 1), MAX_PAGE_SIZE)
        own = {*query.filters, YEAR, MONTH}  # counted alone, or made of the months
        return await self._reader.search(
            clause,
            filters=_filters(query),
            facets=(*(key for key in _keys(query) if key not in own), MONTH),
            sums=SUMS,
            size=size,
            offset=min((max(query.page, 1) - 1) * size, MAX_RESULTS),
            sort=SORTS.get(query.sort) or (SORTS["newest"] if reading.kind is Understood.EVERYTHING else None),
        )

    async def _chosen(self, clause: Clause, query: RecordQuery) -> dict[str, list[FacetCount]]:
        """The counts of each facet that is chosen from, all asked for at once."""
        keys = [key for key in query.filters if key in _keys(query)]
        counts = await gather(*(self._alone(clause, query.without(key), key) for key in keys))
        return dict(zip(keys, counts, strict=True))

    async def _alone(self, clause: Clause, query: RecordQuery, key: str) -> list[FacetCount]:
        filters = _filters(query)
        page = await self._reader.search(clause, filters=filters, facets=(key,), size=0, count=key == MONTH)
        return await self._months(clause, query, page) if key == MONTH else page.facets[key]

    async def _months(self, clause: Clause, query: RecordQuery, page: Page) -> list[FacetCount]:
        """Every month. An engine counts only so many values at once, so a longer history is counted in parts."""
        found = page.facets[MONTH]
        if sum(each.count for each in found) >= page.total:
            return found
        by_year = await self._reader.search(clause, filters=_filters(query), facets=(YEAR,), size=0, count=False)
        years = sorted(year for each in by_year.facets[YEAR] if (year := int(each.value)))
        firsts = range(years[0], years[-1] + 1, YEARS_AT_ONCE)
        parts = [Between("decided", first * 10_000, (first + YEARS_AT_ONCE) * 10_000 - 1) for first in firsts]
        pages = await gather(
            *(
                self._reader.search(clause, filters=[*_filters(query), part], facets=(MONTH,), size=0, count=False)
                for part in parts
            )
        )
        return [each for part in pages for each in part.facets[MONTH]]

    async def _loosened(self, query: RecordQuery) -> dict[str, int]:
        ways = {constraint: query.without(constraint) for constraint in query.constraints}
        clauses = {constraint: _clause(understand(way.q)) or Everything() for constraint, way in ways.items()}
        pages = await gather(
            *(self._reader.search(clauses[name], filters=_filters(way), size=0) for name, way in ways.items())
        )
        return {name: page.total for name, page in zip(ways, pages, strict=True) if page.total}


def _keys(query: RecordQuery) -> tuple[str, ...]:
    return _FACET_KEYS if query.facets is None else query.facets


_FACET_KEYS = tuple(facet.key for facet in RECORD_FACETS)


def _clause(reading: Reading) -> Clause | None:
    if reading.kind is Understood.NOTHING:
        return None
    if reading.kind is Understood.EVERYTHING:
        return Everything()
    if reading.kind is Understood.CODE and len(reading.code) == LENGTH:
        return Term("code", reading.code)
    text = All(tuple(map(pairs, reading.words)), (Term("number", reading.folded, WHOLE_NUMBER),))
    return Some((Prefix("code", reading.code), text)) if reading.kind is Understood.CODE_PART else text


def _filters(query: RecordQuery) -> list[Filter | Between]:
    asked = (query.within, query.filters)
    chosen = (f.filter(each[f.key]) for each in asked for f in RECORD_FACETS if f.key in each)
    found: list[Filter | Between] = [one for one in chosen if one]
    if query.since is not None or query.until is not None:
        found.append(Between("decided", query.since or 1, query.until))  # a record without a date is in no period
    return found


def _shown(hit: Hit) -> ShownRecord:
    return ShownRecord(*hit.shown)


def _years(months: Sequence[FacetCount]) -> list[FacetCount]:
    counted: Counter[int] = Counter()
    for each in months:
        counted[int(each.value) // 100] += each.count
    return [FacetCount(year, count) for year, count in counted.most_common()]


def _by_month(counts: Sequence[FacetCount]) -> list[tuple[int, int]]:
    return sorted((int(count.value), count.count) for count in counts if int(count.value))
