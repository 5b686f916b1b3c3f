"""What is asked of the search, and what it answers: the shapes that pages, the API and feeds share."""

from dataclasses import dataclass, field
from enum import StrEnum

from credit_search.protocol import FacetCount

MAX_QUERY_LENGTH = 200  # characters; the longest real name has 47, a longer query is cut, and the answer says so
MAX_RESULTS = 10_000  # how deep a person may page; beyond it the answer asks to narrow the search
MAX_PAGE_SIZE = 100


class Nearness(StrEnum):
    """How a hit relates to the query; shown beside it, so that an exact and a similar hit never look alike."""

    EXACT = "exact"  # the whole name or code
    PARTIAL = "partial"  # every part of the query is in it
    SIMILAR = "similar"  # the nearest that exists


@dataclass(frozen=True, slots=True)
class SubjectQuery:
    """A search for subjects. `filters` maps a facet's name to the values chosen, any of which will do."""

    q: str = ""
    page: int = 1
    size: int = 20
    sort: str = "relevance"  # relevance | newest | oldest (by date of establishment)
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubjectMatch:
    """One subject found.

    `highlight` is the shown name cut into (text, matched) pieces; `former_name` is set where
    a former name matched and the current one did not. `code_highlight` likewise for the code.
    """

    id: int
    uscc: str
    code_valid: bool
    name: str
    nearness: Nearness
    highlight: list[tuple[str, bool]]
    code_highlight: list[tuple[str, bool]]
    former_name: str | None
    status: str | None
    division: str | None
    entity_type: str | None
    industry: str | None
    established: str | None  # ISO date


@dataclass(frozen=True, slots=True)
class SubjectAnswer:
    """The answer to a search.

    `total` counts what matches with the filters. `did_you_mean` holds at most three whole names or codes.
    `direct` is the code of the profile that an exact code or unique exact name stands for. `similar_only` is true
    where nothing matched and `items` are the nearest. `understood` names how the query was read (name, code,
    code_part, pinyin, initials, everything, nothing). `cut` is true where the query was too long. `without_filters`
    counts what would match without the filters, where with them nothing does.
    """

    total: int
    items: list[SubjectMatch]
    facets: dict[str, list[FacetCount]]
    understood: str
    did_you_mean: list[SubjectMatch] = field(default_factory=list)
    direct: str | None = None
    similar_only: bool = False
    without_filters: int = 0
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of the type-ahead. `highlight` as in SubjectMatch."""

    uscc: str
    name: str
    highlight: list[tuple[str, bool]]
