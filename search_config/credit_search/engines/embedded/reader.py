"""Reads the live generation of an index that lies beside the process, in the process."""

import asyncio
import os
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import orjson
import tantivy
from tantivy import Order

from credit_search.clauses import Clause, Filters, Sort
from credit_search.engines.embedded import counting
from credit_search.engines.embedded.generations import Generations
from credit_search.engines.embedded.mapping import FACET_VALUES, Compiler, facet_fields, tantivy_schema
from credit_search.engines.embedded.versions import SCAN_STEP, highest_key, keys_within, versions_of
from credit_search.engines.embedded.width import WIDE, is_wide
from credit_search.protocol import EngineUnavailableError, Hit, NoIndexError, Page
from credit_search.schema import FieldType, IndexSchema

# Counting so many documents takes longer than any person should wait twice for: such pages are kept until the next
# commit. There are few of them (有限公司, a province, a kind, everything).
LARGE = 20_000
MOST_KEPT = 256
MOST_FREQUENCIES = 10_000
THREADS = min(os.cpu_count() or 1, 4)
FRESHNESS_SECONDS = 0.05  # how often the files are looked at for a new commit


@dataclass(frozen=True, slots=True)
class _Asked:
    clause: Clause
    filters: Filters
    facets: Sequence[str]
    sums: Sequence[str]
    size: int
    offset: int
    sort: Sort | None
    count: bool


class EmbeddedReader:
    """An `IndexReader`. Opens nothing until it is first asked.

    In an index of `wide_from` documents or more, a wide question is answered in threads beside each other.
    """

    def __init__(self, generations: Generations, schema: IndexSchema, *, wide_from: int = WIDE) -> None:
        self._wide_from = wide_from
        self._generations = generations
        self._schema = schema
        self._stored = next(f.name for f in schema.fields if f.type is FieldType.STORED)
        self._numbers = {f.name for f in schema.fields if f.type is FieldType.NUMBER}
        self._facets = facet_fields(schema)
        self._compiler = Compiler(schema, tantivy_schema(schema))
        self._index: tantivy.Index | None = None
        self._searcher: tantivy.Searcher | None = None
        self._live: str | None = None
        self._seen: tuple[int, tuple[int, int]] = (0, (0, 0))
        self._looked_at = float("-inf")
        self._kept: OrderedDict[_Asked, Page] = OrderedDict()
        self._frequencies: dict[tuple[str, str], int] = {}

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
        searcher = self._fresh_searcher()
        asked = _Asked(clause, tuple(filters), tuple(facets), tuple(sums), size, offset, sort, count)
        page = self._kept.get(asked)
        if page is not None:
            self._kept.move_to_end(asked)
            return page
        commit = self._seen
        wide = searcher.num_docs >= self._wide_from and is_wide(clause, self._frequency(searcher))
        page = await self._ask_widely(searcher, asked) if wide else self._ask(searcher, asked)
        if page.total >= LARGE and commit == self._seen:
            self._kept[asked] = page
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return page

    def _ask(self, searcher: tantivy.Searcher, asked: _Asked) -> Page:
        query = self._compiler.query(asked.clause, asked.filters)
        found = self._found(searcher, query, asked)
        documents = self._documents(searcher, found, asked)
        hits = [self._hit(*each) for each in documents]
        total = _total(found, asked, hits)
        every = total == len(hits) and (asked.count or len(hits) < asked.size)
        if asked.facets and not asked.sums and every:
            kept = [orjson.loads(document.get_first(FACET_VALUES) or b"[]") for _, document in documents]
            return Page(total=total, hits=hits, facets=counting.count_kept(kept, self._facets, asked.facets))
        counted, summed = counting.count(searcher, query, asked.facets, asked.sums, self._numbers)
        return Page(total=total, hits=hits, facets=counted, sums=summed)

    async def _ask_widely(self, searcher: tantivy.Searcher, asked: _Asked) -> Page:
        """The same, hits and shares of the counts beside each other, while others are served."""
        loop = asyncio.get_running_loop()
        query = self._compiler.query(asked.clause, asked.filters)
        finding = loop.run_in_executor(self._threads, self._found, searcher, query, asked)
        countings = [
            loop.run_in_executor(self._threads, counting.count, searcher, query, facets, sums, self._numbers)
            for facets, sums in counting.shares(asked.facets, asked.sums, THREADS)
        ]
        found, counts = await finding, await asyncio.gather(*countings)
        hits = [self._hit(*each) for each in self._documents(searcher, found, asked)]
        counted, summed = counting.together(counts)
        facets = {name: counted[name] for name in asked.facets}
        return Page(total=_total(found, asked, hits), hits=hits, facets=facets, sums=summed)

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(THREADS, f"search {self._schema.name}")

    def _frequency(self, searcher: tantivy.Searcher) -> Callable[[str, str], int]:
        """Frequencies as of when they were first asked for: close enough for a guess, and a look costs as much as a
        small search.
        """

        def frequency(field: str, term: str) -> int:
            known = self._frequencies.get((field, term))
            if known is None:
                if len(self._frequencies) >= MOST_FREQUENCIES:
                    self._frequencies.clear()
                known = self._frequencies[field, term] = int(searcher.doc_freq(field, term))
            return known

        return frequency

    def _found(self, searcher: tantivy.Searcher, query: tantivy.Query, asked: _Asked) -> tantivy.SearchResult | None:
        sort = asked.sort
        if asked.size == 0:
            if not asked.count:
                return None
            sort = Sort(self._schema.key)  # to count takes half the time where nothing is scored
        most = max(asked.size, 1)
        if sort is None:
            return searcher.search(query, most, count=asked.count, offset=asked.offset)
        order = Order.Desc if sort.descending else Order.Asc
        return searcher.search(
            query, most, count=asked.count, offset=asked.offset, order_by_field=sort.field, order=order
        )

    def _documents(
        self, searcher: tantivy.Searcher, found: tantivy.SearchResult | None, asked: _Asked
    ) -> list[tuple[object, tantivy.Document]]:
        hits = found.hits[: asked.size] if found is not None else []
        return [(score, searcher.doc(address)) for score, address in hits]

    async def scan(self, clause: Clause, *, filters: Filters = ()) -> AsyncGenerator[list[int]]:
        """Of one commit, in a thread, so that others are served meanwhile."""
        searcher = self._fresh_searcher()
        query = self._compiler.query(clause, filters)
        native = tantivy_schema(self._schema)
        loop = asyncio.get_running_loop()
        for start in range(0, highest_key(searcher, self._schema) + 1, SCAN_STEP):
            keys = await loop.run_in_executor(self._threads, keys_within, searcher, native, self._schema, query, start)
            if keys:
                yield keys

    async def frequencies(self, field: str, terms: Sequence[str]) -> list[int]:
        searcher = self._fresh_searcher()
        return [searcher.doc_freq(field, term) for term in terms]

    async def generation(self) -> str:
        self._fresh_searcher()
        return f"{self._live}@{self._seen[1][0]}"

    async def size(self) -> int:
        return int(self._fresh_searcher().num_docs)

    async def cursor(self) -> int:
        self._fresh_searcher()
        return self._generations.cursor(self._live or "")

    async def versions(self) -> AsyncIterator[tuple[int, int]]:
        self._looked_at = float("-inf")  # a comparison must see the newest commit
        for pair in versions_of(self._fresh_searcher(), tantivy_schema(self._schema), self._schema):
            yield pair

    def _hit(self, score: object, document: tantivy.Document) -> Hit:
        shown = orjson.loads(document.get_first(self._stored) or b"[]")
        return Hit(key=shown[0], score=float(score) if isinstance(score, float) else 0.0, shown=shown)

    def _fresh_searcher(self) -> tantivy.Searcher:
        now = time.monotonic()
        if now - self._looked_at >= FRESHNESS_SECONDS or self._searcher is None:
            self._look(now)
        if self._searcher is None:
            raise NoIndexError(self._schema.name)
        return self._searcher

    def _look(self, now: float) -> None:
        try:
            live_stamp = self._generations.live_file.stat().st_mtime_ns
        except FileNotFoundError:
            raise NoIndexError(self._schema.name) from None
        if live_stamp != self._seen[0] or self._live is None:
            self._live = self._generations.live()
            self._index = None
        if self._live is None:
            raise NoIndexError(self._schema.name)
        if not self._generations.is_current(self._live):
            raise NoIndexError(f"{self._live} was built for another schema")
        try:
            self._open(self._generations.path(self._live), live_stamp)
        except (ValueError, OSError) as error:
            self._index = self._searcher = None
            raise EngineUnavailableError(str(error)) from error
        self._looked_at = now

    def _open(self, folder: Path, live_stamp: int) -> None:
        commit = (folder / "meta.json").stat()
        committed = (commit.st_mtime_ns, commit.st_ino)  # two commits may share a tick of the clock, never a file
        if self._index is None:
            self._index = tantivy.Index.open(str(folder))
            self._index.config_reader("manual", 0)
        elif committed == self._seen[1]:
            return
        self._index.reload()
        self._searcher = self._index.searcher()
        self._kept.clear()
        self._seen = (live_stamp, committed)


def _total(found: tantivy.SearchResult | None, asked: _Asked, hits: Sequence[Hit]) -> int:
    if found is None or not asked.count:
        return asked.offset + len(hits)
    return int(found.count)  # type: ignore[attr-defined]  # missing in its stubs
