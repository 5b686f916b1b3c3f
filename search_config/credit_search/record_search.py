"""The search for published records: full text over facts, grounds, basis and numbers, with facets and totals."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from credit_search.amounts import ten_thousands
from credit_search.answers import MAX_PAGE_SIZE, MAX_RESULTS
from credit_search.clauses import All, Between, Clause, Everything, Filter, Sort, Term
from credit_search.codes import LENGTH
from credit_search.facets import RECORD_FACETS
from credit_search.protocol import Engine, FacetCount, Hit
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
SUMS = ("amount", "confiscated")


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
    """A search for records. `filters` as in SubjectQuery; `since` and `until` bound the decision, as yyyymmdd."""

    q: str = ""
    page: int = 1
    size: int = 20
    sort: str = "relevance"
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class RecordAnswer:
    """`sums` are 万元 over everything that matches; `by_month` counts it, oldest first, as (yyyymm, count)."""

    total: int
    items: list[ShownRecord]
    facets: dict[str, list[FacetCount]]
    sums: dict[str, Decimal]
    by_month: list[tuple[int, int]]
    cut: bool = False


class RecordSearch:
    """Searches published records; what has ended or was withdrawn is not in the index."""

    def __init__(self, engine: Engine) -> None:
        self._reader = engine.reader(RECORDS)

    async def search(self, query: RecordQuery) -> RecordAnswer:
        """Answer a query as it was typed; sizes and pages out of range are brought into it."""
        reading = understand(query.q)
        size = min(max(query.size, 1), MAX_PAGE_SIZE)
        offset = min((max(query.page, 1) - 1) * size, MAX_RESULTS)
        clause = _clause(reading)
        if clause is None:
            return RecordAnswer(0, [], {}, dict.fromkeys(SUMS, Decimal(0)), [])
        sort = SORTS.get(query.sort) or (SORTS["newest"] if reading.kind is Understood.EVERYTHING else None)
        page = await self._reader.search(
            clause,
            filters=_filters(query),
            facets=_FACET_KEYS,
            sums=SUMS,
            size=size,
            offset=offset,
            sort=sort,
        )
        return RecordAnswer(
            total=page.total,
            items=[_shown(hit) for hit in page.hits],
            facets=await self._own_facets(clause, query, page.facets),
            sums={name: ten_thousands(total) for name, total in page.sums.items()},
            by_month=_by_month(page.facets.get("month", [])),
            cut=reading.cut,
        )

    async def _own_facets(
        self, clause: Clause, query: RecordQuery, facets: dict[str, list[FacetCount]]
    ) -> dict[str, list[FacetCount]]:
        """A facet that is chosen from is counted as if it were not, so that more can be added."""
        found = dict(facets)
        for key in query.filters:
            if key in found:
                others = _filters(replace(query, filters={k: v for k, v in query.filters.items() if k != key}))
                alone = await self._reader.search(clause, filters=others, facets=(key,), size=0, count=False)
                found.update(alone.facets)
        return found


_FACET_KEYS = tuple(facet.key for facet in RECORD_FACETS)


def _clause(reading: Reading) -> Clause | None:
    if reading.kind is Understood.NOTHING:
        return None
    if reading.kind is Understood.EVERYTHING:
        return Everything()
    if reading.kind is Understood.CODE and len(reading.code) == LENGTH:
        return Term("code", reading.code)
    return All(tuple(map(pairs, reading.words)), (Term("number", reading.folded, WHOLE_NUMBER),))


def _filters(query: RecordQuery) -> list[Filter | Between]:
    chosen = (f.filter(query.filters[f.key]) for f in RECORD_FACETS if f.key in query.filters)
    found: list[Filter | Between] = [one for one in chosen if one]
    if query.since is not None or query.until is not None:
        found.append(Between("decided", query.since, query.until))
    return found


def _shown(hit: Hit) -> ShownRecord:
    return ShownRecord(*hit.shown)


def _by_month(counts: Sequence[FacetCount]) -> list[tuple[int, int]]:
    return sorted((int(count.value), count.count) for count in counts if int(count.value))
