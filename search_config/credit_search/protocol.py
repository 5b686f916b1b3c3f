"""What an engine must do. Everything of ours speaks to these protocols, never to an engine.

An engine holds generations of each index: one is live, another may be building beside it. A generation keeps a
cursor, the change-log number up to which it is complete. Writing the same batch twice leaves the same index, so a
crash costs a re-read from the cursor and nothing else.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from credit_search.clauses import Clause, Filters, Sort
from credit_search.schema import IndexSchema

Document = dict[str, Any]
"""Field name → value, as the schema declares; a writer may add to it. TOKENS: one string, terms joined by spaces;
RUNS and KEYWORD: str or list of str; NUMBER: int ≥ 0; STORED: bytes of a UTF-8 JSON array that begins with the key."""


class EngineUnavailableError(Exception):
    """The engine did not answer, or is resting: say so, never show it as 'nothing found'."""


class EngineRestingError(EngineUnavailableError):
    """The engine does not answer now. Nothing is known to be wrong with the index: try again."""


class NoIndexError(EngineUnavailableError):
    """No live generation of this index exists yet."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found. `shown` is the document's STORED field, a JSON array whose first item is the key."""

    key: int
    score: float
    shown: list[Any]


@dataclass(frozen=True, slots=True)
class FacetCount:
    value: str | int
    count: int


@dataclass(frozen=True, slots=True)
class Page:
    """`total` is exact. `facets` maps each facet asked for to its counts, greatest first; `sums` each number."""

    total: int
    hits: list[Hit]
    facets: dict[str, list[FacetCount]] = field(default_factory=dict)
    sums: dict[str, int] = field(default_factory=dict)


class IndexReader(Protocol):
    """Reads one index; never changes it. Always the live generation, even after a swap."""

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
        """Find. Without `count`, `total` is only as large as what was fetched."""
        ...

    def scan(self, clause: Clause, *, filters: Filters = ()) -> AsyncGenerator[list[int]]:
        """The keys of everything that matches, ascending, so many at a time; each comes once, however deep it lies.

        What is written meanwhile may be missing from it. Close it where it is not read to its end.
        """
        ...

    async def frequencies(self, field: str, terms: Sequence[str]) -> list[int]:
        """In how many documents each term stands; may be a little out of date."""
        ...

    async def generation(self) -> str:
        """Name of what is being read, with its commit: changes whenever an answer could."""
        ...

    async def size(self) -> int:
        """Number of documents."""
        ...

    async def cursor(self) -> int:
        """The change-log number that the live generation is complete up to."""
        ...

    def versions(self) -> AsyncIterator[tuple[int, int]]:
        """Every (key, version) of the live generation, in any order, for comparison with the database."""
        ...


class IndexWriter(Protocol):
    """Writes one generation. Only one writer at a time; the engine refuses a second."""

    async def write(self, documents: Sequence[Document], deletions: Sequence[int], at: int | None = None) -> None:
        """Replace these documents by key and delete those keys; nothing is visible before `commit`.

        `at` is the change number that the deletions are complete up to: an engine that several may write to undoes
        nothing newer.
        """
        ...

    async def commit(self, cursor: int) -> None:
        """Make all that was written durable and visible, complete up to `cursor`."""
        ...

    async def cursor(self) -> int:
        """The cursor of the last commit; 0 for a new generation."""
        ...

    async def size(self) -> int:
        """Number of documents that are committed."""
        ...

    async def refused(self) -> int:
        """Number of documents that the engine could not take, and that are in a ledger of its own."""
        ...

    def versions(self) -> AsyncIterator[tuple[int, int]]:
        """Every (key, version) that is committed, in any order."""
        ...

    async def close(self) -> None: ...


class WriterBusyError(Exception):
    """Another process is writing this index."""


class Engine(Protocol):
    """Opens readers and writers, and manages generations, named `<index>-<schema digest>-<UTC time>`."""

    def reader(self, schema: IndexSchema) -> IndexReader: ...

    async def writer(self, schema: IndexSchema, generation: str | None = None) -> IndexWriter:
        """A writer for this generation; for the live one, made first if there is none, where it is None."""
        ...

    async def create(self, schema: IndexSchema) -> str:
        """A new, empty generation beside the live one; its name."""
        ...

    async def promote(self, schema: IndexSchema, generation: str) -> None:
        """Make it live in one atomic step; the former live generation is kept for a rollback."""
        ...

    async def live(self, schema: IndexSchema) -> str | None: ...

    async def generations(self, schema: IndexSchema) -> list[str]:
        """All that exist, oldest first."""
        ...

    async def drop(self, schema: IndexSchema, generation: str) -> None:
        """Remove a generation that is not live."""
        ...

    async def close(self) -> None: ...
